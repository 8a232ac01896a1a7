/**
 * From an instruction's rows and operands to bytes, as GNU as chooses them: the shortest encoding, the first in the table
 * among equals, prefixes in its order (segment, 67, 66, REP or LOCK, REX). Values that are not known yet become fixups.
 */
import { bitsOf } from "./decode.ts";
import type { Choice, EncodeContext, Encoded, EncodeOperand } from "./encodable.ts";
import { build } from "./encodebytes.ts";
import { align, COMMUTES, dependsOnSize, exists, matches, possibleSizes, suffixFits } from "./encodefit.ts";
import { isX87, type OperandCode } from "./encoding.ts";
import type { Row } from "./row.ts";
import { attFloatName } from "./spelling.ts";
import { TABLE } from "./table.ts";

export type * from "./encodable.ts";

/** as shortens `int $3` to the one-byte breakpoint. */
const BREAKPOINT = TABLE.filter((r) => r.name === "INT3");

/** The rows that pop (FADDP), for the arithmetic of the x87. */
function popped(rows: readonly Row[]): readonly Row[] | undefined {
  if (!/^F(ADD|MUL|SUBR?|DIVR?)$/.test(rows[0]?.name ?? "")) return undefined;
  return TABLE.filter((r) => rows.some((row) => r.name === `${row.name}P`));
}

/**
 * Chooses among the encodings of `rows` for `operands`; `best` is undefined where none takes them.
 * Widening moves look only at `sourceBits` for their source.
 */
export function encode<R>(
  rows: readonly Row[],
  operands: readonly EncodeOperand<R>[],
  context: EncodeContext,
): Choice<R> {
  const found: Encoded<R>[] = [];
  const vector = rows[0]?.name === "INT" && operands[0]?.kind === "immediate" ? operands[0].amount.value : undefined;
  if (vector === 3n) return encode(BREAKPOINT, [], context);
  // An x87 operation without operands is the one that pops.
  const popping = operands.length === 0 ? popped(rows) : undefined;
  if (popping) return encode(popping, [], { ...context, attName: context.attName && `${context.attName}P` });
  const unsized =
    operands.some((o) => o.kind === "memory" && o.bits === 0) &&
    context.bits === undefined &&
    context.sourceBits === undefined;
  // Where no operand has a size, the code segment's is meant: no value is reason enough for another.
  const isPinned = pinned(operands);
  for (const row of rows) {
    for (const e of row.encodings) {
      if (e.attributes.has("alias") || !exists(e, context)) continue;
      if (context.attName && (attFloatName(row.name, e) ?? row.name) !== context.attName) continue;
      let lined = align(row, e, operands);
      if (!lined) continue;
      if (COMMUTES.has(row.name) && lined.length === 2 && e.operands[0]?.place === "E" && lined[1]?.kind === "memory")
        lined = [lined[1], lined[0]];
      if (e.operands[0]?.place === "Z" && lined[1]?.kind === "register" && lined[1].number !== 0)
        lined = COMMUTES.has(row.name) ? [lined[1], lined[0]] : lined;
      const wantedBits =
        context.bits ??
        (context.wideStack && e.attributes.has("stack") && dependsOnSize(e) && !isPinned ? 32 : undefined);
      const sizes = possibleSizes(e, context.codeBits);
      for (const size of wantedBits !== undefined || isPinned ? sizes : sizes.slice(0, 1)) {
        if (wantedBits !== undefined && !suffixFits(row, e, size, wantedBits)) continue;
        if (
          context.sourceBits !== undefined &&
          !e.operands.some((c, i) => i === 1 && bitsOf(c, size) === context.sourceBits)
        )
          continue;
        let worst = 1;
        for (let i = 0; i < lined.length && worst; i++) {
          const fit = matches(row, e, e.operands[i] as OperandCode, lined[i], size, context);
          if (fit === 0 || fit > worst) worst = fit;
        }
        if (worst === 0) continue;
        const encoded = build(row, e, lined, operands, size, context, worst === 2);
        if (!encoded) continue;
        found.push(encoded);
        break;
      }
    }
  }
  const sizes = new Set(unsized ? found.map((f) => f.memoryBits) : []);
  const ambiguous = sizes.size > 1;
  const isFloat = rows[0]?.encodings[0] !== undefined && isX87(rows[0].encodings[0]);
  const usualBits = isFloat ? Math.min(...sizes) : context.codeBits === 16 && sizes.has(16) ? 16 : 32;
  let best: Encoded<R> | undefined;
  for (const f of found) {
    if (ambiguous && f.memoryBits !== usualBits) continue;
    if (!best || (best.truncated !== undefined && f.truncated === undefined)) best = f;
    else if (f.bytes.length < best.bytes.length && (f.truncated === undefined || best.truncated !== undefined))
      best = f;
  }
  return { best: best ?? found[0], ambiguous };
}

/** Whether an operand says its size. */
function pinned<R>(operands: readonly EncodeOperand<R>[]): boolean {
  return operands.some((o) => o.kind === "register" || (o.kind === "memory" && o.bits !== 0));
}
