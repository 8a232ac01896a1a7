/** GNU `as` and `ld`, which judge our sources and make the guests of tests. */
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Why a test that needs the named programs cannot run here, or "". */
export function missingPrograms(...names: string[]): string {
  const missing = names.filter((name) => spawnSync(name, ["--version"]).error !== undefined);
  return missing.length > 0 ? `${missing.join(", ")} not installed` : "";
}

/** A flat image of one 16/32-bit source file, linked at `origin`, and its labels; `.include` looks in its folder. */
export function assembleGnu(
  source: string,
  origin: number,
  scratch: string,
): { image: Uint8Array; symbols: Map<string, number> } {
  const object = join(scratch, "gnu.o");
  const flat = join(scratch, "gnu.bin");
  execFileSync("as", ["--32", "--fatal-warnings", "-I", dirname(source), "-o", object, source]);
  execFileSync("ld", [
    "-m",
    "elf_i386",
    "-e",
    "0",
    `-Ttext=0x${origin.toString(16)}`,
    "--oformat",
    "binary",
    "-o",
    flat,
    object,
  ]);
  const symbols = new Map<string, number>();
  for (const line of execFileSync("nm", [object], { encoding: "utf8" }).split("\n")) {
    const [value, kind, name] = line.split(" ");
    if (kind?.toLowerCase() === "t") symbols.set(name, Number.parseInt(value, 16));
  }
  return { image: new Uint8Array(readFileSync(flat)), symbols };
}
