import { afterEach, expect, test } from "vitest";
import type { MachineEvent, MachineStatus } from "./api.ts";
import { assembleSource } from "./assembling.ts";
import { LocalEngine } from "./local.ts";

let made = 0;
const engine = new LocalEngine();
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A machine whose floppy holds one assembled sector. */
async function boot(source: string) {
  const { bytes, diagnostics } = assembleSource(source, { file: "boot.S", origin: 0x7c00 });
  expect(diagnostics).toEqual([]);
  const sector = new Uint8Array(512);
  sector.set(bytes);
  sector.set([0x55, 0xaa], 510);
  const machine = await engine.create(`m${made++}`, { floppies: [sector], memoryMiB: 2 });
  closing.push(() => machine.close());
  return machine;
}

const HELLO = `
        mov   $0x0e41, %ax
        int   $0x10
        mov   $'s', %al
        mov   $0x3f8, %dx
        out   %al, %dx
1:      inc   %ecx
        call  2f
        jmp   1b
2:      ret
`;

test("run resolves at the boot sector; steps over, out and back end where they should", async () => {
  const m = await boot(HELLO);
  const started = await m.run({ address: 0x7c00 });
  expect(started).toMatchObject({ address: 0x7c00, state: "paused", reason: { kind: "until" } });
  const hash = await m.hash();
  const after = await m.step();
  expect(after.ip).toBe(0x7c03);
  const over = await m.stepOver();
  expect(over).toMatchObject({ ip: 0x7c05, reason: { kind: "step" } });
  expect((await m.screen()).kind).toBe("text");
  await m.goTo(started.tick);
  expect(await m.hash()).toBe(hash);
  const lines = await m.disassemble(undefined, 3);
  expect(lines.map((line) => line.text.replace(/\s+/, " "))).toEqual(["mov $0xe41,%ax", "int $0x10", "mov $0x73,%al"]);
  await m.run({ address: 0x7c12 });
  const out = await m.stepOut();
  expect(out.ip).toBe(0x7c10);
  const back = await m.stepBack(2);
  expect(back.ip).toBe(0x7c0d);
  expect((await m.stepOver()).ip).toBe(0x7c10);
});

test("a run until a device's interrupt, or a single step's trap, stops at the handler's first instruction", async () => {
  const m = await boot(`
        xor   %ax, %ax
        mov   %ax, %ds
        movw  $timer, 0x20
        movw  %ax, 0x22
        movw  $step, 4
        movw  %ax, 6
        sti
1:      inc   %bx
        jmp   1b
timer:  push  $0x100
        popf
        nop
        nop
step:   nop
        nop
        hlt
`);
  await m.run({ address: 0x7c00 });
  const timer = await m.run({ event: { kind: "interrupt", vector: 8 } });
  expect((await m.disassemble(timer.address, 1))[0]?.text).toMatch(/^push/);
  const step = await m.run({ event: { kind: "exception", vector: 1 } });
  // The instruction behind POPF is done before the trap.
  expect(step.address).toBe(timer.address + 6);
  expect(step.tick).toBe(timer.tick + 3);
});

test("a running machine answers reads, tells its screen and its serial line, and pauses", async () => {
  const m = await boot(HELLO);
  let serial = "";
  let screens = 0;
  const statuses: MachineStatus[] = [];
  m.onSerial((text, again) => {
    serial = again ? text : serial + text;
  });
  m.onScreen(() => screens++);
  m.onStatus((status) => statuses.push(status));
  const run = m.run();
  for (const start = performance.now(); serial === "" && performance.now() - start < 20_000; )
    await new Promise((resolve) => setTimeout(resolve, 100));
  await new Promise((resolve) => setTimeout(resolve, 300));
  const a = await m.registers();
  await new Promise((resolve) => setTimeout(resolve, 50));
  const b = await m.registers();
  expect(b.general[1].value).not.toBe(a.general[1].value);
  const paused = await m.pause();
  expect(await run).toEqual(paused);
  expect(paused).toMatchObject({ state: "paused", reason: { kind: "you" } });
  expect(serial).toBe("s");
  expect(screens).toBeGreaterThan(1);
  expect(statuses.some((status) => status.state === "running")).toBe(true);
});

test("three machines share the thread fairly", async () => {
  const machines = await Promise.all([boot(HELLO), boot(HELLO), boot(HELLO)]);
  for (const m of machines) await m.run({ address: 0x7c00 });
  const runs = machines.map((m) => m.run());
  await new Promise((resolve) => setTimeout(resolve, 500));
  const ticks = await Promise.all(machines.map(async (m) => (await m.pause()).tick));
  await Promise.all(runs);
  expect(Math.min(...ticks)).toBeGreaterThan(Math.max(...ticks) / 5);
});

test("at 1,000 instructions a second, 300 ms are about 300 instructions", async () => {
  const m = await boot(HELLO);
  await m.run({ address: 0x7c00 });
  await m.setSpeed(1000);
  const before = m.machine.instructions;
  const run = m.run();
  await new Promise((resolve) => setTimeout(resolve, 300));
  await m.pause();
  await run;
  expect(m.machine.instructions - before).toBeGreaterThan(200);
  expect(m.machine.instructions - before).toBeLessThan(400);
});

test("a guest that waits with HLT skips idle time only as fast as real time passes", async () => {
  const m = await boot("1: hlt\n jmp 1b");
  await m.run({ address: 0x7c00 });
  const { tick } = m.status;
  const run = m.run();
  await new Promise((resolve) => setTimeout(resolve, 300));
  const { tick: later } = await m.pause();
  await run;
  expect((later - tick) / 200e6).toBeGreaterThan(0.05);
  expect((later - tick) / 200e6).toBeLessThan(0.6);
});

test("a malformed snapshot rejects with where and what, and a closed machine says so", async () => {
  const m = await boot(HELLO);
  const snapshot = await m.snapshot();
  const data = snapshot.data.slice(0, 100);
  await expect(m.restore({ ...snapshot, data })).rejects.toThrow(/snapshot cannot be used: byte \d+: expected/);
  m.close();
  await expect(m.run()).rejects.toThrow("the machine was closed");
});

test("a key reaches a guest that waits for it in INT 16h", async () => {
  const m = await boot("xor %ax, %ax\n int $0x16\n mov $0x0e, %ah\n int $0x10\n cli\n hlt");
  await m.run({ address: 0x7c00 });
  const run = m.run({ ticks: 2_000_000_000 });
  await m.type("k");
  expect(await run).toMatchObject({ reason: { kind: "halt", forever: true } });
  expect((await m.registers()).general[0].value & 0xffn).toBe(0x6bn);
});

test("a machine that was prepared is had by who asks for it, where it stands, with all that happened until then", async () => {
  const page = new LocalEngine();
  const floppies = [new Uint8Array(512)];
  const tick = 20_000;
  await page.prepare("m", { floppies, memoryMiB: 2 }, tick);
  const fresh = await engine.create(`m${made++}`, { floppies, memoryMiB: 2 });
  closing.push(() => fresh.close());
  const kinds = ["mode", "exception", "interrupt", "reset"] as const;
  const told: [MachineEvent[], MachineEvent[]] = [[], []];
  fresh.onEvents(kinds, (events) => told[0].push(...events));
  await fresh.run({ tick });
  await new Promise((resolve) => setTimeout(resolve, 50));
  const ready = await page.create("m", { floppies: [new Uint8Array(512)], memoryMiB: 2 });
  ready.onEvents(kinds, (events) => told[1].push(...events));
  expect((await ready.run({ tick })).tick).toBe(tick);
  expect(await ready.hash()).toBe(await fresh.hash());
  expect(told[0].length).toBeGreaterThan(0);
  expect(told[1]).toEqual(told[0]);
  expect((await ready.powerOn()).tick).toBe(0);
  ready.close();
  expect((await page.create("m", { floppies, memoryMiB: 2 })).status.tick).toBe(0);
});

test("a machine that was prepared with another disk, or under another name, is nobody's: tick 0", async () => {
  for (const [id, disk] of [
    ["m", 513],
    ["other", 512],
  ] as const) {
    const page = new LocalEngine();
    await page.prepare("m", { floppies: [new Uint8Array(512)], memoryMiB: 2 }, 100);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const machine = await page.create(id, { floppies: [new Uint8Array(disk)], memoryMiB: 2 });
    expect(machine.status.tick).toBe(0);
    machine.close();
  }
});
