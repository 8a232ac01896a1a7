/**
 * A picture as a PNG file: 8 bits of red, green and blue, no filters.
 * Source: PNG specification, third edition, 5 "Datastream structure", 11.2 "Critical chunks".
 */
import { crc32, deflateSync } from "node:zlib";

/** `pixels` is RGBA, row by row; the alpha is dropped. */
export function encodePng(width: number, height: number, pixels: Uint8ClampedArray): Buffer {
  const rows = Buffer.alloc(height * (1 + width * 3));
  for (let y = 0, at = 0, from = 0; y < height; y++) {
    rows[at++] = 0; // filter: none
    for (let x = 0; x < width; x++, from += 4) {
      rows[at++] = pixels[from];
      rows[at++] = pixels[from + 1];
      rows[at++] = pixels[from + 2];
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8); // 8 bits, truecolour, deflate, adaptive filters, not interlaced
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const frame = Buffer.alloc(8 + body.length);
  frame.writeUInt32BE(data.length, 0);
  frame.set(body, 4);
  frame.writeUInt32BE(crc32(body), 4 + body.length);
  return frame;
}
