// The page's one engine: loaded when the first machine wakes, shared by all of them.
import type { Engine } from "../../engine/index.ts";

let make: () => Promise<Engine> = async () => (await import("../../engine/index.ts")).createEngine();
let engine: Promise<Engine> | undefined;

/** The page's engine. Rejects where the browser lacks workers or WebAssembly; the next call tries again. */
export function pageEngine(): Promise<Engine> {
  engine ??= make().catch((error) => {
    engine = undefined;
    throw error;
  });
  return engine;
}

/** Gives the page another engine: a test's, or one that a page made itself. Before the first machine wakes. */
export function usePageEngine(factory: () => Promise<Engine>): void {
  make = factory;
}
