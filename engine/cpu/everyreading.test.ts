/**
 * Both readings of every row: random blocks of instructions from the whole table, in every mode and with paging, run by
 * the interpreter's handlers, one by one and put together to sequences, and by their straight-line translation, to a fault
 * or the end of a budget that is random, too; registers, flags, TLBs, memory and the end must be equal. RING_ROUNDS sets the blocks a mode, RING_SEED the seed.
 */
import { describe, expect, it } from "vitest";
import { decode } from "../isa/decode.ts";
import { disassemble } from "../isa/disassemble.ts";
import { ENCODINGS, randomBytes, randomFrom } from "../isa/samples.ts";
import {
  CODE_BYTES,
  codeBitsOf,
  fuzzProcessor,
  fuzzRam,
  listen,
  prepareStart,
  STARTS,
  type Start,
} from "./fuzzstart.ts";

const ROUNDS = Number(process.env.RING_ROUNDS ?? (process.env.RING_FULL ? 20_000 : 50));
const SEED = Number(process.env.RING_SEED ?? 11);

/** Behind the code, so that no block writes to itself. */
const DATA = 0x10000;
const HLT = 0xf4;

interface Block {
  readonly bytes: number[];
  readonly text: string[];
}

/** One to six instructions that are one after another; any encoding of the table. */
function makeBlock(codeBits: 16 | 32 | 64, protectedMode: boolean, random: (n: number) => number): Block {
  const bytes: number[] = [];
  const text: string[] = [];
  const count = 1 + random(6);
  for (let tries = 0; text.length < count && tries < 200; tries++) {
    const encoding = ENCODINGS[random(ENCODINGS.length)] as (typeof ENCODINGS)[number];
    const candidate = randomBytes(encoding, codeBits, random);
    const mode = { codeBits, protectedMode, features: fuzzProcessor.model.features };
    const d = decode((i) => candidate[i] ?? -1, 0n, mode);
    if ("fault" in d) continue;
    bytes.push(...candidate.subarray(0, d.length));
    text.push(disassemble(d, "att"));
  }
  return { bytes: [...bytes, HLT], text };
}

type Way = "one by one" | "sequences" | "translated";

interface End {
  readonly stop: string;
  readonly executed: number;
  readonly state: Uint8Array;
  readonly ram: Uint8Array;
}

function run(start: Start, seed: number, block: Block, ticks: number, way: Way): End {
  listen(() => {});
  prepareStart(start, seed, DATA);
  const p = fuzzProcessor;
  for (let i = DATA; i < DATA + CODE_BYTES; i++) fuzzRam[i] = (i * 0x6d) >> 2;
  const where = Number(p.rip) & 0x3fff;
  // The base of CS is one of the first 16 KiB.
  fuzzRam.set(block.bytes, p.segments.base(1) + where);
  p.rip = BigInt(where);
  p.translating = way === "translated";
  p.eager = way === "sequences";
  let exception = "";
  listen((e) => {
    if (e.kind !== "exception" || exception) return;
    exception = e.name;
    p.attention();
  });
  const stop = p.run(ticks);
  p.translating = false;
  p.eager = false;
  return { stop: exception || stop, executed: p.executed, state: p.state.slice(), ram: fuzzRam.slice() };
}

function differences(a: End, b: End, way: Way): string[] {
  const found: string[] = [];
  if (a.stop !== b.stop) found.push(`end: ${a.stop}, ${way} ${b.stop}`);
  if (a.executed !== b.executed) found.push(`ticks: ${a.executed}, ${way} ${b.executed}`);
  for (const [name, one, other] of [
    ["state", a.state, b.state],
    ["RAM", a.ram, b.ram],
  ] as const) {
    const at = Buffer.compare(one, other) === 0 ? -1 : one.findIndex((byte, i) => byte !== other[i]);
    if (at >= 0) found.push(`${name} at 0x${at.toString(16)}: ${one[at]}, ${way} ${other[at]}`);
  }
  return found;
}

describe(`${ROUNDS} random blocks a mode end in one state however they are read (seed ${SEED})`, () => {
  for (const [n, start] of STARTS.entries()) {
    it(start, { timeout: 1_800_000 }, () => {
      const ends = new Set<string>();
      for (let i = 0; i < ROUNDS; i++) {
        const seed = SEED * 1_000_003 + n * 100_003 + i;
        const random = randomFrom(seed ^ 0x5bd1e995);
        const block = makeBlock(codeBitsOf(start), start !== "real" && start !== "virtual-8086", random);
        const ticks = random(4) ? block.text.length + 1 : 1 + random(block.text.length);
        const interpreted = run(start, seed, block, ticks, "one by one");
        const found = (["sequences", "translated"] as const).flatMap((way) =>
          differences(interpreted, run(start, seed, block, ticks, way), way),
        );
        ends.add(interpreted.stop);
        if (found.length > 0)
          expect.fail(`${start}, seed ${seed}, ${ticks} ticks:\n${[...block.text, ...found].join("\n")}`);
      }
      // Completions, and faults in their midst.
      expect(ends.size).toBeGreaterThan(2);
    });
  }
});
