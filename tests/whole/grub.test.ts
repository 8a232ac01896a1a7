// GRUB 2 from Debian's package "grub-rescue-pc" under SeaBIOS, by way of `ring`: its prompt on the serial port, where SeaBIOS
// shows the screen, and on the VGA screen; what it finds of the machine; `halt` ends the process. The long list (RING_FULL=1).
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { debianPackage, NotHere } from "../fixtures/debian.ts";
import { ring } from "../fixtures/ring.ts";

const BIOS = "/usr/share/seabios/bios-256k.bin";
const LIMIT_S = 900;

const MEDIA = [
  ["floppy", "grub-rescue-floppy.img", "-fda", "(fd0)"],
  ["ISO", "grub-rescue-cdrom.iso", "-cdrom", "(cd)"],
] as const;

describe.runIf(process.env.RING_FULL)("GRUB 2", () => {
  test.each(MEDIA)(
    "rescue %s: grub> on serial and screen; ls, lsmmap, lspci and halt answered",
    async (_, file, flag, drive) => {
      let image: string;
      try {
        if (!existsSync(BIOS)) throw new NotHere(`${BIOS} is not here: it comes with Debian's package seabios`);
        image = join(debianPackage("grub-rescue-pc", "amd64"), "usr/lib/grub-rescue", file);
      } catch (error) {
        if (!(error instanceof NotHere)) throw error;
        console.log(`skipped: ${error.message}`);
        return;
      }
      const machine = ["-m", "64", "-bios", BIOS, flag, image, "-boot", flag === "-fda" ? "a" : "d"];
      const { out, err, status, seconds } = await ring(
        [...machine, "-machine", "pc,graphics=off", "-serial", "stdio", "-display", "text"],
        {
          says: [
            ["automatically in", "c"],
            ["grub> ", "ls\r"],
            ["grub> ", "lsmmap\r"],
            ["grub> ", "lspci\r"],
            ["grub> ", "halt\r"],
          ],
          isScreen: true,
          seconds: LIMIT_S,
        },
      );
      console.log(`GRUB from its ${file}: ${seconds.toFixed(0)} s`);
      expect({ status, err }).toEqual({ status: 0, err: "" });
      expect(out).toContain(drive);
      expect(out).toMatch(/base_addr = 0x100000, length = 0x3\w+, available RAM/);
      expect(out).toContain("00:01.1 8086:7010 [0101] IDE Controller");
      // The screen, which `ring` prints last.
      expect(out.slice(out.lastIndexOf("grub> lspci"))).toContain("grub> halt");
    },
    LIMIT_S * 1100,
  );
});
