/** The source lines of a firmware as they cross from the worker to its page: thousands, in one transferred array. */
import type { SourceLine } from "./api.ts";

export interface PackedLines {
  readonly files: readonly string[];
  /** Four numbers a line: address, length, file's index, line. */
  readonly numbers: Uint32Array;
}

export function packLines(lines: readonly SourceLine[]): PackedLines {
  const indexes = new Map<string, number>();
  const numbers = new Uint32Array(4 * lines.length);
  for (const [i, { address, length, file, line }] of lines.entries()) {
    const index = indexes.get(file) ?? indexes.size;
    indexes.set(file, index);
    numbers.set([address, length, index, line], 4 * i);
  }
  return { files: [...indexes.keys()], numbers };
}

export function unpackLines({ files, numbers }: PackedLines): SourceLine[] {
  const lines: SourceLine[] = [];
  for (let i = 0; i < numbers.length; i += 4) {
    lines.push({ address: numbers[i], length: numbers[i + 1], file: files[numbers[i + 2]], line: numbers[i + 3] });
  }
  return lines;
}
