/**
 * What decides which statements are read: conditionals, repetitions, macros, included files. Statements come from a stack of
 * sources; a repetition is a source that starts over. Source: Using as, 7.
 */

import { finish, TESTS, type Test } from "./conditions.ts";
import { type Location, nearest, SourceError } from "./diagnostic.ts";
import { readName } from "./directives.ts";
import { readArgument, replaceParameters } from "./macrotext.ts";
import { Scanner } from "./scanner.ts";
import { readLines, splitStatements } from "./source.ts";
import type { Assembly, Statement } from "./state.ts";

interface Parameter {
  readonly name: string;
  readonly fallback: string;
  readonly isRequired: boolean;
  readonly isRest: boolean;
}

interface Macro {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly body: readonly Statement[];
  readonly location: Location;
}

interface Source {
  readonly statements: readonly Statement[];
  next: number;
  /** Times to read it again. */
  again: number;
  readonly kind: "file" | "macro" | "repeat";
  readonly name: string;
  /** Open conditionals where it began: .exitm goes back to them. */
  readonly conditions: number;
}

interface Condition {
  readonly location: Location;
  /** Statements are read now. */
  isTaken: boolean;
  /** Some branch was read, so no other is. */
  wasTaken: boolean;
  hadElse: boolean;
  /** The conditional stands in a part that is not read. */
  readonly isSkipped: boolean;
}

const MOST_NESTED = 200;
const MOST_TEXT = 4 << 20;

export class StatementReader {
  private readonly a: Assembly;
  private readonly include: (name: string) => string | undefined;
  private readonly includeBytes: (name: string) => Uint8Array | undefined;
  private readonly sources: Source[] = [];
  private readonly conditions: Condition[] = [];
  private readonly macros = new Map<string, Macro>();
  private calls = 0;
  private read = 0;
  private expanded = 0;

  constructor(
    a: Assembly,
    include: (name: string) => string | undefined,
    includeBytes: (name: string) => Uint8Array | undefined,
  ) {
    this.a = a;
    this.include = include;
    this.includeBytes = includeBytes;
  }

  /** Statements of a file come next. */
  openFile(text: string, file: string): void {
    const { lines, unterminated } = readLines(text, file);
    if (unterminated)
      this.a.report(
        "error",
        { file, line: unterminated, column: 1 },
        "this comment has no end",
        "A comment that begins with /* ends with */.",
      );
    const statements = lines.flatMap(({ text: line, location }) =>
      splitStatements(line).flatMap((r): Statement[] => {
        let start = r.start;
        while (start < r.end && line.charCodeAt(start) <= 32) start++;
        return start < r.end ? [{ text: line, start, end: r.end, location: { ...location, column: start + 1 } }] : [];
      }),
    );
    this.sources.push({ statements, next: 0, again: 0, kind: "file", name: file, conditions: this.conditions.length });
  }

  /** The next statement, whether it is to be read or skipped; undefined at the end. */
  private take(): Statement | undefined {
    for (;;) {
      const source = this.sources[this.sources.length - 1];
      if (!source || this.a.stopped) return undefined;
      const statement = source.statements[source.next];
      if (statement) {
        source.next++;
        return this.count(statement.location) ? statement : undefined;
      }
      if (source.again > 0) {
        source.again--;
        source.next = 0;
        if (!this.count(this.a.location)) return undefined;
      } else {
        this.sources.pop();
        this.closeConditions(source);
      }
    }
  }

  private count(location: Location): boolean {
    if (++this.read <= this.a.limits.maxStatements) return true;
    this.a.location = location;
    this.a.stop(
      `more than ${this.a.limits.maxStatements} statements were read`,
      "A .rept counts too far, or a macro calls itself without end.",
    );
    return false;
  }

  private closeConditions(source: Source): void {
    while (this.conditions.length > source.conditions) {
      const c = this.conditions.pop() as Condition;
      this.a.report("error", c.location, "this .if has no .endif", "");
    }
  }

  /** The next statement to assemble; undefined at the end. Conditionals, macros and repetitions are carried out here. */
  next(): Statement | undefined {
    for (;;) {
      const statement = this.take();
      if (!statement) return undefined;
      this.a.location = statement.location;
      const name = firstWord(statement);
      try {
        if (name.startsWith(".") && this.control(name, statement)) continue;
        if (this.isSkipping()) continue;
        return statement;
      } catch (error) {
        if (!(error instanceof SourceError)) throw error;
        this.a.report(
          "error",
          statement.location,
          error.message,
          error.hint,
          error.position >= 0 ? error.position + 1 : undefined,
        );
      }
    }
  }

  private isSkipping(): boolean {
    const top = this.conditions[this.conditions.length - 1];
    return top !== undefined && !top.isTaken;
  }

  /** Carries out a directive that controls reading; false where it is another. */
  private control(name: string, st: Statement): boolean {
    const s = new Scanner(st.text, st.start + name.length, st.end);
    if (name.startsWith(".if")) {
      if (!(name in TESTS)) {
        if (this.isSkipping()) return true;
        const near = nearest(name, Object.keys(TESTS));
        s.fail(`there is no directive \`${name}\``, near ? `Did you mean \`${near}\`?` : "");
      }
      const isSkipped = this.isSkipping();
      const condition: Condition = { location: st.location, isTaken: false, wasTaken: true, hadElse: false, isSkipped };
      this.conditions.push(condition);
      if (!isSkipped) {
        condition.isTaken = condition.wasTaken = (TESTS[name] as Test)(this.a, s);
        finish(s, name);
      }
      return true;
    }
    if (name === ".else" || name === ".elseif" || name === ".endif") {
      const c = this.conditions[this.conditions.length - 1];
      if (!c) throw new SourceError(`${name} without .if`, "");
      if (name === ".endif") this.conditions.pop();
      else {
        if (c.hadElse) throw new SourceError(`${name} after .else`, "");
        if (name === ".else") c.hadElse = true;
        c.isTaken = false;
        if (!c.isSkipped && !c.wasTaken) c.isTaken = c.wasTaken = name === ".else" || (TESTS[".if"] as Test)(this.a, s);
      }
      return true;
    }
    if (this.isSkipping()) return true;
    switch (name) {
      case ".macro":
        this.defineMacro(s, st);
        return true;
      case ".purgem": {
        const macro = s.name() ?? "";
        if (!this.macros.delete(macro.toLowerCase())) s.fail(`there is no macro \`${macro}\``);
        return true;
      }
      case ".exitm":
        this.exitMacro();
        return true;
      case ".rept": {
        const count = this.a.constantHere(s, "the count");
        const body = this.body(".rept", ".endr", st);
        if (count > 0n)
          this.push({ statements: body, next: 0, again: Number(count) - 1, kind: "repeat", name: ".rept" });
        else if (count < 0n) this.a.warn(`the count is negative: ${count}`, "", st.start);
        return true;
      }
      case ".irp":
      case ".irpc":
        this.iterate(name, s, st);
        return true;
      case ".endm":
      case ".endr":
        throw new SourceError(`${name} without ${name === ".endm" ? ".macro" : ".rept, .irp or .irpc"}`, "");
      case ".include":
        this.includeFile(readName(s, "the file's name"));
        return true;
      case ".incbin":
        this.includeBinary(s);
        return true;
      default:
        return false;
    }
  }

  private push(source: Omit<Source, "conditions">): void {
    if (this.sources.length >= MOST_NESTED) {
      this.a.stop(
        `macros, repetitions and files are nested more than ${MOST_NESTED} deep`,
        source.kind === "macro" ? `Does the macro \`${source.name}\` call itself without end?` : "",
      );
      return;
    }
    this.sources.push({ ...source, conditions: this.conditions.length });
  }

  private includeFile(name: string): void {
    if (this.sources.filter((x) => x.kind === "file" && x.name === name).length > 0) {
      throw new SourceError(
        `"${name}" includes itself`,
        `It is being read already: ${this.sources
          .filter((x) => x.kind === "file")
          .map((x) => x.name)
          .join(" → ")} → ${name}`,
      );
    }
    const text = this.include(name);
    if (text === undefined) throw new SourceError(`there is no file "${name}" to include`, "");
    if (this.sources.length >= MOST_NESTED) this.a.stop("files are nested too deeply", "");
    else this.openFile(text, name);
  }

  private includeBinary(s: Scanner): void {
    const name = readName(s, "the file's name");
    const bytes = this.includeBytes(name);
    if (!bytes) throw new SourceError(`there is no file "${name}" to include`, "");
    const skip = s.take(",") ? this.a.numberHere(s, "the bytes to skip", 0, bytes.length) : 0;
    const count = s.take(",") ? this.a.numberHere(s, "the count", 0, bytes.length - skip) : bytes.length - skip;
    this.a.needRoom(count);
    this.a.section.emit(bytes.subarray(skip, skip + count));
  }

  /** The statements up to the end of a macro or repetition, which is taken too. */
  private body(open: string, close: string, st: Statement): Statement[] {
    const body: Statement[] = [];
    let depth = 1;
    const opens = close === ".endr" ? [".rept", ".irp", ".irpc"] : [open];
    const source = this.sources[this.sources.length - 1] as Source;
    for (;;) {
      const next = source.statements[source.next];
      if (!next) {
        this.a.location = st.location;
        throw new SourceError(`this ${open} has no ${close}`, "");
      }
      source.next++;
      const word = firstWord(next);
      if (opens.includes(word)) depth++;
      else if (word === close && --depth === 0) return body;
      body.push(next);
    }
  }

  private exitMacro(): void {
    while (this.sources.length) {
      const top = this.sources.pop() as Source;
      this.conditions.length = Math.min(this.conditions.length, top.conditions);
      if (top.kind !== "file") return;
      this.sources.push(top);
      throw new SourceError(".exitm stands outside macros", "");
    }
  }

  private defineMacro(s: Scanner, st: Statement): void {
    s.skipSpace();
    const name = s.match(/[A-Za-z_.$][\w.$]*/y);
    const body = this.body(".macro", ".endm", st);
    if (!name) s.fail("the macro's name is missing");
    s.take(",");
    const parameters: Parameter[] = [];
    while (!s.atEnd()) {
      const parameter = s.match(/[A-Za-z_.$][\w.$]*/y);
      if (!parameter) s.fail("a parameter's name is missing", ".macro NAME first, second=default, rest:vararg");
      const qualifier = s.take(":") ? s.name()?.toLowerCase() : undefined;
      if (qualifier !== undefined && qualifier !== "req" && qualifier !== "vararg")
        s.fail(`a parameter may be :req or :vararg, not :${qualifier}`);
      const fallback = s.take("=") ? readArgument(s) : "";
      if (parameters.some((p) => p.name === parameter)) s.fail(`there are two parameters \`${parameter}\``);
      parameters.push({ name: parameter, fallback, isRequired: qualifier === "req", isRest: qualifier === "vararg" });
      s.take(",");
    }
    const key = name.toLowerCase();
    const old = this.macros.get(key);
    if (old)
      throw new SourceError(
        `the macro \`${name}\` is defined already, in line ${old.location.line}`,
        ".purgem forgets a macro.",
      );
    this.macros.set(key, { name, parameters, body, location: st.location });
  }

  /** Calls the macro named where `s` stands after; false where there is none. */
  call(name: string, s: Scanner, st: Statement): boolean {
    const macro = this.macros.get(name.toLowerCase());
    if (!macro) return false;
    const values = new Map<string, string>();
    let position = 0;
    while (!s.atEnd()) {
      const at = s.position;
      const keyword = s.match(/[A-Za-z_.$][\w.$]*(?=\s*=(?!=))/y);
      const named = keyword === undefined ? undefined : macro.parameters.find((p) => p.name === keyword);
      if (named) {
        s.take("=");
        values.set(named.name, readArgument(s));
      } else {
        s.position = at;
        const parameter = macro.parameters[position++];
        if (!parameter)
          s.fail(
            `the macro \`${macro.name}\` takes ${macro.parameters.length} argument${macro.parameters.length === 1 ? "" : "s"}, not more`,
            "An argument with spaces in it stands in quotes.",
            at,
          );
        if (parameter.isRest) {
          values.set(parameter.name, s.rest());
          break;
        }
        values.set(parameter.name, readArgument(s));
      }
      s.take(",");
    }
    for (const p of macro.parameters) {
      if (values.get(p.name)) continue;
      if (p.isRequired) throw new SourceError(`the macro \`${macro.name}\` needs a value for \`${p.name}\``, "");
      values.set(p.name, p.fallback);
    }
    const call = { name: macro.name, at: outermost(st.location) };
    const number = String(this.calls++);
    this.push({
      statements: this.substitute(macro.body, values, number, call),
      next: 0,
      again: 0,
      kind: "macro",
      name: macro.name,
    });
    return true;
  }

  private iterate(name: string, s: Scanner, st: Statement): void {
    s.skipSpace();
    const variable = s.match(/[A-Za-z_.$][\w.$]*/y);
    const body = this.body(name, ".endr", st);
    if (!variable) s.fail("the name to replace is missing", `${name} NAME, values…`);
    s.take(",");
    const values: string[] = [];
    if (name === ".irpc") values.push(...(s.peek() === '"' ? readArgument(s) : s.rest()));
    else {
      while (!s.atEnd()) {
        values.push(readArgument(s));
        s.take(",");
      }
    }
    if (values.length === 0) values.push("");
    const statements = values.flatMap((v) =>
      this.substitute(body, new Map([[variable, v]]), undefined, st.location.call),
    );
    this.push({ statements, next: 0, again: 0, kind: "repeat", name });
  }

  /** The statements of a body with its parameters replaced. Text that grows a `;` or comment is split again. */
  private substitute(
    body: readonly Statement[],
    values: ReadonlyMap<string, string>,
    number: string | undefined,
    call: Location["call"],
  ): Statement[] {
    const out: Statement[] = [];
    for (const st of body) {
      const old = st.text.slice(st.start, st.end);
      const text = old.includes("\\") ? replaceParameters(old, values, number) : old;
      this.expanded += text.length;
      if (this.expanded > MOST_TEXT) {
        this.a.stop("macros expand to too much text", "");
        return out;
      }
      const location: Location = call ? { ...st.location, call } : st.location;
      if (text === old) out.push({ text: st.text, start: st.start, end: st.end, location });
      else
        for (const r of splitStatements(text))
          if (text.slice(r.start, r.end).trim() !== "")
            out.push({ text, start: leading(text, r.start), end: r.end, location });
    }
    return out;
  }
}

function leading(text: string, start: number): number {
  let i = start;
  while (text.charCodeAt(i) <= 32) i++;
  return i;
}

/** The call outside all macros that a location came from. */
export function outermost(location: Location): Location {
  return location.call ? outermost(location.call.at) : location;
}

/** The directive or mnemonic that a statement begins with, in lower case. */
function firstWord(st: Statement): string {
  let end = st.start;
  while (end < st.end && /[\w.$]/.test(st.text[end] as string)) end++;
  const word = st.text.slice(st.start, end);
  return word.startsWith(".") ? word.toLowerCase() : word;
}
