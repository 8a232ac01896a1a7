/** Why an instruction cannot be assembled, in words for the person who wrote it. */
import { type EncodeOperand, encode } from "../isa/encode.ts";
import type { OperandCode } from "../isa/encoding.ts";
import { generalName, REGISTERS } from "../isa/registers.ts";
import type { Row } from "../isa/row.ts";
import { allMnemonics, type Spelling, SUFFIX_BITS, type Syntax, spellings } from "../isa/spelling.ts";
import { nearest, SourceError } from "./diagnostic.ts";
import type { Written } from "./operands-att.ts";
import type { Reference } from "./program.ts";
import type { InstructionSurroundings } from "./surroundings.ts";

/** What other assemblers and habits write, and what it is here. */
const FOREIGN: Readonly<Record<string, string>> = {
  db: ".byte (and .ascii for text)",
  dw: ".word",
  dd: ".long",
  dq: ".quad",
  times: ".fill COUNT, SIZE, VALUE (or .rept … .endr)",
  bits: ".code16, .code32 or .code64",
  org: ".org",
  section: ".section",
  global: ".globl",
  extern: "nothing: every symbol may be defined later",
  equ: ".set NAME, VALUE",
  resb: ".skip",
  resw: ".skip",
  resd: ".skip",
  include: ".include",
  align: ".balign",
  use16: ".code16",
  use32: ".code32",
};

/** The error for a mnemonic that nothing has. */
export function explainMnemonic(mnemonic: string, rest: string, syntax: Syntax, position: number): SourceError {
  const lower = mnemonic.toLowerCase();
  const message = `there is no instruction \`${mnemonic}\``;
  const foreign = FOREIGN[lower];
  if (foreign) return new SourceError(message, `GNU as writes ${foreign}.`, position);
  if (rest.startsWith("=")) return new SourceError(message, "", position);
  if (
    syntax === "intel" &&
    lower.length > 2 &&
    SUFFIX_BITS[lower.slice(-1)] &&
    spellings(lower.slice(0, -1), "intel").length
  ) {
    return new SourceError(
      message,
      `Intel syntax has no size suffixes: write \`${lower.slice(0, -1)}\` (and \`dword ptr\` where memory is meant).`,
      position,
    );
  }
  const near = nearest(mnemonic, allMnemonics(syntax));
  if (near) return new SourceError(message, `Did you mean \`${near}\`?`, position);
  if (/^[a-z]/i.test(rest) && !rest.includes(",")) {
    return new SourceError(
      message,
      "A comment begins with # (`;` separates instructions); a label ends with a colon.",
      position,
    );
  }
  return new SourceError(message, "", position);
}

const OPERAND_NAMES: Readonly<Record<string, string>> = {
  E: "register or memory",
  M: "memory",
  R: "register",
  G: "register",
  Z: "register",
  S: "segment register",
  C: "control register",
  D: "debug register",
  I: "immediate",
  J: "label",
  O: "memory",
  A: "selector and offset",
  X: "memory at (r)si",
  Y: "memory at (r)di",
  ST: "x87 register",
};
const WIDTH_NAMES: Readonly<Record<string, string>> = { b: "8-bit ", w: "16-bit ", d: "32-bit ", q: "64-bit " };

function describe(o: OperandCode): string {
  if (o.place === "fixed") return o.text.replace(/^[er](?=A)/, "").toLowerCase();
  if (o.place === "one") return String(o.number);
  return `${o.place === "J" || o.place === "ST" ? "" : (WIDTH_NAMES[o.width] ?? "")}${OPERAND_NAMES[o.place] ?? o.text}`;
}

/** The operands that rows take, in a syntax's order, as text. */
function forms(rows: readonly Row[], syntax: Syntax): string[] {
  const all = rows
    .flatMap((r) => r.encodings.filter((e) => !e.attributes.has("alias")))
    .map((e) => {
      const list = e.operands.map(describe);
      return (syntax === "att" ? list.reverse() : list).join(", ") || "none";
    });
  return [...new Set(all)];
}

function bitsOfWritten(w: Written): number {
  return w.operand.kind === "register" ? w.operand.bits : 0;
}

type Operands = readonly EncodeOperand<Reference>[];

/** An instruction that no encoding takes, and what the reasons below ask of it. Operands are in Intel's order. */
class Case {
  readonly mnemonic: string;
  readonly choices: readonly Spelling[];
  readonly written: readonly Written[];
  readonly position: number;
  readonly around: InstructionSurroundings;
  readonly rows: readonly Row[];
  readonly operands: Operands;
  readonly isAtt: boolean;

  constructor(
    mnemonic: string,
    choices: readonly Spelling[],
    written: readonly Written[],
    position: number,
    around: InstructionSurroundings,
  ) {
    this.mnemonic = mnemonic;
    this.choices = choices;
    this.written = written;
    this.position = position;
    this.around = around;
    this.rows = choices.flatMap((c) => c.rows);
    this.isAtt = around.syntax === "att";
    const isBranch = this.rows.some((r) => r.encodings.some((e) => e.operands[0]?.place === "J"));
    this.operands = written.map((w) =>
      w.bare && w.operand.kind === "memory" && isBranch
        ? { kind: "target", amount: w.operand.displacement }
        : w.operand,
    );
  }

  /** The size that the suffix names. */
  get bits(): number | undefined {
    return this.choices[0]?.bits;
  }

  /** Whether other operands, another mode or no suffix would do. */
  works(list: Operands, codeBits = this.around.codeBits, withSuffix = true): boolean {
    return this.choices.some((c) => {
      const bits = withSuffix ? c.bits : undefined;
      return encode(c.rows, list, { codeBits, bits, sourceBits: c.sourceBits }).best !== undefined;
    });
  }

  error(message: string, hint = "", position = this.position): SourceError {
    return new SourceError(message, hint, position);
  }

  get name(): string {
    return `\`${this.mnemonic}\``;
  }
}

type Reason = (c: Case) => SourceError | undefined;

const wrongMode: Reason = (c) => {
  const { codeBits } = c.around;
  if (codeBits !== 64) {
    if (c.bits !== 64 && !c.works(c.operands, 64)) return undefined;
    const hint = c.bits === 64 && c.isAtt ? "The suffix q means 64 bits; l means 32." : "";
    return c.error(`${c.name} needs 64-bit code; this is .code${codeBits}`, hint);
  }
  if (c.rows.every((r) => r.encodings.every((e) => e.attributes.has("i64")))) {
    return c.error(`${c.name} does not exist in 64-bit code`);
  }
  return c.works(c.operands, 32) ? c.error(`${c.name} has no such form in 64-bit code`) : undefined;
};

/** `int 0x10` in AT&T syntax. */
const missingDollar: Reason = (c) => {
  const bare = c.written.find((w) => w.bare && w.operand.kind === "memory");
  if (!c.isAtt || !bare) return undefined;
  const asImmediates = c.written.map(
    (w, i): EncodeOperand<Reference> =>
      w.bare && w.operand.kind === "memory"
        ? { kind: "immediate", amount: w.operand.displacement }
        : (c.operands[i] as EncodeOperand<Reference>),
  );
  if (!c.works(asImmediates)) return undefined;
  const hint = `An AT&T immediate begins with $: $${bare.text}`;
  return c.error(`${c.name} takes no memory operand here, and \`${bare.text}\` is one`, hint, bare.position);
};

/** `mov ax, bx` in AT&T syntax. */
const missingPercent: Reason = (c) => {
  const named = c.written
    .filter((w) => w.bare && w.operand.kind === "memory" && REGISTERS.has(w.text.toLowerCase()))
    .sort((a, b) => a.position - b.position)[0];
  if (!c.isAtt || !named) return undefined;
  const hint = `An AT&T register begins with %: %${named.text}. Intel syntax begins with .intel_syntax noprefix.`;
  return c.error(`\`${named.text}\` is taken for a label`, hint, named.position);
};

/** `ljmp $8, $0x100000` in 16-bit code. */
const farOffset: Reason = (c) => {
  const offset = c.written[0]?.operand;
  const value =
    offset?.kind === "immediate" ? offset.amount.value : offset?.kind === "far" ? offset.offset.value : undefined;
  const takesFar = c.rows.some((r) => r.encodings.some((e) => e.operands.some((o) => o.place === "A")));
  if (!takesFar || value === undefined || value <= 0xffffn || (c.bits ?? c.around.codeBits) !== 16) return undefined;
  const hint = c.isAtt ? `${c.mnemonic.replace(/w$/, "")}l takes an offset of 32 bits.` : "";
  return c.error(`the offset 0x${value.toString(16)} does not fit in 16 bits`, hint);
};

const wrongCount: Reason = (c) => {
  const counts = [...new Set(c.rows.flatMap((r) => r.encodings.map((e) => e.operands.length)))].sort();
  const given = c.written.length;
  if (counts.length === 0 || counts.includes(given)) return undefined;
  const last = counts[counts.length - 1];
  const one = last === 0 ? "no operands" : `${last} operand${last === 1 ? "" : "s"}`;
  const expected = counts.length === 1 ? one : `${counts.slice(0, -1).join(", ")} or ${last} operands`;
  return c.error(`${c.name} takes ${expected}, not ${given}`, takes(c.mnemonic, c.rows, c.around.syntax));
};

const twoMemories: Reason = (c) => {
  if (c.written.filter((w) => w.operand.kind === "memory").length < 2) return undefined;
  return c.error(`${c.name} cannot have two memory operands`, "Load one of them into a register first.");
};

const segmentLoad: Reason = (c) => {
  const [first, second] = c.written;
  if (!c.rows.some((r) => r.name === "MOV") || first?.operand.kind !== "segment" || !second) return undefined;
  if (second.operand.kind === "immediate") {
    const way = c.isAtt
      ? `mov ${second.text}, %ax; mov %ax, ${first.text}`
      : `mov ax, ${second.text}; mov ${first.text}, ax`;
    return c.error("a segment register cannot be loaded with an immediate", `Load a general register first: ${way}`);
  }
  if (second.operand.kind === "segment") {
    return c.error(
      "one segment register cannot be copied to another",
      "Go through a general register, or push and pop.",
    );
  }
  if (first.operand.number !== 1) return undefined;
  const way = c.isAtt ? "ljmp $selector, $offset" : "jmp selector:offset";
  return c.error("CS cannot be loaded with mov", `A far jump loads it: ${way}`);
};

const wrongOrder: Reason = (c) => {
  if (c.operands.length < 2 || !c.works([...c.operands].reverse())) return undefined;
  const hint = c.isAtt
    ? "AT&T syntax writes the source first, the destination last."
    : "Intel syntax writes the destination first.";
  return c.error(`${c.name} takes its operands the other way round`, hint);
};

const wrongSuffix: Reason = (c) => {
  const wrong = c.written.find((w) => bitsOfWritten(w) && bitsOfWritten(w) !== c.bits);
  if (c.bits === undefined || !wrong || !c.works(c.operands, c.around.codeBits, false)) return undefined;
  const bits = bitsOfWritten(wrong);
  const letter = Object.entries(SUFFIX_BITS).find(([, b]) => b === bits)?.[0] ?? "";
  const hint = c.isAtt ? `The suffix for ${bits} bits is ${letter}; with a register as operand none is needed.` : "";
  return c.error(`${c.name} is for ${c.bits} bits, and ${wrong.text} has ${bits}`, hint);
};

/** `push %al`, `mov %cr0, %ax`: the same register in another size would do. */
const wrongRegisterSize: Reason = (c) => {
  for (const [i, w] of c.written.entries()) {
    const o = w.operand;
    if (o.kind !== "register" || c.written.some((x, k) => k !== i && x.operand.kind === "register")) continue;
    for (const bits of [16, 32, 8] as const) {
      const other: EncodeOperand<Reference> = { kind: "register", number: o.number, bits };
      if (bits === o.bits || !c.works(c.operands.map((x, k) => (k === i ? other : x)))) continue;
      const name = `${c.isAtt ? "%" : ""}${generalName(o.number, bits)}`;
      return c.error(`${w.text} has ${o.bits} bits, and ${c.name} takes ${bits} here`, `${name}?`, w.position);
    }
  }
  return undefined;
};

const unequalRegisters: Reason = (c) => {
  const [a, b] = c.written.filter((w) => bitsOfWritten(w) > 0).sort((x, y) => x.position - y.position);
  if (!a || !b || bitsOfWritten(a) === bitsOfWritten(b)) return undefined;
  const widens = c.rows.some((r) => r.name === "MOV") ? "; movzx and movsx widen" : "";
  return c.error(
    `${a.text} has ${bitsOfWritten(a)} bits and ${b.text} has ${bitsOfWritten(b)}`,
    `Use registers of one size${widens}.`,
  );
};

/** IN and OUT take the port from DX only, and the value from AL, AX or EAX. */
const wrongPort: Reason = (c) => {
  if (!c.rows.some((r) => r.name === "IN" || r.name === "OUT")) return undefined;
  const mark = c.isAtt ? "%" : "";
  return c.error(
    `no form of ${c.name} takes these operands`,
    `The value is in ${mark}al, ${mark}ax or ${mark}eax, the port a number up to 255 or in ${mark}dx.`,
  );
};

/** Tried in order: the first that applies explains best. */
const REASONS: readonly Reason[] = [
  wrongMode,
  missingDollar,
  missingPercent,
  farOffset,
  wrongCount,
  twoMemories,
  segmentLoad,
  wrongOrder,
  wrongPort,
  wrongSuffix,
  wrongRegisterSize,
  unequalRegisters,
];

/** The error for operands that no encoding of the mnemonic takes. Operands are in the encoder's (Intel's) order. */
export function explain(
  mnemonic: string,
  choices: readonly Spelling[],
  written: readonly Written[],
  position: number,
  around: InstructionSurroundings,
): SourceError {
  const c = new Case(mnemonic, choices, written, position, around);
  for (const reason of REASONS) {
    const error = reason(c);
    if (error) return error;
  }
  return c.error(`no form of ${c.name} takes these operands`, takes(mnemonic, c.rows, around.syntax));
}

function takes(mnemonic: string, rows: readonly Row[], syntax: Syntax): string {
  const list = forms(rows, syntax);
  const shown = list.slice(0, 5).join("; ");
  return `\`${mnemonic}\` takes: ${shown}${list.length > 5 ? "; …" : ""}`;
}
