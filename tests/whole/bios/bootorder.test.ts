// Which device boots, as -boot says: our BIOS, SeaBIOS under QEMU, and the same again after the guest's reset.
import { describe, expect, test } from "vitest";
import { openBench } from "../../../engine/index.ts";
import { noQemu, OUR_BIOS, onQemu, ourPc } from "./probes.ts";

const bench = await openBench();

/** A disk that says its letter on COM1 and resets the machine. */
function disk(letter: string, bytes: number): Uint8Array {
  const source = `
        mov $0x3f8, %dx
        mov $'${letter}', %al
        out %al, %dx
        mov $0xffff, %cx         # a byte takes its time
1:      in  $0x61, %al
        loop 1b
        mov $0xfe, %al
        out %al, $0x64
2:      hlt
        jmp 2b
        .org 510
        .word 0xaa55`;
  const { bytes: sector, diagnostics } = bench.assemble(source, { file: "boot.S", origin: 0x7c00, codeBits: 16 });
  expect(diagnostics).toEqual([]);
  const image = new Uint8Array(bytes);
  image.set(sector);
  return image;
}

describe("boot order", { timeout: 60_000 }, () => {
  const floppy = disk("F", 1_474_560);
  const hd = disk("H", 1 << 20);

  test("once=a boots the floppy, and after its reset order=c the hard disk, on and on", async () => {
    const machine = ourPc({
      memoryMiB: 16,
      bootOrder: "c",
      bootOnce: "a",
      floppies: [floppy],
      drives: [{ kind: "disk", image: hd }],
    });
    machine.run({ serial: "FHH", ticks: 2_000_000_000 });
    expect(machine.guest.serial[0].text()).toBe("FHH");
    if (noQemu) return;
    const options = { floppy, files: { hd }, args: ["-boot", "order=c,once=a", "-drive", "file={hd},format=raw"] };
    for (const each of [{ ...options, bios: OUR_BIOS }, options])
      expect((await onQemu(each, "FHH"))[0]).toMatch(/^FHH+$/);
  });
});
