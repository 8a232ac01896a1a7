// The BIOS on our own PC, assembled by our own assembler: the same probes, with the same answers, as under QEMU.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { Machine } from "../machine/machine.ts";
import { X86 } from "../machine/x86.ts";
import { assemble } from "../toolchain/assembler.ts";
import { acpiTables, placeAcpi } from "./acpi.ts";
import { assembleBios } from "./index.ts";
import {
  COPROCESSOR,
  checksum,
  FLOPPY_STATUSES,
  HIGH_MEMORY,
  MOUSE,
  memoryLines,
  patternedDisk,
  RESUMED,
  WRITTEN,
  writtenSector,
} from "./test/answers.ts";

const read = (name: string) => readFileSync(join(import.meta.dirname, name), "utf8");

describe("on our own PC", { timeout: 60_000 }, () => {
  let bios: Uint8Array;
  beforeAll(() => {
    bios = assembleBios(read, assemble).bytes;
  });

  function power(floppy?: Uint8Array, configuration = {}): Machine {
    const makeCpu = (...given: ConstructorParameters<typeof X86>) => new X86(...given);
    const floppies = floppy ? [floppy] : [];
    return new Machine({ memoryMiB: 4, bios, floppies, ...configuration }, { makeCpu, history: false });
  }

  function probe(name: string, bytes?: number): Uint8Array {
    const include = (file: string) => read(join("test", file));
    const { bytes: image, diagnostics } = assemble(read(join("test", `${name}.S`)), { origin: 0x7c00, include });
    expect(diagnostics).toEqual([]);
    return patternedDisk(image, bytes);
  }

  /** Runs until the probe has said its last word. */
  function finish(machine: Machine): string[] {
    machine.run({ serial: "end\n", ticks: 4_000_000_000 });
    return machine.guest.serial[0].text().trim().split("\n");
  }

  test("the first instruction is at FFFFFFF0, and a boot sector runs within 100,000 instructions", () => {
    expect(power().status().address).toBe(0xfffffff0);
    const disk = new Uint8Array(1_474_560);
    disk.set([0xf4], 0);
    disk.set([0x55, 0xaa], 510);
    const booting = power(disk);
    const { reason, cs, ip } = booting.run({ address: 0x7c00, ticks: 200_000_000 });
    expect([reason.kind, cs, ip]).toEqual(["until", 0, 0x7c00]);
    expect(booting.guest.instructions).toBeLessThan(100_000);
    const general = new Map(booting.registers().general.map(({ name, value }) => [name, value]));
    expect(general.get("EDX")).toBe(0n);
    expect(general.get("ESP")).toBe(0x7c00n);
  });

  test.each([
    [2, 0x100000, 0],
    [16, 0xf00000, 0x2000],
    [64, 0x3f00000, 0x2000],
  ])("with %i MiB, E820, E801, 88h and INT 12h agree with the RAM there is", (memoryMiB, extended, tables) => {
    const [equipment, ...lines] = finish(power(probe("memory"), { memoryMiB }));
    // A floppy drive, a coprocessor, a mouse, 80 columns in colour, two serial ports.
    expect(equipment).toBe("equipment 0427");
    expect(lines).toEqual(memoryLines(extended, tables));
  });

  test("POST leaves the machine's ACPI tables, placed, at the end of memory and their RSDP at E0000", () => {
    const machine = power(undefined, { memoryMiB: 16, processors: 2 });
    machine.run({ ticks: 400_000_000 });
    const { ram } = machine.guest.pc.map;
    const rsdp = ram.slice(0xe0000, 0xe0014);
    const rsdt = new DataView(rsdp.buffer).getUint32(16, true);
    const serialPorts = [{ base: 0x3f8, irq: 4 }, { base: 0x2f8, irq: 3 }]; // biome-ignore format: pairs
    const made = acpiTables({ memory: { below: 16 << 20 }, processors: 2, apics: true, serialPorts });
    const address = rsdt - (made.pointers.find(({ inRsdp }) => inRsdp)?.target ?? 0);
    expect([address % 64, address > 0xffe000]).toEqual([0, true]);
    const placed = placeAcpi(made, address);
    expect([...rsdp]).toEqual([...placed.rsdp]);
    expect(Buffer.compare(ram.slice(address, address + placed.tables.length), placed.tables)).toBe(0);
  });

  test("POST places a network card's registers, sets its IRQ by its slot, and routes PIRQA to D to IRQ 10, 10, 11, 11", () => {
    const machine = power(undefined, { memoryMiB: 16, cards: [{ kind: "e1000" }, { kind: "e1000" }] });
    machine.run({ ticks: 400_000_000 });
    const { ports: io } = machine.guest.pc;
    const config = (place: number) => {
      const view = new DataView(new ArrayBuffer(256));
      for (let at = 0; at < 256; at += 4) {
        io.write(0xcf8, 0x80000000 + place * 0x100 + at, 4);
        view.setUint32(at, io.read(0xcfc, 4), true);
      }
      return view;
    };
    const cards = [config(3 << 3), config(4 << 3)];
    expect(cards.map((card) => card.getUint16(4, true) & 3)).toEqual([3, 3]);
    // Memory of 128 KiB and 64 ports each, aligned and apart.
    const [memory, ports] = [0x10, 0x14].map((bar) => cards.map((card) => card.getUint32(bar, true)));
    for (const base of memory) expect([base >= 0xe0000000, base % 0x20000]).toEqual([true, 0]);
    for (const base of ports) expect([base >= 0xc000, base & 0x3f]).toEqual([true, 1]);
    expect([memory[1] - memory[0], ports[1] - ports[0]]).toEqual([0x20000, 0x40]);
    // INTA# of device 3 is PIRQC, of device 4 PIRQD.
    expect(cards.map((card) => card.getUint8(0x3c))).toEqual([11, 11]);
    const bridge = config(1 << 3);
    expect([0, 1, 2, 3].map((n) => bridge.getUint8(0x60 + n))).toEqual([10, 10, 11, 11]);
    const pm = config((1 << 3) | 3);
    expect([pm.getUint32(0x40, true), pm.getUint8(0x80), pm.getUint8(0x3c)]).toEqual([0x601, 1, 9]);
  });

  test.each([
    ["720 KiB", 737_280],
    ["1.2 MB", 1_228_800],
    ["1.44 MB", 1_474_560],
    ["2.88 MB", 2_949_120],
  ])("INT 13h reads every sector of a disk of %s", (_, bytes) => {
    const disk = probe("floppy", bytes);
    expect(finish(power(disk))).toContain(`sum ${checksum(disk)}`);
  });

  test("INT 13h: CF, status in AH, and writing 512 bytes at cylinder 40, head 1, sector 3", () => {
    const machine = power(probe("floppy"));
    const lines = finish(machine);
    for (const line of FLOPPY_STATUSES) expect(lines).toContain(line);
    expect(writtenSector(machine.guest.pc.board.floppies.contents(0) as Uint8Array)).toEqual(WRITTEN);
  });

  test("a hard disk of 8 MB boots, and INT 13h reads 4096 of its sectors and writes 121", () => {
    const include = (file: string) => read(join("test", file));
    const { bytes: image, diagnostics } = assemble(read("test/harddisk.S"), { origin: 0x7c00, include });
    expect(diagnostics).toEqual([]);
    const disk = patternedDisk(image, 8_257_536);
    const dword = (at: number) =>
      new DataView(disk.buffer).getUint32(at, true).toString(16).toUpperCase().padStart(8, "0");
    const machine = power(undefined, { drives: [{ kind: "disk", image: disk }] });
    // What SeaBIOS answers under QEMU; 16 cylinders, 16 heads, 63 sectors.
    expect(finish(machine)).toEqual([
      ...["geometry 0E3F 0F01", "type 03 0000 3B10", "extensions AA55 01 00"],
      ...[
        "sectors 00000000 00003F00 0200",
        `sum ${checksum(disk.slice(0, 4096 * 512))}`,
        "last 00 00 FF",
        `it ends ${dword(disk.length - 4)}`,
        "past the end FF",
      ],
      ...[
        "by head 00 00 01",
        `it starts ${dword((2 * 16 + 3) * 63 * 512)}`,
        "sector 0 FF",
        "verify 00",
        "write packet 00 00 00",
      ],
      ...["write 00 00 01", "second disk FF", "disks 01", "reset 00", "end"],
    ]);
    const expected = Uint16Array.from({ length: 120 * 256 }, (_, i) => 0x1234 + i * 0x0101);
    const written = new Uint8Array(121 * 512);
    machine.guest.pc.board.storage.disks[0]?.read(1000 * 512, written);
    expect(Buffer.compare(written.subarray(0, 120 * 512), new Uint8Array(expected.buffer))).toBe(0);
    expect([...written.subarray(120 * 512)]).toEqual([...disk.subarray(1120 * 512, 1121 * 512)]);
  });

  test("of a floppy and a hard disk the one named first boots, the other where that cannot", () => {
    // mov $0x402, %dx; mov $letter, %al; out %al, %dx; hlt; jmp .-1
    const boot = (letter: string) => {
      const sector = new Uint8Array(1_474_560);
      sector.set([0xba, 0x02, 0x04, 0xb0, letter.charCodeAt(0), 0xee, 0xf4, 0xeb, 0xfd]);
      sector.set([0x55, 0xaa], 510);
      return sector;
    };
    const said = (bootOrder: string, disk: Uint8Array) => {
      const machine = power(boot("F"), { bootOrder, drives: [{ kind: "disk", image: disk }] });
      machine.run({ ticks: 400_000_000 });
      return machine.guest.debug.text().split("\n").slice(1);
    };
    expect(said("ca", boot("H"))).toEqual(["Booting from hard disk C", "H"]);
    expect(said("ac", boot("H"))).toEqual(["Booting from floppy A", "F"]);
    expect(said("ca", new Uint8Array(1 << 20))).toEqual([
      "Hard disk C: the first sector ends in 00 00, not in 55 AA",
      "Booting from floppy A",
      "F",
    ]);
  });

  test("INT 10h: graphics modes leave the memory, and answer to VESA, that SeaVGABIOS's do under QEMU", () => {
    const graphics = finish(power(probe("graphics")));
    expect(graphics.slice(0, 5)).toEqual([
      "mode 04",
      "read back 00 51",
      "dots 00 01 01",
      "sum 390827E2",
      "sum C8415D20",
    ]);
    expect(graphics.slice(-5)).toEqual(["sum 7CAF097C", "sum CDF99D1A", "cursor 1805", "sum 55805E27", "end"]);
    const vesa = finish(power(probe("vbe")));
    expect(vesa.slice(0, 2)).toEqual(["adapter 004F 4556 4153 0300 0100", "of ours 0006"]);
    expect(vesa).toContain(
      "memory 1234, line 004F 0280 0280 6666, longer 004F 0640 0640 28F5, in bytes 004F 2000 2000 0800",
    );
  });

  test("INT 15h: A20 opens and closes, 2 KiB go to 3 MiB and back, a bad descriptor gives AH = 02", () =>
    expect(finish(power(probe("highmemory")))).toEqual(HIGH_MEMORY));

  test("POST initializes the x87, and INT 75h brings its exception to INT 02h", () =>
    expect(finish(power(probe("coprocessor")))).toEqual(COPROCESSOR));

  test("a reset with CMOS 0Fh = 0A, 05, 09, 0C goes on at 0040:0067 instead of restarting", () =>
    expect(finish(power(probe("resume")))).toEqual(RESUMED));

  test("time: 36 ticks in 2 s, a wait of 1 s takes 18, midnight is told once", () => {
    const lines = finish(power(probe("clock"), { rtcBase: "2026-11-22T10:20:30Z" }));
    expect(lines).toEqual([
      "time 1020 30",
      "date 2026 1122",
      expect.stringMatching(/^ticks 000A 57/), // 37230 s of 18.2 ticks
      "ticks in 2 s 0024",
      "wait 1 s 00 0012",
      "event in 1 s 00 0012",
      "midnight 01 0000",
      "again 00",
      "new day 0000",
      "end",
    ]);
  });

  test("INT 15h AH=C2h: the mouse is reset, asked and set, and hands over its packets", () => {
    const machine = power(probe("mouse"));
    machine.run({ serial: "ready\n", ticks: 4_000_000_000 });
    expect(machine.status().mouse).toBe(true);
    for (const [right, down] of [
      [10, 5],
      [-3, 0],
    ]) {
      machine.mouse({ right, down });
      machine.run({ ticks: 2_000_000 });
    }
    finish(machine);
    expect(machine.status()).not.toHaveProperty("mouse");
    expect(machine.guest.serial[0].text().split("\n").slice(0, -1)).toEqual(MOUSE);
  });

  test("INT 16h: typed text arrives with its scan codes", () => {
    const machine = power(probe("keys"));
    machine.run({ serial: "ready\n", ticks: 4_000_000_000 });
    const typed: [string, boolean][] = [];
    const press = (...codes: string[]) => {
      for (const code of codes) typed.push([code, true]);
      for (const code of codes.reverse()) typed.push([code, false]);
    };
    press("KeyA");
    press("ShiftLeft", "Digit2");
    press("ControlRight", "KeyC");
    press("AltLeft", "F4");
    press("ArrowUp");
    press("CapsLock");
    press("KeyZ");
    press("Escape");
    press("Enter");
    press("Escape");
    for (const [code, down] of typed) {
      machine.key(code, down);
      machine.run({ ticks: 500_000 });
    }
    expect(finish(machine)).toEqual([
      "ready",
      " 1E61 0000",
      " 0340 0002",
      " 2E03 0404",
      " 6B00 0208",
      " 48E0 0000",
      " 2C5A 0040",
      " 011B 0040",
      "old",
      " 1C0D 40",
      " 011B 40",
      " 00 3B41",
      "end",
    ]);
  });

  test("an unserved INT, an IRQ, a breakpoint and a division by zero are named on port 402h with CS:IP", () => {
    const machine = power(probe("faults"));
    expect(machine.run({ ticks: 4_000_000_000 }).reason).toEqual({ kind: "halt", forever: true });
    const said = machine.guest.debug.text();
    expect(said).toMatch(/No service for INT 42h at 0000:7E..\nTrap 03h at 0000:7E..\n/);
    expect(said).toMatch(/Nobody serves IRQ 04h at 0000:7E..\n/);
    expect(said).toMatch(/\nException 00h at 0000:7E.., stopped\.\n$/);
  });
});
