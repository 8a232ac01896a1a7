// Runs a document's cells in Node, each once, on its machine where that wakes: enough to see what throws. Drawing is not
// looked at: Plot, Inputs and html are stand-ins that take anything, and an input has its first value.
import type { Workbench } from "../engine/index.ts";
import { compileCell } from "../widgets/notebook/compile.ts";
import { type CompiledCell, sourcePosition } from "../widgets/notebook/compiled.ts";
import { fenceName, sourceAttributes } from "../widgets/notebook/fence.ts";
import { createGuard } from "../widgets/notebook/guard.ts";
import { placeInCell, standardNames } from "../widgets/notebook/notebook.ts";
import { Observation } from "../widgets/notebook/observation.ts";
import { type Place, trial } from "../widgets/notebook/trial.ts";
import type { Document, Fence } from "./document.ts";
import { suggestion } from "./nearest.ts";
import type { Finding } from "./problem.ts";
import type { World } from "./rules/rule.ts";

/** A cell computes for so long at most. */
const budgetMs = 5000;
/** What a cell may wait for and never get here. */
const patienceMs = 10_000;

export type CellFinding = Finding & { readonly kind: "name" | "thrown" };

interface Block {
  readonly fence: Fence;
  readonly id: string;
  readonly cell: CompiledCell;
}

const known = new WeakMap<Document, Promise<CellFinding[]>>();

/** What is wrong with a document's cells as they run; worked out once. */
export function runCells(document: Document, world: World): Promise<CellFinding[]> {
  const findings = known.get(document) ?? runAll(document, world);
  known.set(document, findings);
  return findings;
}

async function runAll(document: Document, world: World): Promise<CellFinding[]> {
  const blocks: Block[] = [];
  let count = 0;
  for (const fence of document.fences.filter(({ kind }) => kind === "cell")) {
    const id = fenceName(fence.meta) || `cell-${++count}`;
    const { cell } = compileCell(fence.code, fence.language as "js" | "ts", id);
    if (cell) blocks.push({ fence, id, cell });
  }
  const findings: CellFinding[] = [];
  const values = new Map<string, Promise<unknown>>();
  const machines = await machineNames(document, world);
  for (const [name, moment] of machines) values.set(name, Promise.resolve(moment));
  for (const [name, answer] of sources(document, world.bench)) values.set(name, Promise.resolve(answer));
  const given = new Set([...standardNames, ...values.keys(), "machine", ...blocks.flatMap(({ cell }) => cell.outputs)]);
  // Each waits for those whose names it uses; a circle waits for ever, and the patience ends it.
  const makers = new Map(blocks.flatMap((block) => block.cell.outputs.map((name) => [name, block] as const)));
  const runs = new Map<Block, Promise<Record<string, unknown> | undefined>>();
  const inputOf = async (name: string, block: Block): Promise<unknown> => {
    if (name === "machine") return machines.get(block.fence.meta.get("machine") ?? "") ?? [...machines.values()][0];
    if (values.has(name)) return values.get(name);
    const maker = makers.get(name);
    return maker ? (await start(maker))?.[name] : standIn(name, world);
  };
  const start = (block: Block) => {
    const run = runs.get(block) ?? runOne(block);
    runs.set(block, run);
    return run;
  };
  const runOne = async (block: Block) => {
    await Promise.resolve();
    const { fence, id, cell } = block;
    const strange = cell.inputs.filter((name) => !given.has(name) && !(name in globalThis) && !(name in browserNames));
    for (const name of strange)
      findings.push({
        kind: "name",
        line: fence.line,
        message: `The cell ${id} uses ${name}, which nothing gives.`,
        hint: suggestion(name, [...given], "Declare it in a cell."),
      });
    // What needs a browser's own objects is not judged here.
    if (strange.length) return undefined;
    try {
      const inputs = await Promise.all(cell.inputs.map((name) => inputOf(name, block)));
      if (inputs.some((input) => input === missing)) return undefined;
      return (await call(cell, id, inputs)) as Record<string, unknown>;
    } catch (error) {
      const finding = judge(error, block);
      if (finding) findings.push(finding);
      return Object.fromEntries(cell.outputs.map((name) => [name, missing]));
    }
  };
  await Promise.race([Promise.all(blocks.map(start)), new Promise((done) => setTimeout(done, patienceMs).unref())]);
  return findings;
}

/** Stands for what a cell that threw did not give: cells that wait for it are not judged. */
const missing = Symbol("missing");

async function machineNames(document: Document, world: World): Promise<Map<string, Observation>> {
  const machines = new Map<string, Observation>();
  for (const tag of document.tags.filter(({ name }) => name === "ring-machine")) {
    const asked = await world.stage(document).machine(tag);
    if ("value" in asked) machines.set(tag.attributes.get("id") ?? "", new Observation(asked.value));
  }
  return machines;
}

function* sources({ fences }: Document, bench: Workbench): Iterable<[string, unknown]> {
  for (const { kind, meta, code } of fences) {
    if (kind !== "source") continue;
    const {
      id,
      "data-file": file,
      "data-origin": origin = "0x7c00",
      "data-bits": bits,
      "data-syntax": syntax,
    } = sourceAttributes(meta);
    const codeBits = bits === "32" ? 32 : bits === "64" ? 64 : 16;
    yield [
      id,
      {
        source: code,
        ...bench.assemble(`${code}\n`, {
          file,
          origin: Number(origin),
          codeBits,
          syntax: syntax === "intel" ? "intel" : "att",
        }),
      },
    ];
  }
}

async function call({ body, outputs }: CompiledCell, id: string, inputs: readonly unknown[]): Promise<unknown> {
  // biome-ignore lint/security/noGlobalEval: running what the author wrote is the check.
  const run = globalThis.eval(`"use strict";(${body})\n//# sourceURL=cell:${id}`) as (
    ...values: readonly unknown[]
  ) => unknown;
  const value = await run(...inputs);
  const first = isGenerator(value) ? (await value.next()).value : value;
  return outputs.length ? first : undefined;
}

const isGenerator = (value: unknown): value is AsyncGenerator =>
  typeof (value as AsyncGenerator | undefined)?.next === "function";

function judge(error: unknown, { fence, id, cell }: Block): CellFinding | undefined {
  const message = error instanceof Error ? error.message : String(error);
  // The page has more than Node: a cell that asks for it is right there.
  const unknown = error instanceof ReferenceError ? /^(\w+) is not defined/.exec(message)?.[1] : undefined;
  if (unknown !== undefined && unknown in browserNames) return undefined;
  const place = placeInCell(error, id);
  const at = place && sourcePosition(cell, fence.code, place.line, place.column);
  return {
    kind: "thrown",
    line: fence.line + (at?.line ?? 0),
    ...(at && { column: at.column }),
    message: `The cell ${id} throws: ${message}`,
    hint: "It ran where its machine wakes.",
  };
}

const browserNames: Readonly<Record<string, true>> = {
  document: true,
  window: true,
  location: true,
  localStorage: true,
  customElements: true,
  requestAnimationFrame: true,
  getComputedStyle: true,
  matchMedia: true,
};

type Program = Parameters<typeof trial>[0];
type See = Parameters<typeof trial>[2];

/** A standard name's stand-in; trials are real ones. */
function standIn(name: string, { engine }: World): unknown {
  switch (name) {
    case "display":
      return (value: unknown) => value;
    case "view":
      return (input: { value?: unknown }) => input?.value;
    case "width":
      return 608;
    case "invalidation":
      return new Promise(() => {});
    case "__guard":
      return createGuard(budgetMs);
    case "Inputs":
      return inputs;
    case "trial":
      return (...asked: [Program, readonly Place[], See]) => trial(...asked, engine);
    default:
      return anything;
  }
}

/** Takes every call and has every property; awaited, iterated or printed it is empty. */
const anything: unknown = new Proxy(() => {}, {
  apply: () => anything,
  construct: () => anything as object,
  get(_, key) {
    if (key === "then") return undefined;
    if (key === Symbol.toPrimitive) return () => "";
    if (key === Symbol.iterator) return () => [][Symbol.iterator]();
    return anything;
  },
  set: () => true,
});

type Options = { readonly value?: unknown };
/** Inputs with the values that they begin with (@observablehq/inputs). */
const inputs = new Proxy(
  {
    range: ([low, high]: readonly number[] = [0, 1], { value = (low + high) / 2 }: Options = {}) => ({ value }),
    number: ([low]: readonly number[] = [0], { value = low }: Options = {}) => ({ value }),
    select: ([first]: readonly unknown[], { value = first }: Options = {}) => ({ value }),
    radio: (_: readonly unknown[], { value = null }: Options = {}) => ({ value }),
    toggle: ({ value = false }: Options = {}) => ({ value }),
    text: ({ value = "" }: Options = {}) => ({ value }),
    checkbox: (_: readonly unknown[], { value = [] }: Options = {}) => ({ value }),
    button: (_: unknown, { value = 0 }: Options = {}) => ({ value }),
  } as Record<string, unknown>,
  { get: (target, key) => target[String(key)] ?? anything },
);
