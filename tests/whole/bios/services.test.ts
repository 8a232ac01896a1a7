// Services of our BIOS that programs of their own show: APM and protected mode, the alarm, the display's state, a locked CD;
// and every function number of INT 10h to 1Ah, asked of our BIOS and of SeaBIOS on the same machine.
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { patternedDisk } from "../../../engine/firmware/test/answers.ts";
import { bootableCd } from "../../fixtures/cdimage.ts";
import { noQemu, OUR_BIOS, onOurPc, onQemu, ourPc, probe } from "./probes.ts";

const SEABIOS = "/usr/share/seabios/bios-256k.bin";
const SEAVGABIOS = "/usr/share/seabios/vgabios-stdvga.bin";
const noSeaBios = [SEABIOS, SEAVGABIOS].every((path) => existsSync(path)) ? "" : "no SeaBIOS";
const full = process.env["RING_FULL"] !== undefined;

describe("services", { timeout: 90_000 }, () => {
  test("APM 1.2 is asked in real mode and, after INT 15h AH=89h, by its 32-bit entry, which switches the machine off", async () => {
    const floppy = patternedDisk(probe("apm"));
    const machine = ourPc({ memoryMiB: 32, floppies: [floppy] });
    expect(machine.run({ ticks: 2_000_000_000 }).reason).toEqual({ kind: "power off" });
    const lines = machine.guest.serial[0].text().trimEnd().split("\n");
    // Version, interfaces; then where the code is. In protected mode: PE, CX and DX kept, CS, DS, ES, SS, both masks; and
    // on mains, without a battery.
    expect(lines).toEqual([
      " 0102 0003 00",
      " F000 F000 00",
      " 01 1234 5678 0030 0018 0020 0028 FF FF",
      " 00 01FF 80FF",
    ]);
    if (noQemu) return;
    expect(await onQemu({ floppy, bios: OUR_BIOS }, "80FF\n")).toEqual([lines[0].trim(), ...lines.slice(1)]);
  });

  test.each([
    [
      "the alarm rings at its second, is refused while there is one, and is cancelled",
      "alarm",
      [" 01", " 2359 59 01", " 00 00"],
    ],
    [
      "the display's state comes back, colours and linear modes with it",
      "videostate",
      [" 00 1000", " 13 1122", " 00 1000", " 4112 0320"],
    ],
  ])("%s", async (_, name, expected) => {
    const floppy = patternedDisk(probe(name));
    const lines = onOurPc({ memoryMiB: 32, floppies: [floppy] });
    expect(lines.slice(1)).toEqual([...expected, "end"]);
    if (noQemu) return;
    expect(await onQemu({ floppy, bios: OUR_BIOS })).toEqual(lines);
    // SeaVGABIOS's second saving of a linear mode differs in a byte.
    const same = (line: string) => line !== " 00 1000" && line !== " 01 0073";
    expect((await onQemu({ floppy })).filter(same)).toEqual(lines.filter(same));
  });

  test("palette registers, border, mask, pages of the DAC and a CGA's colours are read back as they were set", async () => {
    const floppy = patternedDisk(probe("palette"));
    const lines = onOurPc({ memoryMiB: 32, floppies: [floppy] });
    const cga = "02 04 06 07 10 11 12 13 14 15 16 17";
    expect(lines).toEqual([
      "2A05 0300 003F 0901 0200",
      " 00 01 02 03 04 2A 14 07 38 39 3A 3B 3C 3D 3E 3F 03",
      ` 00 13 15 17 ${cga} 00`,
      ` 11 13 15 17 ${cga} 09`,
      ` 11 12 14 16 ${cga} 09`,
      " 12 20 12 00",
      "end",
    ]);
    if (noQemu) return;
    // QEMU's DAC mask is not read back; SeaVGABIOS sets no border here, and does not blank the screen.
    const palettes = (all: readonly string[]) => all.slice(1, 5).map((line) => line.slice(0, -3));
    expect(palettes(await onQemu({ floppy }))).toEqual(palettes(lines));
  });

  test("text has 200, 350 or 400 lines; colours stay or become greys; the display sleeps", async () => {
    const floppy = patternedDisk(probe("lines"));
    const lines = onOurPc({ memoryMiB: 32, floppies: [floppy] });
    // Of modes 3 and 7: lines, how often each is drawn, lines of a character, output register; rows of 8 lines.
    expect(lines).toEqual([
      "12 00 C7 08 63 18 01 4D 0E A6",
      " 12 01 4D 0E A3 2A 01 4D 0E A6",
      " 03 01 4D 0E A3 2A 01 4D 0E A6",
      " 12 02 4F 10 67 31 02 4F 10 66",
      " 12 0D 0D0D 13 1313 2A 0000 0D 0D0D",
      " 12 2A 01 0203 01 2A 0000",
      " 12 65 67",
      " 004F 0F10 004F 04 20 014F 04 20 0030 00 00",
      " 0010 04 0000 02 0010 02 0002 01 0010 01 0100 01",
      "end",
    ]);
    if (noQemu) return;
    expect(await onQemu({ floppy, bios: OUR_BIOS })).toEqual(lines);
  });

  type Row = readonly [interrupt: number, ax: number, ...others: number[]];

  /** A disk with test/services.S and its table. */
  function asking(rows: readonly Row[]): Uint8Array {
    const image = probe("services").slice();
    const view = new DataView(image.buffer, 0x800);
    rows.forEach(([interrupt, ...registers], i) => {
      view.setUint8(9 * i, interrupt);
      for (let n = 0; n < 4; n++) view.setUint16(9 * i + 1 + 2 * n, registers[n] ?? 0, true);
    });
    return patternedDisk(image);
  }

  const cd = bootableCd(Uint8Array.of(0xf4, 0xeb, 0xfd));
  const drives = [{ kind: "disk", image: new Uint8Array(8 << 20) }, undefined, { kind: "cdrom", image: cd }] as const;

  test("a CD is locked twice, cannot be ejected, is unlocked twice and no third time, ejected and gone", () => {
    const ask = (ax: number): Row => [0x13, ax, 0, 0, 0xe0];
    const rows = [0x4502, 0x4500, 0x4500, 0x4600, 0x4501, 0x4501, 0x4501, 0x4900, 0x4600, 0x4900].map(ask);
    const lines = onOurPc({ memoryMiB: 32, floppies: [asking(rows)], drives });
    // Carry, status and AL.
    expect(lines.map((line) => line.slice(9, 16))).toEqual([
      ...["00 0000", "00 0001", "00 0001", "01 B100", "00 0001", "00 0000", "01 B001", "00 0000", "00 0000", "01 3100"],
      "",
    ]);
  });

  const numbers = (skipped: readonly number[] = []) =>
    Array.from({ length: 256 }, (_, ah) => ah).filter((ah) => !skipped.includes(ah));
  const ask = (interrupt: number, skipped: readonly number[], al = 0, ...registers: number[]): Row[] =>
    numbers(skipped).map((ah) => [interrupt, (ah << 8) | al, ...registers] as const);
  const BUFFER = 0xa000;
  // Left out: what sets modes, waits for keys, writes and formats, sets the clock, and 87h and 89h, which others ask.
  const GROUPS: readonly [string, readonly Row[]][] = [
    ["INT 10h", ask(0x10, [0x00, 0x11, 0x1c, 0x4f])],
    ["INT 13h, floppy", ask(0x13, [0x05], 1, BUFFER, 1, 0x00)],
    ["INT 13h, no floppy drive", ask(0x13, [0x05], 1, BUFFER, 1, 0x7f)],
    ["INT 13h, hard disk", ask(0x13, [0x03, 0x43], 1, BUFFER, 1, 0x80)],
    ["INT 13h, CD", ask(0x13, [], 0, BUFFER, 1, 0xe0)],
    ["INT 14h", ask(0x14, [0, 1, 2, 3, 4, 5])],
    ["INT 15h", [...ask(0x15, [0x53, 0x83, 0x86, 0x87, 0x89]), [0x15, 0x5300], [0x15, 0x5307], [0x15, 0x530a]]],
    ["INT 16h", ask(0x16, [0x00, 0x10, 0x20])],
    ["INT 17h", ask(0x17, [])],
    ["INT 1Ah", ask(0x1a, [0x00, 0x01, 0x02, 0x03, 0x05])],
  ];

  /** Where ours answers something else, and why. */
  const DIFFERENCES: readonly [RegExp, string][] = [
    [/^10 0300/, "AX = 0, as IBM's BIOS leaves it"],
    [/^13 0801.* 00\d\d .*F000$/, "another address of the drive's table"],
    [/^13 (1501|1601): 00 0[02]01 A000 0001 0000/, "the drive has a change line, and the disk is the same"],
    [
      /^13 15..: 0. 0[01]0[01] A000 0001 00(7F|8F|E0)/,
      "no such drive: AH = 0, which is no error; of a CD drive nothing is defined",
    ],
    [/^13 0[234]01: 01 0100 A000 0001 007F/, "AL of what was refused: no sectors"],
    [/^13 0501.* 0080/, "hard disks are not formatted"],
    [/^13 4B0[01]/, "no CD was booted: nothing to end or to tell"],
    [/^13 41/, "BX was not 55AAh"],
    [/^13 45.* 0080/, "the disk cannot be removed (EDD: B2h)"],
    [/^13 4E01.* 0080/, "the hardware's modes are not set"],
    [/^13 (0300|4300).* 00E0/, "a CD is write-protected: 03h"],
    [/^13 4600.* 00E0/, "ejected, as the lock before it was; SeaBIOS only says so"],
    [/^13 4900.* 00E0/, "the drive is asked; SeaBIOS always says that the disc is another"],
    [/^14/, "no such function: bit 7, time-out"],
    [/^15 (80|81|82|85|90|91)00/, "nobody hooked it: AH = 0, CF clear, as IBM's BIOS"],
    [/^15 53(07|0A)/, "AH = 0 or APM's error; device 0 has no power to set"],
    [/^16 0900/, "AX=0305h is there, too"],
    [/^17/, "no printer: time-out"],
    [/^1A (0400|0700|B000)/, "AL is kept, or zero"],
    [/^1A BB00/, "no TPM"],
  ];

  test.runIf(noSeaBios === "").each(GROUPS.filter((_, i) => full || i % 6 === 0))(
    "%s: every function number answers as SeaBIOS does, but for what is listed",
    (_, rows) => {
      const floppies = [asking(rows)];
      const configuration = { memoryMiB: 64, bootOrder: "a", floppies, drives };
      const ours = onOurPc(configuration);
      const [bios, vgaBios] = [SEABIOS, SEAVGABIOS].map((path) => new Uint8Array(readFileSync(path)));
      const theirs = onOurPc({ ...configuration, bios, vgaBios });
      expect([ours.length, ours.at(-1), theirs.length]).toEqual([rows.length + 1, "end", rows.length + 1]);
      const differ = ours.filter((line, i) => line !== theirs[i]);
      expect(differ.filter((line) => !DIFFERENCES.some(([pattern]) => pattern.test(line)))).toEqual([]);
    },
  );
});
