// Fields of the model-specific registers that the course works with; which registers there are, and their values, the
// machine says. Source: AMD APM vol. 2, 3.1.7 (EFER), 6.1 (SYSCALL), 7.7 (memory types), 16.3.1 (APIC_BASE).
import { flagBits, isSet } from "./bits.ts";
import { hex } from "./number.ts";

export interface MsrField {
  readonly name: string;
  readonly value: string;
  readonly says: string;
}

const bits = (value: bigint, high: number, low: number) =>
  (value >> BigInt(low)) & ((1n << BigInt(high - low + 1)) - 1n);
const memoryTypes: Readonly<Record<string, string>> = {
  0: "uncacheable",
  1: "write-combining",
  4: "write-through",
  5: "write-protected",
  6: "write-back",
  7: "uncached",
};
const flag = (value: bigint, bit: number, name: string, says: string): MsrField => ({
  name,
  value: isSet(value, bit) ? "1" : "0",
  says,
});

const byName: Readonly<Record<string, (value: bigint) => MsrField[]>> = {
  EFER: (value) => [
    flag(value, 0, "SCE", "SYSCALL and SYSRET work"),
    flag(value, 8, "LME", "paging will start long mode"),
    flag(value, 10, "LMA", "long mode is active"),
    flag(value, 11, "NXE", "no-execute pages"),
  ],
  STAR: (value) => [
    {
      name: "SYSRET CS",
      value: hex(bits(value, 63, 48), 4),
      says: "CS of SYSRET: this for 32-bit code, 16 more for 64-bit code; SS 8 more. RPL becomes 3",
    },
    { name: "SYSCALL CS", value: hex(bits(value, 47, 32), 4), says: "CS of SYSCALL; SS 8 more" },
    { name: "EIP", value: hex(bits(value, 31, 0), 8), says: "where SYSCALL goes outside of long mode" },
  ],
  LSTAR: (value) => [{ name: "RIP", value: hex(value, 16), says: "where SYSCALL goes from 64-bit mode" }],
  CSTAR: (value) => [{ name: "RIP", value: hex(value, 16), says: "where SYSCALL goes from compatibility mode" }],
  SFMASK: (value) => {
    const names = flagBits.filter(({ bit }) => isSet(value, bit)).map(({ name }) => name);
    return [{ name: "mask", value: hex(value, 8), says: `flags that SYSCALL clears: ${names.join(" ") || "none"}` }];
  },
  SYSENTER_CS: (value) => [
    { name: "CS", value: hex(bits(value, 15, 0), 4), says: "CS of SYSENTER; SS 8 more; SYSEXIT 16 and 24 more" },
  ],
  APIC_BASE: (value) => [
    { name: "base", value: hex(bits(value, 51, 12) << 12n, 8), says: "physical address of the local APIC's registers" },
    flag(value, 11, "EN", "the APIC is on"),
    flag(value, 10, "EXTD", "its registers are MSRs (x2APIC)"),
    flag(value, 8, "BSP", "this processor boots"),
  ],
  PAT: (value) =>
    Array.from({ length: 8 }, (_, i) => {
      const type = bits(value, 8 * i + 7, 8 * i);
      return { name: `PA${i}`, value: hex(type, 2), says: memoryTypes[String(type)] ?? "reserved" };
    }),
  MTRRdefType: (value) => [
    {
      name: "type",
      value: hex(bits(value, 7, 0), 2),
      says: `${memoryTypes[String(bits(value, 7, 0))] ?? "reserved"} where no range says otherwise`,
    },
    flag(value, 10, "FE", "fixed ranges count"),
    flag(value, 11, "E", "memory-type ranges count"),
  ],
};

/** The fields of a register's value; none where the course does not name any. */
export function msrFields(name: string, value: bigint): MsrField[] {
  return byName[name]?.(value) ?? [];
}
