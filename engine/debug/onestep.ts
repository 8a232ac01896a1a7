/** One instruction of one processor; the others have their turns meanwhile, and may meet what stops them. */
import type { StopReason, Until } from "../machine/api.ts";
import type { Job } from "../machine/job.ts";
import type { Machine } from "../machine/machine.ts";
import type { Run } from "../machine/run.ts";

export class OneStep implements Job {
  readonly #run: Run;
  #isDone = false;

  /** `until`: what ends it before. A processor that sleeps is waited for. */
  constructor(machine: Machine, until: Until, processor: number) {
    const cpu = machine.guest.pc.processors.all[processor] ?? machine.guest.pc.cpu;
    const before = cpu.retired;
    const predicate = () => {
      this.#isDone = cpu.retired !== before;
      return this.#isDone;
    };
    this.#run = machine.begin(until, { predicate, every: "instruction" });
  }

  slice(ticks: number, idleEnd?: number): StopReason | "idle" | undefined {
    const stop = this.#run.slice(ticks, idleEnd);
    return this.#isDone ? { kind: "step" } : stop;
  }
}
