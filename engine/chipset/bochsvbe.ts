/**
 * The linear modes of Bochs's and QEMU's display adapter ("DISPI"), beside the VGA's own: registers and 16 MiB of memory.
 *
 *   1CE  index, a word         1CF (and 1D0)  the register, a word
 *
 *   0 ID (B0C5)   1 XRES   2 YRES   3 BPP: 4, 8, 15, 16, 24, 32   6 VIRT_WIDTH   7 VIRT_HEIGHT   8 X_OFFSET   9 Y_OFFSET
 *   4 ENABLE  80 keep memory   40 linear framebuffer (there anyway)   20 DAC of 8 bits   02 registers 1–3 read their
 *             maxima   01 on
 *   5 BANK    which 64 KiB are at A0000        A memory in 64 KiB
 *
 * A mode of 4 bits uses the VGA's planes. Values that do not fit are made to, as QEMU does.
 *
 * Source: QEMU, docs/specs/standard-vga.rst, hw/display/vga.c; "VBE DISPI", Bochs developers' documentation.
 */
import type { Registers } from "./bus.ts";

export const VBE_MEMORY = 16 << 20;
const LAST_ID = 0xb0c5;
const FIRST_ID = 0xb0c0;
const MAX_XRES = 16000;
const MAX_YRES = 12000;
const MAX_BPP = 32;
const BANK = 0x10000;
const [ID, XRES, YRES, BPP, ENABLE, BANK_INDEX, VIRT_WIDTH, VIRT_HEIGHT, X_OFFSET, Y_OFFSET, MEMORY_64K] = Array.from(
  { length: 11 },
  (_, n) => n,
) as [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const ON = 0x01;
const CAPABILITIES = 0x02;
const DAC_8_BITS = 0x20;
const KEEP_MEMORY = 0x80;

export type VbeState = ReturnType<typeof newVbeState>;

export function newVbeState() {
  return {
    index: 0,
    /** By index. */
    registers: Uint16Array.of(LAST_ID, 0, 0, 8, 0, 0, 0, 0, 0, 0),
    /** As much of it as was written to: the rest is zeros. */
    memory: new Uint8Array(0),
  };
}

/** What is shown: `stride` bytes a line from `start` of the memory. */
export interface VbeMode {
  readonly width: number;
  readonly height: number;
  readonly bitsPerPixel: number;
  readonly start: number;
  readonly stride: number;
  readonly has8BitDac: boolean;
}

/** The memory with at least `bytes` of it, a power of 2 from 1 MiB on. */
function grown(memory: Uint8Array, bytes: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.min(VBE_MEMORY, Math.max(1 << 20, 2 ** Math.ceil(Math.log2(bytes)))));
  larger.set(memory);
  return larger;
}

/** The extension. `state` is asked for at each access: restoring a snapshot replaces it. */
export class BochsVbe {
  readonly #state: () => VbeState;
  readonly #changed: () => void;

  /** `changed`: called when a mode was set or its geometry changed. */
  constructor(state: () => VbeState, changed: () => void) {
    this.#state = state;
    this.#changed = changed;
  }

  /** Undefined while the VGA's registers say what is shown. */
  get mode(): VbeMode | undefined {
    const { registers } = this.#state();
    if (!(registers[ENABLE] & ON)) return undefined;
    const bits = this.#bits();
    const stride = (registers[VIRT_WIDTH] * bits) >> 3;
    return {
      width: registers[XRES],
      height: registers[YRES],
      bitsPerPixel: registers[BPP],
      stride,
      start: registers[Y_OFFSET] * stride + ((registers[X_OFFSET] * bits) >> 3),
      has8BitDac: (registers[ENABLE] & DAC_8_BITS) !== 0,
    };
  }

  /** A linear mode is on: A0000 is a bank of its memory. */
  get isLinear(): boolean {
    const { registers } = this.#state();
    return (registers[ENABLE] & ON) !== 0 && registers[BPP] !== 4;
  }

  /** 1CE to 1D0. */
  get ports(): Registers {
    return {
      widest: 2,
      read: (port, size) => {
        const value = port === 0x1ce ? this.#state().index : this.readRegister(this.#state().index);
        return size === 1 ? value & 0xff : value;
      },
      write: (port, value) => {
        if (port === 0x1ce) this.#state().index = value;
        else this.writeRegister(this.#state().index, value);
      },
    };
  }

  readRegister(index: number): number {
    const { registers } = this.#state();
    if (index === MEMORY_64K) return VBE_MEMORY / BANK;
    if (registers[ENABLE] & CAPABILITIES && index >= XRES && index <= BPP) {
      return [MAX_XRES, MAX_YRES, MAX_BPP][index - XRES];
    }
    if (index === VIRT_HEIGHT) {
      const stride = this.mode?.stride ?? 0;
      return stride === 0 ? 0 : Math.min(0xffff, Math.floor(VBE_MEMORY / stride));
    }
    return registers[index] ?? 0;
  }

  writeRegister(index: number, value: number): void {
    const { registers } = this.#state();
    if (index === ID) {
      if (value >= FIRST_ID && value <= LAST_ID) registers[ID] = value;
    } else if (index === BANK_INDEX) {
      registers[BANK_INDEX] = value & (VBE_MEMORY / BANK - 1);
    } else if (index === ENABLE) {
      this.#enable(value);
    } else if (index < ENABLE || (index >= VIRT_WIDTH && index <= Y_OFFSET && index !== VIRT_HEIGHT)) {
      registers[index] = value;
      if (registers[ENABLE] & ON) this.#settle();
    }
  }

  #enable(value: number): void {
    const state = this.#state();
    const { registers } = state;
    const turnsOn = (value & ~registers[ENABLE] & ON) !== 0;
    registers[ENABLE] = value;
    registers[BANK_INDEX] = 0;
    if (!turnsOn) return;
    registers.fill(0, VIRT_WIDTH, Y_OFFSET + 1);
    this.#settle();
    if (!(value & KEEP_MEMORY)) state.memory.fill(0);
  }

  #bits(): number {
    const bpp = this.#state().registers[BPP];
    return bpp === 15 ? 16 : bpp;
  }

  /** Makes the geometry one that fits into the memory. */
  #settle(): void {
    const { registers } = this.#state();
    if (![4, 8, 15, 16, 24, 32].includes(registers[BPP])) registers[BPP] = 8;
    const bits = this.#bits();
    const whole = (value: number) => Math.min(MAX_XRES, value & ~7);
    registers[XRES] = whole(registers[XRES]) || 8;
    registers[VIRT_WIDTH] = Math.max(whole(registers[VIRT_WIDTH]), registers[XRES]);
    const stride = (registers[VIRT_WIDTH] * bits) >> 3;
    const lines = Math.floor(VBE_MEMORY / stride);
    registers[YRES] = Math.max(1, Math.min(registers[YRES], MAX_YRES, lines));
    registers[X_OFFSET] = Math.min(registers[X_OFFSET], MAX_XRES);
    const end = () => registers[Y_OFFSET] * stride + ((registers[X_OFFSET] * bits) >> 3) + registers[YRES] * stride;
    if (end() > VBE_MEMORY) registers[Y_OFFSET] = 0;
    if (end() > VBE_MEMORY) registers[X_OFFSET] = 0;
    this.#changed();
  }

  /** The framebuffer, at offsets from 0. */
  get linear(): Registers {
    return {
      widest: 4,
      read: (offset, size) => {
        const { memory } = this.#state();
        let value = 0;
        for (let i = 0; i < size; i++) value |= (memory[offset + i] ?? 0) << (8 * i);
        return value >>> 0;
      },
      write: (offset, value, size) => {
        const state = this.#state();
        if (offset + size > state.memory.length) state.memory = grown(state.memory, offset + size);
        for (let i = 0; i < size && offset + i < VBE_MEMORY; i++) state.memory[offset + i] = value >>> (8 * i);
      },
    };
  }

  /** Where byte `a` of the window at A0000 is in the framebuffer; −1 where it is not. */
  banked(a: number): number {
    return a < BANK ? this.#state().registers[BANK_INDEX] * BANK + a : -1;
  }
}
