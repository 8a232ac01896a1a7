/** Judge of the disassembler: objdump's text for the same bytes, both syntaxes, three modes. RING_FULL=1 takes more samples. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { decode } from "./decode.ts";
import { OBJDUMP_DIFFERENCES } from "./differences.ts";
import { disassemble, disassembleBytes } from "./disassemble.ts";
import { validSamples } from "./samples.ts";

const hasObjdump = spawnSync("objdump", ["--version"]).status === 0;
const ROUNDS = process.env["RING_FULL"] ? 10 : 1;
const SEED = Number(process.env["RING_SEED"] ?? 1);

/** Instructions stand this far apart; an image stays below 64 KiB, beyond which objdump and a 16-bit processor part. */
const STRIDE = 32;
const PER_ROUND = 0x10000 / STRIDE - 1;
const MACHINE = { 16: "i8086", 32: "i386", 64: "x86-64" } as const;

function objdumpLines(image: Uint8Array, codeBits: 16 | 32 | 64, syntax: "att" | "intel"): Map<number, string> {
  const folder = mkdtempSync(join(tmpdir(), "ring-"));
  try {
    const file = join(folder, "image");
    writeFileSync(file, image);
    const machine = codeBits === 64 ? "i386:x86-64" : "i386";
    const options = `${MACHINE[codeBits]}${syntax === "intel" ? ",intel" : ""}`;
    const text = execFileSync("objdump", ["-D", "-b", "binary", "-m", machine, "-M", options, "-w", "-z", file], {
      maxBuffer: 1 << 28,
    }).toString();
    const lines = new Map<number, string>();
    for (const line of text.split("\n")) {
      const found = /^\s*([0-9a-f]+):\t([0-9a-f ]+?)\s*\t(.*)$/.exec(line);
      if (found)
        lines.set(
          Number.parseInt(found[1] as string, 16),
          `${(found[2] as string).trim().split(" ").length} ${(found[3] as string).trimEnd()}`,
        );
    }
    return lines;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const IDLE_PREFIX = /^((?:lock |repn?z |rep )*)(?:data16|data32|addr16|addr32|rex(?:\.[WRXB]+)?|[cdefgs]s) /;

/** Without prefixes that have no effect and the index of a SIB byte that names none, which we do not show. */
function withoutIdle(text: string): string {
  let now = text.replace(/,%[er]iz,\d|\+?[er]iz\*\d/, "");
  while (IDLE_PREFIX.test(now)) now = now.replace(IDLE_PREFIX, "$1");
  return now === text ? text : now.replace(/ +/g, " ");
}

describe.skipIf(!hasObjdump)("text is objdump's", () => {
  for (const codeBits of [16, 32, 64] as const) {
    for (const syntax of ["att", "intel"] as const) {
      test(`${codeBits}-bit, ${syntax}, ${ROUNDS * PER_ROUND} instructions`, { timeout: 120_000 }, () => {
        const different: string[] = [];
        let justified = 0;
        for (let round = 0; round < ROUNDS; round++) {
          const samples = validSamples(PER_ROUND, codeBits, SEED + round);
          const image = new Uint8Array(0x10000).fill(0x90);
          for (const [i, s] of samples.entries()) image.set(s.bytes, i * STRIDE);
          const lines = objdumpLines(image, codeBits, syntax);
          samples.forEach((s, i) => {
            const at = i * STRIDE;
            const d = decode((n) => image[at + n] ?? -1, BigInt(at), { codeBits, protectedMode: true });
            if ("fault" in d) throw new Error("a sample decodes");
            const theirs = lines.get(at) ?? "nothing";
            const text = theirs.replace(/^\d+ /, "");
            const shown = withoutIdle(text);
            const ours = disassemble(d, syntax);
            const same =
              `${d.length} ${shown === text ? ours : ours.replace(/ +/g, " ")}` === theirs.replace(text, shown);
            if (same) return;
            if (OBJDUMP_DIFFERENCES.some((x) => x.applies(d, text))) justified++;
            else
              different.push(`${Buffer.from(s.bytes).toString("hex")}  ours: ${d.length} ${ours}  objdump: ${theirs}`);
          });
        }
        console.log(
          `disassembler, ${codeBits}-bit ${syntax}: ${ROUNDS * PER_ROUND} compared, ${different.length} different, ${justified} justified; seed ${SEED}`,
        );
        expect(different.slice(0, 25)).toEqual([]);
      });
    }
  }
});

describe("disassembleBytes", () => {
  const mode = { codeBits: 16, protectedMode: false } as const;

  test("shows a boot sector's first instructions at 7C00, with names", () => {
    const bytes = Uint8Array.from([0x31, 0xc0, 0x8e, 0xd8, 0xeb, 0xfc]);
    const symbol = (a: bigint) => (a === 0x7c02n ? "again" : undefined);
    expect(
      disassembleBytes(bytes, 0x7c00n, mode, "att", { symbol }).map((l) => `${l.address.toString(16)} ${l.text}`),
    ).toEqual(["7c00 xor    %ax,%ax", "7c02 mov    %ax,%ds", "7c04 jmp    7c02 <again>"]);
  });

  test("takes a byte that begins no instruction for one line, (bad)", () => {
    const lines = disassembleBytes(Uint8Array.from([0x0f, 0xff, 0x90]), 0n, mode);
    expect(lines.map((l) => [l.length, l.text])).toEqual([
      [1, "(bad)"],
      [1, "(bad)"],
      [1, "nop"],
    ]);
  });
});
