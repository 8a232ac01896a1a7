/**
 * A VGA's picture as pixels, drawn line by line the way the CRT controller, the shift registers and the attribute
 * controller make it: text, 16-colour planar, CGA's four colours, 256 colours (chained and not), split screen, panning.
 *
 * Source: IBM PS/2 hardware interface technical reference, "Video subsystem", October 1990.
 */

import { dacColour, fetchOffset, lineCompare, paletteIndex, type VgaState, vgaTiming } from "./vgastate.ts";
import { fontBase, fontSelections, isBlank, isText } from "./vgatext.ts";

/** A picture: RGBA, `4 * width * height` bytes, opaque, row by row from the top. */
export interface VgaFrame {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
}

/** What one scan line needs. */
interface ScanLine {
  /** The address counter at its left edge. */
  readonly counter: number;
  /** The scan line within its row. */
  readonly rowScan: number;
  /** Characters to fetch: one more than are shown, for panning. */
  readonly characters: number;
}

type Draw = (state: VgaState, line: ScanLine, dots: Uint8Array, frames: number) => void;

/** Draws the present moment; `frames` is the count that blinking follows. */
export function drawFrame(state: VgaState, frames: number): VgaFrame {
  const { crtc, attribute, graphics } = state;
  const timing = vgaTiming(state);
  const width = timing.shownCharacters * timing.characterDots * timing.dotScale;
  const height = timing.shownLines;
  const image = new Uint32Array(width * height);
  const text = isText(state);
  const wide = (graphics[5] & 0x40) !== 0;
  const colours = wide && !text ? dacColours(state) : paletteColours(state);
  if (isBlank(state)) {
    image.fill(0xff000000);
    return { width, height, pixels: new Uint8ClampedArray(image.buffer) };
  }
  const draw: Draw = text ? drawText : wide ? draw256 : graphics[5] & 0x20 ? drawCga : drawPlanar;
  const dots = new Uint8Array((timing.shownCharacters + 1) * 9 + 16);
  const rowLines = ((crtc[9] & 0x1f) + 1) * (crtc[9] & 0x80 ? 2 : 1);
  const split = lineCompare(state);
  for (let y = 0; y < height; y++) {
    const below = y >= split;
    // Below the split, panning is off where the mode control register says so.
    const pans = !(below && attribute[0x10] & 0x20);
    const lines = below ? y - split : y + (crtc[8] & 0x1f);
    const row = Math.floor(lines / rowLines);
    const rowScan = (lines - row * rowLines) >> (crtc[9] & 0x80 ? 1 : 0);
    const start = below ? 0 : ((crtc[0x0c] << 8) | crtc[0x0d]) + (pans ? (crtc[8] >> 5) & 3 : 0);
    draw(
      state,
      { counter: start + row * 2 * crtc[0x13], rowScan, characters: timing.shownCharacters + 1 },
      dots,
      frames,
    );
    const pan = pans ? panning(state, timing.characterDots) : 0;
    for (let x = 0, at = y * width; x < width; x++) {
      image[at++] = colours[dots[pan + (timing.dotScale === 2 ? x >> 1 : x)]];
    }
  }
  return { width, height, pixels: new Uint8ClampedArray(image.buffer) };
}

function dacColours(state: VgaState): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, i) => (0xff000000 | dacColour(state, i)) >>> 0);
}

function paletteColours(state: VgaState): Uint32Array {
  return Uint32Array.from({ length: 16 }, (_, i) => (0xff000000 | dacColour(state, paletteIndex(state, i))) >>> 0);
}

/** Dots that the picture is shifted left; nine-dot characters count from 8 (no shift). */
function panning(state: VgaState, characterDots: number): number {
  const pan = state.attribute[0x13] & 15;
  if (characterDots === 9) return pan >= 8 ? 0 : pan + 1;
  return pan & 7;
}

/** The plane offset of a fetch, with the row scan in the address bits that CGA and Hercules modes put it into. */
function graphicsOffset(state: VgaState, counter: number, rowScan: number): number {
  const mode = state.crtc[0x17];
  let offset = fetchOffset(state, counter);
  if (!(mode & 1)) offset = (offset & ~0x2000) | (rowScan & 1 ? 0x2000 : 0);
  if (!(mode & 2)) offset = (offset & ~0x4000) | (rowScan & 2 ? 0x4000 : 0);
  return offset;
}

function drawText(state: VgaState, line: ScanLine, dots: Uint8Array, frames: number): void {
  const { memory, crtc, attribute, sequencer } = state;
  const nine = (sequencer[1] & 1) === 0;
  const mode = attribute[0x10];
  const cursorAt = (crtc[0x0e] << 8) | crtc[0x0f];
  const cursorRow =
    (crtc[0x0a] & 0x20) === 0 &&
    (frames & 16) === 0 &&
    line.rowScan >= (crtc[0x0a] & 0x1f) &&
    line.rowScan <= (crtc[0x0b] & 0x1f);
  const [plain, alternate] = fontSelections(state);
  const bases = [fontBase(plain), fontBase(alternate)];
  for (let column = 0, x = 0; column < line.characters; column++) {
    const counter = (line.counter + column) & 0xffff;
    const at = 4 * fetchOffset(state, counter);
    const character = memory[at];
    const attributes = memory[at + 1];
    const glyph = bases[(attributes >> 3) & 1] + 32 * character + line.rowScan;
    let bits = memory[4 * (glyph & 0xffff) + 2];
    if ((attributes & 0x77) === 1 && line.rowScan === (crtc[0x14] & 0x1f)) bits = 0xff;
    if (mode & 8 && attributes & 0x80 && frames & 32) bits = 0;
    const ninth =
      mode & 4 && (character & 0xe0) === 0xc0 ? bits & 1 : bits === 0xff && (attributes & 0x77) === 1 ? 1 : 0;
    const cursor = cursorRow && counter === cursorAt;
    const pattern = cursor ? 0x1ff : (bits << 1) | ninth;
    const foreground = attributes & 15;
    const background = (attributes >> 4) & (mode & 8 ? 7 : 15);
    for (let bit = 8; bit >= (nine ? 0 : 1); bit--) dots[x++] = (pattern >> bit) & 1 ? foreground : background;
  }
}

function drawPlanar(state: VgaState, line: ScanLine, dots: Uint8Array): void {
  const { memory } = state;
  for (let column = 0, x = 0; column < line.characters; column++) {
    const at = 4 * graphicsOffset(state, line.counter + column, line.rowScan);
    const [p0, p1, p2, p3] = [memory[at], memory[at + 1], memory[at + 2], memory[at + 3]];
    for (let bit = 7; bit >= 0; bit--) {
      dots[x++] = ((p0 >> bit) & 1) | (((p1 >> bit) & 1) << 1) | (((p2 >> bit) & 1) << 2) | (((p3 >> bit) & 1) << 3);
    }
  }
}

/** GR5 bit 5: two bits a pixel, four pixels from plane 0 and four from plane 1; planes 2 and 3 give the upper bits. */
function drawCga(state: VgaState, line: ScanLine, dots: Uint8Array): void {
  const { memory } = state;
  for (let column = 0, x = 0; column < line.characters; column++) {
    const at = 4 * graphicsOffset(state, line.counter + column, line.rowScan);
    for (let plane = 0; plane < 2; plane++) {
      for (let bit = 6; bit >= 0; bit -= 2) {
        dots[x++] = ((memory[at + plane] >> bit) & 3) | (((memory[at + plane + 2] >> bit) & 3) << 2);
      }
    }
  }
}

/** GR5 bit 6: a byte a pixel, one from each plane, each two dots wide. */
function draw256(state: VgaState, line: ScanLine, dots: Uint8Array): void {
  const { memory } = state;
  for (let column = 0, x = 0; column < line.characters; column++) {
    const at = 4 * graphicsOffset(state, line.counter + column, line.rowScan);
    for (let plane = 0; plane < 4; plane++) {
      dots[x++] = memory[at + plane];
      dots[x++] = memory[at + plane];
    }
  }
}
