/**
 * How the two syntaxes spell the table's mnemonics: AT&T (GNU as's own) and Intel. What follows a rule is derived from the
 * rows (size suffixes, `movs`/`movsl` for MOVSD, `fstsw` for WAIT and FNSTSW); what does not is in the small tables here.
 * Source: Using as, 9.16 "80386 Dependent Features"; AMD APM vol. 3.
 */
import { type Encoding, isX87 } from "./encoding.ts";
import type { Row } from "./row.ts";
import { TABLE } from "./table.ts";

export type Syntax = "att" | "intel";

/** What a mnemonic may stand for. Several are tried in order. */
export interface Spelling {
  readonly rows: readonly Row[];
  /** Size that the mnemonic or its suffix names; 32, 64 and 80 also for x87 memory. */
  readonly bits?: number;
  /** Size of the source, for MOVZX, MOVSX and CRC32. */
  readonly sourceBits?: 8 | 16 | 32 | 64;
  /** The same size written in the name of a row (PUSHFD), not as a suffix. */
  readonly wait?: boolean;
  /** Last operand that the mnemonic implies. */
  readonly immediate?: bigint;
  /** Only the encodings with a 64-bit immediate or address. */
  readonly absolute?: boolean;
  /** AT&T's name, where it has two rows exchanged for some encodings (`attFloatName`). */
  readonly attName?: string;
}

/** AT&T's own names. */
export const ATT_NAMES: Readonly<Record<string, string>> = {
  CBW: "cbtw",
  CWDE: "cwtl",
  CDQE: "cltq",
  CWD: "cwtd",
  CDQ: "cltd",
  CQO: "cqto",
  JMPF: "ljmp",
  CALLF: "lcall",
  RETF: "lret",
  MOVSXD: "movslq",
};

/** Names that Intel syntax shares between near and far forms. */
export const FAR_ROWS: Readonly<Record<string, string>> = { JMP: "JMPF", CALL: "CALLF", RET: "RETF" };

/** Instructions whose accumulator both syntaxes may write although the encoding implies it, and its place (Intel order). */
export const WRITTEN_ACCUMULATOR: Readonly<Record<string, "first" | "last">> = {
  STOS: "last",
  LODS: "first",
  SCAS: "first",
};

/** Returns to 32-bit code, whose names in 64-bit code take `l` (AT&T) or `d` (Intel). */
export const SHORT_RETURNS: ReadonlySet<string> = new Set(["SYSRET", "SYSEXIT"]);
/** x87 instructions whose second operand, ST(0), goes unwritten. */
export const TOP_UNWRITTEN: ReadonlySet<string> = new Set(["FCOM", "FCOMP", "FUCOM", "FUCOMP", "FXCH"]);

/**
 * AT&T's name of an x87 subtraction or division into ST(i): the other's, as the first assembler of that syntax had it.
 * Source: Using as, 9.16.16 "AT&T Syntax bugs".
 */
export function attFloatName(name: string, e: Encoding): string | undefined {
  if (e.operands[0]?.text !== "STi" || !isX87(e)) return undefined;
  const found = /^F(SUB|DIV)(R?)(P?)$/.exec(name);
  return found ? `F${found[1]}${found[2] ? "" : "R"}${found[3]}` : undefined;
}

/** Operands in the same order in both syntaxes. */
export const SAME_ORDER: ReadonlySet<string> = new Set(["ENTER", "BOUND"]);

/** SSE comparisons, whose predicate the mnemonic may name (CMPEQPS) instead of an immediate, and the predicates in order. */
export const COMPARISON = /^CMP[SP][SD]$/;
export const PREDICATES: readonly string[] = ["eq", "lt", "le", "unord", "neq", "nlt", "nle", "ord"];

/** Operands that may be left out. */
export const DEFAULT_OPERAND: Readonly<Record<string, bigint>> = { AAM: 10n, AAD: 10n };

/** Prefixes written as mnemonics. A size prefix is named by the size it selects. */
export const PREFIXES: ReadonlyMap<
  string,
  { readonly byte: number; readonly operandBits?: 16 | 32; readonly addressBits?: 16 | 32 }
> = new Map([
  ["lock", { byte: 0xf0 }],
  ["rep", { byte: 0xf3 }],
  ["repe", { byte: 0xf3 }],
  ["repz", { byte: 0xf3 }],
  ["repne", { byte: 0xf2 }],
  ["repnz", { byte: 0xf2 }],
  ["es", { byte: 0x26 }],
  ["cs", { byte: 0x2e }],
  ["ss", { byte: 0x36 }],
  ["ds", { byte: 0x3e }],
  ["fs", { byte: 0x64 }],
  ["gs", { byte: 0x65 }],
  ["data16", { byte: 0x66, operandBits: 16 }],
  ["data32", { byte: 0x66, operandBits: 32 }],
  ["addr16", { byte: 0x67, addressBits: 16 }],
  ["addr32", { byte: 0x67, addressBits: 32 }],
]);

export const SUFFIX_BITS: Readonly<Record<string, number>> = { b: 8, w: 16, l: 32, q: 64 };
const INTEL_SUFFIX_BITS: Readonly<Record<string, number>> = { b: 8, w: 16, d: 32, q: 64 };
/** x87 memory, by the letter after the name. */
const REAL_SUFFIX_BITS: Readonly<Record<string, number>> = { s: 32, l: 64, t: 80 };
const INTEGER_SUFFIX_BITS: Readonly<Record<string, number>> = { s: 16, l: 32, ll: 64, q: 64 };
const ENVIRONMENT_SUFFIX_BITS: Readonly<Record<string, number>> = { s: 16, l: 32 };

function floatSuffixes(row: Row): Readonly<Record<string, number>> {
  if (/^F(LDENV|NSTENV|RSTOR|NSAVE)$/.test(row.name)) return ENVIRONMENT_SUFFIX_BITS;
  if (/^FN?(LD|ST)[CS]W$|^FB/.test(row.name)) return SUFFIX_BITS;
  return row.name.startsWith("FI") ? INTEGER_SUFFIX_BITS : REAL_SUFFIX_BITS;
}

/** The suffix of an x87 instruction with a memory operand of `bits`, in AT&T syntax. */
export function floatSuffix(row: Row, bits: number): string | undefined {
  const letters = floatSuffixes(row);
  return letters === SUFFIX_BITS ? undefined : Object.entries(letters).find(([, n]) => n === bits)?.[0];
}

function has(row: Row, attribute: "prefix" | "o16" | "o32" | "oq"): boolean {
  return row.encodings.some((e) => e.attributes.has(attribute));
}

/** Size that a row's name implies (MOVSB, PUSHFD, CWDE): 8, 16, 32, 64; undefined where the name says nothing. */
export function sizeInName(row: Row): 8 | 16 | 32 | 64 | undefined {
  if (!has(row, "prefix")) return undefined;
  return has(row, "o16") ? 16 : has(row, "o32") ? 32 : has(row, "oq") ? 64 : 8;
}

/** The name that a row shares with its other sizes: MOVS for MOVSB, MOVSW, MOVSD; PUSHF for PUSHFD. */
export function stem(row: Row): string {
  const size = sizeInName(row);
  if (size === undefined || ATT_NAMES[row.name]) return row.name;
  const letter = { 8: "B", 16: "W", 32: "D", 64: "Q" }[size];
  return row.name.endsWith(letter) ? row.name.slice(0, -1) : row.name;
}

type Index = Map<string, Spelling[]>;

function addSpelling(index: Index, name: string, spelling: Spelling): void {
  const key = name.toLowerCase();
  const list = index.get(key);
  if (list) list.push(spelling);
  else index.set(key, [spelling]);
}

function makeNames(): { exact: Index; families: Map<string, Row[]> } {
  const exact: Index = new Map();
  const byName = new Map<string, Row[]>();
  const families = new Map<string, Row[]>();
  const push = (map: Map<string, Row[]>, key: string, row: Row) => {
    const list = map.get(key);
    if (list) list.push(row);
    else map.set(key, [row]);
  };
  for (const row of TABLE) {
    const size = sizeInName(row);
    if (size !== undefined && stem(row) !== row.name) push(families, stem(row), row);
    for (const name of [row.name, ...row.aliases]) push(byName, name, row);
  }
  // PUSHF and its like are called as their stem: the name without a size.
  for (const [name, rows] of families) {
    for (const row of byName.get(name) ?? []) if (!rows.includes(row)) rows.push(row);
  }
  for (const [name, rows] of byName) {
    const only = rows[0] as Row;
    if (families.has(name)) continue;
    const size = rows.length === 1 ? sizeInName(only) : undefined;
    addSpelling(exact, name, size && size > 8 ? { rows, bits: size } : { rows });
    const wait = /^FN(?!OP)(.*)$/.exec(name);
    if (wait) addSpelling(exact, `F${wait[1]}`, { rows, wait: true });
  }
  for (const [name, rows] of families) addSpelling(exact, name, { rows });
  for (const row of TABLE) {
    if (!COMPARISON.test(row.name) || sizeInName(row) !== undefined) continue;
    PREDICATES.forEach((predicate, i) => {
      addSpelling(exact, `CMP${predicate}${row.name.slice(3)}`, { rows: [row], immediate: BigInt(i) });
    });
  }
  return { exact, families };
}

function makeAtt(names: ReturnType<typeof makeNames>): Index {
  const index: Index = new Map();
  for (const row of TABLE) {
    const own = ATT_NAMES[row.name];
    if (own) addSpelling(index, own, { rows: [row], ...(sizeInName(row) ? { bits: sizeInName(row) as number } : {}) });
  }
  for (const [name, rows] of names.families) {
    for (const [letter, bits] of Object.entries(SUFFIX_BITS)) {
      const row = rows.find((r) => sizeInName(r) === bits);
      if (row && bits > 8) addSpelling(index, name + letter, { rows: [row], bits });
    }
  }
  const widening = (row: string) => TABLE.filter((r) => r.name === row);
  for (const [name, row] of [
    ["movz", "MOVZX"],
    ["movs", "MOVSX"],
  ] as const) {
    for (const [from, sourceBits] of [
      ["b", 8],
      ["w", 16],
    ] as const) {
      for (const [to, bits] of [
        ["w", 16],
        ["l", 32],
        ["q", 64],
        ["", 0],
      ] as const) {
        if (bits && bits <= sourceBits) continue;
        addSpelling(index, name + from + to, { rows: widening(row), sourceBits, ...(bits ? { bits } : {}) });
      }
    }
  }
  for (const name of SHORT_RETURNS) addSpelling(index, `${name}L`, { rows: TABLE.filter((r) => r.name === name) });
  for (const name of ["FSUB", "FDIV", "FSUBP", "FDIVP"]) {
    const reversed = name.replace(/(?=P?$)/, "R");
    const rows = [name, reversed].flatMap((n) => TABLE.filter((r) => r.name === n));
    addSpelling(index, name, { rows, attName: name });
    addSpelling(index, reversed, { rows: [...rows].reverse(), attName: reversed });
  }
  for (const [letter, sourceBits] of Object.entries(SUFFIX_BITS))
    addSpelling(index, `crc32${letter}`, { rows: widening("CRC32"), sourceBits: sourceBits as 8 });
  addSpelling(index, "movsl", { rows: widening("MOVSXD"), sourceBits: 32 });
  addSpelling(index, "movabs", { rows: widening("MOV"), absolute: true });
  addSpelling(index, "movabsq", { rows: widening("MOV"), absolute: true, bits: 64 });
  return index;
}

const names = makeNames();
const att = makeAtt(names);

/** What was looked up before; only names that mean something are kept, so it stays small. */
const lookedUp = { att: new Map<string, readonly Spelling[]>(), intel: new Map<string, readonly Spelling[]>() };

/** The meanings a mnemonic may have in a syntax, first choice first; empty where it has none. */
export function spellings(mnemonic: string, syntax: Syntax): readonly Spelling[] {
  const key = mnemonic.toLowerCase();
  const before = lookedUp[syntax].get(key);
  if (before) return before;
  const found = lookUp(key, syntax);
  if (found.length) lookedUp[syntax].set(key, found);
  return found;
}

function lookUp(key: string, syntax: Syntax): readonly Spelling[] {
  const exact = names.exact.get(key) ?? [];
  if (syntax === "intel") {
    const movabs = key === "movabs" ? (att.get(key) ?? []) : [];
    const far = /^l(jmp|call|ret)$/.test(key) ? (att.get(key) ?? []) : [];
    // as takes a size suffix in Intel syntax too, with d for 32 bits: pushw, iretd.
    const short = /^sys(ret|exit)d$/.test(key) ? (att.get(`${key.slice(0, -1)}l`) ?? []) : [];
    return [...exact, ...movabs, ...far, ...short, ...(exact.length ? [] : suffixed(key, INTEL_SUFFIX_BITS))];
  }
  const own = att.get(key) ?? [];
  if (own[0]?.attName) return own;
  const found = [...exact, ...own];
  // MOVQ is both a media instruction and MOV with a suffix, which goes first.
  if (found.some((s) => !s.rows.every(isMedia))) return found;
  return [...suffixed(key, SUFFIX_BITS), ...found];
}

/** Whether a row's operands are in MMX or XMM registers. */
function isMedia(row: Row): boolean {
  return row.encodings.every((e) => e.operands.some((o) => "VWUPQN".includes(o.place)));
}

/** Media instructions whose general register a suffix may size. */
const SUFFIXED_MEDIA = /^(CVT|PINSRW|PEXTRW|P?MOVMSK)/;

/** Instructions of one size in memory, or whose registers say it, that as takes no suffix with. */
const UNSUFFIXED =
  /^(CRC32|[SL][TD]MXCSR|PREFETCH\w*|CL(FLUSH|FLUSHOPT|WB)|INVPCID|RDRAND|RDSEED|RDPID|(RD|WR)[FG]SBASE)$/;

/** Whether a size suffix says something about a row: it has an operand of a size, or uses the stack, or branches. */
function takesSuffix(row: Row): boolean {
  if (UNSUFFIXED.test(row.name)) return false;
  if (sizeInName(row) === 8 || row.name === "MOVSXD" || (isMedia(row) && !SUFFIXED_MEDIA.test(row.name))) return false;
  return row.encodings.some(
    (e) =>
      (e.attributes.has("stack") && !row.name.startsWith("INT")) ||
      e.operands.some((o) => "EMRGZOXYJA".includes(o.place) && (o.width !== "none" || row.name === "LEA")) ||
      e.operands.some((o) => o.file === "general" && o.text.endsWith("AX")),
  );
}

function suffixed(key: string, letters: Readonly<Record<string, number>>): Spelling[] {
  const long = key.endsWith("ll") && letters === SUFFIX_BITS ? withSuffix(key.slice(0, -2), "ll", letters) : [];
  return long.length ? long : withSuffix(key.slice(0, -1), key.slice(-1), letters);
}

function withSuffix(base: string, letter: string, letters: Readonly<Record<string, number>>): Spelling[] {
  const found: Spelling[] = [];
  const own = att.get(base) ?? [];
  for (const s of own[0]?.attName && letters === SUFFIX_BITS ? own : [...(names.exact.get(base) ?? []), ...own]) {
    if (s.bits !== undefined) continue;
    const first = s.rows[0] as Row;
    if (!s.rows.some(takesSuffix)) continue;
    const isFloat = first.encodings[0] && isX87(first.encodings[0]) && letters === SUFFIX_BITS;
    const bits = (isFloat ? floatSuffixes(first) : letters)[letter];
    if (bits === undefined) continue;
    const rows = s.rows.filter((row) => !isMedia(row) || (bits >= 32 && takesSuffix(row)));
    if (rows.length) found.push({ ...s, rows, bits });
  }
  return found;
}

/** Every mnemonic of a syntax without suffixes, for suggestions. */
export function allMnemonics(syntax: Syntax): string[] {
  return [...names.exact.keys(), ...(syntax === "att" ? att.keys() : []), ...PREFIXES.keys()];
}
