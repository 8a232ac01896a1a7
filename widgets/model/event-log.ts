// The events of a run, in the order of their ticks, as many as a page can hold: where there are too many, every second
// interrupt goes, and the rare ones (exceptions, modes, halts, resets) stay.
import type { MachineEvent } from "../../engine/index.ts";

export const mostEvents = 20_000;

/** `known` with `more`, none twice. Both are in the order of their ticks. */
export function mergeEvents(known: readonly MachineEvent[], more: readonly MachineEvent[]): readonly MachineEvent[] {
  const newest = known.at(-1)?.tick ?? -1;
  // As a machine runs, all of them are new.
  let merged: MachineEvent[];
  if ((more[0]?.tick ?? 0) > newest) merged = known.concat(more);
  else {
    const ticks = new Set(known.map(({ tick }) => tick));
    const fresh = more.filter(({ tick }) => !ticks.has(tick));
    if (fresh.length === 0) return known;
    merged = [...known, ...fresh].sort((a, b) => a.tick - b.tick);
  }
  return thin(merged);
}

function thin(events: MachineEvent[]): MachineEvent[] {
  let kept = events;
  while (kept.length > mostEvents) {
    let interrupts = 0;
    const fewer = kept.filter(({ kind }) => kind !== "interrupt" || interrupts++ % 2 === 0);
    if (fewer.length === kept.length) return kept.slice(-mostEvents);
    kept = fewer;
  }
  return kept;
}

/** The first event after `tick`, or the last before it, by bisection; undefined where there is none. */
export function eventBeside(
  events: readonly MachineEvent[],
  tick: number,
  direction: -1 | 1,
): MachineEvent | undefined {
  let [low, high] = [0, events.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (direction > 0 ? events[middle].tick <= tick : events[middle].tick < tick) low = middle + 1;
    else high = middle;
  }
  return direction > 0 ? events[low] : events[low - 1];
}
