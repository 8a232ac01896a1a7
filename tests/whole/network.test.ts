// iPXE from Debian's package "ipxe-qemu" as the ROM of a network card, with SeaBIOS and with our BIOS: DHCP, TFTP, and a
// program served from a folder runs.
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { openBench } from "../../engine/index.ts";
import { loadResources, powerOn } from "../../engine/machine/resources.ts";

const bench = await openBench();
const resources = await loadResources();
const BIOS = "/usr/share/seabios/bios-256k.bin";
const ROMS = { e1000: "/usr/lib/ipxe/qemu/pxe-e1000.rom", "virtio-net": "/usr/lib/ipxe/qemu/pxe-virtio.rom" } as const;
const DEVICE = { e1000: 0x100e, "virtio-net": 0x1000 } as const;
const full = process.env["RING_FULL"] !== undefined;
const isThere = [BIOS, ...Object.values(ROMS)].every((path) => existsSync(path));
const missing = isThere
  ? full
    ? ""
    : " (skipped: long, npm run test:full)"
  : " (skipped: needs seabios and ipxe-qemu)";

/** What was served: says its last byte, which came in its third block, on COM1, and ends the machine. */
const PROGRAM = `
        mov   $0x3f8, %dx
        mov   %cs:0x7c00+1299, %al
        out   %al, %dx
        mov   $0x501, %dx
        mov   $0x21, %al
        out   %al, %dx
        hlt
`;

/** The ROM as of this device: its number in the PCI data structure, and a byte that keeps the sum of all at 0. */
function forDevice(path: string, device: number): Uint8Array {
  const rom = new Uint8Array(readFileSync(path));
  const at = rom[0x18] + (rom[0x19] << 8) + 6;
  const before = rom[at] + rom[at + 1];
  rom.set([device & 0xff, device >> 8], at);
  rom[6] += before - rom[at] - rom[at + 1];
  return rom;
}

for (const [kind, firmware] of [
  ["e1000", "SeaBIOS"],
  ["e1000", "our BIOS"],
  ["virtio-net", "SeaBIOS"],
  ["virtio-net", "our BIOS"],
] as const) {
  test.skipIf(missing !== "")(
    `${firmware}, iPXE on ${kind} gets an address and 1,300 bytes by TFTP, and starts them${missing}`,
    () => {
      const { bytes, diagnostics } = bench.assemble(PROGRAM, { file: "program.S", origin: 0x7c00 });
      expect(diagnostics).toEqual([]);
      const program = new Uint8Array(1300);
      program.set(bytes);
      program[1299] = 0x4e;
      const network = { kind: "user", files: { "boot/program": program }, bootFile: "boot/program" } as const;
      const machine = powerOn(
        {
          memoryMiB: 64,
          ...(firmware === "SeaBIOS" ? { bios: new Uint8Array(readFileSync(BIOS)) } : {}),
          bootOrder: "n",
          floppies: [],
          debugExit: { iobase: 0x501, iosize: 1 },
          cards: [{ kind, network, rom: forDevice(ROMS[kind], DEVICE[kind]) }],
        },
        resources,
        { history: false },
      );
      const { reason } = machine.run({ ticks: 12_000_000_000 });
      expect(reason).toEqual({ kind: "exit", status: 0x43 });
      expect(machine.guest.serial[0].text()).toBe("N");
    },
    900_000,
  );
}
