/** Why an instruction cannot be assembled, in words for the person who wrote it. */
import { type EncodeOperand, encode } from "../isa/encode.ts";
import type { OperandCode } from "../isa/encoding.ts";
import { REGISTERS } from "../isa/registers.ts";
import type { Row } from "../isa/row.ts";
import { allMnemonics, type Spelling, SUFFIX_BITS, type Syntax, spellings } from "../isa/spelling.ts";
import { nearest, SourceError } from "./diagnostic.ts";
import type { InstructionSurroundings } from "./instructions.ts";
import type { Written } from "./operands-att.ts";
import type { Reference } from "./sections.ts";

/** What other assemblers and habits write, and what it is here. */
const FOREIGN: Readonly<Record<string, string>> = {
  db: ".byte (and .ascii for text)",
  dw: ".word",
  dd: ".long",
  dq: ".quad",
  times: ".rept or .fill",
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

/** The error for operands that no encoding of the mnemonic takes. Operands are in the encoder's (Intel's) order. */
export function explain(
  mnemonic: string,
  choices: readonly Spelling[],
  written: readonly Written[],
  position: number,
  around: InstructionSurroundings,
): SourceError {
  const rows = choices.flatMap((c) => c.rows);
  const spelling = choices[0] as Spelling;
  const isAtt = around.syntax === "att";
  const operands = written.map(
    (w): EncodeOperand<Reference> =>
      w.bare && w.operand.kind === "memory" && rows.some((r) => r.encodings.some((e) => e.operands[0]?.place === "J"))
        ? { kind: "target", amount: w.operand.displacement }
        : w.operand,
  );
  const works = (list: readonly EncodeOperand<Reference>[], codeBits = around.codeBits, bits = spelling.bits) =>
    choices.some((c) => encode(c.rows, list, { codeBits, bits, sourceBits: c.sourceBits }).best !== undefined);

  if (around.codeBits !== 64 && (works(operands, 64) || spelling.bits === 64)) {
    return new SourceError(
      `\`${mnemonic}\` needs 64-bit code; this is .code${around.codeBits}`,
      spelling.bits === 64 && isAtt ? `The suffix q means 64 bits; l means 32.` : "",
      position,
    );
  }
  if (
    around.codeBits === 64 &&
    (works(operands, 32) || rows.every((r) => r.encodings.every((e) => e.attributes.has("i64"))))
  ) {
    const isGone = rows.every((r) => r.encodings.every((e) => e.attributes.has("i64")));
    return new SourceError(
      isGone ? `\`${mnemonic}\` does not exist in 64-bit code` : `\`${mnemonic}\` has no such form in 64-bit code`,
      "",
      position,
    );
  }
  const counts = new Set(rows.flatMap((r) => r.encodings.map((e) => e.operands.length)));
  const immediates = written.map(
    (w, i): EncodeOperand<Reference> =>
      w.bare && w.operand.kind === "memory"
        ? { kind: "immediate", amount: w.operand.displacement }
        : (operands[i] as EncodeOperand<Reference>),
  );
  const bare = written.find((w) => w.bare && w.operand.kind === "memory");
  if (isAtt && bare && works(immediates)) {
    return new SourceError(
      `\`${mnemonic}\` takes no memory operand here, and \`${bare.text}\` is one`,
      `An AT&T immediate begins with $: $${bare.text}`,
      bare.position,
    );
  }
  const named = written.find((w) => w.bare && w.operand.kind === "memory" && REGISTERS.has(w.text.toLowerCase()));
  if (isAtt && named)
    return new SourceError(
      `\`${named.text}\` is taken for a label`,
      `An AT&T register begins with %: %${named.text}`,
      named.position,
    );
  if (!counts.has(written.length) && counts.size > 0 && !works(operands)) {
    const list = [...counts].sort();
    const expected =
      list.length === 1
        ? list[0] === 0
          ? "no operands"
          : `${list[0]} operand${list[0] === 1 ? "" : "s"}`
        : `${list.slice(0, -1).join(", ")} or ${list[list.length - 1]} operands`;
    return new SourceError(
      `\`${mnemonic}\` takes ${expected}, not ${written.length}`,
      takes(mnemonic, rows, around.syntax),
      position,
    );
  }
  const [first, second] = written;
  if (first && second) {
    if (first.operand.kind === "memory" && second.operand.kind === "memory") {
      return new SourceError(
        `\`${mnemonic}\` cannot have two memory operands`,
        "Load one of them into a register first.",
        position,
      );
    }
    if (rows.some((r) => r.name === "MOV") && first.operand.kind === "segment") {
      if (second.operand.kind === "immediate") {
        return new SourceError(
          "a segment register cannot be loaded with an immediate",
          `Load a general register first: mov ${isAtt ? `${second.text}, %ax; mov %ax, ${first.text}` : `ax, ${second.text}; mov ${first.text}, ax`}`,
          position,
        );
      }
      if (second.operand.kind === "segment")
        return new SourceError(
          "one segment register cannot be copied to another",
          "Go through a general register, or push and pop.",
          position,
        );
      if (first.operand.number === 1)
        return new SourceError(
          "CS cannot be loaded with mov",
          `A far jump loads it: ${isAtt ? "ljmp $selector, $offset" : "jmp selector:offset"}`,
          position,
        );
    }
    if (works([...operands].reverse())) {
      return new SourceError(
        `\`${mnemonic}\` takes its operands the other way round`,
        isAtt
          ? "AT&T syntax writes the source first, the destination last."
          : "Intel syntax writes the destination first.",
        position,
      );
    }
    const a = bitsOfWritten(first);
    const b = bitsOfWritten(second);
    if (spelling.bits !== undefined && spelling.sourceBits === undefined) {
      const wrong = written.find((w) => bitsOfWritten(w) && bitsOfWritten(w) !== spelling.bits);
      if (wrong && works(operands, around.codeBits, undefined as never))
        return suffixError(mnemonic, spelling, wrong, isAtt, position);
    }
    if (a && b && a !== b)
      return new SourceError(
        `${first.text} has ${a} bits and ${second.text} has ${b}`,
        a > b || rows.some((r) => r.name === "MOV")
          ? "Use registers of one size; movzx and movsx widen."
          : "Use registers of one size.",
        position,
      );
  } else if (first && spelling.bits !== undefined && bitsOfWritten(first) && bitsOfWritten(first) !== spelling.bits) {
    return suffixError(mnemonic, spelling, first, isAtt, position);
  }
  return new SourceError(
    `no form of \`${mnemonic}\` takes these operands`,
    takes(mnemonic, rows, around.syntax),
    position,
  );
}

function suffixError(
  mnemonic: string,
  spelling: Spelling,
  wrong: Written,
  isAtt: boolean,
  position: number,
): SourceError {
  const bits = bitsOfWritten(wrong);
  const letter = Object.entries(SUFFIX_BITS).find(([, b]) => b === bits)?.[0] ?? "";
  return new SourceError(
    `\`${mnemonic}\` is for ${spelling.bits} bits, and ${wrong.text} has ${bits}`,
    isAtt ? `The suffix for ${bits} bits is ${letter}; with a register as operand none is needed.` : "",
    position,
  );
}

function takes(mnemonic: string, rows: readonly Row[], syntax: Syntax): string {
  const list = forms(rows, syntax);
  const shown = list.slice(0, 5).join("; ");
  return `\`${mnemonic}\` takes: ${shown}${list.length > 5 ? "; …" : ""}`;
}
