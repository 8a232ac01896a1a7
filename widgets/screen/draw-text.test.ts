import { expect, test } from "vitest";
import type { TextScreen } from "../../engine/index.ts";
import { drawText, textSize } from "./draw-text.ts";

function screen(cell: number, change: Partial<TextScreen> = {}): TextScreen {
  const font = new Uint8Array(256 * 32);
  font[0x41 * 32] = 0b10000001;
  return {
    kind: "text",
    columns: 1,
    rows: 1,
    cells: Uint16Array.of(cell),
    cursor: { row: 0, column: 0, visible: false, start: 14, end: 15 },
    font,
    glyphHeight: 16,
    palette: Uint32Array.from({ length: 16 }, (_, i) => (i === 7 ? 0xaa5500 : i === 1 ? 0x0000aa : 0)),
    blink: true,
    ...change,
  };
}
const lit = { charactersLit: true, cursorLit: true };
function draw(given: TextScreen, phase = lit): number[] {
  const { width, height } = textSize(given);
  const pixels = new Uint32Array(width * height);
  drawText(given, pixels, phase);
  return [...pixels].map((word) => word >>> 0);
}

test("A in 17 draws its outer dots aa5500 on 0000aa, as RGBA words", () => {
  const row = draw(screen(0x1741)).slice(0, 8);
  expect(row[0]).toBe(0xff0055aa);
  expect(row[7]).toBe(0xff0055aa);
  expect(new Set(row.slice(1, 7))).toEqual(new Set([0xffaa0000]));
});

test("a blinking character vanishes in the dark half, and bit 7 is no colour while blinking is on", () => {
  expect(new Set(draw(screen(0x9741), { charactersLit: false, cursorLit: true }))).toEqual(new Set([0xffaa0000]));
});

test("a cursor of lines 14 and 15 fills 16 dots in the character's colour", () => {
  const given = screen(0x1720, { cursor: { row: 0, column: 0, visible: true, start: 14, end: 15 } });
  expect(draw(given).filter((word) => word === 0xff0055aa)).toHaveLength(16);
});

test("40 columns of 8 dots are 640 wide: A's left edge is two dots", () => {
  const given = screen(0, { columns: 40, cells: new Uint16Array(40).fill(0x1741) });
  expect(textSize(given)).toEqual({ width: 640, height: 16 });
  const row = draw(given).slice(0, 16);
  expect(row.slice(0, 3)).toEqual([0xff0055aa, 0xff0055aa, 0xffaa0000]);
  expect(row.slice(13)).toEqual([0xffaa0000, 0xff0055aa, 0xff0055aa]);
});

test("drawn over what stood there, a changed cell, a moved cursor and a blink give the picture drawn anew", () => {
  const cells = (text: string, attribute: number) =>
    Uint16Array.from(text, (char) => (attribute << 8) | char.charCodeAt(0));
  const before = screen(0, {
    columns: 4,
    cells: cells("AAAA", 0x17),
    cursor: { row: 0, column: 0, visible: true, start: 14, end: 15 },
  });
  const after = screen(0, {
    columns: 4,
    cells: cells("A A ", 0x97),
    cursor: { row: 0, column: 2, visible: true, start: 14, end: 15 },
  });
  const { width, height } = textSize(before);
  const pixels = new Uint32Array(width * height);
  expect(drawText(before, pixels, lit)).toBe(true);
  expect(drawText(after, pixels, lit, { screen: before, phase: lit })).toBe(true);
  expect([...pixels].map((word) => word >>> 0)).toEqual(draw(after));
  const dark = { charactersLit: false, cursorLit: false };
  drawText(after, pixels, dark, { screen: after, phase: lit });
  expect([...pixels].map((word) => word >>> 0)).toEqual(draw(after, dark));
});

test("nothing is drawn where nothing changed", () => {
  const given = screen(0x1741);
  const pixels = new Uint32Array(8 * 16);
  drawText(given, pixels, lit);
  expect(drawText(given, pixels, lit, { screen: given, phase: lit })).toBe(false);
});
