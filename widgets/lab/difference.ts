/** Two texts, line by line: what an older version would change. Longest common subsequence; bounded by size. */

export interface DifferentLine {
  readonly kind: "same" | "removed" | "added";
  readonly text: string;
}

/** Above this many cells the middle is shown as replaced whole: a lab's file has a few hundred lines. */
const MAX_CELLS = 4_000_000;

/** From `before` to `after`. */
export function lineDifference(before: string, after: string): DifferentLine[] {
  const a = before.split("\n");
  const b = after.split("\n");
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let tail = 0;
  while (tail < a.length - start && tail < b.length - start && a[a.length - 1 - tail] === b[b.length - 1 - tail])
    tail++;
  const same = (lines: string[]) => lines.map((text): DifferentLine => ({ kind: "same", text }));
  return [
    ...same(a.slice(0, start)),
    ...middle(a.slice(start, a.length - tail), b.slice(start, b.length - tail)),
    ...same(a.slice(a.length - tail)),
  ];
}

function middle(a: string[], b: string[]): DifferentLine[] {
  const removed = (text: string): DifferentLine => ({ kind: "removed", text });
  const added = (text: string): DifferentLine => ({ kind: "added", text });
  if (a.length * b.length > MAX_CELLS) return [...a.map(removed), ...b.map(added)];
  const width = b.length + 1;
  const longest = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const across = Math.max(longest[(i + 1) * width + j], longest[i * width + j + 1]);
      longest[i * width + j] = a[i] === b[j] ? longest[(i + 1) * width + j + 1] + 1 : across;
    }
  }
  const lines: DifferentLine[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ kind: "same", text: a[i] });
      i++;
      j++;
    } else if (j >= b.length || (i < a.length && longest[(i + 1) * width + j] >= longest[i * width + j + 1])) {
      lines.push(removed(a[i++]));
    } else lines.push(added(b[j++]));
  }
  return lines;
}
