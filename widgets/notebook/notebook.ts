// The reactive page: cells on @observablehq/runtime, one module of names for a page. A cell is compiled elsewhere
// (compile.ts); here its function is made, guarded, and defined under the names it gives the others.
import { type Module, type Observer, Runtime, type Variable } from "@observablehq/runtime";
import type { CompiledCell } from "./compiled.ts";
import { changing, valuesOf } from "./generate.ts";
import { createGuard } from "./guard.ts";

const budgetMs = 1000;

/** What a cell hears of its run. */
export interface CellObserver {
  /** Its function is about to be called. */
  started(): void;
  /** Its inputs changed, or it was redefined: its value will be computed. */
  pending(): void;
  fulfilled(value: unknown): void;
  rejected(error: unknown): void;
  /** `display(value)` was called; `first` when it is the first since the cell ran. */
  display(value: unknown, first: boolean): void;
  /** Where its output stands: its width is the cell's `width`. */
  readonly element: HTMLElement;
}

/** Whether any of some elements is within 1,000 px of the window. */
class Near {
  private resolve!: () => void;
  readonly comes = new Promise<void>((resolve) => {
    this.resolve = resolve;
  });

  watch(element: Element): void {
    const watcher = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        watcher.disconnect();
        this.resolve();
      },
      { rootMargin: "1000px" },
    );
    watcher.observe(element);
    addEventListener("beforeprint", () => this.resolve(), { once: true });
  }
}

/** Names that cost much to use: fetched when a cell that uses one comes near the window, or is printed. */
const large = { Plot: new Near(), Inputs: new Near(), trial: new Near() };

/** The standard names: loaded when a cell first needs them. */
const library = {
  Plot: () => large.Plot.comes.then(() => import("@observablehq/plot")),
  Inputs: () => large.Inputs.comes.then(() => import("@observablehq/inputs")),
  trial: () => large.trial.comes.then(async () => (await import("./trial.ts")).trial),
  html: async () => (await import("htl")).html,
  svg: async () => (await import("htl")).svg,
};

/** Names that a cell may use and no cell gives. */
export const standardNames = new Set([
  ...Object.keys(library),
  "display",
  "view",
  "width",
  "invalidation",
  "visibility",
  "__guard",
]);

/** All cells of one page. */
export class Notebook {
  private readonly module: Module;
  private readonly cells = new Map<string, Variable[]>();

  constructor() {
    this.module = new Runtime(library).module();
  }

  /** Gives `name` to the cells, as a value that changes; answers how to change it. */
  provide<T>(name: string): (value: T) => void {
    let change: ((value: T) => void) | undefined;
    let last: { value: T } | undefined;
    this.module.define(name, [], () =>
      changing<T>((changed) => {
        change = changed;
        if (last) changed(last.value);
        return undefined;
      }),
    );
    return (value) => {
      last = { value };
      change?.(value);
    };
  }

  /** Defines the cell called `id` in place of what it was, and runs it and what depends on it. */
  define(id: string, cell: CompiledCell, observer: CellObserver, renamed: Readonly<Record<string, string>> = {}): void {
    for (const variable of this.cells.get(id) ?? []) variable.delete();
    const call = evaluate(cell.body, id);
    const given = cell.inputs.filter((name) => !(name in ownNames));
    for (const [name, near] of Object.entries(large)) if (given.includes(name)) near.watch(observer.element);
    let runs = 0;
    const run = (...values: unknown[]) => {
      const own = ownOf(observer, () => runs, ++runs);
      observer.started();
      return call(
        ...cell.inputs.map((name) => (name in ownNames ? own[name as OwnName] : values[given.indexOf(name)])),
      );
    };
    const isCurrent = () => this.cells.get(id)?.[0] === variable;
    const name = cell.outputs.length ? `cell ${id}` : null;
    const variable = this.module
      .variable(listen(observer, isCurrent), { shadow: { width: () => widthOf(observer.element) } })
      .define(
        name,
        given.map((input) => renamed[input] ?? input),
        run,
      );
    const outputs = cell.outputs.map((output) =>
      this.module.variable(true).define(output, [name ?? ""], (all: Record<string, unknown>) => all[output]),
    );
    this.cells.set(id, [variable, ...outputs]);
  }
}

/** Names that mean something else in each run of each cell. */
const ownNames = { display: true, view: true, __guard: true };
type OwnName = keyof typeof ownNames;

/** Their values for run number `mine`; what that run still displays after a newer one began is dropped. */
function ownOf(observer: CellObserver, newest: () => number, mine: number): Record<OwnName, unknown> {
  let first = true;
  const display = <T>(value: T): T => {
    if (newest() === mine) observer.display(value, first);
    first = false;
    return value;
  };
  return { display, view: (element: HTMLElement) => valuesOf(display(element)), __guard: createGuard(budgetMs) };
}

/** `isCurrent`: a variable that was deleted computes once more, to nothing, and that is no news of the cell. */
function listen(observer: CellObserver, isCurrent: () => boolean): Observer {
  return {
    _node: observer.element,
    pending: () => isCurrent() && observer.pending(),
    fulfilled: (value) => isCurrent() && observer.fulfilled(value),
    rejected: (error) => isCurrent() && observer.rejected(error),
  };
}

/** The width of `element` in px, in steps that a drawing should follow. */
function widthOf(element: HTMLElement): AsyncGenerator<number> {
  return changing((change) => {
    let last = -1;
    const watch = new ResizeObserver(([entry]) => {
      const width = Math.floor(entry.contentRect.width);
      if (width > 0 && width !== last) change((last = width));
    });
    watch.observe(element);
    return () => watch.disconnect();
  });
}

/** Makes the function of a compiled cell; its name in a stack trace is `cell:id`. */
function evaluate(body: string, id: string): (...values: unknown[]) => unknown {
  // Indirect, so that it sees globals only. The directive stands on the first line, which the compiler wrote.
  // biome-ignore lint/security/noGlobalEval: running what the reader wrote is what a cell is for.
  return globalThis.eval(`"use strict";(${body})\n//# sourceURL=cell:${id}`);
}

/** The first place in a stack trace that lies in cell `id`, as the engine counts in its body (from 1). */
export function placeInCell(error: unknown, id: string): { line: number; column: number } | undefined {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  for (const [, name, line, column] of stack.matchAll(/cell:([\w-]+):(\d+):(\d+)/g)) {
    if (name !== id) continue;
    return { line: Number(line), column: Number(column) - (line === "1" ? '"use strict";('.length : 0) };
  }
  return undefined;
}
