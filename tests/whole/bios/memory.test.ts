// Machines with more memory than the first gigabyte: what firmware tells of it on our PC and on QEMU's.
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { noQemu, OUR_BIOS, onOurPc, onQemu, probe } from "./probes.ts";

const SEABIOS = "/usr/share/seabios/bios-256k.bin";
const floppy = probe("memory");

/** MiB in all, and of them below 4 GiB at most. */
const SIZES: [memory: number, below: number][] = [
  [3072, 3584],
  [512, 256],
];
const LONG: typeof SIZES = [
  [2048, 3584],
  [3583, 3584],
  [3584, 3584],
  [3968, 3584],
  [1024, 512],
];

/** E820's ranges, where those that ACPI tables take at the end of memory count as memory: QEMU's take 128 KiB, ours 8. */
function ranges(lines: readonly string[]): { base: number; end: number; type: number }[] {
  const found: { base: number; end: number; type: number }[] = [];
  for (const line of lines.filter((each) => each.startsWith("E820"))) {
    const [high, low, , length, type] = line
      .split(" ")
      .slice(1)
      .map((word) => Number.parseInt(word, 16)) as number[];
    const base = high * 2 ** 32 + low;
    const before = found.at(-1);
    if (before?.type === 1 && before.end === base && base > 0x100000) before.end += length;
    else found.push({ base, end: base + length, type });
  }
  return found;
}

test.skipIf(noQemu).each(process.env.RING_FULL ? [...SIZES, ...LONG] : SIZES)(
  "%i MiB, of which at most %s MiB below 4 GiB: E820 of our BIOS and of SeaBIOS as under QEMU",
  { timeout: 120_000 },
  async (memoryMiB, maxMemoryBelow4GiB) => {
    const below = maxMemoryBelow4GiB ? { maxMemoryBelow4GiB } : {};
    const args = maxMemoryBelow4GiB ? ["-M", `pc,max-ram-below-4g=${maxMemoryBelow4GiB}M`] : [];
    const memory = `${memoryMiB}`;
    const ours = onOurPc({ memoryMiB, ...below, floppies: [floppy] });
    const theirs = await onQemu({ bios: OUR_BIOS, floppy, memory, args });
    expect(ranges(ours)).toEqual(ranges(theirs));
    if (!existsSync(SEABIOS)) return;
    const bios = new Uint8Array(readFileSync(SEABIOS));
    const seabios = onOurPc({ memoryMiB, ...below, floppies: [floppy], bios });
    expect(ranges(seabios)).toEqual(ranges(await onQemu({ floppy, memory, args })));
  },
);

test("memory types of both processors: RAM written back, the video's window and 2 to 4 GiB not cached, ROMs protected", async () => {
  const program = probe("mtrr");
  const lines = onOurPc({ memoryMiB: 64, processors: 2, floppies: [program] });
  const types = [
    " 00000000 00000C06",
    " 00000000 80000000",
    " 000000FF 80000800",
    " 06060606 06060606",
    " 06060606 06060606",
    " 00000000 00000000",
    " 05050505 05050505",
    " 05050505 05050505",
  ];
  expect(lines).toEqual([types[0].trim(), ...types.slice(1), ...types, "end"]);
  if (noQemu) return;
  const theirs = await onQemu({ bios: OUR_BIOS, floppy: program, args: ["-smp", "2", "-cpu", "max"] });
  // INIT clears them in QEMU's second processor.
  const ours = lines.map((line) => line.replace("000000FF", "0000000F"));
  expect([theirs.length, theirs.slice(0, 8)]).toEqual([ours.length, ours.slice(0, 8)]);
});
