/** One instruction statement: mnemonic, prefixes and operands in either syntax, encoded into the current section. */
import { bitsOf } from "../isa/decode.ts";
import { type EncodeContext, type Encoded, type EncodeOperand, encode, type Fixup } from "../isa/encode.ts";
import { isX87 } from "../isa/encoding.ts";
import type { Row } from "../isa/row.ts";
import { FAR_ROWS, PREFIXES, SAME_ORDER, type Spelling, spellings } from "../isa/spelling.ts";
import { TABLE } from "../isa/table.ts";
import { SourceError } from "./diagnostic.ts";
import { constant } from "./evaluate.ts";
import { explain, explainMnemonic } from "./explain.ts";
import { parseAttOperand, splitOperands, type Written } from "./operands-att.ts";
import { parseIntelOperand } from "./operands-intel.ts";
import type { Reference } from "./program.ts";
import type { InstructionSurroundings } from "./surroundings.ts";

interface WrittenPrefixes {
  repeat: 0 | 0xf2 | 0xf3;
  lock: boolean;
  segment: number;
  operandBits: 16 | 32 | undefined;
  addressBits: 16 | 32 | undefined;
}

const SEGMENT_BYTES = [0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65];

/** Assembles the statement whose mnemonic stands at `start`…`mnemonicEnd` of `text`. */
export function assembleInstruction(
  text: string,
  start: number,
  mnemonicEnd: number,
  end: number,
  around: InstructionSurroundings,
): void {
  const prefixes: WrittenPrefixes = {
    repeat: 0,
    lock: false,
    segment: -1,
    operandBits: undefined,
    addressBits: undefined,
  };
  let from = start;
  let to = mnemonicEnd;
  for (;;) {
    const prefix = PREFIXES.get(text.slice(from, to).toLowerCase());
    if (!prefix) break;
    takePrefix(prefixes, prefix, around);
    let next = to;
    while (next < end && text.charCodeAt(next) <= 32) next++;
    if (next >= end) {
      emitPrefixes(prefixes, around);
      return;
    }
    from = next;
    to = next;
    while (to < end && /[\w.]/.test(text[to] as string)) to++;
    if (to === from)
      throw new SourceError(`an instruction is missing after \`${text.slice(start, from).trim()}\``, "", from);
  }
  const mnemonic = text.slice(from, to);
  const choices = spellings(mnemonic, around.syntax);
  if (choices.length === 0) throw explainMnemonic(mnemonic, text.slice(to, end).trim(), around.syntax, from);
  const parse = around.syntax === "att" ? parseAttOperand : parseIntelOperand;
  const written = splitOperands(text, to, end).map((r) => parse(text, r.start, r.end, around));
  if (around.syntax === "att" && !(choices[0] && SAME_ORDER.has((choices[0].rows[0] as Row).name))) written.reverse();
  choose(mnemonic, choices, written, prefixes, from, around);
}

function takePrefix(
  p: WrittenPrefixes,
  prefix: { byte: number; operandBits?: 16 | 32; addressBits?: 16 | 32 },
  around: InstructionSurroundings,
): void {
  if (prefix.operandBits ?? prefix.addressBits) {
    if ((prefix.operandBits ?? prefix.addressBits) === around.codeBits) {
      throw new SourceError(
        `this code is ${around.codeBits}-bit already`,
        "data16, data32, addr16 and addr32 select the other size.",
      );
    }
    if (prefix.operandBits) p.operandBits = prefix.operandBits;
    else p.addressBits = prefix.addressBits;
  } else if (prefix.byte === 0xf0) p.lock = true;
  else if (prefix.byte === 0xf2 || prefix.byte === 0xf3) p.repeat = prefix.byte;
  else p.segment = SEGMENT_BYTES.indexOf(prefix.byte);
}

/** Prefixes on a line of their own go before whatever comes next. */
function emitPrefixes(p: WrittenPrefixes, around: InstructionSurroundings): void {
  const bytes: number[] = [];
  if (p.segment >= 0) bytes.push(SEGMENT_BYTES[p.segment] as number);
  if (p.addressBits) bytes.push(0x67);
  if (p.operandBits) bytes.push(0x66);
  if (p.repeat) bytes.push(p.repeat);
  if (p.lock) bytes.push(0xf0);
  around.section.emit(bytes);
}

const isBranch = (rows: readonly Row[]) =>
  rows.some((r) => r.encodings.some((e) => e.operands.some((o) => o.place === "J")));
const isFar = (rows: readonly Row[]) =>
  rows.some((r) =>
    r.encodings.some((e) => e.operands.some((o) => o.place === "A" || (o.place === "M" && o.width === "p"))),
  );

/** Operands as the encoder takes them: branch targets, far pointers, the port in (%dx). */
function shape(rows: readonly Row[], written: readonly Written[]): EncodeOperand<Reference>[] {
  const [a, b] = written;
  if (isFar(rows) && a && b && a.operand.kind === "immediate" && b.operand.kind === "immediate") {
    // AT&T: selector, offset; turned round like all operands.
    return [{ kind: "far", selector: b.operand.amount, offset: a.operand.amount }];
  }
  const takesPort = rows.some((r) => r.encodings.some((e) => e.operands.some((c) => c.text === "DX")));
  return written.map((w) => {
    if (w.isPort && !takesPort)
      throw new SourceError("%dx makes no address", "(%dx) stands for a port, in in, out, ins and outs.", w.position);
    if (w.bare && !w.indirect && isBranch(rows)) {
      const amount =
        w.operand.kind === "memory"
          ? w.operand.displacement
          : w.operand.kind === "immediate"
            ? w.operand.amount
            : { value: constant(w.bare) };
      return { kind: "target", amount };
    }
    return w.operand;
  });
}

/** The rows that Intel syntax means: `jmp 8:x` and `jmp far ptr [x]` are JMPF. */
function rowsFor(s: Spelling, written: readonly Written[], around: InstructionSurroundings): readonly Row[] {
  if (around.syntax === "att") return s.rows;
  const far = FAR_ROWS[(s.rows[0] as Row).name];
  const isFarOperand = written.some(
    (w) =>
      w.operand.kind === "far" ||
      w.distance === "far" ||
      (w.operand.kind === "memory" && (w.operand.bits === 48 || (around.codeBits !== 32 && w.operand.bits === 32))),
  );
  return far && isFarOperand ? TABLE.filter((r) => r.name === far) : s.rows;
}

function choose(
  mnemonic: string,
  choices: readonly Spelling[],
  written: readonly Written[],
  prefixes: WrittenPrefixes,
  position: number,
  around: InstructionSurroundings,
): void {
  for (const spelling of choices) {
    const rows = rowsFor(spelling, written, around);
    const operands = shape(rows, written);
    if (spelling.immediate !== undefined) operands.push({ kind: "immediate", amount: { value: spelling.immediate } });
    // data32 before an instruction is its operand size where it has one.
    const bits = spelling.bits ?? prefixes.operandBits;
    const context: EncodeContext = {
      codeBits: around.codeBits,
      bits,
      sourceBits: spelling.sourceBits,
      addressBits: prefixes.addressBits,
      repeat: prefixes.repeat,
      lock: prefixes.lock,
      segment: prefixes.segment,
      absolute: spelling.absolute,
      attName: spelling.attName,
      wideStack: around.isGcc16,
    };
    const isTarget = operands[0]?.kind === "target" && operands.length === 1;
    if (
      isTarget &&
      emitBranch(rows, operands, { ...context, ...branchAddress(rows, context) }, written[0] as Written, around)
    )
      return;
    if (isTarget) continue;
    let choice = encode(rows, operands, context);
    if (!choice.best && prefixes.operandBits && !spelling.bits) {
      choice = encode(rows, operands, { ...context, bits: undefined });
      if (choice.best) around.section.emitByte(0x66);
    }
    if (!choice.best) continue;
    if (choice.ambiguous) sizeIsOpen(mnemonic, choice.best, around, position);
    if (spelling.wait) around.section.emitByte(0x9b);
    if (choice.best.truncated !== undefined) {
      const width = choice.best.fixups.length
        ? 16
        : Math.max(
            ...choice.best.encoding.operands
              .filter((o) => o.place === "I")
              .map((o) => bitsOf(o, choice.best?.operandBits ?? 32)),
            0,
          ) || 16;
      const kept = BigInt.asUintN(width, choice.best.truncated);
      around.warn(
        `${choice.best.truncated} does not fit in ${width} bits; 0x${kept.toString(16)} is left of it`,
        "",
        position,
      );
    }
    checkLock(mnemonic, choice.best, prefixes, operands, around, position);
    emitEncoded(choice.best, around);
    return;
  }
  throw explain(mnemonic, choices, written, position, around);
}

/** `loopl` and `jecxz` name the size of the counter: it is the address size. */
function branchAddress(rows: readonly Row[], context: EncodeContext): Partial<EncodeContext> {
  const onlyShort = rows.every((r) =>
    r.encodings.every((e) => e.operands.every((o) => o.place !== "J" || o.width === "b")),
  );
  if (!onlyShort || context.bits === undefined) return {};
  return context.bits === context.codeBits
    ? { bits: undefined }
    : { bits: undefined, addressBits: context.bits as 16 | 32 };
}

function sizeIsOpen(
  mnemonic: string,
  best: Encoded<Reference>,
  around: InstructionSurroundings,
  position: number,
): void {
  const bits = best.memoryBits;
  if (around.syntax === "intel") {
    throw new SourceError(
      `\`${mnemonic}\` does not say how many bytes of memory it means`,
      "Write byte ptr, word ptr or dword ptr before the bracket.",
      position,
    );
  }
  const letters = isX87(best.encoding) ? "s or l" : around.codeBits === 64 ? "b, w, l or q" : "b, w or l";
  around.warn(
    `\`${mnemonic}\` does not say how many bytes of memory it means; ${bits} bits are taken`,
    `Add a suffix: ${letters} (\`${mnemonic}${isX87(best.encoding) ? "s" : bits === 16 ? "w" : "l"}\`).`,
    position,
  );
}

function checkLock(
  mnemonic: string,
  best: Encoded<Reference>,
  p: WrittenPrefixes,
  operands: readonly EncodeOperand<Reference>[],
  around: InstructionSurroundings,
  position: number,
): void {
  if (
    p.lock &&
    !(best.encoding.attributes.has("lock") && operands[0]?.kind === "memory") &&
    !(best.row.name === "XCHG" && operands.some((o) => o.kind === "memory"))
  ) {
    throw new SourceError(
      `\`lock\` cannot go with \`${mnemonic}\` here`,
      "It goes with instructions that read and write memory: add, sub, and, or, xor, inc, dec, xchg, cmpxchg, xadd, bts ….",
      position,
    );
  }
  if (
    p.repeat &&
    !best.encoding.attributes.has("rep") &&
    !best.encoding.attributes.has("repe") &&
    best.row.name !== "RET" &&
    best.row.name !== "NOP"
  ) {
    around.warn(
      `\`rep\` has no effect on \`${mnemonic}\``,
      "It repeats string instructions: movs, stos, lods, cmps, scas, ins, outs.",
      position,
    );
  }
}

function patchOf(f: Fixup<Reference>, length: number, around: InstructionSurroundings) {
  return {
    bytes: f.bytes,
    reference: f.reference as Reference,
    end: f.relative ? length - f.at : undefined,
    extendedTo: f.extendedTo,
    wraps: f.relative && f.bytes >= 2 && around.codeBits !== 64,
  };
}

function emitEncoded(e: Encoded<Reference>, around: InstructionSurroundings): void {
  const { section } = around;
  for (const f of e.fixups) {
    section.patches.push({
      ...patchOf(f, e.bytes.length, around),
      fragment: section.current,
      offset: section.current.length + f.at,
    });
  }
  section.emit(e.bytes);
}

/** Jumps to labels: short where they reach, decided at layout. False where no encoding takes them. */
function emitBranch(
  rows: readonly Row[],
  operands: EncodeOperand<Reference>[],
  context: EncodeContext,
  written: Written,
  around: InstructionSurroundings,
): boolean {
  const isOther = context.bits !== undefined && context.bits !== context.codeBits;
  const short = encode(rows, operands, { ...context, bits: undefined, branch: "short" }).best;
  // The size of the offset does not change a short jump, but it wraps the target: the prefix stays.
  if (short && isOther) short.bytes.unshift(0x66);
  const near = written.distance === "short" ? undefined : encode(rows, operands, { ...context, branch: "near" }).best;
  const only = short && near ? undefined : (short ?? near);
  if (only) {
    emitEncoded(only, around);
    return true;
  }
  if (!short || !near) return false;
  const fixup = near.fixups[0] as Fixup<Reference>;
  const target = fixup.reference as Reference;
  // A number as target is an address outside all sections: as leaves it to the linker, in full.
  if (constant(target.expression) !== undefined) emitEncoded(near, around);
  else
    around.section.emitTail({
      kind: "jump",
      target,
      short: short.bytes,
      near: near.bytes,
      nearFixup: fixup,
      isNear: false,
      wraps: around.codeBits !== 64,
    });
  return true;
}
