/**
 * A machine's past: checkpoints of its whole state, and everything that came from outside, each with its tick. Any tick
 * since the first checkpoint is reached by restoring the checkpoint before it and running again with the same inputs.
 *
 * Memory is bounded: where checkpoints cost too much, those go that leave the smallest gap for their age, so that the
 * near past stays dense and the far past sparse. The first one always stays.
 */
import type { AccessSize, Tick } from "../chipset/bus.ts";
import { EngineError } from "../wasm/error.ts";
import { type Checkpoint, costBytes } from "./checkpoint.ts";

/** Something from outside that the guest can notice. It takes effect at its tick, before the next instruction. */
export type Input = { readonly tick: Tick } & (
  | { readonly kind: "key"; readonly code: string; readonly down: boolean }
  | { readonly kind: "type"; readonly text: string }
  | {
      readonly kind: "mouse";
      readonly right: number;
      readonly up: number;
      readonly back: number;
      readonly buttons: number;
    }
  | { readonly kind: "serial"; readonly port: number; readonly bytes: Uint8Array }
  | { readonly kind: "frame"; readonly card: number; readonly bytes: Uint8Array }
  | { readonly kind: "console"; readonly card: number; readonly port: number; readonly bytes: Uint8Array }
  | { readonly kind: "memory"; readonly hpa: number; readonly bytes: Uint8Array }
  | { readonly kind: "port"; readonly port: number; readonly size: AccessSize; readonly value?: number }
  | { readonly kind: "register"; readonly name: string; readonly value: bigint; readonly processor: number }
  | { readonly kind: "reset" }
);

export interface HistoryLimits {
  /** Instructions between checkpoints. */
  readonly interval: number;
  /** Bytes that all checkpoints together may hold. */
  readonly bytes: number;
  readonly count: number;
}

/** Inputs kept at most; then the oldest go, with the checkpoints before them. */
const MAX_INPUTS = 100_000;

/** A checkpoint, what it costs beside the one before, and how many of all inputs ever the machine had had then. */
interface Moment {
  readonly point: Checkpoint;
  cost: number;
  readonly inputs: number;
}

/** Checkpoints and inputs of one machine. */
export class History {
  readonly limits: HistoryLimits;
  #moments: Moment[] = [];
  #inputs: Input[] = [];
  /** Inputs forgotten before #inputs[0]. */
  #forgotten = 0;
  /** Index of the first input that the machine has not had yet; all of them, unless it went back. */
  #next = 0;

  constructor(limits: HistoryLimits) {
    this.limits = limits;
  }

  /** Forgets everything and begins with `first`. */
  begin(first: Checkpoint): void {
    this.#moments = [];
    this.#inputs = [];
    this.#forgotten = 0;
    this.#next = 0;
    this.add(first);
  }

  get oldest(): Checkpoint | undefined {
    return this.#moments[0]?.point;
  }

  get newest(): Checkpoint | undefined {
    return this.#moments.at(-1)?.point;
  }

  /** The last one with at most so many ticks and instructions. */
  before(tick: Tick, instructions = Number.POSITIVE_INFINITY): Checkpoint | undefined {
    return this.#moments.findLast(({ point }) => point.tick <= tick && point.instructions <= instructions)?.point;
  }

  /** Whether a machine with so many instructions behind it should be captured. */
  isDue(instructions: number): boolean {
    const newest = this.newest;
    return newest !== undefined && instructions - newest.instructions >= this.limits.interval;
  }

  /** Keeps the present moment; also one between known ones, where the machine came back to. */
  add(point: Checkpoint): void {
    const inputs = this.#forgotten + this.#next;
    const after = this.#moments.findIndex((moment) => moment.point.tick > point.tick);
    const at = after < 0 ? this.#moments.length : after;
    this.#moments.splice(at, 0, { point, cost: costBytes(point, this.#moments[at - 1]?.point), inputs });
    const over = () => this.#moments.length > this.limits.count || this.heldBytes > this.limits.bytes;
    while (this.#moments.length > 2 && over()) this.#thin();
  }

  get count(): number {
    return this.#moments.length;
  }

  /** Bytes held by all checkpoints together. */
  get heldBytes(): number {
    return this.#moments.reduce((sum, moment) => sum + moment.cost, 0);
  }

  /** An input now. It ends whatever future was known: the machine is on a new way. */
  record(input: Input): void {
    this.#inputs.length = this.#next;
    const known = this.#forgotten + this.#next;
    this.#moments = this.#moments.filter((m) => m.point.tick <= input.tick && m.inputs <= known);
    this.#inputs.push(input);
    this.#next++;
    if (this.#inputs.length > MAX_INPUTS) this.#forgetOldest();
  }

  /** The input that comes next when known ticks are run again. */
  get upcoming(): Input | undefined {
    return this.#inputs[this.#next];
  }

  /** The machine has had `upcoming`. */
  take(): void {
    this.#next++;
  }

  /** The machine was restored to `point`: the inputs after it are ahead again. */
  rewind(point: Checkpoint): void {
    const moment = this.#moments.find((m) => m.point === point);
    if (moment === undefined) throw new EngineError("restored to a moment outside the history", { tick: point.tick });
    this.#next = moment.inputs - this.#forgotten;
  }

  #thin(): void {
    const moments = this.#moments;
    const now = moments[moments.length - 1].point.instructions;
    let victim = 1;
    let least = Number.POSITIVE_INFINITY;
    for (let i = 1; i < moments.length - 1; i++) {
      const before = moments[i - 1].point.instructions;
      const relative = (moments[i + 1].point.instructions - before) / (now - before + 1);
      if (relative < least) {
        least = relative;
        victim = i;
      }
    }
    moments.splice(victim, 1);
    // What the next one shared with the victim is now its own.
    moments[victim].cost = costBytes(moments[victim].point, moments[victim - 1].point);
  }

  #forgetOldest(): void {
    const keep = this.#moments.findIndex((moment) => moment.inputs - this.#forgotten >= MAX_INPUTS / 2);
    const from = keep < 0 ? this.#moments.length - 1 : keep;
    const gone = this.#moments[from].inputs - this.#forgotten;
    this.#moments.splice(0, from);
    this.#moments[0].cost = costBytes(this.#moments[0].point, undefined);
    this.#inputs.splice(0, gone);
    this.#forgotten += gone;
    this.#next -= gone;
  }
}
