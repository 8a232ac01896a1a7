// Which rows of a long listing are in the page: those in its box and some before and after. A file of 300 lines so costs
// what 60 cost, and a view that is drawn ten times a second touches no more. All rows are of one height.

/** Rows [from, to) of a list, from 0. */
export interface ShownRows {
  readonly from: number;
  readonly to: number;
}

/** Rows kept before and after what is in the box, so that scrolling a little finds them there. */
const AROUND = 12;

/**
 * The rows to have in the page where a box that shows `height` of `count` rows is scrolled to `top` px; `now` again while
 * it does: only where fewer than half of AROUND are left on a side does the window move.
 */
export function rowWindow(top: number, rowHeight: number, height: number, count: number, now: ShownRows): ShownRows {
  const first = Math.max(0, Math.min(count - height, Math.floor(top / rowHeight)));
  const last = Math.min(count, first + height + 1);
  const covers = (from: number, to: number) => now.from <= Math.max(0, from) && now.to >= Math.min(count, to);
  if (now.to <= count && covers(first - AROUND / 2, last + AROUND / 2)) return now;
  return { from: Math.max(0, first - AROUND), to: Math.min(count, last + AROUND) };
}

/**
 * Where to scroll so that row `at` is seen: as it is, where it is seen with two rows of context; `high`: a quarter of
 * the box down.
 */
export function scrollFor(at: number, top: number, rowHeight: number, height: number, high: boolean): number {
  if (high) return Math.max(0, (at - height / 4) * rowHeight);
  if ((at - 2) * rowHeight < top) return Math.max(0, (at - 2) * rowHeight);
  if ((at + 3) * rowHeight > top + height * rowHeight) return (at + 3 - height) * rowHeight;
  return top;
}
