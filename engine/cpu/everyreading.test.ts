/**
 * Both readings of every row: random blocks of instructions from the whole table, in every mode and with paging, run by
 * the interpreter's handlers, one by one and put together to sequences, and by their straight-line translation, to a fault
 * or the end of a budget that is random, too; registers, flags, TLBs, memory and the end must be equal. Then blocks whose
 * registers point into their own bytes, so that they store over what they are about to run: against one instruction at a
 * time. RING_ROUNDS sets the blocks a mode, RING_SEED the seed.
 */
import { describe, expect, it } from "vitest";
import { decode } from "../isa/decode.ts";
import type { Decoded } from "../isa/decoded.ts";
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
import { CS, DS, SS } from "./segments.ts";

const ROUNDS = Number(process.env.RING_ROUNDS ?? (process.env.RING_FULL ? 20_000 : 50));
/** Of blocks that store into themselves. */
const OWN_ROUNDS = 25 + Math.ceil(ROUNDS / 20);
const SEED = Number(process.env.RING_SEED ?? 11);

/** Behind the code, so that no block writes to itself unless it is meant to. */
const DATA = 0x10000;
const HLT = 0xf4;

interface Block {
  readonly bytes: number[];
  readonly text: string[];
  /** Registers point into it. */
  readonly storesIntoItself: boolean;
}

/** Its first operand, most often what it stores to, is where a register points. */
function isAimed({ operands: [o] }: Decoded): boolean {
  return o?.kind === "memory" && o.base >= 0 && o.index < 0 && o.displacement === 0n;
}

/** One to six instructions that are one after another; any encoding of the table. */
function makeBlock(start: Start, storesIntoItself: boolean, random: (n: number) => number): Block {
  const bytes: number[] = [];
  const text: string[] = [];
  const codeBits = codeBitsOf(start);
  const protectedMode = start !== "real" && start !== "virtual-8086";
  const mode = { codeBits, protectedMode, features: fuzzProcessor.model.features };
  const count = 1 + random(6);
  for (let tries = 0; text.length < count && tries < 2000; tries++) {
    const encoding = ENCODINGS[random(ENCODINGS.length)] as (typeof ENCODINGS)[number];
    const candidate = randomBytes(encoding, codeBits, random);
    const d = decode((i) => candidate[i] ?? -1, 0n, mode);
    if ("fault" in d) continue;
    if (storesIntoItself && !isAimed(d) && random(24)) continue;
    bytes.push(...candidate.subarray(0, d.length));
    text.push(disassemble(d, "att"));
  }
  return { bytes: [...bytes, HLT], text, storesIntoItself };
}

/** Makes most registers, as offsets in DS or the stack's segment, point to a few bytes of the block at linear address `from`. */
function aimAt(from: number, length: number, codeBits: number, random: (n: number) => number): void {
  const p = fuzzProcessor;
  for (let n = 0; n < 16; n++) {
    if (random(8) === 0) continue;
    const offset = from + random(length) - p.segments.base(n === 4 || n === 5 ? SS : DS);
    p.setRegister64(n, BigInt(codeBits === 16 ? offset & 0xffff : offset >>> 0));
  }
}

type Way = "carefully" | "one by one" | "sequences" | "translated";

interface End {
  readonly stop: string;
  readonly executed: number;
  readonly state: Uint8Array;
  readonly ram: Uint8Array;
  /** The block's own bytes are others now. */
  readonly isOther: boolean;
}

function run(start: Start, seed: number, block: Block, ticks: number, way: Way): End {
  listen(() => {});
  prepareStart(start, seed, DATA);
  const p = fuzzProcessor;
  for (let i = DATA; i < DATA + CODE_BYTES; i++) fuzzRam[i] = (i * 0x6d) >> 2;
  const where = Number(p.rip) & 0x3fff;
  // The base of CS is one of the first 16 KiB.
  const from = p.segments.base(CS) + where;
  fuzzRam.set(block.bytes, from);
  p.rip = BigInt(where);
  if (block.storesIntoItself) aimAt(from, block.bytes.length, codeBitsOf(start), randomFrom(seed));
  p.careful = way === "carefully";
  p.translating = way === "translated";
  p.eager = way === "sequences";
  let exception = "";
  listen((e) => {
    if (e.kind !== "exception" || exception) return;
    exception = e.name;
    p.attention();
  });
  const stop = p.run(ticks);
  p.careful = false;
  p.translating = false;
  p.eager = false;
  const isOther = block.bytes.some((byte, i) => fuzzRam[from + i] !== byte);
  return { stop: exception || stop, executed: p.executed, state: p.state.slice(), ram: fuzzRam.slice(), isOther };
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

/** Runs a block in the first way and all others; the first's end. */
function compare(
  start: Start,
  seed: number,
  block: Block,
  ticks: number,
  [first, ...others]: readonly [Way, ...Way[]],
): End {
  const expected = run(start, seed, block, ticks, first);
  const found = others.flatMap((way) => differences(expected, run(start, seed, block, ticks, way), way));
  if (found.length > 0) expect.fail(`${start}, seed ${seed}, ${ticks} ticks:\n${[...block.text, ...found].join("\n")}`);
  return expected;
}

describe(`${ROUNDS} random blocks a mode end in one state however they are read (seed ${SEED})`, () => {
  for (const [n, start] of STARTS.entries()) {
    it(start, { timeout: 1_800_000 }, () => {
      const ends = new Set<string>();
      for (let i = 0; i < ROUNDS; i++) {
        const seed = SEED * 1_000_003 + n * 100_003 + i;
        const random = randomFrom(seed ^ 0x5bd1e995);
        const block = makeBlock(start, false, random);
        const ticks = random(4) ? block.text.length + 1 : 1 + random(block.text.length);
        ends.add(compare(start, seed, block, ticks, ["one by one", "sequences", "translated"]).stop);
      }
      // Completions, and faults in their midst.
      expect(ends.size).toBeGreaterThan(2);
    });
  }
});

describe(`${OWN_ROUNDS} random blocks a mode that store into themselves are read as they are at each instruction`, () => {
  for (const [n, start] of STARTS.entries()) {
    it(start, { timeout: 1_800_000 }, () => {
      let changed = 0;
      for (let i = 0; i < OWN_ROUNDS; i++) {
        const seed = SEED * 2_000_003 + n * 100_003 + i;
        const random = randomFrom(seed ^ 0x5bd1e995);
        const block = makeBlock(start, true, random);
        const ticks = 1 + random(block.text.length + 4);
        if (compare(start, seed, block, ticks, ["carefully", "one by one", "sequences", "translated"]).isOther)
          changed++;
      }
      expect(changed).toBeGreaterThan(0);
    });
  }
});
