/**
 * Random bytes as code, in real and protected mode: whatever they do, `run` returns, has used its ticks or says why not,
 * and two ways of cutting the run into slices end in the same state. RING_FULL=1 runs the long version.
 */
import { expect, it } from "vitest";
import { PhysicalMap } from "./physical.ts";
import { Processor } from "./processor.ts";
import { CS, DS, ES, FS, GS, SS } from "./segments.ts";

const ROUNDS = process.env.RING_FULL ? 20_000 : 150;
const TICKS = 3000;
const SEED = Number(process.env.RING_SEED ?? 7);

function generator(seed: number): () => number {
  let s = seed | 0 || 1;
  return () => {
    s ^= s << 13;
    s ^= s >>> 17;
    s ^= s << 5;
    return s >>> 0;
  };
}

const map = new PhysicalMap(1 << 20, 1);
const processor = new Processor(map, {
  portRead: (port) => (port * 37) & 0xff,
  portWrite() {},
  acknowledgeInterrupt: () => 0x20,
  now: () => 1234,
  event() {},
});

/** A start that depends on the seed alone: a quarter protected and flat, a quarter protected and segmented, half real. */
function prepare(seed: number): void {
  const random = generator(seed);
  const p = processor;
  for (let i = 0; i < 0x8000; i += 4) map.view.setUint32(map.ramAt + i, random(), true);
  map.ram.fill(0, 0x8000, 0xa0000);
  p.reset();
  const kind = random() % 4;
  const isProtected = kind < 2;
  if (isProtected) p.setControl(0, 0x11);
  const wide = random() % 2 ? 0x4000 : 0;
  const limit = kind === 0 ? 0xffffffff : 0xffff;
  const base = () => (kind === 0 ? 0 : (random() % 0x800) * 16);
  p.segments.set(CS, { selector: 8, base: base(), limit, attributes: isProtected ? 0x9b | wide : 0x93 });
  for (const n of [DS, ES, SS, FS, GS])
    p.segments.set(n, { selector: 16, base: base(), limit, attributes: isProtected ? 0x93 | wide : 0x93 });
  for (let n = 0; n < 8; n++) p.setRegister(n, random() % 3 ? random() & 0x7fff : random());
  p.flags = random() & 0x3fd7fd5;
  p.ip = random() & 0x3fff;
  p.setInterrupt(random() % 2 === 0);
  p.restored();
}

/** Runs to the end of the ticks, a halt or shutdown, in slices of `slice` ticks; gives the state's bytes as text. */
function runInSlices(slice: number): string {
  let left = TICKS;
  for (let calls = 0; left > 0 && calls < 3 * TICKS; calls++) {
    const stop = processor.run(Math.min(slice, left));
    left -= processor.executed;
    if (stop === "halted" || stop === "shutdown") break;
    expect(processor.executed > 0 || stop === "attention", `progress, stopped by ${stop}`).toBe(true);
  }
  const text = (bytes: Uint8Array) => new TextDecoder("latin1").decode(bytes.slice());
  return text(processor.state) + text(map.ram.subarray(0, 0x20000));
}

it(`${ROUNDS} random programs neither throw nor hang, and do not depend on how the run is cut (seed ${SEED})`, () => {
  for (let i = 0; i < ROUNDS; i++) {
    const seed = SEED * 1_000_003 + i;
    const results = [TICKS, 1 + (seed % 97)].map((slice) => {
      prepare(seed);
      try {
        return runInSlices(slice);
      } catch (e) {
        throw new Error(`round ${i}, seed ${seed}, slices of ${slice}: ${(e as Error).stack}`);
      }
    });
    if (results[0] !== results[1]) expect.fail(`round ${i}, seed ${seed}: one run and slices differ`);
  }
}, 600_000);
