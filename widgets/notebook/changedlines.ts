// Which lines of an edited text are not the author's.

/** Numbers (from 1) of the lines of `text` that `original` does not have, in order: by longest common subsequence. */
export function changedLines(original: string, text: string): number[] {
  if (original === text) return [];
  const before = original.split("\n");
  const after = text.split("\n");
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < before.length - head && tail < after.length - head && before.at(-1 - tail) === after.at(-1 - tail))
    tail++;
  const a = before.slice(head, before.length - tail);
  const b = after.slice(head, after.length - tail);
  // Past some size the middle is simply all changed: cells and boot sectors are shorter.
  if (a.length * b.length > 250_000) return b.map((_, i) => head + i + 1);
  const common = commonLengths(a, b);
  const lines: number[] = [];
  let i = 0;
  for (let j = 0; j < b.length; ) {
    if (i < a.length && a[i] === b[j]) {
      i++;
      j++;
    } else if (i < a.length && common[i + 1][j] >= common[i][j + 1]) i++;
    else lines.push(head + ++j);
  }
  return lines;
}

/** [i][j] = how many lines a.slice(i) and b.slice(j) have in common, in order. */
function commonLengths(a: readonly string[], b: readonly string[]): number[][] {
  const table = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      table[i][j] = a[i] === b[j] ? table[i + 1][j + 1] + 1 : Math.max(table[i + 1][j], table[i][j + 1]);
    }
  }
  return table;
}
