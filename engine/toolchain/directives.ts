/**
 * Directives that emit bytes, move the location, name symbols and choose sections and modes. Conditionals and macros are in
 * macros.ts. Source: Using as, 7 "Assembler Directives".
 */
import { SourceError } from "./diagnostic.ts";
import { constant } from "./evaluate.ts";
import { parseExpression } from "./expression.ts";
import { reference } from "./operands-att.ts";
import type { Expression } from "./program.ts";
import { readEscape, type Scanner } from "./scanner.ts";
import { type Assembly, tooLarge } from "./state.ts";

/** Carries out a directive; the scanner stands after its name. */
export type Directive = (a: Assembly, s: Scanner, name: string) => void;

/** A string in quotes, as UTF-8 bytes. */
export function readString(s: Scanner): number[] {
  const start = s.position;
  if (!s.take('"')) s.fail("a string is missing", 'Strings stand in double quotes: "text".', s.position);
  const bytes: number[] = [];
  for (;;) {
    if (s.position >= s.end) s.fail('the string has no closing "', "", start);
    const c = s.text[s.position] as string;
    if (c === '"') {
      s.position++;
      return bytes;
    }
    if (c === "\\") {
      s.position++;
      if (s.position >= s.end) s.fail('the string has no closing "', "", start);
      bytes.push(readEscape(s));
    } else {
      const code = s.text.codePointAt(s.position) as number;
      s.position += code > 0xffff ? 2 : 1;
      if (code < 0x80) bytes.push(code);
      else bytes.push(...new TextEncoder().encode(String.fromCodePoint(code)));
    }
  }
}

/** A string or a bare word, as file names and section names are written. */
export function readName(s: Scanner, what: string): string {
  if (s.peek() === '"') return new TextDecoder().decode(Uint8Array.from(readString(s)));
  s.skipSpace();
  const word = s.match(/[^\s,"]+/y);
  if (!word) s.fail(`${what} is missing`);
  return word;
}

function values(bytes: 1 | 2 | 4 | 8): Directive {
  return (a, s, name) => {
    if (s.atEnd()) return;
    do {
      if (s.peek() === '"') s.fail(`${name} takes numbers, not text`, `Text is written .ascii ${s.rest()}`);
      if (s.peek() === "$") s.fail(`${name} takes an expression without $`);
      if (s.peek() === "") s.fail("a value is missing after the comma");
      a.needRoom(bytes);
      a.emitValue(parseExpression(s, a), bytes, name);
    } while (s.take(","));
  };
}

function text(terminated: boolean): Directive {
  return (a, s) => {
    if (s.atEnd()) return;
    do {
      // Strings side by side are one.
      const bytes: number[] = [];
      do bytes.push(...readString(s));
      while (s.peek() === '"');
      if (terminated) bytes.push(0);
      a.needRoom(bytes.length);
      a.section.emit(bytes);
    } while (s.take(","));
  };
}

function floats(bytes: 4 | 8): Directive {
  return (a, s: Scanner) => {
    do {
      s.skipSpace();
      const at = s.position;
      const number = s.match(/(?:0[fFdD])?[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?/y);
      if (!number) s.fail("a number is missing", "", at);
      const view = new DataView(new ArrayBuffer(8));
      const value = Number(number.replace(/^0[fFdD]/, ""));
      if (bytes === 4) view.setFloat32(0, value, true);
      else view.setFloat64(0, value, true);
      a.needRoom(bytes);
      a.section.emit(new Uint8Array(view.buffer, 0, bytes));
    } while (s.take(","));
  };
}

const little = (value: bigint, bytes: number) =>
  Array.from({ length: bytes }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));

/** `.fill REPEAT, SIZE, VALUE`: of a value of more than 4 bytes as takes only the low four. */
const fill: Directive = (a, s) => {
  const at = s.here();
  const count = parseExpression(s, a);
  const size = s.take(",") ? Math.min(8, a.numberHere(s, "the size", 0, 1 << 30)) : 1;
  const value = s.take(",") ? a.constantHere(s, "the value") : 0n;
  const unit = little(BigInt.asUintN(32, value), 8).slice(0, size);
  repeat(a, count, unit, at);
};

/** `.skip COUNT, FILL`. */
const skip: Directive = (a, s) => {
  const at = s.here();
  const count = parseExpression(s, a);
  const value = s.take(",") ? a.constantHere(s, "the filler") : 0n;
  repeat(a, count, [Number(BigInt.asUintN(8, value))], at);
};

const zero: Directive = (a, s) => {
  const at = s.here();
  repeat(a, parseExpression(s, a), [0], at);
};

function repeat(a: Assembly, count: Expression, unit: number[], at: number): void {
  const known = constant(count);
  if (a.section.isNoBits && unit.some((b) => b !== 0)) a.needRoom(1);
  if (known === undefined) {
    a.section.emitTail({
      kind: "space",
      count: reference(count, a, "count", at).reference,
      unit,
    });
    return;
  }
  if (known < 0n) {
    const bytes = -known * BigInt(unit.length || 1);
    throw new SourceError(
      `the count is negative: ${known}`,
      `What stands before it is ${bytes} byte${bytes === 1n ? "" : "s"} too long.`,
      at,
    );
  }
  const room = a.section.room(a.limits.maxBytes);
  if (known * BigInt(unit.length) > BigInt(room) || a.section.current.length > room) throw tooLarge(room);
  if (!a.section.isNoBits) a.needRoom(Number(known) * unit.length);
  a.section.emitRepeated(Number(known), unit);
}

function align(isPower: boolean, fillBytes: number): Directive {
  return (a, s) => {
    if (s.atEnd()) {
      if (isPower) return;
      s.fail("the alignment is missing");
    }
    const at = s.here();
    const amount = a.numberHere(s, "the alignment", 0, isPower ? 24 : 1 << 24);
    const alignment = isPower ? 2 ** amount : amount || 1;
    if (!Number.isInteger(Math.log2(alignment))) s.fail(`an alignment is a power of two, not ${alignment}`, "", at);
    let filler: number[] | undefined;
    let most = Number.POSITIVE_INFINITY;
    if (s.take(",")) {
      if (s.peek() !== "," && s.peek() !== "") filler = little(a.constantHere(s, "the filler"), fillBytes);
      if (s.take(",")) most = a.numberHere(s, "the most to skip", 0, 1 << 30) || Number.POSITIVE_INFINITY;
    }
    a.section.alignment = Math.max(a.section.alignment, alignment);
    a.section.emitTail({ kind: "align", alignment, fill: filler, most, codeBits: a.codeBits });
  };
}

const org: Directive = (a, s) => {
  const target = parseExpression(s, a);
  const filler = s.take(",") ? Number(BigInt.asUintN(8, a.constantHere(s, "the filler"))) : 0;
  const known = constant(target);
  if (known !== undefined && known > BigInt(a.section.room(a.limits.maxBytes))) {
    throw new SourceError(
      `.org 0x${known.toString(16)} is beyond ${a.limits.maxBytes} bytes`,
      ".org counts from the start of the section, not from the address where it will run.",
    );
  }
  if (known !== undefined && known < 0n) throw new SourceError(".org takes a place from 0 up", "");
  a.section.emitTail({ kind: "org", target: reference(target, a, ".org").reference, fill: filler });
};

function set(mayRedefine: boolean): Directive {
  return (a, s: Scanner, directive) => {
    s.skipSpace();
    const at = s.position;
    const name = s.name();
    if (!name) s.fail("a name is missing", `${directive} NAME, VALUE`, at);
    if (!s.take(",")) s.fail("`,` is missing after the name", `${directive} NAME, VALUE`);
    const value = parseExpression(s, a);
    if (name === ".") moveLocation(a, value);
    else a.setSymbol(name, value, mayRedefine);
  };
}

/** `. = VALUE` is .org. */
export function moveLocation(a: Assembly, value: Expression): void {
  a.section.emitTail({ kind: "org", target: reference(value, a, ".org").reference, fill: 0 });
}

const globl: Directive = (a, s: Scanner) => {
  do {
    const name = s.name();
    if (!name) s.fail("a symbol's name is missing");
    a.symbols.use(name, a.location).isGlobal = true;
  } while (s.take(","));
};

const common: Directive = (a, s: Scanner) => {
  const name = s.name();
  if (!name || !s.take(",")) s.fail("a symbol and its size are missing", ".comm NAME, SIZE, ALIGNMENT");
  const size = a.numberHere(s, "the size", 0, 2 ** 32);
  const alignment = s.take(",") ? a.numberHere(s, "the alignment", 1, 4096) : 1;
  const before = a.section;
  a.section = a.openSection(".bss", false, true);
  a.section.alignment = Math.max(a.section.alignment, alignment);
  a.section.emitTail({
    kind: "align",
    alignment,
    fill: undefined,
    most: Number.POSITIVE_INFINITY,
    codeBits: a.codeBits,
  });
  const symbol = a.symbols.use(name, a.location);
  if (symbol.definition) s.fail(`\`${name}\` is defined already, in line ${symbol.location.line}`);
  a.defineLabel(symbol);
  a.section.emitRepeated(size, [0]);
  a.section = before;
};

function enter(a: Assembly, name: string, flags: string | undefined, isNoBits: boolean): void {
  const isCode = flags === undefined ? /^\.(text|init|fini|boot)/.test(name) : flags.includes("x");
  a.enterSection(a.openSection(name, isCode, isNoBits || /^\.(bss|tbss)\b/.test(name)));
}

const readSection: Directive = (a, s) => {
  const name = readName(s, "the section's name");
  let flags: string | undefined;
  let isNoBits = false;
  if (s.take(",")) {
    if (s.peek() === '"') flags = String.fromCharCode(...readString(s));
    if (s.take(",")) {
      if (!s.take("@") && !s.take("%")) s.take('"');
      const type = s.match(/[\w]+/y) ?? "";
      isNoBits = type === "nobits";
      s.position = s.end;
    }
  }
  enter(a, name, flags, isNoBits);
};

const named =
  (name: string): Directive =>
  (a, s) => {
    if (!s.atEnd()) a.constantHere(s, "the subsection");
    enter(a, name, undefined, name === ".bss");
  };

const mode =
  (bits: 16 | 32 | 64, isGcc16 = false): Directive =>
  (a) => {
    a.codeBits = bits;
    a.isGcc16 = isGcc16;
  };

const ignore: Directive = (_a, s) => {
  s.position = s.end;
};

const message =
  (severity: "error" | "warning"): Directive =>
  (a, s, name) => {
    const text = s.atEnd() ? `${name} was reached` : new TextDecoder().decode(Uint8Array.from(readString(s)));
    a.report(severity, a.location, text, "");
  };

/** Every directive but conditionals and macros. */
export const DIRECTIVES: ReadonlyMap<string, Directive> = new Map<string, Directive>([
  ...[".byte", ".dc.b"].map((n) => [n, values(1)] as const),
  ...[".word", ".short", ".hword", ".value", ".2byte", ".dc", ".dc.w"].map((n) => [n, values(2)] as const),
  ...[".long", ".int", ".4byte", ".dc.l"].map((n) => [n, values(4)] as const),
  ...[".quad", ".8byte"].map((n) => [n, values(8)] as const),
  [".ascii", text(false)],
  [".asciz", text(true)],
  [".string", text(true)],
  [".string8", text(true)],
  [".float", floats(4)],
  [".single", floats(4)],
  [".double", floats(8)],
  [".fill", fill],
  [".skip", skip],
  [".space", skip],
  [".zero", zero],
  [".align", align(false, 1)],
  [".balign", align(false, 1)],
  [".p2align", align(true, 1)],
  [".balignw", align(false, 2)],
  [".balignl", align(false, 4)],
  [".p2alignw", align(true, 2)],
  [".p2alignl", align(true, 4)],
  [".org", org],
  [".set", set(true)],
  [".equ", set(true)],
  [".equiv", set(false)],
  [".eqv", set(false)],
  ...[".globl", ".global"].map((n) => [n, globl] as const),
  [".comm", common],
  [".lcomm", common],
  [".text", named(".text")],
  [".data", named(".data")],
  [".bss", named(".bss")],
  [".rodata", named(".rodata")],
  [".section", readSection],
  [
    ".pushsection",
    (a, s, n) => {
      a.sectionStack.push({ current: a.section, previous: a.previousSection });
      readSection(a, s, n);
    },
  ],
  [
    ".popsection",
    (a) => {
      const top = a.sectionStack.pop();
      if (!top) throw new SourceError(".popsection without a .pushsection before it");
      a.enterSection(top.current);
      a.previousSection = top.previous;
    },
  ],
  [".previous", (a) => a.enterSection(a.previousSection)],
  [".code16", mode(16)],
  [".code32", mode(32)],
  [".code64", mode(64)],
  [".code16gcc", mode(16, true)],
  [
    ".att_syntax",
    (a, s) => {
      a.syntax = "att";
      s.position = s.end;
    },
  ],
  [
    ".intel_syntax",
    (a, s) => {
      a.syntax = "intel";
      s.position = s.end;
    },
  ],
  [".error", message("error")],
  [".err", message("error")],
  [".warning", message("warning")],
  [
    ".end",
    (a) => {
      a.stopped = true;
    },
  ],
  ...[
    ".type",
    ".size",
    ".file",
    ".ident",
    ".arch",
    ".local",
    ".weak",
    ".hidden",
    ".protected",
    ".internal",
    ".extern",
    ".print",
    ".title",
    ".sbttl",
    ".list",
    ".nolist",
    ".psize",
    ".eject",
    ".line",
    ".loc",
    ".version",
    ".abort",
    ".att_mnemonic",
    ".intel_mnemonic",
    ".cfi_startproc",
    ".cfi_endproc",
    ".cfi_sections",
    ".cfi_def_cfa",
    ".cfi_def_cfa_offset",
    ".cfi_def_cfa_register",
    ".cfi_offset",
    ".cfi_adjust_cfa_offset",
    ".cfi_restore",
    ".cfi_undefined",
    ".func",
    ".endfunc",
    ".ln",
    ".desc",
    ".symver",
    ".linkonce",
  ].map((n) => [n, ignore] as const),
]);
