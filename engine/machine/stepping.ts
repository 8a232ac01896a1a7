/**
 * Steps larger than an instruction: over a call, an interrupt or a repeated instruction, and out of a function.
 */
import type { StopReason } from "./api.ts";
import { nextInstruction } from "./disassembly.ts";
import type { Job } from "./job.ts";
import type { Machine } from "./machine.ts";
import { Run } from "./run.ts";

const CALLS = new Set(["CALL", "CALLF", "INT", "INT3", "INTO", "LOOP", "LOOPE", "LOOPNE"]);
const RETURNS = new Set(["RET", "RETF", "IRET", "IRETD", "IRETQ"]);
/** Linear addresses wrap here. */
const LINEAR_END = 2 ** 32;

function stackPointer(machine: Machine): bigint {
  const esp = machine.guest.pc.cpu.readRegister("ESP");
  return machine.status().mode === "real" ? esp & 0xffffn : esp;
}

/** Where the step over the next instruction ends; undefined where it is a single step. */
function addressBehind(machine: Machine): number | undefined {
  const decoded = nextInstruction(machine);
  if (decoded === undefined) return undefined;
  const calls = CALLS.has(decoded.row.name) || decoded.repeat !== 0;
  return calls ? (machine.status().address + decoded.length) % LINEAR_END : undefined;
}

/** Runs to behind the next instruction where that calls or repeats; else, executes it. */
export function stepOver(machine: Machine): Job {
  const address = addressBehind(machine);
  if (address === undefined) return new Single(machine);
  const stack = stackPointer(machine);
  const { processor } = machine.status();
  // Deeper calls of the same function pass the address, too, with less stack; and so may other processors.
  const accepts = () => machine.status().processor === processor && stackPointer(machine) >= stack;
  return new Run(machine, { address }, { accepts, ends: { kind: "step" } });
}

class Single implements Job {
  readonly #machine: Machine;
  constructor(machine: Machine) {
    this.#machine = machine;
  }
  slice(): StopReason {
    return this.#machine.step().reason;
  }
}

/** Instructions looked at in one slice. */
const SLICE = 2000;

/** Steps over everything until a return has been executed with at least as much stack given back as there was. */
export class StepOut implements Job {
  readonly #machine: Machine;
  readonly #stack: bigint;
  #inner: Job | undefined;

  constructor(machine: Machine) {
    this.#machine = machine;
    this.#stack = stackPointer(machine);
  }

  slice(ticks: number, idleEnd?: number): StopReason | "idle" | undefined {
    const machine = this.#machine;
    for (let i = 0; i < SLICE; i++) {
      const decoded = nextInstruction(machine);
      const returns = decoded !== undefined && RETURNS.has(decoded.row.name) && stackPointer(machine) >= this.#stack;
      const here = machine.status().address;
      if (this.#inner === undefined && i > 0 && machine.breakpoints.has(here)) {
        return this.#over({ kind: "breakpoint", address: here });
      }
      this.#inner ??= stepOver(machine);
      const stop = this.#inner.slice(ticks, idleEnd);
      machine.undertake(this);
      if (stop === undefined || stop === "idle") return stop;
      this.#inner = undefined;
      if (stop.kind !== "step") return this.#over(stop);
      if (returns) return this.#over({ kind: "step" });
    }
    return undefined;
  }

  #over(reason: StopReason): StopReason {
    this.#machine.finish(reason);
    return reason;
  }
}
