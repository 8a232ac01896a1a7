// Firmware that is not a BIOS, from Debian's packages, by `-bios`: to its own prompt, with what it found of the machine.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openBench } from "../../engine/index.ts";
import { debianPackage, NotHere } from "../fixtures/debian.ts";

const bench = await openBench();

const FIRMWARE = [
  {
    name: "U-Boot, 32-bit",
    package: "u-boot-qemu",
    path: "usr/lib/u-boot/qemu-x86/u-boot.rom",
    says: ["DRAM:  256 MiB", "Model: QEMU x86 (I440FX)", "Reset IDE: Bus 0: OK Bus 1: OK", "\n=> "],
  },
  {
    name: "U-Boot, 64-bit",
    package: "u-boot-qemu",
    path: "usr/lib/u-boot/qemu-x86_64/u-boot.rom",
    says: ["Trying to boot from SPI", "DRAM:  256 MiB", "Reset IDE: Bus 0: OK Bus 1: OK", "\n=> "],
  },
  {
    name: "EDK II (OVMF)",
    package: "ovmf",
    path: "usr/share/ovmf/OVMF.fd",
    says: ["UEFI Interactive Shell v2.2", "UEFI v2.70 (EDK II", "Shell> "],
  },
];

for (const { name, package: from, path, says } of FIRMWARE) {
  test.runIf(process.env["RING_FULL"])(
    `${name} gets to its prompt`,
    ({ skip }) => {
      let bios: Uint8Array;
      try {
        bios = new Uint8Array(readFileSync(join(debianPackage(from, "amd64"), path)));
      } catch (error) {
        if (!(error instanceof NotHere)) throw error;
        return skip(error.message);
      }
      const machine = bench.powerOn({ memoryMiB: 256, bios });
      machine.run({ serial: says.at(-1) as string, ticks: 6_000_000_000 });
      const said = machine.guest.serial[0].text();
      for (const line of says) expect(said).toContain(line);
    },
    400_000,
  );
}

test("firmware of 16 MiB begins at FF000000, and its last 128 KiB are below 1 MiB too", () => {
  const bios = new Uint8Array(16 << 20).fill(0xf4);
  bios[0] = 1;
  bios[bios.length - 0x20000] = 2;
  const machine = bench.powerOn({ bios });
  expect(machine.readMemory("physical", 0xff000000, 1)[0]).toBe(1);
  expect(machine.readMemory("physical", 0xe0000, 1)[0]).toBe(2);
  expect(machine.readMemory("physical", 0xdffff, 1)[0]).toBe(0xff);
});
