// Draws a VGA text screen: the guest's font, palette, attributes and cursor, 8 dots a column; the 40-column modes halve
// the dot clock, so their dots are two wide. Not modelled: the ninth dot, and underline on monochrome displays. Source: IBM VGA, attribute byte and cursor start/end registers.
import type { TextScreen } from "../../engine/index.ts";

/** What is drawn besides the cells: whether blinking characters and the cursor are in their lit half. */
export interface TextPhase {
  readonly charactersLit: boolean;
  readonly cursorLit: boolean;
}

const dotWidth = ({ columns }: TextScreen) => (columns === 40 ? 2 : 1);

/** Width and height in dots of an 80-column mode. */
export function textSize(screen: TextScreen): { width: number; height: number } {
  return { width: screen.columns * 8 * dotWidth(screen), height: screen.rows * screen.glyphHeight };
}

/** Fills `pixels` (RGBA as 32-bit words, little-endian, `textSize` of them) with the screen. */
export function drawText(screen: TextScreen, pixels: Uint32Array, phase: TextPhase): void {
  const { columns, rows, cells, font, glyphHeight, blink } = screen;
  const { width } = textSize(screen);
  const dot = dotWidth(screen);
  const colours = Uint32Array.from(
    screen.palette,
    (rgb) => 0xff000000 | ((rgb & 0xff) << 16) | (rgb & 0xff00) | (rgb >> 16),
  );
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const cell = cells[row * columns + column];
      const attribute = cell >> 8;
      const ground = colours[(attribute >> 4) & (blink ? 7 : 15)];
      const hidden = blink && attribute & 0x80 && !phase.charactersLit;
      const ink = hidden ? ground : colours[attribute & 15];
      const glyph = (cell & 0xff) * 32;
      for (let y = 0; y < glyphHeight; y++) {
        const bits = font[glyph + y];
        let at = (row * glyphHeight + y) * width + column * 8 * dot;
        for (let mask = 0x80; mask; mask >>= 1) {
          for (let i = 0; i < dot; i++) pixels[at++] = bits & mask ? ink : ground;
        }
      }
    }
  }
  const { cursor } = screen;
  if (!cursor.visible || !phase.cursorLit || cursor.row >= rows || cursor.column >= columns) return;
  const ink = colours[(cells[cursor.row * columns + cursor.column] >> 8) & 15];
  for (let y = cursor.start; y <= Math.min(cursor.end, glyphHeight - 1); y++) {
    const at = (cursor.row * glyphHeight + y) * width + cursor.column * 8 * dot;
    pixels.fill(ink, at, at + 8 * dot);
  }
}
