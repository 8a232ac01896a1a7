// Several processors: a run is a function of configuration and seed, however it is cut, gone back over, or restored.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { openBench } from "../../../engine/index.ts";
import { assemble } from "../../../engine/toolchain/assembler.ts";

const bench = await openBench();
const READY = /[0-9a-f]{8}$/;

function image(file: string): Uint8Array {
  const source = readFileSync(new URL(file, import.meta.url), "utf8");
  const { bytes, diagnostics } = assemble(source, { file, codeBits: 32 });
  const [wrong] = diagnostics.filter((d) => d.severity === "error");
  if (wrong) throw new Error(`${wrong.file}:${wrong.line}: ${wrong.message}`);
  return bytes;
}

const race = image("race.S");
const several = image("../processor/guests/several.S");

function powerOn(kernel: Uint8Array, processors: number, turns: { ticks?: number; seed?: number } = {}) {
  const debugExit = { iobase: 0xf4, iosize: 1 };
  return bench.powerOn({ memoryMiB: 4, kernel: { image: kernel }, processors, turns, debugExit });
}

/** The counter at the end of the race. */
function lost(processors: number, turns: { ticks?: number; seed?: number }): number {
  const machine = powerOn(race, processors, turns);
  expect(machine.run({ ticks: 200_000_000 }).state).toBe("exited");
  const [digits] = READY.exec(machine.guest.debug.text()) ?? [];
  return Number.parseInt(digits ?? "", 16);
}

test("a race without LOCK: seeds lose different numbers of 6,000, each seed always the same", {
  timeout: 120_000,
}, () => {
  const seeds = [1, 2, 3, 4, 5, 6];
  const once = seeds.map((seed) => lost(2, { ticks: 40, seed }));
  expect(seeds.map((seed) => lost(2, { ticks: 40, seed }))).toEqual(once);
  expect(new Set(once).size).toBeGreaterThan(3);
  for (const counted of once) {
    expect(counted).toBeLessThan(6000);
    expect(counted).toBeGreaterThanOrEqual(3000);
  }
  // Turns longer than the work lose nothing but what a turn's end cuts in two.
  expect(lost(1, {})).toBe(3000);
  expect(lost(4, { ticks: 100_000 })).toBeGreaterThan(11_990);
});

test("random slices, and a snapshot restored on the way, end in the same hash; 4 processors, seed 9", {
  timeout: 120_000,
}, () => {
  const whole = powerOn(several, 4, { seed: 9 });
  whole.run({ ticks: 1_000_000_000 });
  expect(whole.status().state).toBe("exited");
  const cut = powerOn(several, 4, { seed: 9 });
  let random = 77;
  let restored = powerOn(several, 4, { seed: 9 });
  for (let i = 0; cut.status().state !== "exited"; i++) {
    random = (Math.imul(random, 1_103_515_245) + 12_345) & 0x7fffffff;
    cut.run({ ticks: 1 + ((random >> 8) % (random & 16 ? 300 : 30_000)) });
    if (i === 40) {
      expect(restored.restore(cut.snapshot())).toBeUndefined();
      expect(restored.hash()).toBe(cut.hash());
    }
  }
  restored.run({ ticks: 1_000_000_000 });
  expect([cut.tick, cut.hash()]).toEqual([whole.tick, whole.hash()]);
  expect([restored.tick, restored.hash()]).toEqual([whole.tick, whole.hash()]);
  restored = powerOn(several, 2, { seed: 9 });
  expect(restored.restore(cut.snapshot())?.message).toContain("processors: expected 2");
});

test("stepping 300 instructions back and forth among 4 processors passes the same hashes", { timeout: 120_000 }, () => {
  const machine = powerOn(race, 4, { ticks: 7, seed: 3 });
  machine.run({ address: 0x11000, ticks: 10_000_000 });
  machine.run({ ticks: 100 });
  const hashes = [machine.hash()];
  const turns = new Set<number | undefined>();
  for (let i = 0; i < 30; i++) {
    turns.add(machine.status().processor);
    machine.step(10);
    hashes.push(machine.hash());
  }
  expect(turns.size).toBeGreaterThan(2);
  for (let i = 29; i >= 0; i--) {
    machine.stepBack(10);
    expect(machine.hash(), `${i}`).toBe(hashes[i]);
  }
});

test("a breakpoint in code of the others stops there, once for each, and names the processor", () => {
  const machine = powerOn(race, 3);
  const OTHERS = 0x11000;
  machine.breakpoints.add(OTHERS);
  const seen: (number | undefined)[] = [];
  for (let i = 0; i < 2; i++) {
    const { reason, processor } = machine.run({ ticks: 100_000_000 });
    expect(reason).toEqual({ kind: "breakpoint", address: OTHERS });
    seen.push(processor);
  }
  expect(seen.sort()).toEqual([1, 2]);
  expect(machine.processors().map((p) => p.state)).toContain("running");
  expect(machine.run({ ticks: 100_000_000 }).state).toBe("exited");
});
