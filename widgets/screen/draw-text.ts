// Draws a VGA text screen: the guest's font, palette, attributes and cursor, 8 dots a column, and only the cells that are
// not there already. The 40-column modes halve the dot clock, so their dots are two wide.
// Not modelled: the ninth dot, and underline on monochrome displays. Source: IBM VGA, attribute byte and cursor start/end registers.
import type { TextScreen } from "../../engine/index.ts";

/** What is drawn besides the cells: whether blinking characters and the cursor are in their lit half. */
export interface TextPhase {
  readonly charactersLit: boolean;
  readonly cursorLit: boolean;
}

/** What stands in the pixels. */
export interface DrawnText {
  readonly screen: TextScreen;
  readonly phase: TextPhase;
}

const dotWidth = ({ columns }: TextScreen) => (columns === 40 ? 2 : 1);

/** Width and height in dots of an 80-column mode. */
export function textSize(screen: TextScreen): { width: number; height: number } {
  return { width: screen.columns * 8 * dotWidth(screen), height: screen.rows * screen.glyphHeight };
}

/** Where the cursor stands and is seen, as an index into the cells; −1 where it is not. */
function cursorCell({ cursor, rows, columns }: TextScreen, { cursorLit }: TextPhase): number {
  const seen = cursor.visible && cursorLit && cursor.row < rows && cursor.column < columns;
  return seen ? cursor.row * columns + cursor.column : -1;
}

function sameShape({ cursor: a }: TextScreen, { cursor: b }: TextScreen): boolean {
  return a.start === b.start && a.end === b.end;
}

function same(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Whether all cells must be drawn: another shape, font, palette or meaning of bit 7. */
function differs(a: TextScreen, b: TextScreen): boolean {
  if (a.columns !== b.columns || a.rows !== b.rows || a.glyphHeight !== b.glyphHeight || a.blink !== b.blink)
    return true;
  return !same(a.palette, b.palette) || !same(a.font, b.font);
}

/**
 * Brings `pixels` (RGBA as 32-bit words, little-endian, `textSize` of them) from what `before` left there to `screen`.
 * Answers whether anything changed.
 */
export function drawText(screen: TextScreen, pixels: Uint32Array, phase: TextPhase, before?: DrawnText): boolean {
  const { cells, palette, blink } = screen;
  const known = before && !differs(before.screen, screen) ? before : undefined;
  const colours = Uint32Array.from(palette, (rgb) => 0xff000000 | ((rgb & 0xff) << 16) | (rgb & 0xff00) | (rgb >> 16));
  const cursor = cursorCell(screen, phase);
  const cursorBefore = known ? cursorCell(known.screen, known.phase) : -1;
  const blinked = known !== undefined && known.phase.charactersLit !== phase.charactersLit;
  const cursorStands = known !== undefined && cursor === cursorBefore && sameShape(screen, known.screen);
  let changed = known === undefined;
  for (let at = 0; at < cells.length; at++) {
    const cell = cells[at];
    const stands =
      known !== undefined &&
      known.screen.cells[at] === cell &&
      (cursorStands || (at !== cursor && at !== cursorBefore)) &&
      !(blinked && blink && cell & 0x8000);
    if (stands) continue;
    changed = true;
    const cleared = known === undefined ? blankRun(screen, at) : 0;
    if (cleared > 0) {
      fillCells(screen, pixels, at, cleared, colours[groundOf(screen, cell)]);
      at += cleared - 1;
    } else drawCell(screen, pixels, at, colours, phase.charactersLit);
  }
  if (cursor >= 0) drawCursor(screen, pixels, cursor, colours[(cells[cursor] >> 8) & 15]);
  return changed;
}

/** The cell's upper left corner in the pixels, and how many pixels a line is. */
function place(screen: TextScreen, at: number): { corner: number; line: number } {
  const { width: line } = textSize(screen);
  const row = Math.floor(at / screen.columns);
  return { corner: row * screen.glyphHeight * line + (at % screen.columns) * 8 * dotWidth(screen), line };
}

function groundOf({ blink }: TextScreen, cell: number): number {
  return (cell >> 12) & (blink ? 7 : 15);
}

/** How many equal cells from `at` on, in its row, have a glyph without a dot: a cleared screen is mostly these. */
function blankRun({ cells, font, glyphHeight, columns }: TextScreen, at: number): number {
  const cell = cells[at];
  const glyph = (cell & 0xff) * 32;
  for (let y = 0; y < glyphHeight; y++) if (font[glyph + y] !== 0) return 0;
  const end = at - (at % columns) + columns;
  let to = at + 1;
  while (to < end && cells[to] === cell) to++;
  return to - at;
}

function fillCells(screen: TextScreen, pixels: Uint32Array, at: number, count: number, ground: number): void {
  const { corner, line } = place(screen, at);
  for (let y = 0; y < screen.glyphHeight; y++) {
    pixels.fill(ground, corner + y * line, corner + y * line + count * 8 * dotWidth(screen));
  }
}

function drawCell(
  screen: TextScreen,
  pixels: Uint32Array,
  at: number,
  colours: Uint32Array,
  charactersLit: boolean,
): void {
  const { cells, font, glyphHeight, blink } = screen;
  const attribute = cells[at] >> 8;
  const ground = colours[groundOf(screen, cells[at])];
  const ink = blink && attribute & 0x80 && !charactersLit ? ground : colours[attribute & 15];
  const glyph = (cells[at] & 0xff) * 32;
  const dot = dotWidth(screen);
  const { corner, line } = place(screen, at);
  for (let y = 0; y < glyphHeight; y++) {
    const bits = font[glyph + y];
    let to = corner + y * line;
    for (let mask = 0x80; mask; mask >>= 1) {
      for (let i = 0; i < dot; i++) pixels[to++] = bits & mask ? ink : ground;
    }
  }
}

function drawCursor(screen: TextScreen, pixels: Uint32Array, at: number, ink: number): void {
  const { corner, line } = place(screen, at);
  const { start, end } = screen.cursor;
  for (let y = start; y <= Math.min(end, screen.glyphHeight - 1); y++) {
    pixels.fill(ink, corner + y * line, corner + y * line + 8 * dotWidth(screen));
  }
}
