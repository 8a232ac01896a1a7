/**
 * The engine's front door: what pages, lessons and labs may import. The engine itself is loaded where it runs: in the
 * page's worker, or here by `openBench` and `createLocalEngine`.
 */
import type { AssembleAnswer, AssembleRequest, Engine, MachineConfiguration } from "./machine/api.ts";
import type { BareProcessor, BareProcessorOptions } from "./machine/bareprocessor.ts";
import { WorkerEngine } from "./machine/client.ts";
import type { Machine } from "./machine/machine.ts";

export { CHARGES as LEDGER_CHARGES } from "./cpu/ledger.ts";
export type * from "./machine/api.ts";
export type { BareProcessor, BareProcessorOptions, Step } from "./machine/bareprocessor.ts";
export { screenText } from "./machine/screentext.ts";
export { EngineError } from "./wasm/error.ts";
export type { Machine };

/**
 * The engine of this page, in a worker of its own. One is enough for all machines of a page. `early`: a worker of the
 * same script that the page has started already.
 */
export function createEngine(early?: Worker): Engine {
  return new WorkerEngine(() => new Worker(new URL("./machine/worker.ts", import.meta.url), { type: "module" }), early);
}

/** The same interface on this thread: for tests, and for programs in Node. */
export async function createLocalEngine(): Promise<Engine> {
  const { LocalEngine } = await import("./machine/local.ts");
  return new LocalEngine();
}

/** The engine for programs that drive machines themselves, as graders do: everything answers at once. */
export interface Workbench {
  /** The engine's build, as snapshots name it. */
  readonly engine: string;
  assemble(source: string, request: AssembleRequest): AssembleAnswer;
  /** A machine at tick 0; an EngineError that says what is wrong with the configuration. */
  powerOn(configuration: MachineConfiguration): Machine;
  /** A processor with memory and nothing else, as after reset: for suites that test one instruction at a time. */
  processor(options?: BareProcessorOptions): BareProcessor;
}

/** Loads the engine into this thread: a worker's, or Node. */
export async function openBench(): Promise<Workbench> {
  const { loadResources, powerOn } = await import("./machine/resources.ts");
  const { BareProcessor } = await import("./machine/bareprocessor.ts");
  const { assembleSource } = await import("./machine/assembling.ts");
  const resources = await loadResources();
  return {
    engine: resources.build,
    assemble: assembleSource,
    powerOn: (configuration) => powerOn(configuration, resources),
    processor: (options) => new BareProcessor(options),
  };
}
