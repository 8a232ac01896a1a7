/** What a compiler writes is long and full of alignments and jumps at the edge of reach: gcc's output, against GNU as. */
import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { assemble } from "./assembler.ts";
import { gnuAssemble, hasBinutils } from "./test/binutils.ts";

const C = `
typedef unsigned u32;
extern u32 table[256];
static u32 state = 1;
u32 counts[64];
static u32 next(void) { return state = state * 1664525u + 1013904223u; }
void sort(u32 *a, int low, int high) {
  while (low < high) {
    u32 pivot = a[(low + high) / 2];
    int i = low, j = high;
    while (i <= j) {
      while (a[i] < pivot) i++;
      while (a[j] > pivot) j--;
      if (i <= j) { u32 t = a[i]; a[i++] = a[j]; a[j--] = t; }
    }
    if (j - low < high - i) { sort(a, low, j); low = i; } else { sort(a, i, high); high = j; }
  }
}
int classify(int c) {
  switch (c) {
    case 0: return next(); case 1: return 12; case 2: return counts[3]; case 3: return -1; case 4: return c << state;
    case 5: return state % 7; case 6: return (signed char)state; case 7: return (unsigned short)state; case 8: return state > 5;
    default: return c * 100 / 7;
  }
}
u32 hash(const char *text, u32 length) {
  u32 h = 0x811c9dc5;
  for (u32 i = 0; i < length; i++) {
    h = (h ^ (unsigned char)text[i]) * 0x01000193;
    if ((h & 15) == 3) h = (h >> 7) | (h << 25);
    else if ((h & 15) == 7) h ^= table[h & 255];
    else if (h > 0x80000000u) h -= counts[h & 63]++;
  }
  return h;
}
void copy(char *to, const char *from, int n) { for (int i = 0; i < n; i++) to[i] = from[i] ? from[i] : '-'; }
int life(unsigned char *a, unsigned char *b, int w, int h) {
  int alive = 0;
  for (int y = 1; y < h - 1; y++)
    for (int x = 1; x < w - 1; x++) {
      int n = 0;
      for (int dy = -1; dy <= 1; dy++) for (int dx = -1; dx <= 1; dx++) n += a[(y + dy) * w + x + dx];
      n -= a[y * w + x];
      alive += b[y * w + x] = n == 3 || (n == 2 && a[y * w + x]);
    }
  return alive;
}
const char *const names[] = {"zero", "one", "two"};
u32 table[256] = {1, 2, 3};
`;

const FLAGS = [
  "-S",
  "-o",
  "-",
  "-x",
  "c",
  "-",
  "-ffreestanding",
  "-fno-pic",
  "-fno-merge-constants",
  "-fno-asynchronous-unwind-tables",
  "-mno-sse",
  "-mno-mmx",
];
const hasGcc = spawnSync("gcc", ["-m32", ...FLAGS], { input: "int x;" }).status === 0;

const MODES: Record<string, { flags: string[]; bits: 32 | 64 }> = {
  "16-bit": { flags: ["-m16", "-march=i386"], bits: 32 },
  "32-bit": { flags: ["-m32", "-march=i486"], bits: 32 },
  "32-bit, Intel syntax": { flags: ["-m32", "-march=i486", "-masm=intel"], bits: 32 },
  "64-bit": { flags: ["-m64", "-mcmodel=kernel"], bits: 64 },
};

describe.skipIf(!hasGcc || !hasBinutils)("what gcc writes is assembled as GNU as does", () => {
  for (const [name, { flags, bits }] of Object.entries(MODES)) {
    test(name, { timeout: 60_000 }, () => {
      for (const level of ["-O0", "-O1", "-O2", "-O3", "-Os"]) {
        const source = spawnSync("gcc", [...flags, level, ...FLAGS], { input: C }).stdout.toString();
        const gnu = gnuAssemble(source, { bits, origin: 0x1000 });
        const ours = assemble(source, { codeBits: bits, origin: 0x1000 });
        expect(gnu.error).toBe("");
        expect(ours.diagnostics).toEqual([]);
        expect(`${level} ${Buffer.from(ours.bytes).toString("hex")}`).toBe(
          `${level} ${Buffer.from(gnu.bytes).toString("hex")}`,
        );
      }
    });
  }
});
