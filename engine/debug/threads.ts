/**
 * Processors as threads: `p1.2` is thread 2 of process 1, processor 1 here; without the `p` where the debugger does not know of
 * processes. −1: all threads, 0: any.
 *
 * Source: Debugging with GDB, E.2 "Packets", thread-id syntax.
 */
import { hex } from "./packets.ts";

const PROCESS = 1n;

export class Threads {
  readonly #count: number;
  #theirs: ReadonlySet<string> = new Set();
  /** The processor that packets on registers and memory are of, and the one that steps. */
  general = 0;
  control = 0;

  constructor(count: number) {
    this.#count = count;
  }

  reset(): void {
    this.#theirs = new Set();
    this.choose(0);
  }

  /** What the debugger says it can do: `multiprocess+;swbreak+`. */
  learn(features: string): void {
    this.#theirs = new Set(features.split(";").flatMap((each) => (each.endsWith("+") ? [each.slice(0, -1)] : [])));
  }

  knows(feature: string): boolean {
    return this.#theirs.has(feature);
  }

  /** Both are this processor now. */
  choose(processor: number): void {
    this.general = processor;
    this.control = processor;
  }

  /** `gp1.2`, `c-1`; false where there is no such thread. */
  select(text: string): boolean {
    const processor = this.of(text.slice(1), text[0] === "c" ? this.control : this.general);
    if (processor === undefined || !/^[gc]/.test(text)) return false;
    if (text[0] === "g") this.general = processor;
    else this.control = processor;
    return true;
  }

  /** The processor of a thread; `any` where it is none in particular; undefined where there is none of that number. */
  of(text: string, any = 0): number | undefined {
    const [, process, thread = ""] = /^(?:p(-?[0-9a-f]+)\.)?(-?[0-9a-f]+)$/i.exec(text) ?? [];
    if (process !== undefined && process !== "-1" && numberOf(process) !== PROCESS && numberOf(process) !== 0n)
      return undefined;
    if (thread === "-1") return any;
    const number = numberOf(thread);
    if (number === undefined || number > this.#count) return undefined;
    return number === 0n ? any : Number(number) - 1;
  }

  name(processor: number): string {
    const thread = hex(processor + 1, 2);
    return this.knows("multiprocess") ? `p${hex(PROCESS, 2)}.${thread}` : thread;
  }
}

/** A number of hex digits, 64 bits at most; undefined where it is none. */
export function numberOf(text: string): bigint | undefined {
  return /^(0x)?[0-9a-f]{1,16}$/i.test(text) ? BigInt(`0x${text.replace(/^0x/i, "")}`) : undefined;
}
