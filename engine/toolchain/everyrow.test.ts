/**
 * Judge of the assembler, instruction by instruction: GNU as assembles the same text, made from every encoding of the table
 * with random operands, in both syntaxes and three modes. What is assembled also decodes to what was meant.
 * RING_FULL=1 takes more operands per encoding.
 */
import { describe, expect, test } from "vitest";
import { decode } from "../isa/decode.ts";
import type { Decoded } from "../isa/decoded.ts";
import { disassemble } from "../isa/disassemble.ts";
import { isShort } from "../isa/encodebytes.ts";
import { ENCODINGS, randomBytes, randomFrom } from "../isa/samples.ts";
import type { Syntax } from "../isa/spelling.ts";
import { assemble } from "./assembler.ts";
import { AS_DIFFERENCES } from "./differences.ts";
import { HEADER_LINES, hasAs, type Mode, runAs, slot, source } from "./test/lines.ts";

const EACH = process.env["RING_FULL"] ? 60 : 6;
const SEED = Number(process.env["RING_SEED"] ?? 1);
const SLOT = 32;

/** Text of an instruction without what only a listing shows; branches go to a place relative to this one. */
function sourceText(d: Decoded, syntax: Syntax): string {
  const text = disassemble(d, syntax).replace(/\s+#.*$/, "");
  const target = d.operands.find((o) => o.kind === "target");
  if (target?.kind !== "target") return text;
  return text.replace(/0x[0-9a-f]+$/, `. + ${BigInt.asIntN(target.bits, target.address - d.ip)}`);
}

/** Decoded instructions of every encoding that exists in a mode. */
function instructions(codeBits: Mode, seed: number): Decoded[] {
  const random = randomFrom(seed);
  const found: Decoded[] = [];
  for (const encoding of ENCODINGS) {
    for (let n = 0, tries = 0; n < EACH && tries < 10 * EACH; tries++) {
      const bytes = randomBytes(encoding, codeBits, random);
      const d = decode((i) => bytes[i] ?? -1, 0n, { codeBits, protectedMode: true });
      if ("fault" in d || d.encoding !== encoding || !isTold(d)) continue;
      found.push(d);
      n++;
    }
  }
  return found;
}

/** Whether the text says all that matters: not where a branch's size or the size of an address alone goes unsaid. */
function isTold(d: Decoded): boolean {
  // The size of a far pointer's or a branch's offset is a suffix that Intel syntax lacks.
  const usual = d.codeBits === 64 ? 64 : d.codeBits;
  if (d.operands.some((o) => o.kind === "target" || o.kind === "far") && d.operandBits !== usual) return false;
  return !d.operands.some((o) => o.kind === "memory" && o.base < 0 && o.index < 0 && o.addressBits !== d.codeBits);
}

/** What an instruction means, without how it is coded. */
function meaning(d: Decoded): string {
  const operands = d.operands.map((o) => {
    if (o.kind !== "memory") return o;
    const displacement =
      o.base === 16 ? o.displacement - BigInt(d.length) : BigInt.asUintN(o.addressBits, o.displacement);
    return { ...o, displacement, override: 0, displacementBytes: 0, scale: o.index < 0 ? 0 : o.scale };
  });
  const texts = operands.map((o) => JSON.stringify(o, (_key, v) => (typeof v === "bigint" ? v.toString(16) : v)));
  if (d.row.name === "XCHG") texts.sort();
  return [d.row.name, d.lock, d.repeat, ...texts].join(" ");
}

describe.skipIf(!hasAs)("the assembler agrees with GNU as on every row", () => {
  for (const codeBits of [16, 32, 64] as const) {
    for (const syntax of ["att", "intel"] as const) {
      test(`${codeBits}-bit, ${syntax}`, { timeout: 120_000 }, () => {
        const decoded = instructions(codeBits, SEED + codeBits);
        const texts = decoded.map((d) => sourceText(d, syntax));
        const as = runAs(texts, codeBits, syntax);
        const ours = assemble(source(texts, codeBits, syntax), { maxStatements: 10_000_000 });
        const refused = new Map(
          ours.diagnostics.filter((x) => x.severity === "error").map((x) => [x.line - 1 - HEADER_LINES, x.message]),
        );
        const image = refused.size
          ? assemble(
              source(
                texts.map((t, i) => (refused.has(i) ? "" : t)),
                codeBits,
                syntax,
              ),
            ).bytes
          : ours.bytes;
        const different: string[] = [];
        let compared = 0;
        let justified = 0;
        let bothRefuse = 0;
        texts.forEach((text, i) => {
          const d = decoded[i] as Decoded;
          const theirs = as.errors.get(i) ?? slot(as.bytes, i);
          const mine = refused.get(i) ?? slot(image, i);
          compared++;
          if (as.errors.has(i) && refused.has(i)) bothRefuse++;
          else if (mine !== theirs) {
            if (AS_DIFFERENCES.some((x) => x.applies(d, text, as.errors.get(i)))) justified++;
            else different.push(`${text}  ours: ${mine}  as: ${theirs}  (${d.encoding.text})`);
          }
          if (!refused.has(i) && mine === theirs) {
            const again = decode((n) => image[i * SLOT + n] ?? 0, 0n, { codeBits, protectedMode: true });
            if (
              "fault" in again ||
              (again.encoding.attributes.has("alias") === d.encoding.attributes.has("alias") &&
                meaning(again) !== meaning(d) &&
                !isSameText(again, d, syntax) &&
                !isShortened(d))
            )
              different.push(`${text} does not come back: ${mine}`);
          }
        });
        console.log(
          `assembler, ${codeBits}-bit ${syntax}: ${compared} compared, ${different.length} different, ${justified} justified, ${bothRefuse} refused by both; seed ${SEED}`,
        );
        expect(different.slice(0, 25)).toEqual([]);
      });
    }
  }
});

/** Where as itself chooses an encoding that decodes to something else of the same effect. */
function isShortened(d: Decoded): boolean {
  const [a, b] = d.operands;
  const isVector3 = d.row.name === "INT" && a?.kind === "immediate" && a.value === 3n;
  const isSelfExchange =
    d.row.name === "XCHG" && a?.kind === "register" && b?.kind === "register" && a.number === b.number;
  const isSelectorTo64 = d.operandBits === 64 && (/^(STR|SLDT)$/.test(d.row.name) || b?.kind === "segment");
  // ST(0) with itself: either order means the same.
  const isTopAlone =
    /^F(SUB|DIV)R?$/.test(d.row.name) && a?.kind === "st" && a.number === 0 && b?.kind === "st" && b.number === 0;
  return isTopAlone || isVector3 || isSelfExchange || isSelectorTo64 || isShort(d.row);
}

/** Two codings of one text, where the text does not say which (a displacement of 0, LEA's size). */
function isSameText(a: Decoded, b: Decoded, syntax: Syntax): boolean {
  const plain = (d: Decoded) => disassemble(d, syntax).replace(/(?<![\w])[+-]?0x0(?=[(\]])|\+0x0(?=\])/, "");
  return plain(a) === plain(b);
}
