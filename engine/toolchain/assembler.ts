/**
 * The assembler: GNU as source, AT&T or Intel syntax, to a flat image. Sections are linked at once, at the addresses given,
 * so every label has its final value; what as leaves to ld with an error ("relocation truncated") is checked here.
 * Not modelled: object files, relocations, debug information, .altmacro. Source: Using as (GNU Binutils 2.40).
 */
import { REGISTERS } from "../isa/registers.ts";
import type { Syntax } from "../isa/spelling.ts";
import { type Diagnostic, type Location, nearest, SourceError } from "./diagnostic.ts";
import { DIRECTIVES, moveLocation } from "./directives.ts";
import { addressOf, evaluate } from "./evaluate.ts";
import { parseExpression } from "./expression.ts";
import { assembleInstruction } from "./instructions.ts";
import { writeSection } from "./layout.ts";
import { outermost, StatementReader } from "./macros.ts";
import type { SourceSymbol } from "./program.ts";
import { type LayoutRequest, placeAll } from "./relax.ts";
import { Scanner } from "./scanner.ts";
import type { Section } from "./sections.ts";
import { Assembly, type Statement } from "./state.ts";
import type { InstructionSurroundings } from "./surroundings.ts";

export type { Diagnostic } from "./diagnostic.ts";

export interface AssembleOptions {
  /** Name of the source in diagnostics and lines. */
  readonly file?: string;
  /** Address of the first byte; 0 by default. */
  readonly origin?: number;
  /** Addresses of sections by name; the others follow one another. */
  readonly layout?: Readonly<Record<string, number>>;
  /** Text of an included file. */
  readonly include?: (name: string) => string | undefined;
  /** Bytes of an `.incbin` file. */
  readonly includeBytes?: (name: string) => Uint8Array | undefined;
  /** "att" by default. */
  readonly syntax?: Syntax;
  /** Size of code before any `.code16`; 16 by default. */
  readonly codeBits?: 16 | 32 | 64;
  /** Symbols defined from the start. */
  readonly defines?: Readonly<Record<string, number | bigint>>;
  /** Largest image; 16 MiB by default. */
  readonly maxBytes?: number;
  /** Most statements read, repetitions included; 200,000 by default. */
  readonly maxStatements?: number;
  /** Most diagnostics kept; 100 by default. */
  readonly maxDiagnostics?: number;
}

export interface AssembledLine {
  /** Address of the first byte. */
  readonly address: number;
  /** Bytes. */
  readonly length: number;
  readonly file: string;
  /** From 1; for what a macro emits, the line of the call. */
  readonly line: number;
}

export interface AssembledSection {
  readonly name: string;
  readonly address: number;
  readonly size: number;
  /** Counted, but not in the image: .bss. */
  readonly isNoBits: boolean;
}

export interface Assembled {
  /** The image from `address` to the end of the last section with bytes; empty where there are errors. */
  readonly bytes: Uint8Array;
  /** Address of the first byte of the image. */
  readonly address: number;
  /** Symbols by name, but for those that begin with `.L` and numbered ones; addresses or set values. */
  readonly symbols: Map<string, bigint>;
  /** In order of address. */
  readonly lines: AssembledLine[];
  readonly sections: AssembledSection[];
  readonly diagnostics: Diagnostic[];
}

/** Assembles a source; it never throws, problems are in `diagnostics`. */
export function assemble(source: string, options: AssembleOptions = {}): Assembled {
  const limits = {
    maxBytes: options.maxBytes ?? 16 << 20,
    maxStatements: options.maxStatements ?? 200_000,
    maxDiagnostics: options.maxDiagnostics ?? 100,
  };
  const a = new Assembly(options.syntax ?? "att", options.codeBits ?? 16, limits);
  for (const [name, value] of Object.entries(options.defines ?? {}))
    a.setSymbol(name, { kind: "number", value: BigInt(value) }, true);
  const file = options.file ?? "source";
  const reader = new StatementReader(
    a,
    options.include ?? (() => undefined),
    options.includeBytes ?? (() => undefined),
  );
  reader.openFile(source, file);
  for (let st = reader.next(); st; st = reader.next()) readStatement(a, reader, st);
  return link(a, options);
}

function readStatement(a: Assembly, reader: StatementReader, st: Statement): void {
  const { section } = a;
  const { current: fragment } = section;
  const offset = fragment.length;
  try {
    statement(a, reader, st);
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    // In a macro's body positions are those of the text with its arguments put in; the line's start is meant.
    const column = error.position >= 0 && !st.location.call ? error.position + 1 : st.location.column;
    a.report("error", st.location, error.message, error.hint, column);
  }
  const end = section.current;
  if (end !== fragment || end.length !== offset) {
    section.marks.push({ location: outermost(st.location), fragment, offset, endFragment: end, endOffset: end.length });
  }
}

const SYMBOL = /[A-Za-z_.][\w.$]*/y;
const LOCAL = /[0-9]+/y;

function statement(a: Assembly, reader: StatementReader, st: Statement): void {
  const s = new Scanner(st.text, st.start, st.end);
  for (;;) {
    if (s.atEnd()) return;
    const at = s.position;
    const local = s.match(LOCAL);
    if (local !== undefined) {
      if (!s.take(":"))
        s.fail("a statement cannot begin with a number", "A local label is a number and a colon: 1:", at);
      a.defineLabel(a.symbols.defineLocal(String(Number(local)), a.location));
      continue;
    }
    const name = s.match(SYMBOL);
    if (name === undefined) begin(s, at);
    if (s.peek() === ":" && !(a.isIntel && /^[c-gs]s$/i.test(name))) {
      s.position++;
      defineLabel(a, name, s, at);
      continue;
    }
    if (s.peek() === "=") {
      assign(a, name, s);
      return;
    }
    const after = at + name.length;
    s.position = after;
    if (name.startsWith(".")) {
      const directive = DIRECTIVES.get(name.toLowerCase());
      if (directive) {
        directive(a, s, name);
        if (!s.atEnd()) s.fail(`\`${s.rest()}\` does not belong here`, "");
        return;
      }
      if (reader.call(name, s, st)) return;
      const control = [".if", ".else", ".endif", ".macro", ".endm", ".rept", ".irp", ".endr", ".include", ".incbin"];
      if (control.includes(name.toLowerCase()))
        s.fail(`${name} cannot follow a label on its line`, "Put the label on a line of its own.", at);
      const near = nearest(name, [...DIRECTIVES.keys(), ...control]);
      s.fail(`there is no directive \`${name}\``, near ? `Did you mean \`${near}\`?` : "", at);
    }
    if (reader.call(name, s, st)) return;
    a.needRoom(16);
    assembleInstruction(st.text, at, after, st.end, new InstructionView(a));
    return;
  }
}

/** What an instruction sees of the assembly. */
class InstructionView implements InstructionSurroundings {
  readonly syntax: Syntax;
  readonly codeBits: 16 | 32 | 64;
  readonly isGcc16: boolean;
  readonly section: Section;
  readonly symbols: Assembly["symbols"];
  readonly location: Location;
  readonly here: Assembly["here"];
  readonly isIntel: boolean;
  readonly warn: Assembly["warn"];

  constructor(a: Assembly) {
    this.syntax = a.syntax;
    this.codeBits = a.codeBits;
    this.isGcc16 = a.isGcc16;
    this.section = a.section;
    this.symbols = a.symbols;
    this.location = a.location;
    this.here = a.here;
    this.isIntel = a.isIntel;
    this.warn = a.warn;
  }
}

function begin(s: Scanner, at: number): never {
  const c = s.text[at] as string;
  if (c === "%")
    s.fail("a statement cannot begin with a register", "The instruction comes first, then its operands.", at);
  if (c === "\\") s.fail(`\`${s.rest()}\` is not a parameter of this macro`, "", at);
  s.fail(
    `a statement cannot begin with \`${c}\``,
    c === "*" || c === "/" ? "Comments are # …, // … or /* … */." : "",
    at,
  );
}

function defineLabel(a: Assembly, name: string, s: Scanner, at: number): void {
  const symbol = a.symbols.use(name, a.location);
  if (symbol.definition) {
    const where = `line ${symbol.location.line}${symbol.location.file === a.location.file ? "" : ` of ${symbol.location.file}`}`;
    s.fail(
      `\`${name}\` is defined already, in ${where}`,
      "For a label that only this place uses, a number will do: 1: … jmp 1b",
      at,
    );
  }
  a.defineLabel(symbol);
}

function assign(a: Assembly, name: string, s: Scanner): void {
  const isOnce = s.take("==");
  if (!isOnce) s.take("=");
  const value = parseExpression(s, a);
  if (!s.atEnd()) s.fail(`\`${s.rest()}\` does not belong here`, "");
  if (name === ".") moveLocation(a, value);
  else a.setSymbol(name, value, !isOnce);
}

/** .text first, then code, data and what takes no room, each in the order of the source. */
function inOrder(sections: Iterable<Section>): Section[] {
  const rank = (s: Section) => (s.isNoBits ? 3 : s.isCode ? 0 : s.name.startsWith(".rodata") ? 1 : 2);
  return [...sections].sort((x, y) => rank(x) - rank(y));
}

function link(a: Assembly, options: AssembleOptions): Assembled {
  const reported = new Set<SourceSymbol>();
  const request: LayoutRequest = {
    sections: inOrder(a.sections.values()),
    origin: options.origin ?? 0,
    addresses: options.layout ?? {},
    maxBytes: a.limits.maxBytes,
    error: (location, message, hint) => a.report("error", location, message, hint),
    warn: (location, message, hint) => a.report("warning", location, message, hint),
    missing(symbol, location) {
      if (reported.has(symbol)) return;
      reported.add(symbol);
      a.report("error", location, ...missingSymbol(symbol, a));
    },
  };
  const empty = {
    bytes: new Uint8Array(0),
    address: options.origin ?? 0,
    symbols: new Map<string, bigint>(),
    lines: [],
    sections: [],
    diagnostics: a.diagnostics,
  };
  const pass = placeAll(request);
  const large = request.sections.find((section) => section.size > section.room(a.limits.maxBytes));
  if (large) {
    a.location = whereItGrows(large, large.room(a.limits.maxBytes)) ?? {
      file: options.file ?? "source",
      line: 1,
      column: 1,
    };
    a.error(
      `the program grows beyond ${large.room(a.limits.maxBytes)} bytes`,
      "Is an .org or a count meant to be that large?",
    );
    return empty;
  }
  const written = request.sections.map((section) => ({ section, bytes: writeSection(section, request, pass) }));
  checkOverlap(written, a);
  const result = {
    ...empty,
    symbols: symbolValues(a, pass),
    lines: lineTable(request.sections),
    sections: request.sections
      .filter((s) => s.size > 0)
      .map((s) => ({ name: s.name, address: s.address, size: s.size, isNoBits: s.isNoBits })),
  };
  if (a.errors > 0) return result;
  const loaded = written.filter((w) => w.bytes.length > 0);
  const start = Math.min(...loaded.map((w) => w.section.address));
  const end = Math.max(...loaded.map((w) => w.section.address + w.bytes.length));
  if (loaded.length === 0) return result;
  if (end - start > a.limits.maxBytes) {
    a.report(
      "error",
      { file: options.file ?? "source", line: 1, column: 1 },
      `the image would reach from 0x${start.toString(16)} to 0x${end.toString(16)}`,
      "Sections are placed too far apart.",
    );
    return result;
  }
  const bytes = new Uint8Array(end - start);
  for (const w of loaded) bytes.set(w.bytes, w.section.address - start);
  return { ...result, bytes, address: start };
}

/** The statement whose tail alone is beyond the bound. */
function whereItGrows(section: Section, most: number): Location | undefined {
  const tail = section.fragments.find((f) => f.tailLength > most / 2)?.tail;
  return tail?.kind === "org" ? tail.target.location : tail?.kind === "space" ? tail.count.location : undefined;
}

function missingSymbol(symbol: SourceSymbol, a: Assembly): [string, string] {
  const local = /^([0-9]+)f$/.exec(symbol.name);
  if (local)
    return [
      `there is no label ${local[1]}: below`,
      `\`${symbol.name}\` is the next \`${local[1]}:\` after this line; the one before it is \`${local[1]}b\`.`,
    ];
  if (symbol.definition) return [`\`${symbol.name}\` is defined through itself`, ""];
  if (REGISTERS.has(symbol.name.toLowerCase())) {
    return [`\`${symbol.name}\` is not defined`, `If the register is meant, AT&T syntax writes %${symbol.name}.`];
  }
  const near = nearest(
    symbol.name,
    [...a.symbols.named.values()].filter((s) => s.definition).map((s) => s.name),
  );
  return [
    `\`${symbol.name}\` is not defined`,
    near ? `Did you mean \`${near}\`?` : "A label is a name and a colon; a constant is NAME = VALUE.",
  ];
}

function checkOverlap(written: readonly { section: Section; bytes: Uint8Array }[], a: Assembly): void {
  const placed = written.filter((w) => w.section.size > 0).sort((x, y) => x.section.address - y.section.address);
  placed.forEach(({ section }, i) => {
    const next = placed[i + 1]?.section;
    if (!next || section.address + section.size <= next.address) return;
    const location = next.marks[0]?.location ?? a.location;
    a.report(
      "error",
      location,
      `${next.name} at 0x${next.address.toString(16)} overlaps ${section.name}, which ends at 0x${(section.address + section.size).toString(16)}`,
      "",
    );
  });
}

function symbolValues(a: Assembly, pass: number): Map<string, bigint> {
  const values = new Map<string, bigint>();
  for (const symbol of a.symbols.named.values()) {
    if (!symbol.definition || symbol.name.startsWith(".L")) continue;
    const e = evaluate({ kind: "symbol", symbol, position: 0 }, pass);
    if (!e.missing) values.set(symbol.name, addressOf(e));
  }
  return values;
}

function lineTable(sections: readonly Section[]): AssembledLine[] {
  const lines: AssembledLine[] = [];
  for (const section of sections) {
    for (const m of section.marks) {
      const address = section.address + m.fragment.offset + m.offset;
      const end = section.address + m.endFragment.offset + m.endOffset;
      if (end > address) lines.push({ address, length: end - address, file: m.location.file, line: m.location.line });
    }
  }
  return lines.sort((x, y) => x.address - y.address);
}
