// SeaBIOS 1.16 from Debian's package "seabios" on our machine: to its last words with nothing attached, and off a floppy, a
// hard disk and a CD.
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type MachineConfiguration, openBench } from "../../engine/index.ts";
import { loadResources, powerOn } from "../../engine/machine/resources.ts";
import { bootSector } from "../fixtures/bootsector.ts";
import { bootableCd } from "../fixtures/cdimage.ts";

const bench = await openBench();
const resources = await loadResources();
const IMAGES = ["bios.bin", "bios-256k.bin"].map((name) => `/usr/share/seabios/${name}`);
const missing = IMAGES.every((path) => existsSync(path)) ? "" : " (skipped: needs Debian's package seabios)";

/** Says by INT 10h and on COM1 which drive it came from, and ends the machine. */
const HELLO = `
        xor   %ax, %ax
        mov   %ax, %ds
        mov   %dl, %bl
        mov   $0x3f8, %dx
        mov   $'B', %al
        out   %al, %dx
        mov   %bl, %al
        shr   $4, %al
        add   $'0', %al
        out   %al, %dx
        mov   %bl, %al
        mov   $0x501, %dx
        out   %al, %dx
        hlt
`;

function boot(path: string, configuration: Partial<MachineConfiguration>) {
  const bios = new Uint8Array(readFileSync(path));
  const whole = { memoryMiB: 32, bios, debugExit: { iobase: 0x501, iosize: 1 }, ...configuration };
  const machine = powerOn(whole, resources, { history: false });
  let said = "";
  machine.guest.onDebug = (byte, port) => {
    if (port === 0x402) said += String.fromCharCode(byte);
  };
  return { machine, said: () => said };
}

const sector = () => bootSector(bench, HELLO);
const filled = (bytes: number) => {
  const image = new Uint8Array(bytes);
  image.set(sector());
  return image;
};

for (const path of IMAGES) {
  const name = path.slice(path.lastIndexOf("/") + 1);
  test.skipIf(missing !== "")(
    `${name}: "No bootable device." on port 402h with nothing attached${missing}`,
    () => {
      const { machine, said } = boot(path, { floppies: [] });
      for (let i = 0; i < 100 && !said().includes("No bootable device."); i++) machine.run({ ticks: 50_000_000 });
      expect(said().trim().split("\n").pop()).toBe("No bootable device.");
    },
    240_000,
  );

  test.each([
    ["a floppy, drive 00", "a", { floppies: [filled(1_474_560)] }, 0x00],
    ["a hard disk, drive 80", "c", { drives: [{ kind: "disk", image: filled(1 << 20) }] }, 0x80],
    ["a CD, drive E0", "d", { drives: [undefined, undefined, { kind: "cdrom", image: bootableCd(sector()) }] }, 0xe0],
  ] as const)(
    `${name} boots %s`,
    (_, bootOrder, configuration, drive) => {
      if (missing !== "") return;
      const { machine } = boot(path, { bootOrder, ...configuration });
      const { reason } = machine.run({ ticks: 3_000_000_000 });
      expect(reason).toEqual({ kind: "exit", status: 2 * drive + 1 });
    },
    240_000,
  );
}
