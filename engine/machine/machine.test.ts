import { expect, test } from "vitest";
import type { MachineConfiguration } from "./api.ts";
import { Machine } from "./machine.ts";
import { TestProcessor } from "./testprocessor.ts";

/** A ROM whose reset vector jumps to `code` at F000:0000. */
function rom(...code: number[]): Uint8Array {
  const bytes = new Uint8Array(65536).fill(0x90);
  bytes.set(code, 0);
  bytes.set([0xea, 0x00, 0x00, 0x00, 0xf0], 0xfff0);
  return bytes;
}

function machine(code: number[], configuration: MachineConfiguration = {}, history: object = {}) {
  const makeCpu = (...a: ConstructorParameters<typeof TestProcessor>) => new TestProcessor(...a);
  return new Machine({ memoryMiB: 1, bios: rom(...code), ...configuration }, { makeCpu, history });
}

/**
 * Sets up the 8259 for vector 8, puts a handler at 0000:0500 that adds 1 to the byte at 0600 and acknowledges, and then
 * counts AX up in a loop, storing it at 0602 and sending it to COM1.
 */
const STORE = (address: number, value: number) => [0xb0, value, 0xa2, address & 0xff, address >> 8];
const OUT = (port: number, value: number) => [0xb0, value, 0xe6, port];
const HANDLER = [0x40, 0xa2, 0x00, 0x06, ...OUT(0x20, 0x20), 0xcf];
const BUSY = [
  ...[0xbc, 0x00, 0x10], // SP
  ...[...STORE(0x20, 0x00), ...STORE(0x21, 0x05), ...STORE(0x22, 0), ...STORE(0x23, 0)],
  ...HANDLER.flatMap((byte, i) => STORE(0x500 + i, byte)),
  ...[...OUT(0x20, 0x11), ...OUT(0x21, 8), ...OUT(0x21, 4), ...OUT(0x21, 1), ...OUT(0x21, 0xfa)],
  ...[...OUT(0x43, 0x34), ...OUT(0x40, 0x00), ...OUT(0x40, 0x02)], // 512 cycles: 429 us
  0xfb,
  ...[0xba, 0xf8, 0x03], // DX
  ...[0x40, 0xa2, 0x02, 0x06, 0xee, 0xeb, 0xf9], // loop
];

const TICKS = 3_000_000;

test("run(n) is exact in ticks, in one go and in slices of any length, with one hash", () => {
  const one = machine(BUSY);
  one.run(TICKS);
  expect(one.tick).toBe(TICKS);
  const sliced = machine(BUSY);
  let seed = 12345;
  while (sliced.tick < TICKS) {
    seed = (seed * 1103515245 + 12345) % 2 ** 31;
    const slice = Math.min(TICKS - sliced.tick, 1 + (seed % 100_000));
    const before = sliced.tick;
    sliced.run(slice);
    expect(sliced.tick).toBe(before + slice);
  }
  expect(sliced.hash()).toBe(one.hash());
  expect(one.readMemory("physical", 0x600, 1)[0]).not.toBe(0);
});

test("a snapshot restored in the middle into another machine ends in the same hash", () => {
  const one = machine(BUSY);
  one.run(TICKS);
  const first = machine(BUSY);
  first.run(1_234_567);
  const snapshot = first.snapshot();
  expect(snapshot.tick).toBe(1_234_567);
  const second = machine(BUSY);
  second.run(99_999);
  expect(second.restore(snapshot)).toBeUndefined();
  expect(second.status().reason).toEqual({ kind: "restored" });
  expect(second.hash()).toBe(first.hash());
  second.run(TICKS - 1_234_567);
  expect(second.hash()).toBe(one.hash());
});

test("a reset that was asked for and has not come yet is in the snapshot", () => {
  const first = machine(BUSY);
  first.run(300_000);
  first.writePort(0x64, 0xfe);
  const second = machine(BUSY);
  second.restore(first.snapshot());
  for (const each of [first, second]) each.run(10_000);
  expect(second.hash()).toBe(first.hash());
  const neverReset = machine(BUSY);
  neverReset.run(310_000);
  expect(neverReset.hash()).not.toBe(first.hash());
});

test("stepping back restores every hash on the way, with inputs in between", () => {
  const m = machine(BUSY, {}, { interval: 50_000 });
  m.run(200_000);
  m.key("KeyA", true);
  m.mouse({ right: 3, down: -4, buttons: 1 });
  m.serialInput(Uint8Array.of(65, 66, 67));
  m.run(100_000);
  const hashes: string[] = [];
  for (let i = 0; i < 20; i++) {
    hashes.push(m.hash());
    m.step();
  }
  const { tick } = m;
  for (let i = 19; i >= 0; i--) {
    m.stepBack();
    expect(m.hash()).toBe(hashes[i]);
  }
  m.goTo(150_000);
  expect(m.tick).toBe(150_000);
  m.goTo(tick);
  m.stepBack(20);
  expect(m.hash()).toBe(hashes[0]);
});

test("goTo a tick gives the hash that the machine had there, however few checkpoints are left", () => {
  const m = machine(BUSY, {}, { interval: 10_000, count: 5 });
  const hashes = new Map<number, string>();
  for (let i = 0; i < 30; i++) {
    m.run(33_333);
    hashes.set(m.tick, m.hash());
    if (i % 5 === 0) m.key(i % 10 ? "KeyB" : "KeyC", i % 2 === 0);
    // The state right after an input is what the machine is at that tick from then on.
    hashes.set(m.tick, m.hash());
  }
  expect(m.history?.count).toBeLessThanOrEqual(5);
  for (const tick of [33_333 * 7, 33_333 * 29, 33_333, 33_333 * 15]) {
    m.goTo(tick);
    expect(m.hash()).toBe(hashes.get(tick));
  }
});

test("an input in the past makes a new future", () => {
  const m = machine(BUSY);
  m.run(100_000);
  m.serialInput(Uint8Array.of(1));
  m.run(100_000);
  m.goTo(50_000);
  m.writeMemory("physical", 0x700, Uint8Array.of(1, 2, 3));
  m.run(200_000);
  const other = machine(BUSY);
  other.run(50_000);
  other.writeMemory("physical", 0x700, Uint8Array.of(1, 2, 3));
  other.run(200_000);
  expect(m.hash()).toBe(other.hash());
});

test("HLT skips to the timer's interrupt: 512 PIT cycles are 85,820 ticks", () => {
  const m = machine([...BUSY.slice(0, -10), 0xf4, 0xeb, 0xfd]);
  m.run({ event: { kind: "interrupt" } });
  const first = m.tick;
  m.run(1);
  m.run({ event: { kind: "interrupt" } });
  expect(Math.abs(m.tick - first - (512 / 1_193_182) * 200e6)).toBeLessThan(20);
  expect(m.instructions).toBeLessThan(200);
});

test("CLI and HLT stop for good; Reset starts again", () => {
  const m = machine([0xfa, 0xf4]);
  expect(m.run().reason).toEqual({ kind: "halt", forever: true });
  expect(m.status()).toMatchObject({ state: "halted", tick: 3 });
  expect(m.run(1000)).toMatchObject({ state: "halted", tick: 3 });
  expect(m.reset()).toMatchObject({ state: "paused", address: 0xffff0 });
});

test("a triple fault resets, or stops where the configuration says so", () => {
  const faulty = [0x40, 0x0f];
  const stopping = machine(faulty, { stopOnTripleFault: true });
  expect(stopping.run().reason).toEqual({ kind: "triple fault", chain: ["#UD", "#DF", "shutdown"] });
  expect(stopping.status().state).toBe("faulted");
  stopping.stepBack();
  expect(stopping.status()).toMatchObject({ state: "paused", ip: 1 });
  const resetting = machine(faulty);
  expect(resetting.run({ event: { kind: "reset" } }).reason).toEqual({ kind: "until", what: "reset" });
  expect(resetting.run(1_000_000).tick).toBeGreaterThanOrEqual(1_000_000);
});

test("isa-debug-exit ends with (value << 1) | 1, and the last characters are not lost", () => {
  const say = [0xba, 0xf8, 0x03, 0xb0, 0x48, 0xee, 0xb0, 0x21, 0xe6, 0xf4];
  const m = machine(say, { debugExit: { iobase: 0xf4, iosize: 4 } });
  expect(m.run()).toMatchObject({ state: "exited", reason: { kind: "exit", status: 0x43 } });
  expect(m.guest.serial[0].text()).toBe("H");
  m.goTo(3);
  expect(m.status().state).toBe("paused");
  expect(m.guest.serial[0].text()).toBe("");
});

test("until: serial text, an address, a port, a tick, a predicate", () => {
  const m = machine(BUSY);
  expect(m.run({ serial: "\x10", ticks: 50_000_000 }).reason.kind).toBe("until");
  expect(m.guest.serial[0].text().endsWith("\x10")).toBe(true);
  expect(m.run({ event: { kind: "port", port: 0x20 } }).reason).toEqual({ kind: "until", what: "port" });
  expect(m.run({ address: 0x500 }).address).toBe(0x500);
  expect(m.run({ tick: 20_000_000 }).tick).toBe(20_000_000);
  const count = () => m.readMemory("physical", 0x600, 1)[0];
  const before = count();
  m.runUntil(() => count() !== before, { ticks: 1_000_000 });
  expect(count()).not.toBe(before);
});

test("a breakpoint stops before its instruction each time, also where a slice begins there", () => {
  const m = machine(BUSY);
  m.breakpoints.add(0x500);
  for (let i = 0; i < 5; i++)
    expect(m.run(1_000_000)).toMatchObject({ reason: { kind: "breakpoint", address: 0x500 } });
  const run = m.begin({ ticks: 1_000_000 });
  let stop: unknown;
  while (stop === undefined) stop = run.slice(7);
  expect(stop).toEqual({ kind: "breakpoint", address: 0x500 });
});

test("typing waits for the keyboard: 26 letters arrive as 52 movements, none lost", () => {
  const translate = [0xb0, 0x60, 0xe6, 0x64, 0xb0, 0x40, 0xe6, 0x60];
  const poll = [0xe4, 0x60, 0xe6, 0xe9, 0xeb, 0xfa];
  const m = machine([...translate, ...poll], { ticksPerSecond: 10_000_000 });
  m.type("abcdefghijklmnopqrstuvwxyz");
  m.run(1_500_000);
  const seen = m.guest.debug
    .text()
    .replace(/(.)\1+/gs, "$1")
    .replaceAll("\0", "");
  const makes = [0x1e, 0x30, 0x2e, 0x20, 0x12, 0x21, 0x22, 0x23, 0x17, 0x24, 0x25, 0x26, 0x32, 0x31, 0x18, 0x19, 0x10];
  makes.push(0x13, 0x1f, 0x14, 0x16, 0x2f, 0x11, 0x2d, 0x15, 0x2c);
  expect(seen).toBe(String.fromCharCode(...makes.flatMap((code) => [code, code | 0x80])));
});

test("ports are read and written from outside, too, and replayed", () => {
  const m = machine(BUSY);
  m.run(5000);
  const mask = m.readPort(0x21);
  expect(mask).toBe(0xfa);
  m.writePort(0x21, 0xff);
  m.run(200_000);
  expect(m.readPort(0x21)).toBe(0xff);
  expect(m.readMemory("physical", 0x600, 1)[0]).toBe(0);
  const hash = m.hash();
  m.goTo(0);
  m.goTo(205_000);
  expect(m.hash()).toBe(hash);
  const other = machine(BUSY);
  other.run(205_000);
  expect(other.readMemory("physical", 0x600, 1)[0]).not.toBe(0);
});

test("two machines of one process do not touch each other", () => {
  const a = machine(BUSY);
  const b = machine([0x40, 0xeb, 0xfd]);
  for (let i = 0; i < 10; i++) {
    a.run(10_000);
    b.run(7_000);
  }
  const alone = machine(BUSY);
  alone.run(100_000);
  expect(a.hash()).toBe(alone.hash());
  expect(a.hash()).not.toBe(b.hash());
});

test("malformed configurations are refused with the part's name", () => {
  expect(() => machine([], { memoryMiB: 0 })).toThrow(/memoryMiB 0 is not a size of memory/);
  expect(() => machine([], { bios: new Uint8Array(100) })).toThrow(/bios is 100 bytes long/);
  expect(() => machine([], { floppies: [undefined, new Uint8Array(0)] })).toThrow(/floppies\[1\] is 0 bytes long/);
  expect(() => machine([], { rtcBase: "yesterday" })).toThrow(/rtcBase "yesterday" is not a time/);
  expect(() => machine([], { debugExit: { iobase: -1, iosize: 3 } })).toThrow(/iobase.*iosize/s);
});

test("malformed snapshots change nothing and are answered with an offset and what was expected", () => {
  const m = machine(BUSY);
  m.run(10_000);
  const good = m.snapshot();
  const before = m.hash();
  const tried = (change: (bytes: Uint8Array) => Uint8Array | undefined) => {
    const data = good.data.slice();
    const fault = m.restore({ ...good, data: change(data) ?? data });
    expect(m.hash()).toBe(before);
    return fault;
  };
  expect(tried((b) => b.subarray(0, 5))?.message).toBe('byte 0: expected "RING-1SS" (8 bytes, but 5 are left)');
  expect(tried((b) => void b.set([2], 8))?.message).toBe("byte 8: expected snapshot version 1, not 2");
  expect(tried((b) => b.subarray(0, b.length - 1))?.message).toMatch(/SHA-256/);
  expect(tried((b) => void b.fill(0xff, 60, 64))?.message).toMatch(/^byte \d+: expected/);
  let seed = 99;
  for (let i = 0; i < 200; i++) {
    seed = (seed * 1103515245 + 12345) % 2 ** 31;
    const at = seed % good.data.length;
    if (at >= 12 && at < 28) continue; // tick and count are not covered by the hash of the state
    expect(
      tried((b) => void b.set([b[at] ^ 0x55], at)),
      `byte ${at}`,
    ).toBeDefined();
  }
});
