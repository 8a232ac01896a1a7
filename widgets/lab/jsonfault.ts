/**
 * Where a text stops being JSON, and what was expected there (RFC 8259). `JSON.parse` decides whether it is JSON; its
 * messages differ between engines and often lack the place, so this reads again, only to say what is wrong.
 */

export interface JsonFault {
  /** In characters from the start. */
  readonly offset: number;
  readonly line: number;
  readonly column: number;
  readonly expected: string;
  readonly saw: string;
}

/** The first fault, or undefined where `text` is JSON. Nesting deeper than `maxDepth` is a fault too. */
export function findJsonFault(text: string, maxDepth = 64): JsonFault | undefined {
  const scanner = new Scanner(text, maxDepth);
  try {
    scanner.value(0);
    scanner.space();
    if (scanner.at < text.length) scanner.fail("the end of the file");
    return undefined;
  } catch (fault) {
    if (fault instanceof Fault) return describe(text, fault);
    throw fault;
  }
}

class Fault {
  readonly offset: number;
  readonly expected: string;
  constructor(offset: number, expected: string) {
    this.offset = offset;
    this.expected = expected;
  }
}

class Scanner {
  at = 0;
  private readonly text: string;
  private readonly maxDepth: number;
  constructor(text: string, maxDepth: number) {
    this.text = text;
    this.maxDepth = maxDepth;
  }

  fail(expected: string): never {
    throw new Fault(this.at, expected);
  }

  space(): void {
    while (this.at < this.text.length && " \t\n\r".includes(this.text[this.at])) this.at++;
  }

  value(depth: number): void {
    if (depth > this.maxDepth) this.fail(`at most ${this.maxDepth} levels of nesting`);
    this.space();
    const first = this.text[this.at];
    if (first === "{") this.list("}", () => this.member(depth));
    else if (first === "[") this.list("]", () => this.value(depth + 1));
    else if (first === '"') this.string();
    else if (!this.take(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y)) this.fail("a value");
  }

  private list(close: string, element: () => void): void {
    this.at++;
    this.space();
    if (this.text[this.at] === close) {
      this.at++;
      return;
    }
    for (;;) {
      element();
      this.space();
      const next = this.text[this.at];
      if (next !== "," && next !== close) this.fail(`"," or "${close}"`);
      this.at++;
      if (next === close) return;
    }
  }

  private member(depth: number): void {
    this.space();
    if (this.text[this.at] !== '"') this.fail("a name in double quotes");
    this.string();
    this.space();
    if (this.text[this.at] !== ":") this.fail('":"');
    this.at++;
    this.value(depth + 1);
  }

  private string(): void {
    this.at++;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them in strings.
    this.take(/(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y);
    if (this.text[this.at] !== '"') {
      this.fail(this.text[this.at] === "\\" ? "an escape that JSON has" : "the end of the string");
    }
    this.at++;
  }

  private take(what: RegExp): boolean {
    what.lastIndex = this.at;
    const found = what.exec(this.text);
    if (!found) return false;
    this.at += found[0].length;
    return true;
  }
}

function describe(text: string, { offset, expected }: Fault): JsonFault {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  const column = offset - (before.lastIndexOf("\n") + 1) + 1;
  const code = text.codePointAt(offset);
  const saw =
    code === undefined
      ? "the end of the file"
      : code < 0x20 || code === 0x7f
        ? `the control character U+${code.toString(16).padStart(4, "0").toUpperCase()}`
        : `"${String.fromCodePoint(code)}"`;
  return { offset, line, column, expected, saw };
}
