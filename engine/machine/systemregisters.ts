/**
 * A processor's system registers and CPUID, listed for views: read from the tables that the processor itself works by
 * (model-specific registers in cpu/system/msr.ts, feature bits in isa/features.ts), without effect on the guest.
 */
import { APIC_MSRS } from "../chipset/lapicmsr.ts";
import type { Core } from "../cpu/core.ts";
import * as at from "../cpu/layout.ts";
import { writableBits } from "../cpu/system/controlregisters.ts";
import { identify } from "../cpu/system/identity.ts";
import { MSR_TABLE, readMsr } from "../cpu/system/msr.ts";
import { FEATURE_BITS } from "../isa/features.ts";
import type { CpuidFeature, CpuidLeaf, SystemRegisters } from "./api.ts";

const REGISTERS = ["EAX", "EBX", "ECX", "EDX"] as const;
/** Leaves whose answer depends on ECX (Intel SDM vol. 2A, CPUID), and how many of its values are asked for. */
const INDEXED: ReadonlyMap<number, number> = new Map([
  [0x4, 4],
  [0xb, 2],
  [0xd, 64],
]);

export function systemRegisters(p: Core): SystemRegisters {
  return {
    debug: [0, 1, 2, 3, 6, 7].map((n) => ({ name: `DR${n}`, value: p.view.getBigUint64(at.DR + 8 * n, true) })),
    writable: writableBits(p),
    msrs: modelSpecific(p),
    cpuid: leaves(p),
  };
}

function modelSpecific(p: Core): SystemRegisters["msrs"] {
  const present = MSR_TABLE.filter((r) => r.exists(p));
  return [...present, ...APIC_MSRS]
    .flatMap(({ name, number }) => {
      const value = readMsr(p, number);
      return value === undefined ? [] : [{ name, number, value: BigInt.asUintN(64, value) }];
    })
    .sort((a, b) => a.number - b.number);
}

function leaves(p: Core): CpuidLeaf[] {
  const { level, extendedLevel } = p.model;
  const numbers = Array.from({ length: level + 1 }, (_, n) => n);
  for (let leaf = 0x80000000; leaf <= extendedLevel; leaf++) numbers.push(leaf);
  return numbers
    .flatMap((leaf) => Array.from({ length: INDEXED.get(leaf) ?? 1 }, (_, index) => answerOf(p, leaf, index)))
    .filter(({ answer }) => answer.some((word) => word !== 0));
}

function answerOf(p: Core, leaf: number, index: number): CpuidLeaf {
  const answer = identify(p, leaf, index);
  const asked = [leaf.toString(16).toUpperCase(), ...(INDEXED.has(leaf) || leaf === 7 ? [index] : [])].join(".");
  const features: CpuidFeature[] = [];
  for (const [n, register] of REGISTERS.entries()) {
    for (const [name, { word, bit }] of FEATURE_BITS) {
      if (word === `${asked}.${register}`)
        features.push({ name, register, bit, present: ((answer[n] as number) >>> bit) % 2 === 1 });
    }
  }
  return { leaf, index, answer, features };
}
