// What happened on a machine's buses while somebody watched: accesses to ports and to devices' memory, transfers that
// devices made themselves, interrupt lines, and the interrupts and exceptions that came of them. One list a machine,
// shared by all views that show it; what a transfer did byte by byte is one row.
import type { MachineEvent, MachineHandle } from "../../engine/index.ts";

export type TraceKind = "port" | "mmio" | "dma" | "line" | "interrupt" | "exception";
export type TraceEvent = Extract<MachineEvent, { kind: TraceKind }>;
export const traceKinds: readonly TraceKind[] = ["port", "mmio", "dma", "line", "interrupt", "exception"];

/** Rows that are kept. */
export const mostRows = 2000;

/** `known` and `more` in the order of their ticks, `more` in place of what `known` has from its first tick on. */
export function joinTrace(known: readonly TraceEvent[], more: readonly TraceEvent[]): readonly TraceEvent[] {
  if (more.length === 0) return known;
  const [{ tick: from, kind: first }] = more;
  // An older run's future ends where the new one has begun. What a device does and the interrupt that comes of it are
  // of one tick, and a machine can stand between the two: the interrupt alone does not replace what led to it.
  const rows = known.filter(
    ({ tick, kind }) => tick < from || (tick === from && first === "interrupt" && kind !== "interrupt"),
  );
  for (const event of more) {
    // The controller may raise its line between two bytes of one instant.
    const at = rows.findLastIndex(({ kind, tick }) => kind !== "line" || tick !== event.tick);
    const joined = join(rows[at], event);
    if (joined) rows[at] = joined;
    else rows.push(event);
  }
  return rows.length > mostRows ? rows.slice(-mostRows) : rows;
}

/** `event` as the next bytes of the transfer `before`, both as one; undefined where it is none. */
function join(before: TraceEvent | undefined, event: TraceEvent): TraceEvent | undefined {
  if (before?.kind !== "dma" || event.kind !== "dma") return undefined;
  const same = before.part === event.part && before.write === event.write;
  if (!same || before.address + before.length !== event.address) return undefined;
  return { ...before, length: before.length + event.length };
}

/** The part whose business an event is: who answered, or who mastered the bus. */
export function partOfEvent(event: TraceEvent): string | undefined {
  return "part" in event ? event.part : undefined;
}

/** The trace of one machine, from when it was first asked for. Dispatches "change". */
export class BusTrace extends EventTarget {
  rows: readonly TraceEvent[] = [];

  constructor(handle: MachineHandle) {
    super();
    handle.onEvents(traceKinds, (events) => {
      const next = joinTrace(this.rows, events as readonly TraceEvent[]);
      if (next === this.rows) return;
      this.rows = next;
      this.dispatchEvent(new Event("change"));
    });
  }

  /** Rows up to `tick`: the past knows nothing of its future. */
  upTo(tick: number): readonly TraceEvent[] {
    return this.rows.filter((row) => row.tick <= tick);
  }
}

const traces = new WeakMap<MachineHandle, BusTrace>();

/** The trace of a machine; watching begins with the first call. */
export function busTrace(handle: MachineHandle): BusTrace {
  const known = traces.get(handle) ?? new BusTrace(handle);
  traces.set(handle, known);
  return known;
}

/** A machine as a page knows it: it gets its handle when it wakes, and another when it is powered on anew. */
interface Followed extends EventTarget {
  readonly handle: MachineHandle | undefined;
}

/** Stays on the trace of a page's machine, asleep or awake. */
export class TraceFollower {
  trace: BusTrace | undefined;
  private readonly session: Followed;
  private readonly changed: () => void;

  /** `changed` is called when there are other rows. */
  constructor(session: Followed, changed: () => void) {
    this.session = session;
    this.changed = changed;
    session.addEventListener("change", this.follow);
    this.follow();
  }

  private readonly follow = () => {
    const { handle } = this.session;
    const trace = handle && busTrace(handle);
    if (trace === this.trace) return;
    this.trace?.removeEventListener("change", this.changed);
    trace?.addEventListener("change", this.changed);
    this.trace = trace;
    this.changed();
  };

  stop(): void {
    this.session.removeEventListener("change", this.follow);
    this.trace?.removeEventListener("change", this.changed);
  }
}
