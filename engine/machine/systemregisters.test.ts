// What views list of a processor is what its instructions read.
import { expect, test } from "vitest";
import { PhysicalMap } from "../cpu/physical.ts";
import { identify } from "../cpu/system/identity.ts";
import { readMsr, writeMsr } from "../cpu/system/msr.ts";
import { X86 } from "./x86.ts";

function processor(cpu?: string): X86 {
  const nothing = { portRead: () => 0, portWrite() {}, acknowledgeInterrupt: () => 0, now: () => 7, event() {} };
  const msrRead = (n: number) => (n === 0x1b ? 0xfee00900n : undefined);
  const p = new X86(new PhysicalMap(1 << 20, 1), { ...nothing, msrRead }, 0, cpu);
  p.reset();
  return p;
}

test("every model-specific register that the processor has is listed once, by number, as RDMSR reads it", () => {
  const p = processor();
  expect(writeMsr(p, 0xc0000081, 0x0013_0008_0000_0000n)).toBe(true);
  const { msrs } = p.systemRegisters();
  expect(msrs.find(({ name }) => name === "STAR")).toEqual({
    name: "STAR",
    number: 0xc0000081,
    value: 0x0013_0008_0000_0000n,
  });
  expect(msrs.find(({ name }) => name === "APIC_BASE")?.value).toBe(0xfee00900n);
  expect(msrs.some(({ name }) => name === "TSC_DEADLINE")).toBe(false);
  for (const { number, value } of msrs) expect(value).toBe(readMsr(p, number));
  const numbers = msrs.map(({ number }) => number);
  expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
});

test("a Pentium has no EFER, and no long mode in what CPUID answers", () => {
  const { msrs, cpuid, writable } = processor("pentium").systemRegisters();
  expect(msrs.some(({ name }) => name === "EFER")).toBe(false);
  expect(writable.EFER).toBe(0);
  expect(cpuid.map(({ leaf }) => leaf)).toEqual([0, 1]);
  const names = cpuid[1]?.features.filter(({ present }) => present).map(({ name }) => name);
  expect(names).toContain("PSE");
  expect(names).not.toContain("PAE");
});

test("CPUID's leaves carry their answers and their features: 80000001.EDX bit 29 is LM", () => {
  const p = processor();
  const { cpuid } = p.systemRegisters();
  for (const { leaf, index, answer } of cpuid) expect(answer).toEqual(identify(p, leaf, index));
  const extended = cpuid.find(({ leaf }) => leaf === 0x80000001);
  expect(extended?.features.find(({ name }) => name === "LM")).toEqual({
    name: "LM",
    register: "EDX",
    bit: 29,
    present: true,
  });
  const seven = cpuid.find(({ leaf }) => leaf === 7);
  expect(seven?.features.find(({ name }) => name === "SMEP")).toMatchObject({ register: "EBX", present: true });
});
