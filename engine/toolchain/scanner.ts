/** A position in a statement's text, and what is read at it: names, strings' escapes. */
import { SourceError } from "./diagnostic.ts";

const NAME = /[A-Za-z_.][\w.$]*/y;

const ESCAPES: Readonly<Record<string, number>> = { b: 8, f: 12, n: 10, r: 13, t: 9, "\\": 92, '"': 34, "'": 39 };

/** A position in a statement's text. */
export class Scanner {
  readonly text: string;
  readonly end: number;
  position: number;

  constructor(text: string, position = 0, end = text.length) {
    this.text = text;
    this.position = position;
    this.end = end;
  }

  skipSpace(): void {
    let c = this.text.charCodeAt(this.position);
    while (this.position < this.end && (c === 32 || (c >= 9 && c <= 13))) c = this.text.charCodeAt(++this.position);
  }

  /** The position after any space. */
  here(): number {
    this.skipSpace();
    return this.position;
  }

  /** The next character that is not space; "" at the end. */
  peek(): string {
    this.skipSpace();
    return this.position < this.end ? (this.text[this.position] as string) : "";
  }

  atEnd(): boolean {
    return this.peek() === "";
  }

  /** Takes `token` where it comes next. */
  take(token: string): boolean {
    this.skipSpace();
    if (!this.text.startsWith(token, this.position) || this.position + token.length > this.end) return false;
    this.position += token.length;
    return true;
  }

  /** Takes a symbol's name; undefined where none comes next. */
  name(): string | undefined {
    this.skipSpace();
    return this.match(NAME);
  }

  match(sticky: RegExp): string | undefined {
    sticky.lastIndex = this.position;
    const found = sticky.exec(this.text)?.[0];
    if (found === undefined || found === "" || this.position + found.length > this.end) return undefined;
    this.position += found.length;
    return found;
  }

  rest(): string {
    return this.text.slice(this.position, this.end).trim();
  }

  fail(message: string, hint = "", position = this.position): never {
    throw new SourceError(message, hint, position);
  }
}

/** An escape sequence, `position` at the character after the backslash; moves past it. */
export function readEscape(s: Scanner): number {
  const octal = s.match(/[0-7]{1,3}/y);
  if (octal) return Number.parseInt(octal, 8) & 0xff;
  const hex = s.match(/[xX][0-9a-fA-F]+/y);
  if (hex) return Number.parseInt(hex.slice(-2).replace(/^[xX]/, ""), 16);
  const c = s.text[s.position] ?? "";
  s.position++;
  return ESCAPES[c] ?? c.charCodeAt(0);
}
