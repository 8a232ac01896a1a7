import { expect, test } from "vitest";
import { createLocalEngine } from "../../engine/index.ts";
import { isLit, litAddress } from "./lit-address.ts";

test("a machine that halts at 7C01 lights the HLT, before and after it", async () => {
  const engine = await createLocalEngine();
  const sector = new Uint8Array(512);
  sector.set([0xfa, 0xf4, 0xeb, 0xfd]); // cli; hlt; jmp .-1
  sector.set([0x55, 0xaa], 510);
  const machine = await engine.create("halting", { memoryMiB: 2, floppies: [sector] });
  await machine.run({ address: 0x7c01 });
  expect(litAddress(machine.status)).toBe(0x7c01);
  await machine.run({ tick: machine.status.tick + 10 });
  expect(machine.status.state).toBe("halted");
  expect(litAddress(machine.status)).toBe(0x7c01);
});

test("a HLT with a prefix is lit, prefix and all; an instruction that is jumped into is not", async () => {
  const engine = await createLocalEngine();
  const sector = new Uint8Array(512);
  sector.set([0xfa, 0xf3, 0xf4]); // cli; rep hlt
  sector.set([0x55, 0xaa], 510);
  const machine = await engine.create("prefixed", { memoryMiB: 2, floppies: [sector] });
  await machine.run({ address: 0x7c01 });
  const [line] = await machine.disassemble(0x7c01, 1);
  expect(line.bytes.length).toBe(2);
  await machine.run({ tick: machine.status.tick + 10 });
  expect(machine.status.state).toBe("halted");
  expect(isLit(line, machine.status)).toBe(true);
  expect(isLit(line, { ...machine.status, state: "paused", address: 0x7c02 })).toBe(false);
});
