// The long tasks of a page's thread, from Chromium's own trace: how long each ran, on the wall and on the processor (what
// other programs took of the machine is in the first and not in the second), and where the time went.
import { readFileSync } from "node:fs";
import type { Browser, Page } from "@playwright/test";

/** One event of Chromium's trace format; times in microseconds. */
export interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  ts: number;
  dur?: number;
  tdur?: number;
  args: { name?: string; data?: Record<string, unknown>; [more: string]: unknown };
}

export interface LongTask {
  /** Milliseconds after the trace began. */
  at: number;
  wall: number;
  /** Thread time: without what other threads and programs took. */
  cpu: number;
  /** Its parts, longest first: "Layout 4.1". */
  parts: string[];
}

const categories = "toplevel,devtools.timeline,v8,blink,disabled-by-default-devtools.timeline,blink.user_timing";
const taskNames = new Set(["ThreadControllerImpl::RunTask", "RunTask"]);

/** Traces while `action` runs; answers the page's tasks of over `limit` milliseconds on the wall. */
export async function traceLongTasks(
  page: Page,
  action: () => Promise<unknown>,
  { limit = 16, keep = undefined as string | undefined } = {},
): Promise<LongTask[]> {
  return longTasks(await readTrace(page, action, keep), limit);
}

/** What Chromium traced while `action` ran. */
export async function readTrace(page: Page, action: () => Promise<unknown>, keep?: string): Promise<TraceEvent[]> {
  const browser = page.context().browser() as Browser;
  await browser.startTracing(page, { categories: categories.split(","), ...(keep ? { path: keep } : {}) });
  let trace: Buffer | undefined;
  try {
    await action();
  } finally {
    trace = await browser.stopTracing();
  }
  const text = keep ? readFileSync(keep, "utf8") : trace.toString();
  return (JSON.parse(text) as { traceEvents: TraceEvent[] }).traceEvents;
}

/** The events of the renderer's main thread that has most of `ours`, in order; outer ones before what is in them. */
function pageThread(events: readonly TraceEvent[], ours: (event: TraceEvent) => boolean): TraceEvent[] {
  const onThread = (thread: TraceEvent) => (e: TraceEvent) => e.pid === thread.pid && e.tid === thread.tid;
  const main = events
    .filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain")
    .map((thread) => events.filter((e) => e.ts > 0 && onThread(thread)(e)))
    .sort((a, b) => b.filter(ours).length - a.filter(ours).length)[0];
  return (main ?? []).sort((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0));
}

/** A call of a script that came from a server: Chromium has pages of its own. */
const isOfPage = ({ name, args }: TraceEvent) =>
  name === "FunctionCall" && String(args.data?.["url"] ?? "").startsWith("http");
const isTask = ({ name, ph, dur }: TraceEvent) => taskNames.has(name) && ph === "X" && dur !== undefined;
const holds = (outer: TraceEvent, ts: number) => outer.ts <= ts && ts < outer.ts + outer.dur!;

/** The page's tasks of over `limit` ms on the wall. */
export function longTasks(events: readonly TraceEvent[], limit: number): LongTask[] {
  const thread = pageThread(events, isOfPage);
  const begin = events.reduce((first, { ts }) => (ts > 0 && ts < first ? ts : first), Number.POSITIVE_INFINITY);
  const own = thread.filter(({ ph, dur }) => ph === "X" && dur !== undefined);
  const tasks = own.filter((task) => isTask(task) && task.dur! > limit * 1000);
  const outer = tasks.filter((task) => !tasks.some((o) => o !== task && holds(o, task.ts) && o.dur! >= task.dur!));
  return outer.map((task) => ({
    at: (task.ts - begin) / 1000,
    wall: task.dur! / 1000,
    cpu: (task.tdur ?? task.dur!) / 1000,
    parts: partsOf(
      task,
      own.filter((e) => e !== task && e.ts >= task.ts && e.ts + e.dur! <= task.ts + task.dur!),
    ),
  }));
}

/** Milliseconds of thread time of each task in which the page called `performance.mark(mark)`. */
export function markedTasks(events: readonly TraceEvent[], mark: string): number[] {
  const thread = pageThread(events, ({ name }) => name === mark);
  const tasks = thread.filter(isTask);
  return thread
    .filter(({ name }) => name === mark)
    .flatMap(({ ts }) => tasks.find((task) => holds(task, ts)) ?? [])
    .map(({ tdur, dur }) => (tdur ?? dur!) / 1000);
}

/** Self time on the processor by event name. */
function partsOf(task: TraceEvent, inside: readonly TraceEvent[]): string[] {
  const self = new Map<string, number>();
  const stack: TraceEvent[] = [task];
  const add = (event: TraceEvent, time: number) => {
    const name = labelOf(event);
    self.set(name, (self.get(name) ?? 0) + time);
  };
  add(task, task.tdur ?? task.dur!);
  for (const event of inside) {
    while (stack.length > 1 && stack.at(-1)!.ts + stack.at(-1)!.dur! <= event.ts) stack.pop();
    // A nested one that says nothing of the processor was too short for it.
    add(stack.at(-1)!, -(event.tdur ?? 0));
    add(event, event.tdur ?? 0);
    stack.push(event);
  }
  return [...self]
    .filter(([, time]) => time > 500)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 6)
    .map(([name, time]) => `${name} ${(time / 1000).toFixed(1)}`);
}

function labelOf({ name, args }: TraceEvent): string {
  const data = args.data as { functionName?: string; url?: string; type?: string } | undefined;
  const file = data?.url?.split("/").at(-1)?.slice(0, 24);
  if (name === "FunctionCall") return `${data?.functionName || "function"}@${file}`;
  if (name.includes("valuateScript") || name.includes("evaluateModule") || name.includes("compile"))
    return `${name}@${file ?? ""}`;
  if (name === "EventDispatch") return `event ${data?.type}`;
  return name;
}
