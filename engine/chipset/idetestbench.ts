/** An IDE interface with drives, on a bus for tests, and what a driver does with it. */
import { AtaDisk } from "./atadisk.ts";
import { AtapiCd } from "./atapicd.ts";
import { PciBus } from "./pci.ts";
import { PiixIde } from "./piixide.ts";
import { Probe, TestBus } from "./testbus.ts";

const BSY = 0x80;
const DRQ = 0x08;
const TABLE = 0x100;
const MASTER = 0xc000;

/** Sector n of a test disk holds the low byte of n in its even bytes and of n × 7 + 1 in its odd ones. */
export function patterned(sectors: number, bytes = 512): Uint8Array {
  return Uint8Array.from({ length: sectors * bytes }, (_, i) => {
    const sector = Math.floor(i / bytes);
    return i & 1 ? sector * 7 + 1 : sector;
  });
}

/** Primary: a disk; secondary: a CD-ROM drive. Undefined leaves one out. */
export function ideBench(disk: Uint8Array | undefined, cd?: Uint8Array) {
  const bus = new TestBus();
  const pci = new PciBus(bus);
  const irqs = [new Probe(), new Probe()] as const;
  const ide = new PiixIde(bus, pci, irqs);
  const hda = disk && new AtaDisk(ide.channels[0], "hda", disk, "RM00001");
  const hdc = new AtapiCd(ide.channels[1], "hdc", (name) => (name === "disc" ? cd : undefined), "RM00003");
  if (hda) ide.channels[0].attach(0, hda);
  if (cd) {
    hdc.load("disc");
    ide.channels[1].attach(0, hdc);
  }
  hda?.reset();
  hdc.reset();
  bus.ports.write(0xcf8, 0x80000920, 4);
  bus.ports.write(0xcfc, MASTER, 4);
  bus.ports.write(0xcf8, 0x80000904, 4);
  bus.ports.write(0xcfc, 5, 2);
  const bench = {
    bus,
    irqs,
    hda,
    hdc,
    ide,
    base: 0x1f0,
    control: 0x3f6,
    /** Waits until the device is no longer busy; answers its status (from the control block). */
    settle(): number {
      for (let i = 0; i < 1000 && bus.in(bench.control) & BSY; i++) bus.wait(1000);
      return bus.in(bench.control);
    },
    /** Count, LBA low, mid, high, device; then the command. */
    command(command: number, registers: readonly number[] = [], features = 0): number {
      bus.out(bench.base + 1, features);
      for (const [i, value] of registers.entries()) bus.out(bench.base + 2 + i, value);
      bus.out(bench.base + 7, command);
      return bench.settle();
    },
    registers: () => [1, 2, 3, 4, 5, 6].map((n) => bus.in(bench.base + n)),
    /** Reads words while the device offers data. */
    read(): Uint8Array {
      const bytes: number[] = [];
      while (bench.settle() & DRQ) {
        const word = bus.ports.read(bench.base, 2);
        bytes.push(word & 0xff, word >> 8);
      }
      return Uint8Array.from(bytes);
    },
    write(bytes: Uint8Array): void {
      for (let i = 0; i < bytes.length && bench.settle() & DRQ; i += 2) {
        bus.ports.write(bench.base, bytes[i] | (bytes[i + 1] << 8), 2);
      }
      bench.settle();
    },
    /** Descriptors of address and count, and the channel's bus master started on them. */
    startDma(descriptors: readonly (readonly [number, number])[], toMemory: boolean): void {
      for (const [i, [address, count]] of descriptors.entries()) {
        bus.memory.write32(TABLE + 8 * i, address);
        bus.memory.write32(TABLE + 8 * i + 4, count | (i === descriptors.length - 1 ? 0x80000000 : 0));
      }
      const at = bench.master;
      bus.ports.write(at + 4, TABLE, 4);
      bus.out(at, toMemory ? 8 : 0);
      bus.out(at + 2, 6);
      bus.out(at, toMemory ? 9 : 1);
    },
    get master() {
      return bench.base === 0x1f0 ? MASTER : MASTER + 8;
    },
    /** A packet, its answer, and the sense key it ended with. */
    packet(bytes: readonly number[], limit = 0xfffe): Uint8Array {
      bench.command(0xa0, [0, 0, limit & 0xff, limit >> 8]);
      for (let i = 0; i < 12; i += 2) bus.ports.write(bench.base, (bytes[i] ?? 0) | ((bytes[i + 1] ?? 0) << 8), 2);
      return bench.read();
    },
  };
  return bench;
}
