/**
 * Intel 82441FX (440FX) host bridge, function 00:00.0: what of the first megabyte is memory, and who sees it.
 *
 *   59–5F  PAM0–6   two ranges each: bit 5 WE, 4 RE (upper), 1 WE, 0 RE (lower): writes, reads reach DRAM, not PCI
 *                   59: F0000–FFFFF (upper)   5A: C0000, C4000   5B: C8000, CC000   5C: D0000, D4000
 *                   5D: D8000, DC000   5E: E0000, E4000   5F: E8000, EC000, of 16 KiB each
 *   60–67  DRB0–7   where each row of DRAM ends, in 8 MiB
 *   72     SMRAM    6 D_OPEN   5 D_CLS   4 D_LCK   3 G_SMRAME   2:0 where: 010 is A0000–BFFFF
 *   93     TRC      2 reset the processor   1 hard reset
 *
 * Not modelled: the fixed memory hole (FDHC), D_CLS (data accesses in SMM go to SMRAM), error reporting, timing registers
 * (they keep what is written).
 *
 * Source: Intel 82441FX data sheet, 290549-001, 3.2.
 */
import type { SmramView } from "./bus.ts";
import type { PciBus } from "./pci.ts";
import type { ConfigRegister, PciFunction } from "./pcifunction.ts";

/** What the bridge decides about memory. */
export interface I440fxOptions {
  readonly memoryBytes: number;
  /** Whether reads and writes of a range below 1 MiB (of 16 KiB pages) reach DRAM. */
  readonly setReach: (hpa: number, bytes: number, reads: boolean, writes: boolean) => void;
  /** Who sees A0000–BFFFF as DRAM. */
  readonly setSmram: (view: SmramView) => void;
  readonly resetCpu: () => void;
}

const PAM0 = 0x59;
const PAMS = [0, 1, 2, 3, 4, 5, 6].map((n) => PAM0 + n);
const READS = 1;
const WRITES = 2;
const SMRAM = 0x72;
const D_OPEN = 0x40;
const D_LCK = 0x10;
const G_SMRAME = 0x08;
const TRC = 0x93;
const TRC_RCPU = 0x04;
const ROW_BYTES = 8 << 20;
const ROWS = 8;
/** Of SMRAM, what a lock makes read-only. */
const LOCKED = D_OPEN | D_LCK | G_SMRAME;

/** The bridge. Its registers are its function's state. */
export class I440fx {
  readonly pci: PciFunction;
  readonly #options: I440fxOptions;
  /** SMRAM and TRC as before the write that is in progress. */
  #smram = 0;
  #trc = 0;

  constructor(pci: PciBus, options: I440fxOptions) {
    this.#options = options;
    this.pci = pci.add({
      name: "i440fx",
      device: 0,
      vendorId: 0x8086,
      deviceId: 0x1237,
      revision: 2,
      classCode: 0x060000,
      registers: registers(options.memoryBytes),
      written: () => this.#lock(),
      settled: () => this.#settle(),
    });
  }

  /**
   * Through the reset that ends a sleep the parts of the first megabyte that are RAM stay so, as QEMU's bridge has it:
   * firmware finds its way back in the copy of itself there.
   */
  keepReach(reset: () => void): void {
    const kept = PAMS.map((offset) => this.pci.get(offset, 1));
    reset();
    for (const [n, offset] of PAMS.entries()) this.pci.set(offset, kept[n] as number, 1);
    this.#settle();
  }

  /** A locked SMRAM register does not change, and the lock closes it. */
  #lock(): void {
    const now = this.pci.get(SMRAM, 1);
    const next = this.#smram & D_LCK ? (now & ~LOCKED) | (this.#smram & LOCKED) : now;
    this.pci.set(SMRAM, next & D_LCK ? next & ~D_OPEN : next, 1);
    if (this.pci.get(TRC, 1) & ~this.#trc & TRC_RCPU) this.#options.resetCpu();
  }

  #settle(): void {
    const { setReach, setSmram } = this.#options;
    this.#smram = this.pci.get(SMRAM, 1);
    this.#trc = this.pci.get(TRC, 1);
    const set = (hpa: number, bytes: number, bits: number) =>
      setReach(hpa, bytes, (bits & READS) !== 0, (bits & WRITES) !== 0);
    set(0xf0000, 0x10000, this.pci.get(PAM0, 1) >> 4);
    for (let n = 0; n < 12; n++)
      set(0xc0000 + n * 0x4000, 0x4000, this.pci.get(PAM0 + 1 + (n >> 1), 1) >> (4 * (n & 1)));
    setSmram(!(this.#smram & G_SMRAME) ? "none" : this.#smram & D_OPEN ? "all" : "smm");
  }
}

function registers(memoryBytes: number): ConfigRegister[] {
  const row = (n: number): ConfigRegister => {
    const bytes = Math.min(memoryBytes, ((n + 1) * Math.max(memoryBytes, ROWS * ROW_BYTES)) / ROWS);
    return { offset: 0x60 + n, size: 1, value: Math.floor(bytes / ROW_BYTES), writable: 0xff };
  };
  const pam = (offset: number): ConfigRegister => ({
    offset,
    size: 1,
    value: 0,
    writable: offset === PAM0 ? 0x30 : 0x33,
  });
  return [
    // The bridge always decodes memory and masters the bus.
    { offset: 0x04, size: 4, value: 0x02800006, writable: 0x0140, clears: 0xf9000000 },
    { offset: 0x0c, size: 2, value: 0, writable: 0xf800 },
    { offset: 0x57, size: 2, value: 0x1001, writable: 0xffff },
    ...PAMS.map(pam),
    ...Array.from({ length: ROWS }, (_, n) => row(n)),
    { offset: 0x71, size: 1, value: 0x10, writable: 0x1f },
    { offset: SMRAM, size: 1, value: 0x02, writable: 0x78 },
    { offset: TRC, size: 1, value: 0, writable: 0x0e },
  ];
}
