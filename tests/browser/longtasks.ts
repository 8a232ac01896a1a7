// The long tasks of a page's thread, from Chromium's own trace: how long each ran, on the wall and on the processor (what
// other programs took of the machine is in the first and not in the second), and where the time went.
import { readFileSync } from "node:fs";
import type { Browser, Page } from "@playwright/test";

/** One event of Chromium's trace format; times in microseconds. */
interface TraceEvent {
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

/** Traces while `action` runs; answers the page's tasks of over `limit` milliseconds. */
export async function traceLongTasks(
  page: Page,
  action: () => Promise<unknown>,
  { limit = 16, keep = undefined as string | undefined } = {},
): Promise<LongTask[]> {
  const browser = page.context().browser() as Browser;
  await browser.startTracing(page, { categories: categories.split(","), ...(keep ? { path: keep } : {}) });
  let trace: Buffer | undefined;
  try {
    await action();
  } finally {
    trace = await browser.stopTracing();
  }
  const text = keep ? readFileSync(keep, "utf8") : trace.toString();
  return longTasks((JSON.parse(text) as { traceEvents: TraceEvent[] }).traceEvents, limit);
}

/** The tasks of over `limit` ms on the renderer's main thread that ran most scripts. */
export function longTasks(events: readonly TraceEvent[], limit: number): LongTask[] {
  const threads = events.filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain");
  const busy = (thread: TraceEvent) =>
    events.filter((e) => e.pid === thread.pid && e.tid === thread.tid && e.name === "FunctionCall").length;
  const main = threads.sort((a, b) => busy(b) - busy(a))[0];
  if (!main) return [];
  const begin = Math.min(
    ...events
      .filter(({ ts }) => ts > 0)
      .map(({ ts }) => ts)
      .slice(0, 10_000),
  );
  const own = events
    .filter((e) => e.pid === main.pid && e.tid === main.tid && e.ph === "X" && e.dur !== undefined)
    .sort((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0));
  const tasks = own.filter(({ name, dur = 0 }) => taskNames.has(name) && dur > limit * 1000);
  const outer = tasks.filter((t) => !tasks.some((o) => o !== t && o.ts <= t.ts && o.ts + o.dur! >= t.ts + t.dur!));
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

/** Self time by event name. */
function partsOf(task: TraceEvent, inside: readonly TraceEvent[]): string[] {
  const self = new Map<string, number>();
  const stack: TraceEvent[] = [task];
  const add = (event: TraceEvent, time: number) => {
    const name = labelOf(event);
    self.set(name, (self.get(name) ?? 0) + time);
  };
  add(task, task.dur!);
  for (const event of inside) {
    while (stack.length > 1 && stack.at(-1)!.ts + stack.at(-1)!.dur! <= event.ts) stack.pop();
    add(stack.at(-1)!, -event.dur!);
    add(event, event.dur!);
    stack.push(event);
  }
  return [...self]
    .filter(([, time]) => time > 1000)
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
