/** GNU as and ld as judges: a source in, a flat image out. Only tests import this. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export const hasBinutils = ["as", "ld"].every((tool) => spawnSync(tool, ["--version"]).status === 0);

export interface GnuOptions {
  readonly origin?: number;
  /** Size for as's own default; `.code16` is chosen in the source. */
  readonly bits?: 32 | 64;
  /** Files beside the source: includes. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
}

/** Sections in the order that our assembler has, one after the other. */
const script = (origin: number) => `SECTIONS {
  . = ${origin};
  .text : { *(.text) }
  .rodata : { *(.rodata) *(.rodata.*) }
  .data : { *(.data) }
  .bss : { *(.bss) *(COMMON) }
  /DISCARD/ : { *(.note*) *(.comment) *(.eh_frame) }
}`;

/** The image, or what as or ld said. */
export function gnuAssemble(source: string, options: GnuOptions = {}): { bytes: Uint8Array; error: string } {
  const folder = mkdtempSync(join(tmpdir(), "ring-"));
  const run = (tool: string, args: string[]) => {
    const result = spawnSync(tool, args, { cwd: folder });
    return result.status === 0 ? "" : result.stderr.toString();
  };
  try {
    for (const [name, content] of Object.entries(options.files ?? {})) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
    writeFileSync(join(folder, "a.s"), source);
    writeFileSync(join(folder, "a.ld"), script(options.origin ?? 0));
    const is64 = options.bits === 64;
    const error =
      run("as", [is64 ? "--64" : "--32", "-o", "a.o", "a.s"]) ||
      run("ld", [
        "-m",
        is64 ? "elf_x86_64" : "elf_i386",
        "-T",
        "a.ld",
        "-e",
        "0",
        "--oformat",
        "binary",
        "-o",
        "a.bin",
        "a.o",
      ]);
    return { bytes: error ? new Uint8Array(0) : new Uint8Array(readFileSync(join(folder, "a.bin"))), error };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
