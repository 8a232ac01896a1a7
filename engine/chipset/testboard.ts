/**
 * Every device of the chipset wired as in a PC, for tests that need more than one of them.
 */

import { AtaDisk } from "./atadisk.ts";
import { AtapiCd } from "./atapicd.ts";
import type { Device } from "./bus.ts";
import { pcCmos } from "./cmos.ts";
import { DebugConsole } from "./debugconsole.ts";
import { FwCfg } from "./fwcfg.ts";
import { I440fx } from "./i440fx.ts";
import { I8042 } from "./i8042.ts";
import { DmaPages, I8237 } from "./i8237.ts";
import { I8254 } from "./i8254.ts";
import { I8259 } from "./i8259.ts";
import { I82077 } from "./i82077.ts";
import { InterruptLines } from "./interruptlines.ts";
import { IsaDebugExit } from "./isadebugexit.ts";
import { Mc146818 } from "./mc146818.ts";
import { Ns16550 } from "./ns16550.ts";
import { PciBus } from "./pci.ts";
import { Piix3, pirqs } from "./piix3.ts";
import { Piix4Pm } from "./piix4pm.ts";
import { PiixIde } from "./piixide.ts";
import { Port61 } from "./port61.ts";
import { Port80 } from "./port80.ts";
import { Port92 } from "./port92.ts";
import { Ps2Keyboard } from "./ps2keyboard.ts";
import { Ps2Mouse } from "./ps2mouse.ts";
import { Probe, TestBus } from "./testbus.ts";
import { Vga } from "./vga.ts";
import { addVga } from "./vgapci.ts";

/** A board with `disk` in its first floppy drive. */
export function testBoard(disk: Uint8Array) {
  const bus = new TestBus();
  const int = new Probe();
  const master = new I8259(bus, { name: "m", base: 0x20, elcr: 0x4d0, elcrMask: 0xf8, master: true, output: int });
  const irq2 = master.input(2);
  const slave = new I8259(bus, { name: "s", base: 0xa0, elcr: 0x4d1, elcrMask: 0xde, master: false, output: irq2 });
  master.attach(2, slave);
  const lines = new InterruptLines((n, level) => (n < 8 ? master.input(n) : slave.input(n - 8)).set(level));
  const wires = pirqs();
  const pci = new PciBus(bus, wires.lines);
  const reach: { [page: number]: number } = {};
  new I440fx(pci, {
    memoryBytes: 64 << 20,
    setReach: (hpa, bytes, reads, writes) => {
      for (let at = hpa; at < hpa + bytes; at += 0x4000) reach[at] = (reads ? 1 : 0) | (writes ? 2 : 0);
    },
    setSmram: (view) => {
      board.smram = view;
    },
    resetCpu: () => {
      board.resets++;
    },
  });
  const board = { smram: "none", resets: 0, smis: 0, isOff: false, reach };
  const smi = () => {
    board.smis++;
  };
  const reset = () => {
    board.resets++;
  };
  const isa = new Piix3(bus, pci, wires, {
    irq: (n) => lines.driver(n),
    reset,
    smi,
    apmc: (value) => power.apmc(value),
  });
  const powerOff = () => {
    board.isOff = true;
  };
  const power: Piix4Pm = new Piix4Pm(bus, pci, {
    sci: lines.driver(9),
    smi,
    powerOff,
    suspend() {},
    wake: reset,
  });
  const ide = new PiixIde(bus, pci, [lines.driver(14), lines.driver(15)]);
  const hda = new AtaDisk(ide.channels[0], "hda", disk, "1");
  const hdc = new AtapiCd(ide.channels[1], "hdc", () => disk, "2");
  ide.channels[0].attach(0, hda);
  ide.channels[1].attach(0, hdc);
  hdc.load("disc");
  const files = new Map([["opt/test", disk.subarray(0, 5000)]]);
  const items = new Map([
    [3, Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 0)],
    [5, Uint8Array.of(1, 0)],
  ]);
  const fwcfg = new FwCfg(bus, { items, files });
  const pit = new I8254(bus, { outputs: [master.input(0)] });
  const pages = new DmaPages(bus);
  const dma1 = new I8237(bus, { name: "i8237.0", base: 0x00, stride: 1, page: (n) => pages.page(n) });
  const dma2 = new I8237(bus, { name: "i8237.1", base: 0xc0, stride: 2, page: (n) => pages.page(n + 4) });
  dma2.cascade(dma1);
  const keyboard = new Ps2Keyboard(bus);
  const mouse = new Ps2Mouse(bus);
  const a20 = new Probe();
  const resetCpu = () => {};
  const com1 = new Ns16550(bus, { name: "ns16550.0", base: 0x3f8, irq: master.input(4) });
  const com2 = new Ns16550(bus, { name: "ns16550.1", base: 0x2f8, irq: master.input(3) });
  const fdc = new I82077(bus, { irq: master.input(6), dma: dma1.channel(2), image: () => disk });
  const cmos = pcCmos({ memoryBytes: 64 << 20 });
  const vga = new Vga(bus);
  addVga(pci, vga, disk.subarray(0, 0x9000));
  const devices: Device[] = [
    ...[bus.clock, bus.ports, master, slave, pit, new Port61(bus, pit), pages, dma1, dma2, keyboard, mouse],
    ...[com1, com2, fdc, vga],
    new Mc146818(bus, { irq: slave.input(0), unixSeconds: 1_767_225_595, cmos }),
    new I8042(bus, { keyboard, mouse, keyboardIrq: master.input(1), mouseIrq: slave.input(4), a20, resetCpu }),
    new Port92(bus, { a20, resetCpu }),
    new Port80(bus),
    new DebugConsole(bus, { name: "debugconsole", iobase: 0xe9, send: () => {} }),
    new IsaDebugExit(bus, { exit: () => {} }),
  ];
  fdc.insert(0, "disk");
  devices.push(lines, pci, ...pci.functions, isa, power, ...ide.channels, hda, hdc, fwcfg);
  return { bus, board, pci, hda, hdc, int, master, slave, pit, keyboard, mouse, com1, com2, fdc, vga, devices };
}
