/**
 * QEMU's standard VGA as a PCI device, 1234:1111 at 00:02.0: the linear framebuffer, the registers of the VGA and of its
 * linear modes in memory, and a ROM for its BIOS.
 *
 *   BAR 0   16 MiB   framebuffer
 *   BAR 2   4 KiB    400–41F ports 3C0–3DF   500–515 DISPI registers   600 size of the extension, 604 byte order
 *   ROM     the image given
 *
 * Not modelled: EDID (the block reads as zeros), big-endian framebuffers.
 *
 * Source: QEMU, docs/specs/standard-vga.rst.
 */

import { VBE_MEMORY } from "./bochsvbe.ts";
import type { AccessSize, Registers } from "./bus.ts";
import type { PciBus } from "./pci.ts";
import type { PciFunction } from "./pcifunction.ts";
import type { Vga } from "./vga.ts";

const LITTLE_ENDIAN = 0x1e1e1e1e;

/** Puts `vga` on the bus; `rom` is its BIOS. */
export function addVga(pci: PciBus, vga: Vga, rom: Uint8Array | undefined): PciFunction {
  return pci.add({
    name: "vgapci",
    device: 2,
    vendorId: 0x1234,
    deviceId: 0x1111,
    revision: 2,
    classCode: 0x030000,
    bars: [
      { kind: "memory", size: VBE_MEMORY, prefetchable: true, registers: vga.vbe.linear },
      undefined,
      { kind: "memory", size: 0x1000, registers: registersOf(vga) },
    ],
    ...(rom === undefined ? {} : { rom }),
  });
}

function registersOf(vga: Vga): Registers {
  return {
    widest: 4,
    read(offset, size) {
      if (offset >= 0x400 && offset < 0x420) return bytes(size, (i) => vga.readPort(0x3c0 + offset + i - 0x400));
      if (offset >= 0x500 && offset < 0x516) {
        return bytes(size, (i) => vga.vbe.readRegister((offset + i - 0x500) >> 1) >> (8 * ((offset + i) & 1)));
      }
      if (offset === 0x600) return 8;
      return offset === 0x604 ? LITTLE_ENDIAN : 0;
    },
    write(offset, value, size) {
      if (offset >= 0x400 && offset < 0x420) {
        for (let i = 0; i < size; i++) vga.writePort(0x3c0 + offset + i - 0x400, (value >>> (8 * i)) & 0xff);
      } else if (offset >= 0x500 && offset < 0x516 && size > 1 && (offset & 1) === 0) {
        for (let i = 0; i < size; i += 2)
          vga.vbe.writeRegister((offset + i - 0x500) >> 1, (value >>> (8 * i)) & 0xffff);
      }
    },
  };
}

function bytes(size: AccessSize, byte: (i: number) => number): number {
  let value = 0;
  for (let i = 0; i < size; i++) value |= (byte(i) & 0xff) << (8 * i);
  return value >>> 0;
}
