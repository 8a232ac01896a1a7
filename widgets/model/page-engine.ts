// The page's one engine: loaded when the first machine wakes, shared by all of them.
import { createEngine, type Engine } from "../../engine/index.ts";

/** A worker that the page's head started (site/preload.ts), so that it comes up beside the page; once. */
function takeEarlyWorker(): Worker | undefined {
  const page = globalThis as { ringWorker?: Worker & { failed?: boolean } };
  const worker = page.ringWorker;
  page.ringWorker = undefined;
  return worker?.failed ? undefined : worker;
}

let make: () => Promise<Engine> = async () => createEngine(takeEarlyWorker());
let engine: Promise<Engine> | undefined;
let served = 0;

/** The page's engine. Rejects where the browser lacks workers or WebAssembly; the next call tries again. */
export function pageEngine(): Promise<Engine> {
  engine ??= make().catch((error) => {
    engine = undefined;
    throw error;
  });
  return engine;
}

/** The engine did not come up: the next machine that wakes tries a new one. One that serves machines stays. */
export function forgetPageEngine(): void {
  if (served === 0) engine = undefined;
}

/** Counts the machines that the engine serves: +1 as one wakes, −1 as one leaves. */
export function countServed(change: 1 | -1): void {
  served += change;
}

/** Gives the page another engine: a test's, or one that a page made itself. Before the first machine wakes. */
export function usePageEngine(factory: () => Promise<Engine>): void {
  make = factory;
}
