import { expect, test } from "vitest";
import { createLocalEngine, type MachineHandle } from "../../engine/index.ts";
import { Observation, observe, StaleObservation } from "./observation.ts";

async function machine(): Promise<MachineHandle> {
  const engine = await createLocalEngine();
  return engine.create("m", { stopOnTripleFault: true });
}

test("at power-on: CS F000, EIP FFF0, the far jump's bytes at FFFFFFF0", async () => {
  const now = new Observation(await machine());
  expect(now.tick).toBe(0);
  expect(await now.register("CS")).toBe(0xf000);
  expect(await now.register("%eip")).toBe(0xfff0);
  expect(await now.word(0xfffffff0, 1)).toBe(0xea);
  expect((await now.disassemble(undefined, 1))[0].text).toContain("ljmp");
  await expect(now.register("XYZ")).rejects.toThrow("There is no register XYZ.");
});
test("a read of a moment that is over is refused", async () => {
  const handle = await machine();
  const then = new Observation(handle);
  await handle.step();
  await expect(then.memory(0, 4)).rejects.toThrow(StaleObservation);
  expect(await new Observation(handle).register("EIP")).toBe(0xe05b);
});
test("each stop is seen once, and the last is where the machine stands", async () => {
  const handle = await machine();
  const seen: number[] = [];
  const stop = observe(handle, ({ tick }) => seen.push(tick));
  await handle.step();
  await handle.step();
  await handle.run({ address: 0x7c00, ticks: 1000 });
  await new Promise((resolve) => setTimeout(resolve, 150));
  stop();
  expect(seen.slice(0, 3)).toEqual([0, 1, 2]);
  expect(seen.at(-1)).toBe(handle.status.tick);
});
test("what several cells ask of a running machine in one go is of one tick", async () => {
  const handle = await machine();
  const stopped = handle.run({ ticks: 400_000 });
  let sent = 0;
  const counted = new Proxy(handle, {
    get(target, name) {
      if (name === "together") sent++;
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const now = new Observation(counted);
  const [registers, [line], word] = await Promise.all([
    now.registers(),
    now.disassemble(undefined, 1),
    now.word(0x46c, 4),
  ]);
  expect(sent).toBe(1);
  const cs = registers.segments.find(({ name }) => name === "CS");
  expect(line.address).toBe(((cs?.base ?? 0) + Number(registers.ip)) >>> 0);
  expect(word).toBeGreaterThanOrEqual(0);
  await handle.pause();
  await stopped;
});
