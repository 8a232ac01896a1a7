/**
 * Random bytes as code, in every mode and on every kind of memory: whatever they do, `run` returns, has used its ticks or
 * says why not; and a run in one piece and one cut into slices end in the same state. RING_FULL=1 runs the long version; RING_ROUNDS sets the programs a mode, RING_SEED the seed.
 */
import { describe, expect, it } from "vitest";
import { fuzzProcessor, fuzzRam, prepareStart, STARTS, type Start } from "./fuzzstart.ts";

const ROUNDS = Number(process.env.RING_ROUNDS ?? (process.env.RING_FULL ? 4000 : 12));
const TICKS = 3000;
const SEED = Number(process.env.RING_SEED ?? 7);

let instructions = 0;

const text = (bytes: Uint8Array) => new TextDecoder("latin1").decode(bytes.slice());

/** Runs to the end of the ticks, a halt or shutdown, in slices of `slice` ticks; gives the state's bytes as text. */
function runInSlices(slice: number): string {
  let left = TICKS;
  for (let calls = 0; left > 0 && calls < 3 * TICKS; calls++) {
    const stop = fuzzProcessor.run(Math.min(slice, left));
    left -= fuzzProcessor.executed;
    instructions += fuzzProcessor.executed;
    if (stop === "halted" || stop === "shutdown") break;
    if (fuzzProcessor.executed === 0 && stop !== "attention") throw new Error(`no progress, stopped by ${stop}`);
  }
  return text(fuzzProcessor.state) + text(fuzzRam);
}

/** Where two states differ first, as an offset in the processor's state or behind it in RAM. */
function firstDifference(a: string, b: string): string {
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  const stateBytes = fuzzProcessor.state.length;
  return i < stateBytes ? `state byte ${i}` : `RAM byte 0x${(i - stateBytes).toString(16)}`;
}

function runBoth(start: Start, seed: number): void {
  const slice = 1 + (seed % 97);
  const ways = [
    ["in one piece", TICKS],
    [`in slices of ${slice}`, slice],
  ] as const;
  let first: string | undefined;
  for (const [name, ticks] of ways) {
    prepareStart(start, seed);
    let state: string;
    try {
      state = runInSlices(ticks);
    } catch (e) {
      throw new Error(`${start}, seed ${seed}, ${name}: ${(e as Error).stack}`);
    }
    first ??= state;
    if (state !== first) expect.fail(`${start}, seed ${seed}: ${name} differs at ${firstDifference(first, state)}`);
  }
}

describe(`${ROUNDS} random programs a mode neither throw nor hang, and do not depend on how they are run (seed ${SEED})`, () => {
  for (const [n, start] of STARTS.entries()) {
    it(start, { timeout: 3_600_000 }, () => {
      instructions = 0;
      for (let i = 0; i < ROUNDS; i++) runBoth(start, SEED * 1_000_003 + n * 100_003 + i);
      console.log(`${start}: ${instructions} instructions`);
    });
  }
});
