// The name that somebody probably meant.

/** The one of `names` nearest to `typed` by letters added, lost, changed or swapped; undefined where none is near. */
export function nearest(typed: string, names: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.max(2, Math.ceil(typed.length / 3)) + 1;
  for (const name of names) {
    const cost = distance(typed.toLowerCase(), name.toLowerCase());
    if (cost < least) {
      least = cost;
      best = name;
    }
  }
  return best;
}

/** Optimal string alignment: Levenshtein's distance, with two neighbours swapped as one step. */
function distance(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, (_, i) => [i, ...new Array<number>(b.length).fill(0)]);
  for (let j = 0; j <= b.length; j++) rows[0][j] = j;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      rows[i][j] = Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + change);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
    }
  }
  return rows[a.length][b.length];
}

/** “Did you mean x?”, or what there is. */
export function suggestion(typed: string, names: readonly string[], else_: string): string {
  const near = nearest(typed, names);
  return near === undefined ? else_ : `Did you mean ${near}?`;
}
