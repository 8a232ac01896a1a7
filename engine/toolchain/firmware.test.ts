/** Our own assembly sources come out as GNU as and ld make them, and quickly. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { assemble } from "./assembler.ts";
import { gnuAssemble, hasBinutils } from "./test/binutils.ts";

const folder = fileURLToPath(new URL("../firmware/", import.meta.url));
const read = (name: string) => (existsSync(folder + name) ? readFileSync(folder + name, "utf8") : undefined);
const bios = read("bios.S");

describe.skipIf(bios === undefined)("the BIOS", () => {
  const source = bios as string;
  const options = { file: "bios.S", include: read };

  test("assembles without a word", () => {
    expect(assemble(source, options).diagnostics).toEqual([]);
  });

  test.skipIf(!hasBinutils)("is byte for byte what GNU as and ld make of it", () => {
    const files = Object.fromEntries(
      readdirSync(folder)
        .filter((f) => f.endsWith(".S"))
        .map((f) => [f, read(f) as string]),
    );
    const gnu = gnuAssemble(source, { files });
    expect(gnu.error).toBe("");
    const ours = assemble(source, options).bytes;
    expect(ours.length).toBe(gnu.bytes.length);
    expect(ours.findIndex((b, i) => b !== gnu.bytes[i])).toBe(-1);
  });

  test("takes less than 300 ms of a processor", () => {
    const times = [1, 2, 3].map(() => {
      const start = process.cpuUsage();
      assemble(source, options);
      const { user, system } = process.cpuUsage(start);
      return (user + system) / 1000;
    });
    console.log(`assembling the BIOS: ${times.map((t) => t.toFixed(0)).join(", ")} ms`);
    expect(Math.min(...times)).toBeLessThan(300);
  });
});
