/** The picture of a linear mode as pixels. */
import type { VbeMode } from "./bochsvbe.ts";
import type { VgaFrame } from "./vgaframe.ts";

/** RGBA as one word, opaque. */
const OPAQUE = 0xff000000;

/** Bytes of a pixel, and its colour from the little-endian value that they hold. */
const DEEP: { readonly [bitsPerPixel: number]: { readonly bytes: number; readonly colour: (v: number) => number } } = {
  15: { bytes: 2, colour: (v) => five(v >> 10) | (five(v >> 5) << 8) | (five(v) << 16) },
  16: { bytes: 2, colour: (v) => five(v >> 11) | (six(v >> 5) << 8) | (five(v) << 16) },
  24: { bytes: 3, colour: (v) => ((v >> 16) & 0xff) | (v & 0xff00) | ((v & 0xff) << 16) },
  32: { bytes: 4, colour: (v) => ((v >> 16) & 0xff) | (v & 0xff00) | ((v & 0xff) << 16) },
};

function five(value: number): number {
  return ((value & 31) << 3) | ((value & 31) >> 2);
}

function six(value: number): number {
  return ((value & 63) << 2) | ((value & 63) >> 4);
}

/** Draws `memory` in `mode`; `palette` has the colours of 8 bits a pixel as 0xBBGGRR. */
export function drawLinear(mode: VbeMode, memory: Uint8Array, palette: (index: number) => number): VgaFrame {
  const { width, height, stride, start, bitsPerPixel } = mode;
  const image = new Uint32Array(width * height);
  const deep = DEEP[bitsPerPixel];
  const colours = deep ? new Uint32Array(0) : Uint32Array.from({ length: 256 }, (_, i) => (OPAQUE | palette(i)) >>> 0);
  for (let y = 0, to = 0; y < height; y++) {
    let from = start + y * stride;
    for (let x = 0; x < width; x++) {
      if (deep === undefined) {
        image[to++] = colours[memory[from++] ?? 0];
        continue;
      }
      let value = 0;
      for (let i = 0; i < deep.bytes; i++) value |= (memory[from++] ?? 0) << (8 * i);
      image[to++] = OPAQUE | deep.colour(value);
    }
  }
  return { width, height, pixels: new Uint8ClampedArray(image.buffer) };
}
