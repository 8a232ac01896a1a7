// The BIOS on QEMU's PC: every answer is QEMU's hardware's, the host's, or SeaBIOS's to the same question.
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { BIOS_MAIN } from "./index.ts";
import {
  checksum,
  FLOPPY_STATUSES,
  HIGH_MEMORY,
  MOUSE,
  memoryLines,
  patternedDisk,
  WRITTEN,
  writtenSector,
} from "./test/answers.ts";
import { assembleGnu, missingPrograms } from "./test/gnu.ts";
import { Qemu, type QemuOptions } from "./test/qemu.ts";

const missing = missingPrograms("as", "ld", "nm", "qemu-system-i386");
const folder = import.meta.dirname;

describe.skipIf(missing)(`under qemu-system-i386 ${missing}`, { timeout: 90_000 }, () => {
  const scratch = mkdtempSync(join(tmpdir(), "probes-"));
  const running: Qemu[] = [];
  let bios: Uint8Array;
  beforeAll(() => {
    bios = assembleGnu(join(folder, BIOS_MAIN), 0, scratch).image;
  });
  afterEach(() => {
    for (const qemu of running.splice(0)) qemu.stop();
  });
  afterAll(() => rmSync(scratch, { recursive: true }));

  function start(options: QemuOptions): Qemu {
    const qemu = new Qemu(options);
    running.push(qemu);
    return qemu;
  }

  /** A floppy with the probe `name`. */
  function floppyWith(name: string, bytes?: number): Uint8Array {
    return patternedDisk(assembleGnu(join(folder, "test", `${name}.S`), 0x7c00, scratch).image, bytes);
  }

  /** The lines that a probe prints. */
  async function run(name: string, options: QemuOptions = {}): Promise<string[]> {
    const qemu = start({ bios, floppy: floppyWith(name), ...options });
    await qemu.until(() => qemu.serial.endsWith("end\n"));
    return qemu.serial.trim().split("\n");
  }

  // From 16 MiB down the older CMOS bytes count, above them the newer.
  test.each([
    ["8", 0x700000],
    ["16", 0xf00000],
    ["64", 0x3f00000],
    ["128", 0x7f00000],
  ])("-m %s: E820, E801, 88h and INT 12h agree with the RAM there is", async (memory, extended) => {
    const lines = await run("memory", { memory });
    // QEMU's file of tables has 128 KiB, and its PC one serial port.
    expect(lines).toEqual(["equipment 0227", ...memoryLines(extended, 0x20000)]);
  });

  // Geometry: type, last cylinder and sectors, last head and number of drives.
  test.each([
    ["720 KiB in a 1.44 MB drive", 737_280, "04 4F12 0101"],
    ["1.2 MB", 1_228_800, "02 4F0F 0101"],
    ["1.44 MB", 1_474_560, "04 4F12 0101"],
    ["2.88 MB", 2_949_120, "05 4F24 0101"],
  ])("INT 13h reads every sector of a disk of %s", async (_, bytes, geometry) => {
    const disk = floppyWith("floppy", bytes);
    const lines = await run("floppy", { floppy: disk });
    expect(lines).toContain(`geometry ${geometry}`);
    expect(lines).toContain(`sum ${checksum(disk)}`);
    expect(lines).toContain("two heads 00 00 04");
  });

  test("INT 13h: CF, status in AH, and writing 512 bytes at cylinder 40, head 1, sector 3", async () => {
    const qemu = start({ bios, floppy: floppyWith("floppy") });
    await qemu.until(() => qemu.serial.endsWith("end\n"));
    for (const line of FLOPPY_STATUSES) expect(qemu.serial.split("\n")).toContain(line);
    expect(writtenSector(qemu.floppy)).toEqual(WRITTEN);
  });

  test.each([
    ["8 MB", 8_257_536],
    ["8 GB", 2 ** 33],
    ["200 GB", 200 * 2 ** 30],
  ])("INT 13h of a hard disk of %s: same answers, same sectors read and written as SeaBIOS", async (_, bytes) => {
    const image = assembleGnu(join(folder, "test", "harddisk.S"), 0x7c00, scratch).image;
    const answers: { lines: string[]; disk: Buffer }[] = [];
    for (const options of [{ bios }, {}]) {
      const path = join(scratch, "disk");
      writeFileSync(path, patternedDisk(image, Math.min(bytes, 8_257_536)));
      truncateSync(path, bytes - 4);
      appendFileSync(path, "LAST");
      const args = ["-drive", `file=${path},format=raw,if=ide`];
      const qemu = start({ ...options, args });
      await qemu.until(() => qemu.serial.endsWith("end\n"));
      const written = Buffer.alloc(150 * 512);
      const file = openSync(path, "r");
      readSync(file, written, 0, written.length, 990 * 512);
      closeSync(file);
      answers.push({ lines: qemu.serial.split("\n"), disk: written });
      qemu.stop();
    }
    const [ours, theirs] = answers;
    expect(ours.lines).toEqual(theirs.lines);
    expect(ours.lines).toContain("it ends 5453414C");
    expect(Buffer.compare(ours.disk, theirs.disk)).toBe(0);
  });

  test("INT 10h leaves the same 2000 cells and the same answers as SeaBIOS", async () => {
    const floppy = floppyWith("screen");
    const both = [start({ bios, floppy }), start({ floppy })];
    const screens = [];
    for (const qemu of both) {
      await qemu.until(() => qemu.serial.endsWith("end\n"));
      screens.push(await qemu.memory(0xb8000, 4000));
    }
    expect(both[0].serial).toBe(both[1].serial);
    expect([...screens[0]]).toEqual([...screens[1]]);
  });

  test("all fifteen modes set the registers, colours and data area that SeaVGABIOS sets", async () => {
    const [ours, theirs] = [await run("vga"), await run("vga", { bios: undefined })];
    let mode = "";
    for (const [i, line] of ours.entries()) {
      if (line.startsWith("mode")) mode = line.slice(5);
      const [name] = line.split(" ");
      // 0Fh is for a monochrome screen, as in IBM's table; theirs has a colour screen's clock and planes.
      if (mode === "0F" && ["misc", "CRTC", "graphics", "attribute", "DAC", "0040:0049"].includes(name)) continue;
      // Theirs writes the CRTC of mode 7 before it is at 3B4h, and so leaves the last mode's; and its third grey is the second.
      if (mode === "07" && ["CRTC", "DAC"].includes(name)) continue;
      if (name === "graphics" && (mode === "07" || Number.parseInt(mode, 16) < 4)) {
        // Register 7, "colour don't care", is 00 in IBM's table for text modes, 0F in theirs; text ignores it.
        expect(line.replace(/00 FF$/, "0F FF")).toBe(theirs[i]);
      } else if (name === "0040:0049") {
        // The last byte is what a CGA's mode register would hold, in IBM's table; left out by theirs.
        expect(line.replace(/..$/, "00")).toBe(theirs[i]);
      } else expect(line).toBe(theirs[i]);
    }
    expect(ours.filter((line) => line.startsWith("mode")).length).toBe(15);
  });

  test("graphics modes: the same memory, dots and characters as SeaVGABIOS leaves and reads", async () => {
    const [ours, theirs] = [await run("graphics"), await run("graphics", { bios: undefined })];
    expect(ours).toEqual(theirs);
    expect(ours.filter((line) => line.startsWith("sum")).length).toBe(18);
  });

  test("VESA: modes of 8 to 32 bits are described, set and changed as SeaVGABIOS does it", async () => {
    const [ours, theirs] = [await run("vbe"), await run("vbe", { bios: undefined })];
    expect(ours[1]).toBe("of ours 0006");
    // Theirs has no 4F09h; where the window or the DAC is not for this mode, it answers AX = 03xxh, and the rest is chance.
    const same = (line: string) =>
      line
        .replace(/^palette.*/, "palette")
        .replace(/bank 03.*/, "bank 03")
        .replace(/DAC 03.*/, "DAC 03");
    expect(ours.map(same)).toEqual(theirs.map(same));
    expect(ours).toContain("palette 004F 004F 0201 0003 203F 0010");
  });

  const stock = "/usr/share/seabios/vgabios-isavga.bin";
  test.skipIf(!existsSync(stock))("a stock video BIOS at C0000 is run and keeps INT 10h", async () => {
    const args = ["-device", `loader,file=${stock},addr=0xc0000,force-raw=on`];
    const qemu = start({ bios, floppy: floppyWith("screen"), args });
    await qemu.until(() => qemu.serial.endsWith("end\n"));
    const vector = await qemu.memory(0x10 * 4, 4);
    expect([vector[2], vector[3]]).toEqual([0x00, 0xc0]);
    expect((await qemu.screen())[10]).toContain("in colour");
  });

  const keys =
    "a shift-a ctrl-a alt-a 1 shift-1 ctrl-2 f1 shift-f1 ctrl-f1 alt-f1 f11 f12 up ctrl-up alt-up home delete pgup kp_7 kp_5 " +
    "kp_enter kp_divide kp_add ret tab shift-tab ctrl-tab spc backspace ctrl-backspace caps_lock a shift-a 1 caps_lock " +
    "num_lock kp_7 shift-kp_7 kp_decimal num_lock minus less ctrl-alt-a shift-up ctrl-home semicolon backslash esc " +
    "b shift-b up kp_enter kp_divide alt-x ret esc";

  test("INT 16h gives the same scan codes, characters and shift flags as SeaBIOS for 58 keys", async () => {
    const floppy = floppyWith("keys");
    const both = [start({ bios, floppy }), start({ floppy })];
    for (const qemu of both) await qemu.until(() => qemu.serial.includes("ready"));
    for (const key of keys.split(" ")) {
      await Promise.all(both.map((qemu) => qemu.monitor(`sendkey ${key} 20`)));
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    for (const qemu of both) await qemu.until(() => qemu.serial.endsWith("end\n"));
    expect(both[0].serial.split("\n")).toEqual(both[1].serial.split("\n"));
  });

  test("INT 15h AH=C2h answers as SeaBIOS does, and hands over the mouse's packets", async () => {
    const floppy = floppyWith("mouse");
    const both = [start({ bios, floppy }), start({ floppy })];
    for (const qemu of both) await qemu.until(() => qemu.serial.includes("ready"));
    for (const move of ["mouse_move 10 5", "mouse_move -3 0"]) {
      await Promise.all(both.map((qemu) => qemu.monitor(move)));
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    for (const qemu of both) await qemu.until(() => qemu.serial.endsWith("end\n"));
    expect(both[0].serial.split("\n")).toEqual(both[1].serial.split("\n"));
    expect(both[0].serial.split("\n").slice(0, -1)).toEqual(MOUSE);
  });

  test("time: INT 1Ah, 18.2 ticks a second, waits of a second, midnight", async () => {
    // Time from counted instructions: that of the host would show how busy it is.
    const time = ["-rtc", "base=2026-11-22T10:20:30,clock=vm", "-icount", "shift=4,sleep=off"];
    const lines = await run("clock", { args: time });
    const value = (name: string) => (lines.find((line) => line.startsWith(name)) ?? "").slice(name.length + 1);
    expect(value("time")).toMatch(/^1020 3\d$/);
    expect(value("date")).toBe("2026 1122");
    const seconds = Number.parseInt(value("ticks").replaceAll(" ", ""), 16) / (1193182 / 65536);
    expect(Math.abs(seconds - (10 * 3600 + 20 * 60 + 33))).toBeLessThan(5);
    expect(value("ticks in 2 s")).toBe("0024");
    // Under -icount QEMU's RTC interrupts at half its rate (SeaBIOS waits 24h ticks there too), so: no shorter.
    for (const name of ["wait 1 s 00", "event in 1 s 00"]) {
      expect(Number.parseInt(value(name), 16)).toBeGreaterThanOrEqual(18);
    }
    expect(value("midnight")).toBe("01 0000");
    expect(value("again")).toBe("00");
    expect(value("new day")).toBe("0000");
  });

  test("INT 15h: A20 opens and closes, 2 KiB go to 3 MiB and back, a bad descriptor gives AH = 02", async () => {
    expect(await run("highmemory")).toEqual(HIGH_MEMORY);
  });

  test("an unserved INT, an IRQ, a breakpoint and a division by zero are named on port 402h with CS:IP", async () => {
    const qemu = start({ bios, floppy: floppyWith("faults") });
    await qemu.until(() => qemu.debug.endsWith("stopped.\n"));
    expect(qemu.serial).toBe("start\nmask B8\ndivide\n");
    expect(qemu.debug).toMatch(/Nobody serves IRQ 04h at 0000:7E/);
    expect(qemu.debug).toMatch(/No service for INT 42h at 0000:7E/);
    expect(qemu.debug).toMatch(/Trap 03h at 0000:7E/);
    expect(qemu.debug).toMatch(/\nException 00h at 0000:7E..h?, stopped\.\n$/);
  });

  test("a disk without 55 AA, and no disk: the screen and port 402h say why", async () => {
    const blank = start({ bios, floppy: new Uint8Array(1_474_560) });
    const empty = start({ bios });
    for (const qemu of [blank, empty]) await qemu.until(() => qemu.debug.endsWith("No bootable device.\n"));
    expect((await blank.screen()).slice(0, 4)).toEqual([
      "Ring -1 BIOS, 639 KiB + 64512 KiB memory",
      "Floppy A: the first sector ends in 00 00, not in 55 AA",
      "CD: no disc", // in the drive that QEMU has unless told otherwise
      "No bootable device.",
    ]);
    expect(empty.debug).toContain("Floppy A: cannot read its first sector, status 80h\n");
  });

  test("an option ROM with a right sum at C8000 runs, one with a wrong sum at CC000 does not", async () => {
    // mov $0x402, %dx; mov $'!', %al; out %al, %dx; lret
    const rom = new Uint8Array(512);
    rom.set([0x55, 0xaa, 1, 0xba, 0x02, 0x04, 0xb0, 0x21, 0xee, 0xcb]);
    rom[511] = -rom.reduce((sum, byte) => sum + byte) & 0xff;
    const wrong = rom.slice();
    wrong[7] = 0x3f;
    const path = (name: string, bytes: Uint8Array) => {
      const file = join(scratch, name);
      writeFileSync(file, bytes);
      return file;
    };
    const load = (file: string, at: string) => ["-device", `loader,file=${file},addr=${at},force-raw=on`];
    const args = [...load(path("good", rom), "0xc8000"), ...load(path("bad", wrong), "0xcc000")];
    const qemu = start({ bios, args });
    await qemu.until(() => qemu.debug.endsWith("No bootable device.\n"));
    expect(qemu.debug).toContain("memory\n!Floppy");
  });

  test("Ctrl+Alt+Del restarts, and says so at 0040:0072", async () => {
    const qemu = start({ bios });
    await qemu.until(() => qemu.debug.endsWith("No bootable device.\n"));
    await qemu.monitor("sendkey ctrl-alt-delete");
    await qemu.until(() => qemu.debug.split("No bootable device.").length === 3);
    expect([...(await qemu.memory(0x472, 2))]).toEqual([0x34, 0x12]);
  });
});
