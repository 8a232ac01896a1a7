/** The screen as pages get it, and whether it differs from the one they have. */
import type { Vga } from "../chipset/vga.ts";
import type { GraphicsScreen, Screen, TextScreen } from "./api.ts";

/** What the VGA shows. */
export function readScreen(vga: Vga): Screen {
  const text = vga.textScreen();
  if (!text.text) {
    const { width, height, pixels } = vga.frame();
    return { kind: "graphics", width, height, pixels } satisfies GraphicsScreen;
  }
  const { columns, rows, blank, cursor, palette, blink, cellHeight } = text;
  const colours = Uint32Array.from({ length: 16 }, (_, i) =>
    blank ? 0 : (palette[3 * i] << 16) | (palette[3 * i + 1] << 8) | palette[3 * i + 2],
  );
  return {
    kind: "text",
    columns,
    rows,
    cells: text.cells,
    cursor: {
      row: cursor.row,
      column: cursor.column,
      visible: cursor.visible && !blank,
      start: cursor.start,
      end: cursor.end,
    },
    font: text.fonts[0],
    glyphHeight: cellHeight,
    palette: colours,
    blink,
  } satisfies TextScreen;
}

/** Whether both show the same picture. */
export function sameScreen(a: Screen, b: Screen): boolean {
  if (a.kind === "graphics" || b.kind === "graphics") {
    if (a.kind !== "graphics" || b.kind !== "graphics" || a.width !== b.width || a.height !== b.height) return false;
    return sameWords(new Uint32Array(a.pixels.buffer), new Uint32Array(b.pixels.buffer));
  }
  const [p, q] = [a.cursor, b.cursor];
  const sameCursor = p.row === q.row && p.column === q.column && p.visible === q.visible;
  if (!sameCursor || p.start !== q.start || p.end !== q.end) return false;
  if (a.columns !== b.columns || a.blink !== b.blink || a.glyphHeight !== b.glyphHeight) return false;
  return sameWords(a.cells, b.cells) && sameWords(a.palette, b.palette) && sameWords(a.font, b.font);
}

function sameWords(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
