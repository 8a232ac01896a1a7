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
const woken = image("woken.S");
const several = image("../processor/guests/several.S");

type Turns = { ticks?: number; seed?: number };

function powerOn(kernel: Uint8Array, processors: number, turns: Turns = {}) {
  const debugExit = { iobase: 0xf4, iosize: 1 };
  return bench.powerOn({ memoryMiB: 4, kernel: { image: kernel }, processors, turns, debugExit });
}

/** The counter at the end of the race. */
function lost(processors: number, turns: Turns): number {
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

test("who is woken when all others slept for longer than a turn is next at once, in slices of any length", () => {
  for (const turns of [{ ticks: 100 }, { ticks: 1999 }, { ticks: 5000 }, { seed: 1 }, { seed: 2 }] as Turns[]) {
    const [whole, cut] = [powerOn(woken, 2, turns), powerOn(woken, 2, turns)];
    expect(whole.run({ ticks: 100_000_000 }).state).toBe("exited");
    // A seed's next round may begin with the one that ended the last.
    if (!turns.seed) expect([turns, whole.guest.pc.first.readRegister("EBX")]).toEqual([turns, 0n]);
    cut.run({ address: 0x11000, ticks: 100_000_000 });
    for (let i = 0; cut.status().state !== "exited"; i++) cut.run({ ticks: 1 + (i % 5) });
    expect([cut.tick, cut.hash()]).toEqual([whole.tick, whole.hash()]);
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

test("x2APIC mode, the TSC deadline, the page in RAM and the APIC disabled, as the manual says", () => {
  const kernel = { image: image("modes.S") };
  const debugExit = { iobase: 0xf4, iosize: 1 };
  const machine = bench.powerOn({ memoryMiB: 4, kernel, processors: 2, cpu: "max,+tsc-deadline", debugExit });
  expect(machine.run({ ticks: 200_000_000 }).state).toBe("exited");
  const text = machine.guest.debug.text();
  const lines = text
    .slice(text.indexOf("BEGIN") + 6)
    .trim()
    .split("\n");
  const said = Object.fromEntries(lines.map((line) => line.split(/: (?=[0-9a-f]{8})/) as [string, string]));
  const word = (...values: number[]) => values.map((value) => value.toString(16).padStart(8, "0")).join(" ");
  expect(said).toEqual({
    "xAPIC mode has no 802, and cannot be left for EN=0 EXTD=1 or reserved bits": word(13, 13, 13, 13, 0xfee00900),
    "x2APIC mode, and the page is gone": word(0, 0xfee00d00, 0xffffffff),
    "ID, version, LDR, SVR": word(0, 0x50014, 1, 0x1ff),
    "what is not there or cannot be written": word(13, 13, 13, 13, 13, 13, 13, 13),
    "self IPI, an IPI to APIC 1 with a destination of 32 bits, one to a logical set": word(0, 1, 0, 0, 2, 2),
    "TSC deadline: 0 in other modes; armed, then 0 behind the interrupt, which was not early": word(0, 0, 1, 1, 0),
    "a deadline in the past comes at once, 0 disarms": word(0, 2, 0, 2),
    "back to xAPIC mode only by way of disabled; then all is as at reset, the 8259 comes through meanwhile": word(
      13,
      0,
      0,
      0,
      0xff,
      1,
    ),
    "the page at 200000 in RAM: it is this processor's APIC, and RAM to the other": word(
      0,
      0x20,
      0xffffffff,
      0x12345678,
      0,
      0x12345678,
    ),
    "unexpected interrupts": word(0),
  });
});

test("time-stamp counters of four processors are one, ten a tick, asleep or not", () => {
  const machine = powerOn(several, 4);
  const { all } = machine.guest.pc.processors;
  for (let i = 0; i < 50; i++) {
    machine.run({ ticks: 20_011 });
    expect(new Set(all.map((cpu) => cpu.timeStamp))).toEqual(new Set([BigInt(machine.guest.tick) * 10n]));
  }
});

test("a triple fault of the second processor stops the machine, or resets it", () => {
  const source = readFileSync(new URL("race.S", import.meta.url), "utf8");
  const falls = source.replace(
    "others: mov     $16, %eax",
    "others: lidt gdt_limit_zero\n        int3\n        mov $16, %eax",
  );
  const { bytes } = assemble(`${falls}\ngdt_limit_zero: .word 0, 0, 0\n`, { file: "falls.S", codeBits: 32 });
  const machine = bench.powerOn({ memoryMiB: 4, kernel: { image: bytes }, processors: 2, stopOnTripleFault: true });
  const status = machine.run({ ticks: 100_000_000 });
  expect([status.state, status.processor]).toEqual(["faulted", 1]);
  const again = bench.powerOn({ memoryMiB: 4, kernel: { image: bytes }, processors: 2 });
  again.run({ ticks: 100_000_000, event: { kind: "reset" } });
  expect(again.processors().map((p) => [p.state, p.address])).toEqual([
    ["running", 0xfffffff0],
    ["waiting", 0xfffffff0],
  ]);
});
