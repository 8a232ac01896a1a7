/**
 * The IDE interface of Intel's 82371SB (PIIX3), function 00:01.1: two channels at the AT's ports, and their bus master.
 *
 *   primary    1F0–1F7, 3F6, IRQ 14        BAR 4 +0  bus master of the primary channel, 8 ports
 *   secondary  170–177, 376, IRQ 15              +8  of the secondary
 *
 *   configuration: 40, 42 IDETIM (15: decode the channel), 44 SIDETIM
 *
 * The ports decode always, as on QEMU's `pc`; timings keep what is written.
 *
 * Source: Intel 82371FB/82371SB data sheet, 290550-002, 2.3, 2.7.
 */
import type { Bus, Line, Registers } from "./bus.ts";
import { IdeChannel } from "./idechannel.ts";
import type { PciBus } from "./pci.ts";
import type { PciFunction } from "./pcifunction.ts";

/** The function. Its state is its function's and its channels'. */
export class PiixIde {
  readonly pci: PciFunction;
  /** Primary and secondary. */
  readonly channels: readonly [IdeChannel, IdeChannel];

  /** `irqs`: 14 and 15. */
  constructor(bus: Pick<Bus, "ports" | "clock">, pci: PciBus, irqs: readonly [Line, Line]) {
    const registers: Registers = {
      widest: 4,
      read: (offset, size) => this.channels[offset >> 3].busMaster.read(offset & 7, size),
      write: (offset, value, size) => this.channels[offset >> 3].busMaster.write(offset & 7, value, size),
    };
    this.pci = pci.add({
      name: "piixide",
      device: 1,
      function: 1,
      vendorId: 0x8086,
      deviceId: 0x7010,
      classCode: 0x010180,
      bars: [undefined, undefined, undefined, undefined, { kind: "io", size: 16, registers }],
      registers: [
        { offset: 0x04, size: 4, value: 0x02800000, writable: 0x0005, clears: 0x38000000 },
        { offset: 0x0d, size: 1, value: 0, writable: 0xf0 },
        { offset: 0x40, size: 4, value: 0, writable: -1 },
        { offset: 0x44, size: 1, value: 0, writable: 0xff },
      ],
    });
    const { memory } = this.pci;
    const channel = (n: 0 | 1, base: number, control: number) =>
      new IdeChannel(bus, { name: `ide.${n}`, base, control, irq: irqs[n], memory });
    this.channels = [channel(0, 0x1f0, 0x3f6), channel(1, 0x170, 0x376)];
  }
}
