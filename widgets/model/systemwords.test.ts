// Words for what a machine says of its processor: every named bit has its sentence, and the values are the machine's own.
import { expect, test } from "vitest";
import { type CpuidLeaf, openBench } from "../../engine/index.ts";
import { bitEffects } from "./biteffects.ts";
import { namedBits } from "./bits.ts";
import { leafName, leafTitle, leafWords } from "./cpuidwords.ts";
import { msrFields } from "./msrfields.ts";

test("every bit of CR0, CR4, EFER and EFLAGS has a sentence that says what it changes, and no other has", () => {
  const names = ["CR0", "CR4", "EFER", "EFLAGS"].flatMap((of) => namedBits[of].map(({ name }) => `${of}.${name}`));
  expect(Object.keys(bitEffects).sort()).toEqual(names.sort());
});

test("the bits of CR4 and EFER that the engine lets a guest write all have a name here", async () => {
  const { writable } = (await openBench()).powerOn({}).systemRegisters();
  const mask = (of: string) => namedBits[of].reduce((bits, { bit }) => bits | (1 << bit), 0);
  for (const of of ["CR0", "CR4", "EFER"] as const) expect(writable[of] & ~mask(of), of).toBe(0);
});

test("the machine's own CPUID reads as its vendor, its name and 48-bit addresses; every leaf has a title", async () => {
  const { cpuid, msrs } = (await openBench()).powerOn({}).systemRegisters();
  const words = (leaf: number) => leafWords(cpuid.find((one) => one.leaf === leaf) as CpuidLeaf);
  expect(words(0)).toBe("“AuthenticAMD”; leaves up to d");
  expect(words(0x80000002)).toBe("“Ring -1 virtual”");
  expect(words(0x80000008)).toBe("physical addresses of 40 bits, linear ones of 48");
  for (const leaf of cpuid) expect(leafTitle(leaf), leafName(leaf)).not.toBe("");
  const base = msrs.find(({ name }) => name === "APIC_BASE")!;
  expect(msrFields(base.name, base.value).map(({ value }) => value)).toEqual(["fee00000", "1", "0", "1"]);
});

test("STAR's halves are the selectors of SYSCALL and SYSRET", () => {
  expect(msrFields("STAR", 0x0013_0008_0000_7c00n).map(({ value }) => value)).toEqual(["0013", "0008", "00007c00"]);
  expect(msrFields("SFMASK", 0x700n)[0].says).toBe("flags that SYSCALL clears: DF IF TF");
  expect(msrFields("PERF_CTL", 1n)).toEqual([]);
});
