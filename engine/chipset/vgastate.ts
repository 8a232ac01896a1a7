/**
 * The registers of a VGA as a snapshot keeps them, and the numbers that several registers together give.
 *
 * Source: IBM PS/2 hardware interface technical reference, "Video subsystem", October 1990.
 */

import { newVbeState, type VbeState } from "./bochsvbe.ts";

/** Everything a VGA remembers. Register arrays are indexed as the manual numbers the registers. */
export interface VgaState {
  /** Uint8Array[262144], 4 * offset + plane. */
  memory: Uint8Array;
  misc: number;
  feature: number;
  sequencer: Uint8Array;
  sequencerIndex: number;
  crtc: Uint8Array;
  crtcIndex: number;
  graphics: Uint8Array;
  graphicsIndex: number;
  attribute: Uint8Array;
  /** Bit 5 is PAS: the palette belongs to the display. */
  attributeIndex: number;
  /** Port 0x3C0 takes data next. */
  attributeData: boolean;
  /** Uint8Array[768]: red, green, blue of 6 bits each. */
  dac: Uint8Array;
  dacRead: number;
  dacWrite: number;
  /** The colour that port 0x3C9 takes or gives next: 0 red, 1 green, 2 blue. */
  dacPart: number;
  dacReading: boolean;
  pelMask: number;
  /** The four latches as one word, plane 0 in the lowest byte. */
  latches: number;
  /** The linear modes (bochsvbe.ts). */
  vbe: VbeState;
}

/** A VGA after power-on: everything clear. */
export function newVgaState(): VgaState {
  return {
    memory: new Uint8Array(262144),
    misc: 0,
    feature: 0,
    sequencer: new Uint8Array(8),
    sequencerIndex: 0,
    crtc: new Uint8Array(32),
    crtcIndex: 0,
    graphics: new Uint8Array(16),
    graphicsIndex: 0,
    attribute: new Uint8Array(32),
    attributeIndex: 0,
    attributeData: false,
    dac: new Uint8Array(768),
    dacRead: 0,
    dacWrite: 0,
    dacPart: 0,
    dacReading: false,
    pelMask: 0xff,
    latches: 0,
    vbe: newVbeState(),
  };
}

/** One frame in dots and lines. */
export interface VgaTiming {
  /** Dots of a character: 8 or 9. */
  readonly characterDots: number;
  /** 2 where the dot clock is halved (40 columns, 320 pixels), else 1. */
  readonly dotScale: number;
  readonly totalCharacters: number;
  readonly shownCharacters: number;
  readonly totalLines: number;
  readonly shownLines: number;
  readonly retraceStart: number;
  readonly retraceEnd: number;
  /** Cycles of the dot clock in a frame. */
  readonly frameDots: number;
}

/** The timing that the CRT controller is programmed to. */
export function vgaTiming(state: VgaState): VgaTiming {
  const { crtc, sequencer } = state;
  const overflow = crtc[7];
  const characterDots = sequencer[1] & 1 ? 8 : 9;
  const dotScale = sequencer[1] & 8 ? 2 : 1;
  const totalCharacters = crtc[0] + 5;
  const totalLines = (crtc[6] | ((overflow & 0x01) << 8) | ((overflow & 0x20) << 4)) + 2;
  const shownLines = (crtc[0x12] | ((overflow & 0x02) << 7) | ((overflow & 0x40) << 3)) + 1;
  const retraceStart = crtc[0x10] | ((overflow & 0x04) << 6) | ((overflow & 0x80) << 2);
  // The end register holds four bits of the line at which retrace ends.
  const length = (crtc[0x11] - retraceStart) & 15;
  return {
    characterDots,
    dotScale,
    totalCharacters,
    shownCharacters: crtc[1] + 1,
    totalLines,
    shownLines,
    retraceStart,
    retraceEnd: retraceStart + (length === 0 ? 16 : length),
    frameDots: totalCharacters * characterDots * dotScale * totalLines,
  };
}

/** The line at which the split screen begins, 1,024 or more where there is none. */
export function lineCompare(state: VgaState): number {
  const { crtc } = state;
  return (crtc[0x18] | ((crtc[7] & 0x10) << 4) | ((crtc[9] & 0x40) << 3)) + 1;
}

/** The plane offset that the CRT controller fetches for its address counter: byte, word or double word mode. */
export function fetchOffset(state: VgaState, counter: number): number {
  const { crtc } = state;
  const ma = counter & 0xffff;
  if (crtc[0x14] & 0x40) return ((ma << 2) | ((ma >> 14) & 3)) & 0xffff;
  if (crtc[0x17] & 0x40) return ma;
  return ((ma << 1) | ((ma >> (crtc[0x17] & 0x20 ? 15 : 13)) & 1)) & 0xffff;
}

/** Red, green and blue (8 bits each, as 0xBBGGRR) of a DAC entry, after the pixel mask. */
export function dacColour(state: VgaState, index: number): number {
  const { dac, pelMask } = state;
  const at = 3 * (index & pelMask);
  const wide = (six: number) => (six << 2) | (six >> 4);
  return (wide(dac[at + 2]) << 16) | (wide(dac[at + 1]) << 8) | wide(dac[at]);
}

/** The DAC entry that the attribute controller makes of a 4-bit colour. */
export function paletteIndex(state: VgaState, colour: number): number {
  const { attribute } = state;
  const entry = attribute[colour & attribute[0x12] & 15] & 0x3f;
  const select = attribute[0x14];
  const low = attribute[0x10] & 0x80 ? (entry & 0x0f) | ((select & 3) << 4) : entry;
  return low | ((select & 0x0c) << 4);
}
