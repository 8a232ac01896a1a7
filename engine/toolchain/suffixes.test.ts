/**
 * Size suffixes, as people write them and leave them out: GNU as and we take the same, and make the same of it. Texts are
 * made from every encoding, with each suffix added, and with one dropped.
 */
import { describe, expect, test } from "vitest";
import { decode } from "../isa/decode.ts";
import { disassemble } from "../isa/disassemble.ts";
import { ENCODINGS, randomBytes, randomFrom } from "../isa/samples.ts";
import { assemble } from "./assembler.ts";
import { SUFFIX_DIFFERENCES } from "./differences.ts";
import { HEADER_LINES, hasAs, type Mode, runAs, slot, source } from "./test/lines.ts";

const EACH = process.env["RING_FULL"] ? 20 : 2;
const SEED = Number(process.env["RING_SEED"] ?? 1);

function variants(codeBits: Mode): string[] {
  const random = randomFrom(SEED + codeBits);
  const texts = new Set<string>();
  for (const encoding of ENCODINGS) {
    for (let n = 0; n < EACH; n++) {
      const bytes = randomBytes(encoding, codeBits, random);
      const d = decode((i) => bytes[i] ?? -1, 0n, { codeBits, protectedMode: true });
      if ("fault" in d) continue;
      // Branches have a test of their own, and the size of an address alone goes unsaid.
      if (d.operands.some((o) => o.kind === "target" || (o.kind === "memory" && o.base < 0 && o.index < 0))) continue;
      const text = disassemble(d, "att").replace(/\s+#.*$/, "");
      const parts = /^((?:lock |repn?z? )*)(\S+)(.*)$/.exec(text);
      if (!parts) continue;
      const [, prefix = "", mnemonic = "", operands = ""] = parts;
      for (const suffix of codeBits === 64 ? ["b", "w", "l", "q"] : ["b", "w", "l"])
        texts.add(prefix + mnemonic + suffix + operands);
      if (/[bwlq]$/.test(mnemonic)) texts.add(prefix + mnemonic.slice(0, -1) + operands);
    }
  }
  return [...texts];
}

describe.skipIf(!hasAs)("suffixes mean what they mean to GNU as", () => {
  for (const codeBits of [16, 32, 64] as const) {
    test(`in ${codeBits}-bit code`, { timeout: 120_000 }, () => {
      const texts = variants(codeBits);
      const as = runAs(texts, codeBits, "att");
      const first = assemble(source(texts, codeBits, "att"), { maxStatements: 10_000_000, maxDiagnostics: 1_000_000 });
      const refused = new Map(
        first.diagnostics.filter((x) => x.severity === "error").map((x) => [x.line - 1 - HEADER_LINES, x.message]),
      );
      const image = assemble(
        source(
          texts.map((t, i) => (refused.has(i) ? "" : t)),
          codeBits,
          "att",
        ),
        { maxStatements: 10_000_000 },
      ).bytes;
      const different: string[] = [];
      let justified = 0;
      texts.forEach((text, i) => {
        const theirs = as.errors.has(i) ? "refused" : slot(as.bytes, i);
        const mine = refused.has(i) ? "refused" : slot(image, i);
        if (theirs === mine) return;
        if (SUFFIX_DIFFERENCES.some((x) => x.applies(text, codeBits))) justified++;
        else different.push(`${text}  ours: ${mine} ${refused.get(i) ?? ""}  as: ${theirs} ${as.errors.get(i) ?? ""}`);
      });
      console.log(
        `suffixes, ${codeBits}-bit: ${texts.length} compared, ${different.length} different, ${justified} justified; seed ${SEED}`,
      );
      expect(different.slice(0, 25)).toEqual([]);
    });
  }
});
