/**
 * The VGA's 256 KiB as the processor sees it: four planes of 64 KiB behind the graphics controller's data path.
 *
 * The planes lie interleaved, so the four bytes of one address are one 32-bit word, and the latches are another:
 *
 *   memory[4 * offset + plane]
 *
 *   window (GR6 bits 3:2)   0: A0000-BFFFF   1: A0000-AFFFF   2: B0000-B7FFF   3: B8000-BFFFF
 *   chain-4 (SR4 bit 3)     plane = A1:0, offset = A & ~3
 *   odd/even                plane = A0 (writes: SR4 bit 2 clear, reads: GR5 bit 4), offset = A & ~1 (GR6 bit 1)
 *   otherwise               every plane that SR2 names, offset = A
 *
 * Write modes 0 to 3, read modes 0 and 1, set/reset, rotation, the four functions and the bit mask apply in all of them.
 * Not modelled: the page bit of odd/even mode (miscellaneous output bit 5), 64 KiB cards (SR4 bit 1 clear).
 *
 * Source: IBM PS/2 hardware interface technical reference, "Video subsystem", October 1990, pp. 2-82 to 2-91.
 */

import type { AccessSize, Registers } from "./bus.ts";
import type { VgaState } from "./vgastate.ts";

/** Planes of a 4-bit mask as bytes of a word. */
const PLANES = Uint32Array.from({ length: 16 }, (_, mask) =>
  [0, 1, 2, 3].reduce((word, plane) => (mask & (1 << plane) ? (word | (0xff << (8 * plane))) >>> 0 : word), 0),
);
const WINDOWS = [
  [0xa0000, 0x20000],
  [0xa0000, 0x10000],
  [0xb0000, 0x8000],
  [0xb8000, 0x8000],
];

/** The handler of A0000-BFFFF. */
export class VgaMemory implements Registers {
  readonly widest = 4;
  readonly #state: VgaState;
  #words: Uint32Array = new Uint32Array(0);
  #base = 0;
  #size = 0;
  #chain4 = false;
  #oddEven = false;
  #writesOddEven = false;
  #readsOddEven = false;
  /** Write mode 0 with nothing in the way: the byte goes to the planes as it is. */
  #plain = false;

  constructor(state: VgaState) {
    this.#state = state;
    this.remap();
  }

  /** Derives what the access paths look at; to be called when a register or the memory array changed. */
  remap(): void {
    const { memory, sequencer, graphics, misc } = this.#state;
    if (this.#words.buffer !== memory.buffer) this.#words = new Uint32Array(memory.buffer, memory.byteOffset, 65536);
    const window = WINDOWS[(graphics[6] >> 2) & 3];
    this.#base = window[0];
    this.#size = misc & 2 ? window[1] : 0;
    this.#chain4 = (sequencer[4] & 8) !== 0;
    this.#oddEven = (graphics[6] & 2) !== 0;
    this.#writesOddEven = !this.#chain4 && (sequencer[4] & 4) === 0;
    this.#readsOddEven = (graphics[5] & 0x10) !== 0;
    this.#plain = (graphics[5] & 3) === 0 && (graphics[1] & 15) === 0 && (graphics[3] & 0x1f) === 0;
    if (graphics[8] !== 0xff) this.#plain = false;
  }

  read(address: number, size: AccessSize): number {
    let value = 0;
    for (let i = 0; i < size; i++) value |= this.#readByte(address + i) << (8 * i);
    return value;
  }

  /** A read without what it does: the latches stay. */
  peek(address: number): number {
    const { latches } = this.#state;
    const value = this.#readByte(address);
    this.#state.latches = latches;
    return value;
  }

  write(address: number, value: number, size: AccessSize): void {
    const a = address - this.#base;
    if (
      this.#plain &&
      this.#oddEven &&
      this.#writesOddEven &&
      size > 1 &&
      (a & 1) === 0 &&
      a >= 0 &&
      a + size <= this.#size
    ) {
      this.#writeCells(a, value, size);
      return;
    }
    for (let i = 0; i < size; i++) this.#writeByte(address + i, (value >>> (8 * i)) & 0xff);
  }

  #offset(a: number): number {
    if (this.#chain4) return a & 0xfffc;
    return this.#oddEven ? a & 0xfffe : a & 0xffff;
  }

  #readByte(address: number): number {
    const a = address - this.#base;
    if (a < 0 || a >= this.#size) return 0xff;
    const state = this.#state;
    const { graphics } = state;
    const offset = this.#offset(a);
    const latches = this.#words[offset];
    state.latches = latches;
    if (graphics[5] & 8) {
      const different = (latches ^ PLANES[graphics[2] & 15]) & PLANES[graphics[7] & 15];
      return ~(different | (different >>> 8) | (different >>> 16) | (different >>> 24)) & 0xff;
    }
    const plane = this.#chain4 ? a & 3 : this.#readsOddEven ? (graphics[4] & 2) | (a & 1) : graphics[4] & 3;
    return state.memory[4 * offset + plane];
  }

  #writeByte(address: number, value: number): void {
    const a = address - this.#base;
    if (a < 0 || a >= this.#size) return;
    const { sequencer } = this.#state;
    const offset = this.#offset(a);
    let mask = sequencer[2] & 15;
    if (this.#chain4) mask &= 1 << (a & 3);
    else if (this.#writesOddEven) mask &= a & 1 ? 0b1010 : 0b0101;
    const planes = PLANES[mask];
    const data = this.#plain ? value * 0x01010101 : this.#data(value);
    this.#words[offset] = (this.#words[offset] & ~planes) | (data & planes);
  }

  /** Text cells: characters to planes 0 and 2, attributes to 1 and 3, a word at a time. */
  #writeCells(a: number, value: number, size: AccessSize): void {
    const planes = PLANES[this.#state.sequencer[2] & 15];
    for (let i = 0; i < size; i += 2) {
      const cell = (value >>> (8 * i)) & 0xffff;
      const offset = (a + i) & 0xfffe;
      this.#words[offset] = (this.#words[offset] & ~planes) | ((cell | (cell << 16)) & planes);
    }
  }

  /** What the graphics controller makes of a byte: four planes. */
  #data(value: number): number {
    const { graphics, latches } = this.#state;
    const mode = graphics[5] & 3;
    if (mode === 1) return latches;
    const count = graphics[3] & 7;
    const rotated = ((value >> count) | (value << (8 - count))) & 0xff;
    let mask = graphics[8];
    let data: number;
    if (mode === 0) {
      const set = PLANES[graphics[1] & 15];
      data = ((rotated * 0x01010101) & ~set) | (PLANES[graphics[0] & 15] & set);
    } else if (mode === 2) {
      data = PLANES[value & 15];
    } else {
      data = PLANES[graphics[0] & 15];
      mask &= rotated;
    }
    const operation = (graphics[3] >> 3) & 3;
    if (operation === 1) data &= latches;
    else if (operation === 2) data |= latches;
    else if (operation === 3) data ^= latches;
    const bits = mask * 0x01010101;
    return (data & bits) | (latches & ~bits);
  }
}
