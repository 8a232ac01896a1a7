/** GNU as on many instructions at once: each line in a slot of its own, so that an error costs only its line. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Syntax } from "../../isa/spelling.ts";

export type Mode = 16 | 32 | 64;

/** Whether the tools are here. */
export const hasAs = ["as", "objcopy"].every((tool) => spawnSync(tool, ["--version"]).status === 0);

const SLOT = 32;

const header = (codeBits: Mode, syntax: Syntax) =>
  `.code${codeBits}\n${syntax === "intel" ? ".intel_syntax noprefix" : ".att_syntax"}\n`;
/** Lines before the first instruction. */
export const HEADER_LINES = 2;

/** A source with each text in its slot. */
export function source(texts: readonly string[], codeBits: Mode, syntax: Syntax): string {
  return (
    header(codeBits, syntax) +
    texts.map((t, i) => `.org ${i * SLOT}; ${t}\n`).join("") +
    `.org ${texts.length * SLOT}\n`
  );
}

/** The bytes of slot `i`, in hexadecimal, without the zeros that follow. */
export function slot(image: Uint8Array, i: number): string {
  return Buffer.from(image.subarray(i * SLOT, (i + 1) * SLOT))
    .toString("hex")
    .replace(/(00)+$/, "");
}

/** What as makes of lines: bytes, or the error for a line. */
export function runAs(
  texts: readonly string[],
  codeBits: Mode,
  syntax: Syntax,
): { bytes: Uint8Array; errors: Map<number, string> } {
  const folder = mkdtempSync(join(tmpdir(), "ring-"));
  try {
    const errors = new Map<number, string>();
    let now = [...texts];
    for (;;) {
      writeFileSync(join(folder, "a.s"), source(now, codeBits, syntax));
      const run = spawnSync("as", [codeBits === 64 ? "--64" : "--32", "-o", join(folder, "a.o"), join(folder, "a.s")], {
        maxBuffer: 1 << 28,
      });
      if (run.status === 0) break;
      let found = 0;
      for (const line of run.stderr.toString().split("\n")) {
        const error = /a\.s:(\d+): Error: (.*)/.exec(line);
        if (!error) continue;
        errors.set(Number(error[1]) - 1 - HEADER_LINES, error[2] as string);
        found++;
      }
      if (!found) throw new Error(run.stderr.toString());
      now = now.map((t, i) => (errors.has(i) ? "" : t));
    }
    execFileSync("objcopy", ["-O", "binary", "-j", ".text", join(folder, "a.o"), join(folder, "a.bin")]);
    return { bytes: new Uint8Array(readFileSync(join(folder, "a.bin"))), errors };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
