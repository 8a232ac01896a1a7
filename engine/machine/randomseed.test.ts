// What RDRAND draws is the configuration's, and each processor's own.
import { expect, test } from "vitest";
import { type MachineConfiguration, openBench } from "../index.ts";

const bench = await openBench();

/** The first numbers that the boot sector draws. */
function drawn(configuration: MachineConfiguration): number[] {
  const source = "xor %ax, %ax; mov %ax, %ds; rdrand %ecx; rdseed %edx; rdrand %ebx; end: hlt";
  const { bytes, symbols } = bench.assemble(source, { file: "boot.S", origin: 0x7c00 });
  const sector = new Uint8Array(512);
  sector.set(bytes);
  sector.set([0x55, 0xaa], 510);
  const machine = bench.powerOn({ memoryMiB: 1, floppies: [sector], ...configuration });
  machine.run({ address: symbols["end"] as number, ticks: 50_000_000 });
  const { general } = machine.registers();
  return ["ECX", "EDX", "EBX"].map((name) => Number(general.find((r) => r.name === name)?.value));
}

test("RDRAND and RDSEED draw the same numbers from the same seed, and others from another", () => {
  const first = drawn({ randomSeed: 1 });
  expect(new Set(first).size).toBe(3);
  expect(drawn({ randomSeed: 1 })).toEqual(first);
  expect(drawn({ randomSeed: 2 })).not.toEqual(first);
  expect(drawn({})).toEqual(drawn({ randomSeed: 0 }));
});

test("a seed that is no number of 32 bits is refused by name", () => {
  expect(() => drawn({ randomSeed: -1 })).toThrow("randomSeed -1 is not a seed");
});

test("two processors of one machine draw different numbers", () => {
  const machine = bench.powerOn({ memoryMiB: 1, processors: 2, randomSeed: 7 });
  const [one, other] = machine.guest.pc.processors.all.map((cpu) => cpu.state.slice(248, 256).join(" "));
  expect(one).not.toBe(other);
});
