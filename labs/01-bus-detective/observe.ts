/** What the rubric looks at: the answers as the assembler laid them out, and the machine that made the accesses. */
import type { BoardMap, MachineEvent } from "../../engine/index.ts";
import type { BenchMachine } from "../../widgets/lab/bench.ts";
import type { Context } from "../../widgets/lab/rubric.ts";
import { ANSWER_BYTES, ANSWERS_OFFSET, DONE, RESULTS } from "./probe.ts";

/** Ten guest seconds; firmware, probe and a floppy's motor need less than two. */
const TICKS = 2_000_000_000;
/** The answers end where the third sector begins. */
const ANSWERS_END = 1024;

/** What a student says of one access. */
export interface Answer {
  readonly code: number;
  readonly value: number;
}

export interface Observed {
  readonly machine: BenchMachine;
  readonly board: BoardMap;
  /** The accesses to ports and devices' memory and the transfers, since the probe began. */
  readonly events: readonly MachineEvent[];
  readonly begins: number;
  readonly ends: number;
  readonly done: boolean;
}

/** The answers by number; a number that stands twice has its last line, as a program's last store would. */
export function answers({ build }: Context): ReadonlyMap<number, Answer> {
  const found = new Map<number, Answer>();
  const view = new DataView(build.bytes.buffer, build.bytes.byteOffset, build.bytes.byteLength);
  for (let at = ANSWERS_OFFSET; at + ANSWER_BYTES <= Math.min(view.byteLength, ANSWERS_END); at += ANSWER_BYTES) {
    const n = view.getUint8(at);
    if (n !== 0) found.set(n, { code: view.getUint8(at + 1), value: view.getUint32(at + 4, true) });
  }
  return found;
}

/** Runs the probe to its end, once. */
export function observe(context: Context): Observed {
  const machine = context.bench.powerOn(context.lab.configuration(context.build));
  const limit = machine.status.tick + TICKS;
  machine.run({ address: 0x7c00, tick: limit });
  const begins = machine.status.tick;
  machine.takeEvents();
  machine.watch(["port", "mmio", "dma"]);
  machine.run({ event: { kind: "halt" }, tick: limit });
  while (!doneBy(machine) && machine.status.tick < limit && machine.status.state !== "faulted")
    machine.run({ event: { kind: "halt" }, tick: limit });
  return {
    machine,
    board: machine.board(),
    events: machine.takeEvents(),
    begins,
    ends: machine.status.tick,
    done: doneBy(machine),
  };
}

const doneBy = (machine: BenchMachine) => machine.readPhysical(DONE, 1)[0] === 9;

/** What access `n` brought. */
export function resultOf({ machine }: Observed, n: number): number {
  const bytes = machine.readPhysical(RESULTS + 4 * n, 4);
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
}
