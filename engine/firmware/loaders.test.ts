// Stock boot loaders, as Debian ships them, on our BIOS: under QEMU and on our own PC.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Machine } from "../machine/machine.ts";
import { X86 } from "../machine/x86.ts";
import { BIOS_MAIN } from "./index.ts";
import { assembleGnu, missingPrograms } from "./test/gnu.ts";
import { Qemu } from "./test/qemu.ts";

const FLOPPY_BYTES = 1_474_560;
const SYSLINUX = "/usr/lib/syslinux/modules/bios";
const GRUB = "/usr/lib/grub/i386-pc";
const missing = missingPrograms("as", "ld", "nm", "qemu-system-i386");
const noSyslinux = missing || missingPrograms("syslinux", "mcopy", "mformat");
const noGrub = missing || missingPrograms("grub-mkimage") || (existsSync(GRUB) ? "" : "grub-pc-bin not installed");

describe.skipIf(missing)(`stock loaders ${missing}`, { timeout: 90_000 }, () => {
  const scratch = mkdtempSync(join(tmpdir(), "loaders-"));
  const path = (name: string) => join(scratch, name);
  let bios: Uint8Array;
  beforeAll(() => {
    bios = assembleGnu(join(import.meta.dirname, BIOS_MAIN), 0, scratch).image;
  });
  afterAll(() => rmSync(scratch, { recursive: true }));

  /** Boots until `text` came over COM1; all that came. */
  async function onQemu(floppy: Uint8Array, text: string): Promise<string> {
    const qemu = new Qemu({ bios, floppy });
    try {
      await qemu.until(() => qemu.serial.includes(text));
      return qemu.serial;
    } finally {
      qemu.stop();
    }
  }
  function onOurPc(floppy: Uint8Array, text: string): string {
    const makeCpu = (...given: ConstructorParameters<typeof X86>) => new X86(...given);
    const machine = new Machine({ memoryMiB: 64, bios, floppies: [floppy] }, { makeCpu, history: false });
    machine.run({ serial: text, ticks: 1_000_000_000 });
    return machine.guest.serial[0].text();
  }

  /** FAT12 with SYSLINUX, which loads a 32-bit module that prints a file. */
  function syslinux(): Uint8Array {
    writeFileSync(path("syslinux.cfg"), "SERIAL 0 9600\nDEFAULT t\nLABEL t\nCOM32 cat.c32\nAPPEND hello.txt\n");
    writeFileSync(path("hello.txt"), "text from a FAT12 floppy\n");
    writeFileSync(path("floppy"), new Uint8Array(FLOPPY_BYTES));
    execFileSync("mformat", ["-i", path("floppy"), "-f", "1440", "::"]);
    const modules = ["cat.c32", "libcom32.c32", "libutil.c32"].map((name) => join(SYSLINUX, name));
    execFileSync("mcopy", ["-i", path("floppy"), path("syslinux.cfg"), path("hello.txt"), ...modules, "::"]);
    execFileSync("syslinux", ["--install", path("floppy")]);
    return new Uint8Array(readFileSync(path("floppy")));
  }
  describe.skipIf(noSyslinux)(`SYSLINUX loads its 32-bit core from FAT12 and prints a file ${noSyslinux}`, () => {
    const expected = /SYSLINUX \d.*\r\ntext from a FAT12 floppy/;
    test("under QEMU", async () => expect(await onQemu(syslinux(), "boot:")).toMatch(expected));
    test("on our PC", () => expect(onOurPc(syslinux(), "boot:")).toMatch(expected));
  });

  /** GRUB's core with an embedded configuration, and nothing else. */
  function grub(): Uint8Array {
    const commands = ["serial --unit=0 --speed=115200", "terminal_output serial", "lsmmap", "ls", "echo configured"];
    writeFileSync(path("early.cfg"), `${commands.join("\n")}\n`);
    const modules = ["biosdisk", "echo", "serial", "terminal", "lsmmap", "ls"];
    const options = ["-O", "i386-pc", "-p", "(fd0)/", "-c", path("early.cfg"), "-o", path("core")];
    execFileSync("grub-mkimage", [...options, ...modules]);
    const disk = new Uint8Array(FLOPPY_BYTES);
    const boot = readFileSync(join(GRUB, "boot.img"));
    disk.set(boot);
    disk.set(readFileSync(path("core")), boot.length);
    return disk;
  }
  describe.skipIf(noGrub)(`GRUB 2 loads its core, runs its configuration and lists our E820 ranges ${noGrub}`, () => {
    // The last KiB are the ACPI tables'.
    const check = (serial: string, tables: number) => {
      expect(serial).toContain("base_addr = 0x0, length = 0x9fc00, available RAM");
      expect(serial).toContain(`base_addr = 0x100000, length = 0x${(0x3f00000 - tables).toString(16)}, available RAM`);
      expect(serial).toContain("(fd0)");
    };
    test("under QEMU", async () => check(await onQemu(grub(), "configured"), 0x20000));
    // Ten seconds of an interpreter unpacking LZMA.
    test.runIf(process.env.RING_FULL)("on our PC", () => check(onOurPc(grub(), "configured"), 0x2000));
  });
});
