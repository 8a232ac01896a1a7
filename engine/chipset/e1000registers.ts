/**
 * Registers of the 82540EM: where they are, what they hold at reset, which bits software writes.
 *
 * Source: Intel, PCI/PCI-X Family of Gigabit Ethernet Controllers Software Developer's Manual, 317453, chapter 13. Values
 * at reset as QEMU's `e1000` has them.
 */

export const REG = {
  CTRL: 0x0000,
  CTRL_COPY: 0x0004,
  STATUS: 0x0008,
  EECD: 0x0010,
  EERD: 0x0014,
  CTRL_EXT: 0x0018,
  MDIC: 0x0020,
  FCAL: 0x0028,
  FCAH: 0x002c,
  FCT: 0x0030,
  VET: 0x0038,
  ICR: 0x00c0,
  ITR: 0x00c4,
  ICS: 0x00c8,
  IMS: 0x00d0,
  IMC: 0x00d8,
  RCTL: 0x0100,
  FCTTV: 0x0170,
  TXCW: 0x0178,
  RXCW: 0x0180,
  TCTL: 0x0400,
  TIPG: 0x0410,
  AIFS: 0x0458,
  LEDCTL: 0x0e00,
  PBA: 0x1000,
  FCRTL: 0x2160,
  FCRTH: 0x2168,
  RDBAL: 0x2800,
  RDBAH: 0x2804,
  RDLEN: 0x2808,
  RDH: 0x2810,
  RDT: 0x2818,
  RDTR: 0x2820,
  RXDCTL: 0x2828,
  RADV: 0x282c,
  RSRPD: 0x2c00,
  TXDMAC: 0x3000,
  TDBAL: 0x3800,
  TDBAH: 0x3804,
  TDLEN: 0x3808,
  TDH: 0x3810,
  TDT: 0x3818,
  TIDV: 0x3820,
  TXDCTL: 0x3828,
  TADV: 0x382c,
  TSPMT: 0x3830,
  MPC: 0x4010,
  PRC64: 0x405c,
  GPRC: 0x4074,
  BPRC: 0x4078,
  MPRC: 0x407c,
  GPTC: 0x4080,
  GORCL: 0x4088,
  GOTCL: 0x4090,
  RNBC: 0x40a0,
  ROC: 0x40ac,
  TORL: 0x40c0,
  TOTL: 0x40c8,
  TPR: 0x40d0,
  TPT: 0x40d4,
  PTC64: 0x40d8,
  MPTC: 0x40f0,
  BPTC: 0x40f4,
  TSCTC: 0x40f8,
  RXCSUM: 0x5000,
  MTA: 0x5200,
  RAL0: 0x5400,
  RAH0: 0x5404,
  VFTA: 0x5600,
  WUC: 0x5800,
  WUFC: 0x5808,
  WUS: 0x5810,
  MANC: 0x5820,
} as const;

export const FIRST_STATISTIC = 0x4000;
export const END_OF_STATISTICS = 0x4100;
export const RAH_VALID = 0x80000000;

export const CTRL = { SLU: 0x40, RST: 0x04000000, VME: 0x40000000, PHY_RST: 0x80000000 } as const;
export const STATUS_LINK_UP = 0x02;
export const RCTL = {
  EN: 0x02,
  UPE: 0x08,
  MPE: 0x10,
  LPE: 0x20,
  LOOPBACK: 0xc0,
  BAM: 0x8000,
  VFE: 0x40000,
  BSEX: 0x02000000,
  SECRC: 0x04000000,
} as const;
export const TCTL = { EN: 0x02, PSP: 0x08 } as const;
/** Causes in ICR. */
export const CAUSE = {
  TXDW: 1,
  TXQE: 2,
  LSC: 4,
  RXDMT0: 0x10,
  RXO: 0x40,
  RXT0: 0x80,
  MDAC: 0x200,
  TXD_LOW: 0x8000,
} as const;

/** Bytes that the registers take in the state. */
export const REGISTER_BYTES = 0x5a00;

/** At reset, besides addresses. */
export const AT_RESET: readonly (readonly [offset: number, value: number])[] = [
  [REG.CTRL, 0x00140240],
  [REG.STATUS, 0x80080783],
  [REG.EECD, 0x00000188],
  [REG.VET, 0x8100],
  [REG.LEDCTL, 0x602],
  [REG.PBA, 0x00100030],
  [REG.MANC, 0x00222300],
];

const FULL = 0xffffffff;

/** Bits that are kept as written; a register that is not here and not a statistic reads as 0 or is read-only. */
const WRITABLE: readonly (readonly [first: number, count: number, mask: number])[] = [
  [REG.CTRL_EXT, 1, FULL],
  [REG.FCAL, 1, FULL],
  [REG.FCAH, 1, 0xffff],
  [REG.FCT, 1, 0xffff],
  [REG.VET, 1, FULL],
  [REG.ITR, 1, 0xffff],
  [REG.RCTL, 1, FULL],
  [REG.FCTTV, 1, 0xffff],
  [REG.TXCW, 1, FULL],
  [REG.TCTL, 1, FULL],
  [REG.TIPG, 1, 0x3fffffff],
  [REG.AIFS, 1, 0xffff],
  [REG.LEDCTL, 1, FULL],
  [REG.PBA, 1, 0x7f007f],
  [REG.FCRTL, 1, 0x8000fff8],
  [REG.FCRTH, 1, 0xfff8],
  [REG.RDBAL, 1, 0xfffffff0],
  [REG.RDBAH, 1, FULL],
  [REG.RDLEN, 1, 0xfff80],
  [REG.RDH, 1, 0xffff],
  [REG.RDT, 1, 0xffff],
  [REG.RDTR, 1, 0xffff],
  [REG.RXDCTL, 1, FULL],
  [REG.RADV, 1, 0xffff],
  [REG.RSRPD, 1, 0xfff],
  [REG.TXDMAC, 1, 1],
  [REG.TDBAL, 1, 0xfffffff0],
  [REG.TDBAH, 1, FULL],
  [REG.TDLEN, 1, 0xfff80],
  [REG.TDH, 1, 0xffff],
  [REG.TDT, 1, 0xffff],
  [REG.TIDV, 1, 0xffff],
  [REG.TXDCTL, 1, FULL],
  [REG.TADV, 1, 0xffff],
  [REG.TSPMT, 1, FULL],
  [REG.RXCSUM, 1, 0x3ff],
  [REG.MTA, 128, FULL],
  [REG.RAL0, 32, FULL],
  [REG.VFTA, 128, FULL],
  [REG.WUC, 1, FULL],
  [REG.WUFC, 1, FULL],
  [REG.WUS, 1, FULL],
  [REG.MANC, 1, FULL],
];

/** Mask of what a write keeps, by offset. */
export const KEPT: ReadonlyMap<number, number> = new Map(
  WRITABLE.flatMap(([first, count, mask]) => Array.from({ length: count }, (_, i) => [first + 4 * i, mask] as const)),
);

/** A station address's words in RAL and RAH. */
export function addressWords(mac: Uint8Array): [low: number, high: number] {
  const [a, b, c, d, e, f] = mac;
  return [(a | (b << 8) | (c << 16) | (d << 24)) >>> 0, (e | (f << 8) | RAH_VALID) >>> 0];
}
