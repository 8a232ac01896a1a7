/**
 * The PHY in the 82540EM (a Marvell 88E1000 design), reached by MDIC at address 1: its registers and its link.
 *
 *   MDIC  15:0 data   20:16 register   25:21 PHY   27:26 1 write, 2 read   28 ready   29 interrupt   30 error
 *
 * The link is up from power-on; a negotiation that software starts takes half a second, as in QEMU.
 *
 * Source: Intel 317453, 13.4.5, 13.6; IEEE 802.3, clause 22.
 */

/** Register, value at reset, bits that software writes. */
const REGISTERS: readonly (readonly [register: number, value: number, writable: number])[] = [
  [0, 0x1140, 0x7fc0],
  [1, 0x794d, 0],
  [2, 0x0141, 0],
  [3, 0x0c20, 0],
  [4, 0x0de1, 0xffff],
  [5, 0x01e0, 0],
  [6, 0x0000, 0],
  [9, 0x0e00, 0xff00],
  [10, 0x3c00, 0],
  [16, 0x0360, 0xffff],
  [17, 0xac00, 0],
  [20, 0x0d60, 0xffff],
  [21, 0x0000, 0],
];
const KNOWN = new Map(REGISTERS.map(([register, , writable]) => [register, writable]));

const CONTROL = 0;
const STATUS = 1;
const SPECIFIC_STATUS = 17;
const RESET = 0x8000;
export const PHY_LOOPBACK = 0x4000;
const AUTONEGOTIATE = 0x1000;
const RESTART = 0x0200;
const STATUS_LINK = 0x04;
const STATUS_NEGOTIATED = 0x20;
const SPECIFIC_LINK = 0x0400;
const ADDRESS = 1;
const READY = 0x10000000;
const ERROR = 0x40000000;
export const MDIC_INTERRUPT = 0x20000000;

export function newPhy(): Uint16Array {
  const phy = new Uint16Array(32);
  for (const [register, value] of REGISTERS) phy[register] = value;
  setPhyLink(phy, true);
  return phy;
}

/** The link, as the status registers tell of it. */
export function setPhyLink(phy: Uint16Array, up: boolean): void {
  const set = (register: number, bits: number) => {
    phy[register] = up ? phy[register] | bits : phy[register] & ~bits;
  };
  set(STATUS, STATUS_LINK | STATUS_NEGOTIATED);
  set(SPECIFIC_STATUS, SPECIFIC_LINK);
}

/** Carries out what was written to MDIC: what it holds then, and whether a negotiation begins. */
export function accessPhy(phy: Uint16Array, value: number): { mdic: number; negotiates: boolean } {
  const register = (value >>> 16) & 0x1f;
  const operation = (value >>> 26) & 3;
  const writable = KNOWN.get(register);
  if (((value >>> 21) & 0x1f) !== ADDRESS) return { mdic: (value | READY | ERROR) >>> 0, negotiates: false };
  if (writable === undefined || operation === 0 || operation === 3) {
    const cleared = operation === 2 ? value & 0xffff0000 : value;
    return { mdic: (cleared | READY | ERROR) >>> 0, negotiates: false };
  }
  if (operation === 2) return { mdic: ((value & 0xffff0000) | phy[register] | READY) >>> 0, negotiates: false };
  return { mdic: (value | READY) >>> 0, negotiates: write(phy, register, value & 0xffff, writable) };
}

function write(phy: Uint16Array, register: number, value: number, writable: number): boolean {
  if (register === CONTROL && value & RESET) {
    phy.set(newPhy());
    return true;
  }
  const negotiates = register === CONTROL && (value & AUTONEGOTIATE) !== 0 && (value & RESTART) !== 0;
  phy[register] = (phy[register] & ~writable) | (value & writable & (register === CONTROL ? ~RESTART : 0xffff));
  return negotiates;
}
