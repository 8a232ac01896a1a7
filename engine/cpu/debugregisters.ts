/**
 * Breakpoints by DR0–DR3: what DR7 arms, and what of it an instruction met.
 *
 *     DR7  31 30 | 29 28 | … 19 18 | 17 16 |  13 |  9  8 |  7  6 … 1  0
 *           LEN3 | R/W3  |   LEN0  | R/W0  |  GD | GE LE | G3 L3 … G0 L0
 *     R/W  0 the instruction at the address, 1 stores, 2 ports (CR4.DE), 3 loads and stores
 *     LEN  0 one byte, 1 two, 3 four, 2 eight; the address counts without the bits below it
 *     DR6  15 BT task switch, 14 BS single step, 13 BD access to a debug register, 3–0 which breakpoint
 *
 * GE and LE do nothing: data breakpoints are always exact. Code breakpoints are faults, all else is a trap behind the
 * instruction. A processor with any of them armed runs one instruction at a time.
 * Source: AMD APM vol. 2, 13.1 "Software-Debug Resources"; Intel SDM vol. 3B, 18.2 and 18.3.
 */
import * as at from "./layout.ts";
import { CR4_DE } from "./registers.ts";
import { Watchpoints } from "./watchpoints.ts";

const DR6_BREAKPOINTS = 0xf;
export const DR6_BD = 0x2000;
export const DR6_BS = 0x4000;
export const DR7_GD = 0x2000;
const DR6 = at.DR + 6 * 8;
const DR7 = at.DR + 7 * 8;
const CODE = 0;
const STORES = 1;
const PORTS = 2;
const BYTES = [1, 2, 8, 4];

interface Breakpoint {
  /** Its bit of DR6. */
  readonly bit: number;
  readonly kind: number;
  readonly low: number;
  readonly high: number;
  readonly bytes: number;
}

export class DebugRegisters {
  /** Any is armed. */
  isArmed = false;
  /** A data breakpoint is armed. */
  watchesData = false;
  /** Bits of DR6 for what the instruction in progress has met so far. */
  met = 0;
  /** Bits of DR6 for the #DB that is being raised as a fault. */
  fault = 0;
  /** What is watched from outside, beside the registers. */
  readonly outside = new Watchpoints();
  private readonly view: DataView;
  private armed: readonly Breakpoint[] = [];

  /** `view`: of a processor's state. */
  constructor(view: DataView) {
    this.view = view;
  }

  /** Reads DR0–DR3, DR7 and CR4 anew. */
  update(): void {
    const control = this.view.getUint32(DR7, true);
    this.armed = [0, 1, 2, 3].filter((n) => (control >> (2 * n)) & 3).map((n) => this.breakpoint(n, control));
    const isWatched = this.outside.list.length > 0;
    this.isArmed = isWatched || this.armed.length > 0;
    this.watchesData = isWatched || this.armed.some((b) => b.kind === STORES || b.kind > PORTS);
  }

  private breakpoint(n: number, control: number): Breakpoint {
    const kind = (control >>> (16 + 4 * n)) & 3;
    const bytes = BYTES[(control >>> (18 + 4 * n)) & 3] as number;
    const low = (this.view.getUint32(at.DR + 8 * n, true) & -bytes) >>> 0;
    return { bit: 1 << n, kind, low, high: this.view.getInt32(at.DR + 8 * n + 4, true), bytes };
  }

  /** Bits of DR6 for the breakpoints on the instruction at a linear address. */
  atCode(low: number, high: number): number {
    let bits = 0;
    for (const b of this.armed) if (b.kind === CODE && b.low === low && b.high === high) bits |= b.bit;
    return bits;
  }

  /** Notes an access to memory. */
  access(low: number, high: number, bytes: number, write: boolean): void {
    for (const b of this.armed) {
      const watches = write ? b.kind === STORES || b.kind > PORTS : b.kind > PORTS;
      if (watches && b.high === high && low < b.low + b.bytes && b.low < low + bytes) this.met |= b.bit;
    }
    if (this.outside.list.length > 0) this.outside.access(low, high, bytes, write);
  }

  /** Notes an access to ports. */
  port(port: number, bytes: number): void {
    if (!this.isArmed || !(this.view.getUint32(at.CR4, true) & CR4_DE)) return;
    for (const b of this.armed) {
      if (b.kind === PORTS && port < b.low + b.bytes && b.low < port + bytes) this.met |= b.bit;
    }
  }

  /** Bits of DR6 of a #DB that waits for the next boundary. */
  get pending(): number {
    return this.view.getUint32(at.PENDING_DEBUG, true);
  }

  pend(bits: number): void {
    this.view.setUint32(at.PENDING_DEBUG, this.pending | bits, true);
  }

  /**
   * A #DB is on its way: DR6 says why, and its handler may use the debug registers. What waited comes with it. Bits 3–0
   * are of this #DB alone, the others stay until software clears them (Intel SDM vol. 3B, 18.2.3: #DB may clear 3–0; AMD
   * APM vol. 2, 13.1.1.3 has the processor clear nothing). ICEBP has no reason to give.
   */
  raised(): void {
    const reasons = this.pending | this.fault;
    const before = this.view.getUint32(DR6, true);
    if (reasons) this.view.setUint32(DR6, (before & ~DR6_BREAKPOINTS) | reasons, true);
    this.view.setUint32(DR7, this.view.getUint32(DR7, true) & ~DR7_GD, true);
    this.view.setUint32(at.PENDING_DEBUG, 0, true);
    this.fault = 0;
  }
}
