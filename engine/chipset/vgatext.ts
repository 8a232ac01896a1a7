/**
 * A VGA text screen as cells: what a terminal, a screen reader or a drawing view needs, from the actual registers.
 *
 * Source: IBM PS/2 hardware interface technical reference, "Video subsystem", October 1990, pp. 2-22, 2-62 ff.
 */

import { dacColour, fetchOffset, lineCompare, paletteIndex, type VgaState, vgaTiming } from "./vgastate.ts";

/** One text screen at one moment. */
export interface TextScreen {
  /** False in a graphics mode: the cells then mean nothing. */
  readonly text: boolean;
  /** The sequencer or the attribute controller keeps the screen dark. */
  readonly blank: boolean;
  readonly columns: number;
  readonly rows: number;
  /** Uint16Array[rows * columns]: character | attribute << 8. */
  readonly cells: Uint16Array;
  readonly cursor: {
    /** Row and column, -1 where it lies outside of the screen. */
    readonly row: number;
    readonly column: number;
    /** Enabled and on the screen, whatever its blinking. */
    readonly visible: boolean;
    /** First and last scan line in the cell. */
    readonly start: number;
    readonly end: number;
    /** On in the present half of its blinking. */
    readonly on: boolean;
  };
  /** Attribute bit 7 blinks (true) or is the background's intensity (false). */
  readonly blink: boolean;
  /** Blinking characters show now. */
  readonly blinkOn: boolean;
  /** Scan lines of a cell, and dots across it (8 or 9). */
  readonly cellHeight: number;
  readonly cellWidth: number;
  /** Uint8Array[8192], 32 bytes a character, one a scan line: the font for attribute bit 3 clear, and for it set. */
  readonly fonts: readonly [Uint8Array, Uint8Array];
  /** Characters 0xC0 to 0xDF repeat their eighth dot in the ninth. */
  readonly lineGraphics: boolean;
  /** Uint8Array[48]: red, green, blue of the 16 attribute colours, 8 bits each. */
  readonly palette: Uint8Array;
}

/** Where the CRT controller starts fetching. */
function startAddress(crtc: Uint8Array): number {
  return (crtc[0x0c] << 8) | crtc[0x0d];
}

/** Where in plane 2 the font of a 3-bit selection lies: 0, 16, 32, 48, 8, 24, 40 or 56 KiB. */
export function fontBase(selection: number): number {
  return (selection & 3) * 0x4000 + (selection & 4 ? 0x2000 : 0);
}

/** The plane 2 font that a 3-bit selection names, 8 KiB. */
export function readFont(state: VgaState, selection: number): Uint8Array {
  const font = new Uint8Array(8192);
  const { memory } = state;
  for (let i = 0, at = 4 * fontBase(selection) + 2; i < 8192; i++, at += 4) font[i] = memory[at];
  return font;
}

/** The selections of sequencer register 3: for attribute bit 3 clear (map B) and set (map A). */
export function fontSelections(state: VgaState): [number, number] {
  const select = state.sequencer[3];
  return [(select & 3) | ((select & 0x10) >> 2), ((select >> 2) & 3) | ((select & 0x20) >> 3)];
}

/** The sequencer's screen-off bit, its reset, or the palette in the processor's hands. */
export function isBlank(state: VgaState): boolean {
  return (state.sequencer[1] & 0x20) !== 0 || (state.attributeIndex & 0x20) === 0;
}

/** Whether the attribute and graphics controllers show text. */
export function isText(state: VgaState): boolean {
  return (state.graphics[6] & 1) === 0 && (state.attribute[0x10] & 1) === 0;
}

/** Reads the screen; `frames` is the count that blinking follows. */
export function readTextScreen(state: VgaState, frames: number): TextScreen {
  const { crtc, memory, attribute } = state;
  const timing = vgaTiming(state);
  const columns = timing.shownCharacters;
  const cellHeight = (crtc[9] & 0x1f) + 1;
  const linesOfRow = cellHeight * (crtc[9] & 0x80 ? 2 : 1);
  const rows = Math.max(1, Math.floor(timing.shownLines / linesOfRow));
  const split = Math.ceil(lineCompare(state) / linesOfRow);
  const pitch = 2 * crtc[0x13];
  const start = startAddress(crtc);
  const cursorAt = (crtc[0x0e] << 8) | crtc[0x0f];
  const cells = new Uint16Array(columns * rows);
  let [cursorRow, cursorColumn] = [-1, -1];
  for (let row = 0; row < rows; row++) {
    const first = row < split ? start + row * pitch : (row - split) * pitch;
    for (let column = 0; column < columns; column++) {
      const counter = (first + column) & 0xffff;
      const at = 4 * fetchOffset(state, counter);
      cells[row * columns + column] = memory[at] | (memory[at + 1] << 8);
      if (counter === cursorAt && cursorRow < 0) [cursorRow, cursorColumn] = [row, column];
    }
  }
  const palette = new Uint8Array(48);
  for (let colour = 0; colour < 16; colour++) {
    const rgb = dacColour(state, paletteIndex(state, colour));
    palette.set([rgb & 0xff, (rgb >> 8) & 0xff, rgb >> 16], 3 * colour);
  }
  const [normal, alternate] = fontSelections(state);
  const font = readFont(state, normal);
  const [cursorStart, cursorEnd] = [crtc[0x0a] & 0x1f, crtc[0x0b] & 0x1f];
  return {
    text: isText(state),
    blank: isBlank(state),
    columns,
    rows,
    cells,
    cursor: {
      row: cursorRow,
      column: cursorColumn,
      visible: cursorRow >= 0 && (crtc[0x0a] & 0x20) === 0 && cursorStart <= cursorEnd && cursorStart < cellHeight,
      start: cursorStart,
      end: cursorEnd,
      on: (frames & 16) === 0,
    },
    blink: (attribute[0x10] & 8) !== 0,
    blinkOn: (frames & 32) === 0,
    cellHeight,
    cellWidth: timing.characterDots,
    fonts: [font, normal === alternate ? font : readFont(state, alternate)],
    lineGraphics: (attribute[0x10] & 4) !== 0,
    palette,
  };
}
