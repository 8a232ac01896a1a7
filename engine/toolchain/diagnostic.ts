/** What is wrong with a source, said to the person who wrote it. */

export interface Diagnostic {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  readonly message: string;
  /** What to do about it; empty where the message says all. */
  readonly hint: string;
  readonly severity: "error" | "warning";
}

/** Where a piece of source stands. */
export interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The macro call that the line came from. */
  readonly call?: { readonly name: string; readonly at: Location };
}

/** Raised inside the assembler to give up on a statement; it never leaves the assembler. */
export class SourceError {
  readonly message: string;
  readonly hint: string;
  /** Position in the statement's text; -1: its beginning. */
  readonly position: number;

  constructor(message: string, hint = "", position = -1) {
    this.message = message;
    this.hint = hint;
    this.position = position;
  }
}

/** How many characters to change, add, drop or swap to make `b` of `a`; stops counting above `limit`. */
export function editDistance(a: string, b: string, limit = 3): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      let d = Math.min(
        (row[j] as number) + 1,
        (next[j - 1] as number) + 1,
        (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        d = Math.min(d, (before[j - 2] as number) + 1);
      next.push(d);
    }
    before = row;
    row = next;
  }
  return row[b.length] as number;
}

/** The name nearest to `wrong`, where one is near enough to be what was meant. */
export function nearest(wrong: string, names: Iterable<string>): string | undefined {
  const text = wrong.toLowerCase();
  const limit = text.length <= 3 ? 1 : 2;
  let best: string | undefined;
  let distance = limit + 1;
  for (const name of names) {
    const lower = name.toLowerCase();
    const d = editDistance(text, lower, limit) + (lower[0] === text[0] ? 0 : 0.5);
    if (d < distance && d <= limit && lower !== text) {
      distance = d;
      best = name;
    }
  }
  return best;
}
