// The page's side of compiler.worker.ts: started at the first edit, shared by all cells.
import type { CellLanguage, Compilation } from "./compiled.ts";

let worker: Worker | undefined;
let asked = 0;
const waiting = new Map<number, (answer: Compilation) => void>();

/** Compiles the cell called `file`; bad source is answered as diagnostics. */
export function compileInWorker(source: string, language: CellLanguage, file: string): Promise<Compilation> {
  worker ??= start();
  const number = ++asked;
  worker.postMessage({ number, source, language, file });
  return new Promise((resolve) => waiting.set(number, resolve));
}

function start(): Worker {
  const started = new Worker(new URL("./compiler.worker.ts", import.meta.url), { type: "module", name: "cells" });
  started.addEventListener("message", ({ data }: MessageEvent<{ number: number; answer: Compilation }>) => {
    waiting.get(data.number)?.(data.answer);
    waiting.delete(data.number);
  });
  started.addEventListener("error", (event) => {
    // Ours to mend, and not the reader's; but no cell may wait for ever.
    const message = `The cell compiler failed: ${event.message || "it could not be loaded"}.`;
    for (const resolve of waiting.values()) {
      resolve({
        diagnostics: [
          { file: "cells", line: 1, column: 1, message, hint: "Reload the page and run it again.", severity: "error" },
        ],
      });
    }
    waiting.clear();
    started.terminate();
    worker = undefined;
  });
  return started;
}
