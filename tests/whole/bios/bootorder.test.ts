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
      expect((await onQemu(each, "HH"))[0]).toMatch(/^FHH+$/);
  });

  const hda = disk("A", 1 << 20);
  const hdb = disk("B", 1 << 20);
  const virtio = disk("V", 1 << 20);
  const PATHS = {
    F: "isa@1/fdc@03f0/floppy@0",
    A: "ide@1,1/drive@0/disk@0",
    B: "ide@1,1/drive@1/disk@1",
    V: "scsi@4/disk@0,0",
    nobody: "ide@1,1/drive@1/disk@0",
  };
  /** A disk that does not boot. */
  const blank = new Uint8Array(1 << 20);

  test.each<[string, (keyof typeof PATHS)[], string]>([
    ["B, A", ["B", "A"], "B"],
    ["V before B", ["V", "B"], "V"],
    ["a drive that is not there, then B", ["nobody", "B"], "B"],
    ["F before V", ["F", "V"], "F"],
    ["nothing: as CMOS says", [], "A"],
  ])("fw_cfg's bootorder is followed: %s", (_, order, letter) => {
    const machine = ourPc({
      memoryMiB: 16,
      bootOrder: "ca",
      floppies: [floppy],
      drives: [{ kind: "disk", image: hda }, undefined, undefined, { kind: "disk", image: hdb }],
      cards: [{ kind: "e1000" }, { kind: "virtio-blk", image: virtio }],
      firmwareFiles: { bootorder: new TextEncoder().encode(lines(order)) },
    });
    machine.run({ serial: letter, ticks: 2_000_000_000 });
    expect(machine.guest.serial[0].text()).toBe(letter);
  });

  const lines = (order: (keyof typeof PATHS)[]) => `${order.map((name) => `/pci@i0cf8/${PATHS[name]}`).join("\n")}\0`;

  test("a disk that does not boot is followed by the CMOS order; after HALT by nothing", () => {
    for (const [end, said] of [
      ["\0", "F"],
      ["\nHALT\0", ""],
    ] as const) {
      const bootorder = new TextEncoder().encode(`/pci@i0cf8/${PATHS.B}${end}`);
      const machine = ourPc({
        memoryMiB: 16,
        bootOrder: "ca",
        floppies: [floppy],
        drives: [{ kind: "disk", image: hda }, undefined, undefined, { kind: "disk", image: blank }],
        firmwareFiles: { bootorder },
      });
      machine.run({ ticks: 300_000_000, ...(said ? { serial: said } : { screen: "No bootable device." }) });
      expect(machine.guest.serial[0].text()).toBe(said);
    }
  });

  test("what -boot does not name comes after it: floppy, hard disk, CD, network", async () => {
    const drives = [{ kind: "disk", image: hd }] as const;
    for (const [bootOrder, floppies, letter] of [
      ["d", [], "H"],
      ["d", [floppy], "F"],
      ["n", [blank.slice(0, 368_640)], "H"],
    ] as const) {
      const machine = ourPc({ memoryMiB: 16, bootOrder, floppies, drives });
      machine.run({ ticks: 300_000_000, serial: letter });
      expect(machine.guest.serial[0].text()).toBe(letter);
    }
    if (noQemu) return;
    const options = { files: { hd }, args: ["-boot", "d", "-drive", "file={hd},format=raw"] };
    for (const each of [{ ...options, bios: OUR_BIOS }, options]) expect((await onQemu(each, "H"))[0]).toMatch(/^H+$/);
  });

  test.skipIf(noQemu !== "")("bootindex= under QEMU: our BIOS boots what SeaBIOS boots", async () => {
    const files = { a: hda, b: hdb, v: virtio };
    const device = (name: string, id: string, index: number) => [
      ...["-drive", `file={${id}},format=raw,if=none,id=${id}`],
      ...["-device", `${name},drive=${id},bootindex=${index}`],
    ];
    for (const [indexes, letter] of [
      [[3, 2, 1], "V"],
      [[2, 1, 3], "B"],
    ] as const) {
      const names = ["ide-hd", "ide-hd,bus=ide.1", "virtio-blk-pci"];
      const args = names.flatMap((name, i) => device(name, ["a", "b", "v"][i] as string, indexes[i] as number));
      for (const bios of [OUR_BIOS, undefined]) {
        const [text] = await onQemu({ files, args, ...(bios ? { bios } : {}) }, letter);
        expect(text).toBe(letter.repeat(text.length));
      }
    }
  });
});
