/**
 * The processors of one machine, and whose turn it is. They take turns on one thread: a turn ends after so many ticks, with
 * HLT or with PAUSE, and always between two instructions, so that every access is whole. While all others sleep, it goes on
 * until one is woken, because it costs time to end one: its last instructions, fewer than their block has, run alone. Only a
 * sleeper that waits for a store (MWAIT) has turns end as if it were awake. All share one count of ticks.
 *
 * Without a seed turns have one length, and go round by number. With one, each round has its own order and each turn its
 * own length (1 to twice the configured one, less 1), drawn from the seed: other interleavings of the same program.
 * Whose turn it is follows from the state at each boundary, however a run is cut into slices.
 */
import type { Device, Tick } from "../chipset/bus.ts";
import { EngineError } from "../wasm/error.ts";
import type { Cpu } from "./cpu.ts";

/** How turns are given; part of a machine's configuration. */
export interface TurnOptions {
  /** Ticks of a turn. */
  readonly ticks: number;
  /** 0: round by number, all turns of one length. */
  readonly seed: number;
}

export class Processors implements Device {
  readonly name = "turns";
  readonly state = {
    /** Whose turn it is, and the tick at which it is over. */
    current: 0,
    end: 0,
    /** This round's order, and the place in it. */
    order: [0],
    place: 0,
    random: 0,
  };
  readonly all: readonly Cpu[];
  readonly #options: TurnOptions;

  constructor(all: readonly Cpu[], options: TurnOptions) {
    if (all.length === 0) throw new EngineError("a machine without processors");
    this.all = all;
    this.#options = options;
    this.reset();
  }

  /** The processor whose turn it is. */
  get current(): Cpu {
    return this.all[this.state.current] as Cpu;
  }

  /** Turns begin anew with the processor that boots. */
  reset(): void {
    const { state } = this;
    state.current = 0;
    state.end = 0;
    state.place = 0;
    state.order.length = this.all.length;
    for (let n = 0; n < this.all.length; n++) state.order[n] = n;
    // 0 would stay 0 for ever; the multiplier parts neighbouring seeds.
    state.random = Math.imul(this.#options.seed, 0x9e3779b1) >>> 0 || 0x9e3779b1;
  }

  /** The tick at which the present turn ends at the latest. */
  get end(): Tick {
    return this.#isAlone ? Number.POSITIVE_INFINITY : this.state.end;
  }

  /** The others sleep until one of their inputs, which asks for attention, wakes one. */
  get #isAlone(): boolean {
    const { current } = this;
    return this.all.every((cpu) => cpu === current || !(isAwake(cpu) || cpu.waitsForStore));
  }

  /** Whether anybody can run. */
  get awake(): boolean {
    return this.all.some(isAwake);
  }

  /** Makes `current` the processor that runs next; false where all sleep. */
  settle(now: Tick): boolean {
    const { state } = this;
    if (this.all.length === 1) return isAwake(this.current);
    if ((now < state.end || this.#isAlone) && isAwake(this.current)) return true;
    if (!this.awake) return false;
    do this.#next(now);
    while (!isAwake(this.current));
    return true;
  }

  /** A snapshot may hold anything: what cannot be an order of these processors becomes the first one. */
  restored(): void {
    const { order, current, place } = this.state;
    const numbers = new Set(this.all.keys());
    const isOrder = order.length === numbers.size && order.every((n) => numbers.delete(n));
    if (!isOrder || order[place] === undefined || this.all[current] === undefined) this.reset();
  }

  #next(now: Tick): void {
    const { state } = this;
    state.place++;
    if (state.place >= this.all.length) {
      state.place = 0;
      if (this.#options.seed !== 0) this.#shuffle();
    }
    state.current = state.order[state.place] as number;
    const { ticks, seed } = this.#options;
    state.end = now + (seed === 0 ? ticks : 1 + (this.#draw() % (2 * ticks - 1)));
  }

  #shuffle(): void {
    const { order } = this.state;
    for (let i = order.length - 1; i > 0; i--) {
      const j = this.#draw() % (i + 1);
      [order[i], order[j]] = [order[j] as number, order[i] as number];
    }
  }

  /** Marsaglia's xorshift with 32 bits of state. */
  #draw(): number {
    let x = this.state.random;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state.random = x >>> 0;
    return this.state.random;
  }

  /** The present turn is over with the instruction in progress; false where nobody else is awake to have one. */
  pause(now: Tick): boolean {
    const { current } = this;
    if (!this.all.some((cpu) => cpu !== current && isAwake(cpu))) return false;
    this.state.end = now;
    return true;
  }
}

function isAwake(cpu: Cpu): boolean {
  return !cpu.halted || cpu.canWake;
}
