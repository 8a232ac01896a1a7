/**
 * IBM VGA: its ports, its memory window, and what a view needs to draw it.
 *
 *   0x3C0/1 attribute controller (index and data in turn)   0x3C6-9  DAC: mask, read and write index, data
 *   0x3C2   write: miscellaneous output; read: status 0     0x3CA/CC read: feature control, miscellaneous output
 *   0x3C3   display enable (kept, no effect)                0x3CE/F  graphics controller
 *   0x3C4/5 sequencer                                       0x3D4/5, 0x3DA or 0x3B4/5, 0x3BA  CRTC, status 1
 *
 * All registers are modelled, the retrace and display bits of status 1 run with the ticks, and the display is derived
 * from the registers: text in `vgatext.ts`, everything in `vgaframe.ts`. Memory is in `vgamemory.ts`; the linear modes of
 * ports 1CE and 1CF are in `bochsvbe.ts`.
 * Not modelled: the vertical retrace interrupt, the light pen, changes in the middle of a frame (a view shows a moment).
 *
 * Source: IBM PS/2 hardware interface technical reference, "Video subsystem", October 1990.
 */

import { BochsVbe } from "./bochsvbe.ts";
import type { AccessSize, Bus, Device, Registers } from "./bus.ts";
import { Frequency } from "./frequency.ts";
import { drawLinear } from "./vbeframe.ts";
import { drawFrame, type VgaFrame } from "./vgaframe.ts";
import { VgaMemory } from "./vgamemory.ts";
import { dacColour, newVgaState, type VgaState, vgaTiming } from "./vgastate.ts";
import { readTextScreen, type TextScreen } from "./vgatext.ts";

const MISC_COLOUR = 0x01;
const PAS = 0x20;
const CRTC_PROTECT = 0x80;
/** Bits that exist in each register; the rest read as zero. */
const SEQUENCER_BITS = [0x03, 0x3d, 0x0f, 0x3f, 0x0e];
const GRAPHICS_BITS = [0x0f, 0x0f, 0x0f, 0x1f, 0x03, 0x7b, 0x0f, 0x0f, 0xff];

/** The display adapter. */
export class Vga implements Device {
  readonly name = "vga";
  readonly state: VgaState = newVgaState();
  readonly #clock: Bus["clock"];
  readonly #dotClocks: readonly Frequency[];
  readonly #memory: VgaMemory;
  /** The linear modes. */
  readonly vbe: BochsVbe;

  constructor(bus: Pick<Bus, "ports" | "mmio" | "clock">) {
    this.#clock = bus.clock;
    this.#dotClocks = [25_175_000, 28_322_000].map((hz) => new Frequency(hz, bus.clock.ticksPerSecond));
    this.#memory = new VgaMemory(this.state);
    this.vbe = new BochsVbe(
      () => this.state.vbe,
      () => this.#enterVbe(),
    );
    const registers = {
      read: (port: number) => this.readPort(port),
      write: (port: number, value: number) => this.writePort(port, value),
    };
    bus.ports.claim(this.name, 0x3b4, 2, registers);
    bus.ports.claim(this.name, 0x3ba, 1, registers);
    bus.ports.claim(this.name, 0x3c0, 16, registers);
    bus.ports.claim(this.name, 0x3d4, 2, registers);
    bus.ports.claim(this.name, 0x3da, 1, registers);
    bus.ports.claim(this.name, 0x1ce, 4, this.vbe.ports);
    bus.mmio.claim(this.name, 0xa0000, 0x20000, this.#window());
    this.reset();
  }

  /** A0000–BFFFF: the VGA's data path, or a bank of a linear mode. */
  #window(): Registers {
    const { linear } = this.vbe;
    const readLinear = (address: number, size: AccessSize) => {
      const at = this.vbe.banked(address - 0xa0000);
      return at < 0 ? 2 ** (8 * size) - 1 : linear.read(at, size);
    };
    return {
      widest: 4,
      read: (address, size) => (this.vbe.isLinear ? readLinear(address, size) : this.#memory.read(address, size)),
      peek: (address) => (this.vbe.isLinear ? readLinear(address, 1) : this.#memory.peek(address)),
      write: (address, value, size) => {
        const at = this.vbe.isLinear ? this.vbe.banked(address - 0xa0000) : -1;
        if (!this.vbe.isLinear) this.#memory.write(address, value, size);
        else if (at >= 0) linear.write(at, value, size);
      },
    };
  }

  /** Setting a linear mode sets the VGA's own registers to a graphics mode of its size, as on QEMU. */
  #enterVbe(): void {
    const { mode } = this.vbe;
    if (mode === undefined) return;
    const { crtc, graphics, sequencer } = this.state;
    const last = mode.height - 1;
    graphics[6] = (graphics[6] & ~0x0c) | 1;
    crtc[0x17] |= 3;
    crtc[0x13] = mode.stride >> 3;
    crtc[1] = (mode.width >> 3) - 1;
    crtc[0x12] = last;
    crtc[7] = (crtc[7] & ~0x42) | 0x10 | ((last >> 7) & 2) | ((last >> 3) & 0x40);
    crtc[9] = (crtc[9] & ~0x9f) | 0x40;
    crtc[0x18] = 0xff;
    graphics[5] = (graphics[5] & ~0x60) | (mode.bitsPerPixel === 4 ? 0 : 0x40);
    if (mode.bitsPerPixel === 4) sequencer[1] &= ~8;
    else {
      sequencer[4] |= 8;
      sequencer[2] |= 15;
    }
    this.#memory.remap();
  }

  /** What a text mode shows; the caller owns the arrays. In a graphics mode the cells mean nothing. */
  textScreen(): TextScreen {
    return readTextScreen(this.state, this.frames());
  }

  /** The picture now, in any mode, as the monitor shows it: 720x400 for text, 640x400 for mode 13h. */
  frame(): VgaFrame {
    const { mode } = this.vbe;
    if (mode === undefined || mode.bitsPerPixel === 4) return drawFrame(this.state, this.frames());
    const { dac, pelMask } = this.state;
    const eight = (i: number) => (dac[3 * i + 2] << 16) | (dac[3 * i + 1] << 8) | dac[3 * i];
    const colour = mode.has8BitDac ? (i: number) => eight(i & pelMask) : (i: number) => dacColour(this.state, i);
    return drawLinear(mode, this.state.vbe.memory, colour);
  }

  /** Frames since tick 0 at the present timing: the cursor blinks every 16, characters every 32. */
  frames(): number {
    const { frameDots } = vgaTiming(this.state);
    return Math.floor(this.#dots() / frameDots);
  }

  reset(): void {
    const { memory } = this.state;
    memory.fill(0);
    Object.assign(this.state, newVgaState(), { memory });
    this.#memory.remap();
  }

  restored(): void {
    this.#memory.remap();
  }

  #dots(): number {
    return this.#dotClocks[(this.state.misc >> 2) & 1].cyclesAt(this.#clock.now);
  }

  /** Bit 0: no pixels now; bit 3: vertical retrace. */
  #status1(): number {
    const timing = vgaTiming(this.state);
    const lineDots = timing.totalCharacters * timing.characterDots * timing.dotScale;
    const dot = this.#dots() % timing.frameDots;
    const line = Math.floor(dot / lineDots);
    const character = Math.floor((dot - line * lineDots) / (timing.characterDots * timing.dotScale));
    const shown = line < timing.shownLines && character < timing.shownCharacters;
    return (shown ? 0 : 1) | (line >= timing.retraceStart && line < timing.retraceEnd ? 8 : 0);
  }

  /** Whether a CRTC port is where the miscellaneous output register put it. */
  #decodes(port: number): boolean {
    return ((port & 0xf0) === 0xd0) === ((this.state.misc & MISC_COLOUR) !== 0);
  }

  /** 3B4 to 3DA, a byte. */
  readPort(port: number): number {
    const { state } = this;
    switch (port) {
      case 0x3b4:
      case 0x3d4:
        return this.#decodes(port) ? state.crtcIndex : 0xff;
      case 0x3b5:
      case 0x3d5:
        return this.#decodes(port) ? state.crtc[state.crtcIndex] : 0xff;
      case 0x3ba:
      case 0x3da:
        if (!this.#decodes(port)) return 0xff;
        state.attributeData = false;
        return this.#status1();
      case 0x3c0:
        return state.attributeData ? 0 : state.attributeIndex;
      case 0x3c1:
        return state.attribute[state.attributeIndex & 0x1f];
      case 0x3c2:
        // Switch sense: a colour monitor is connected.
        return 0x10;
      case 0x3c4:
        return state.sequencerIndex;
      case 0x3c5:
        return state.sequencer[state.sequencerIndex];
      case 0x3c6:
        return state.pelMask;
      case 0x3c7:
        return state.dacReading ? 3 : 0;
      case 0x3c8:
        return state.dacWrite;
      case 0x3c9:
        return this.#readDac();
      case 0x3ca:
        return state.feature;
      case 0x3cc:
        return state.misc;
      case 0x3ce:
        return state.graphicsIndex;
      case 0x3cf:
        return state.graphics[state.graphicsIndex];
      default:
        return 0;
    }
  }

  writePort(port: number, value: number): void {
    const { state } = this;
    switch (port) {
      case 0x3b4:
      case 0x3d4:
        if (this.#decodes(port)) state.crtcIndex = value & 0x1f;
        break;
      case 0x3b5:
      case 0x3d5:
        if (this.#decodes(port)) this.#writeCrtc(value);
        break;
      case 0x3ba:
      case 0x3da:
        if (this.#decodes(port)) state.feature = value & 0x0b;
        break;
      case 0x3c0:
        this.#writeAttribute(value);
        break;
      case 0x3c2:
        state.misc = value & 0xef;
        this.#memory.remap();
        break;
      case 0x3c4:
        state.sequencerIndex = value & 7;
        break;
      case 0x3c5:
        state.sequencer[state.sequencerIndex] = value & (SEQUENCER_BITS[state.sequencerIndex] ?? 0);
        this.#memory.remap();
        break;
      case 0x3c6:
        state.pelMask = value;
        break;
      case 0x3c7:
        Object.assign(state, { dacRead: value, dacPart: 0, dacReading: true });
        break;
      case 0x3c8:
        Object.assign(state, { dacWrite: value, dacPart: 0, dacReading: false });
        break;
      case 0x3c9:
        this.#writeDac(this.vbe.mode?.has8BitDac ? value : value & 0x3f);
        break;
      case 0x3ce:
        state.graphicsIndex = value & 15;
        break;
      case 0x3cf:
        state.graphics[state.graphicsIndex] = value & (GRAPHICS_BITS[state.graphicsIndex] ?? 0);
        this.#memory.remap();
        break;
      default: // read-only or not there
    }
  }

  #writeCrtc(value: number): void {
    const { crtc, crtcIndex } = this.state;
    if (crtcIndex > 0x18) return;
    if (crtc[0x11] & CRTC_PROTECT && crtcIndex <= 7) {
      // Protection spares the line compare bit of the overflow register.
      if (crtcIndex === 7) crtc[7] = (crtc[7] & ~0x10) | (value & 0x10);
      return;
    }
    crtc[crtcIndex] = value;
  }

  #writeAttribute(value: number): void {
    const { state } = this;
    if (!state.attributeData) {
      state.attributeIndex = value & 0x3f;
    } else {
      const index = state.attributeIndex & 0x1f;
      if (index < 16 && !(state.attributeIndex & PAS)) state.attribute[index] = value & 0x3f;
      else if (index >= 16 && index <= 20) state.attribute[index] = value & [0xef, 0xff, 0x3f, 0x0f, 0x0f][index - 16];
    }
    state.attributeData = !state.attributeData;
  }

  #readDac(): number {
    const { state } = this;
    const value = state.dac[3 * state.dacRead + state.dacPart];
    state.dacPart = (state.dacPart + 1) % 3;
    if (state.dacPart === 0) state.dacRead = (state.dacRead + 1) & 0xff;
    return value;
  }

  #writeDac(value: number): void {
    const { state } = this;
    state.dac[3 * state.dacWrite + state.dacPart] = value;
    state.dacPart = (state.dacPart + 1) % 3;
    if (state.dacPart === 0) state.dacWrite = (state.dacWrite + 1) & 0xff;
  }
}
