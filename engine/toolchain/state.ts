/** What one assembly holds while its statements are read: the current section and mode, symbols, problems. */
import type { Syntax } from "../isa/spelling.ts";
import { type Diagnostic, type Location, SourceError } from "./diagnostic.ts";
import { constant, placeOf } from "./evaluate.ts";
import { parseExpression } from "./expression.ts";
import { reference } from "./operands-att.ts";
import type { Expression, Place, SourceSymbol } from "./program.ts";
import type { Scanner } from "./scanner.ts";
import { Section } from "./sections.ts";
import { SymbolTable } from "./symbols.ts";

/** A statement: a part of a line. */
export interface Statement {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly location: Location;
}

export interface Limits {
  /** Bytes of the image and of each section. */
  readonly maxBytes: number;
  /** Statements read, repetitions and macros included. */
  readonly maxStatements: number;
  /** Diagnostics kept; after as many errors reading ends. */
  readonly maxDiagnostics: number;
}

export class Assembly {
  readonly symbols = new SymbolTable();
  readonly sections = new Map<string, Section>();
  readonly diagnostics: Diagnostic[] = [];
  readonly limits: Limits;
  section: Section;
  previousSection: Section;
  readonly sectionStack: { current: Section; previous: Section }[] = [];
  syntax: Syntax;
  codeBits: 16 | 32 | 64;
  isGcc16 = false;
  /** Where the present statement stands. */
  location: Location = { file: "", line: 1, column: 1 };
  errors = 0;
  /** Nothing more is read. */
  stopped = false;

  constructor(syntax: Syntax, codeBits: 16 | 32 | 64, limits: Limits) {
    this.syntax = syntax;
    this.codeBits = codeBits;
    this.limits = limits;
    this.section = this.openSection(".text", true, false);
    this.previousSection = this.section;
  }

  openSection(name: string, isCode: boolean, isNoBits: boolean): Section {
    let section = this.sections.get(name);
    if (!section) this.sections.set(name, (section = new Section(name, isCode, isNoBits)));
    return section;
  }

  enterSection(section: Section): void {
    this.previousSection = this.section;
    this.section = section;
  }

  /** `.`: where the next byte goes. */
  readonly here = (): Place => ({
    kind: "place",
    section: this.section,
    fragment: this.section.current,
    offset: this.section.current.length,
  });

  get isIntel(): boolean {
    return this.syntax === "intel";
  }

  /**
   * Adds a problem; beyond the bound, only stops. In a macro of another file (a library's) it is the call that is at
   * fault.
   */
  report(
    severity: "error" | "warning",
    location: Location,
    message: string,
    hint: string,
    column = location.column,
  ): void {
    if (severity === "error") this.errors++;
    if (this.diagnostics.length >= this.limits.maxDiagnostics) {
      if (this.errors > this.limits.maxDiagnostics) this.stopped = true;
      return;
    }
    const { call } = location;
    const foreign = call && call.at.file !== location.file;
    const inMacro = foreign
      ? ` (in macro ${call.name}, ${location.file}:${location.line})`
      : call
        ? ` (in macro ${call.name}, called at ${call.at.file}:${call.at.line})`
        : "";
    const { file, line } = foreign ? call.at : location;
    this.diagnostics.push({
      file,
      line,
      column: foreign ? 1 : column,
      message: message + inMacro,
      hint,
      severity,
    });
  }

  error(message: string, hint = ""): void {
    this.report("error", this.location, message, hint);
  }

  /** A problem at a position of the present statement. */
  readonly warn = (message: string, hint: string, position: number): void =>
    this.report("warning", this.location, message, hint, position + 1);

  /** Ends reading with one last error. */
  stop(message: string, hint: string): void {
    if (!this.stopped) this.error(message, hint);
    this.stopped = true;
  }

  /** Refuses bytes that the current section cannot hold. */
  needRoom(bytes: number): void {
    if (this.section.isNoBits && bytes > 0) {
      throw new SourceError(
        `${this.section.name} takes no bytes: it is only counted, and zero when the program starts`,
        "Use .skip to count room here, or .data for what has a value.",
      );
    }
    if (this.section.used + bytes > this.limits.maxBytes) throw tooLarge(this.limits.maxBytes);
  }

  defineLabel(symbol: SourceSymbol): void {
    const { section } = this;
    symbol.definition = { kind: "label", section, fragment: section.current, offset: section.current.length };
    symbol.location = this.location;
  }

  /** Sets a name to an expression (`=`, `.set`, `.equ`). */
  setSymbol(name: string, value: Expression, mayRedefine: boolean): void {
    const old = this.symbols.named.get(name);
    if (old?.definition?.kind === "label" || (old?.definition && !mayRedefine)) {
      throw new SourceError(
        `\`${name}\` is defined already, in line ${old.location.line}${old.location.file === this.location.file ? "" : ` of ${old.location.file}`}`,
        old.definition.kind === "label"
          ? "A label keeps its place; choose another name."
          : "Use .set where it should change.",
      );
    }
    const symbol = this.symbols.redefine(name, this.location);
    const known = constant(value);
    const place = known === undefined ? placeOf(value) : undefined;
    if (place)
      symbol.definition = {
        kind: "label",
        section: place.fragment.section,
        fragment: place.fragment,
        offset: place.offset + Number(place.addend),
      };
    else symbol.definition = { kind: "value", value: known === undefined ? value : { kind: "number", value: known } };
    symbol.location = this.location;
    symbol.isSet = true;
  }

  /** An expression whose value must be known now. */
  constantHere(s: Scanner, what: string): bigint {
    const at = s.here();
    const expression = parseExpression(s, this);
    const value = constant(expression);
    if (value === undefined) {
      const name = unknownName(expression);
      s.fail(
        `${what} must be known here`,
        name
          ? `\`${name}\` is not defined above this line.`
          : "The distance of two labels is known only at the end where jumps or alignments stand between them.",
        at,
      );
    }
    return value;
  }

  /** A number from `least` to `most` whose value must be known now. */
  numberHere(s: Scanner, what: string, least: number, most: number): number {
    const at = s.here();
    const value = this.constantHere(s, what);
    if (value < BigInt(least) || value > BigInt(most))
      s.fail(`${what} must be from ${least} to ${most}, not ${value}`, "", at);
    return Number(value);
  }

  /** Emits a value of `bytes`, now or at the end. */
  emitValue(expression: Expression, bytes: 1 | 2 | 4 | 8, what: string): void {
    const { section } = this;
    const r = reference(expression, this, what);
    let value = r.value;
    if (value === undefined) {
      section.addPatch({ bytes, reference: r.reference, end: undefined, extendedTo: 0, wraps: false });
      value = 0n;
    } else if (bytes < 8 && (value < -(1n << BigInt(8 * bytes)) || value >= 1n << BigInt(8 * bytes))) {
      const left = BigInt.asUintN(8 * bytes, value);
      this.report(
        "warning",
        this.location,
        `${value} does not fit in ${bytes} byte${bytes > 1 ? "s" : ""}; 0x${left.toString(16)} is left of it`,
        "",
      );
    }
    if (bytes <= 4) {
      let low = Number(BigInt.asUintN(32, value));
      for (let i = 0; i < bytes; i++) {
        section.emitByte(low & 0xff);
        low >>>= 8;
      }
    } else for (let i = 0; i < bytes; i++) section.emitByte(Number((value >> BigInt(8 * i)) & 0xffn));
  }
}

export function tooLarge(most: number): SourceError {
  return new SourceError(`the program grows beyond ${most} bytes`, "Is a count or an address meant to be that large?");
}

function unknownName(e: Expression): string | undefined {
  if (e.kind === "symbol") return e.symbol.definition ? undefined : e.symbol.name;
  if (e.kind === "unary") return unknownName(e.value);
  return e.kind === "binary" ? (unknownName(e.left) ?? unknownName(e.right)) : undefined;
}
