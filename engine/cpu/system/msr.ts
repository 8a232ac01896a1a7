/**
 * Model-specific registers as a table: number, the processors that have it, the bits that can be written, the value at
 * reset. RDMSR and WRMSR of any other number, and a value that a register does not take, are #GP(0).
 *
 * Modelled: what changes what the processor does (EFER, system calls, bases, the time-stamp counter, performance counters),
 * and as plain storage, with the checks that hardware makes, memory types (caches are not modelled), machine checks (none
 * ever happens) and the configuration that firmware and kernels write. The local APIC's are reached through the
 * processor's surroundings. Not modelled: thermal and power management, microcode loading.
 * Source: AMD APM vol. 2, appendix A "MSR Cross-Reference", 7.7 "Memory-Type Range Registers", 9.3 "Machine Check
 * Architecture MSRs"; Intel SDM vol. 4, chapter 2.
 */
import type { Feature } from "../../isa/features.ts";
import { EngineError } from "../../wasm/error.ts";
import type { Core } from "../core.ts";
import * as at from "../layout.ts";
import { FS, GS } from "../segments.ts";
import { isCanonicalBase } from "./canonical.ts";
import { writeEfer } from "./controlregisters.ts";
import { has, isIntel, physicalBits } from "./features.ts";
import { counterValue, setCounter, setEvent } from "./performance.ts";
import { moveTimeStamp, timeStamp } from "./timestamp.ts";

/** One register, or what reads and writes it instead of its slot. */
export interface Msr {
  readonly name: string;
  readonly number: number;
  /** Offset of its slot in the processor's state; -1 where it has none. */
  readonly slot: number;
  readonly reset: bigint;
  readonly exists: (p: Core) => boolean;
  readonly read: (p: Core, slot: number) => bigint;
  /** False: the value is refused, with #GP(0). */
  readonly write: (p: Core, value: bigint, slot: number) => boolean;
}

const ALL = 0xffff_ffff_ffff_ffffn;
const LOW = 0xffff_ffffn;

type Existence = Feature | readonly Feature[] | ((p: Core) => boolean);

/** With any of the features. */
const existence = (e: Existence): ((p: Core) => boolean) =>
  typeof e === "function" ? e : (p) => [e].flat().some((name) => has(p, name as Feature));

const amd = (p: Core): boolean => !isIntel(p) && has(p, "SYSCALL");
/** From the P6 on. */
const intel = (p: Core): boolean => isIntel(p) && has(p, "SEP");
/** A processor that was never sold stores more, as QEMU's does. */
const virtual = (p: Core): boolean => p.model.isVirtual === true;

const registers: Msr[] = [];
let slots = 0;

const load = (p: Core, slot: number): bigint => p.view.getBigUint64(slot, true);
const store = (p: Core, slot: number, value: bigint): void => p.view.setBigUint64(slot, value, true);

interface Storage {
  readonly reset?: bigint;
  /** Bits that a write changes; the others are ignored, or, in `reserved`, refused. */
  readonly writable?: bigint;
  readonly reserved?: bigint;
  /** Whether hardware takes the value. */
  readonly takes?: (p: Core, value: bigint) => boolean;
}

/** A register that is only stored. */
function stored(name: string, number: number, exists: Existence, s: Storage = {}): void {
  const { reset = 0n, writable = ALL, reserved = 0n, takes } = s;
  const slot = at.MSRS + 8 * slots++;
  if (slot >= at.PERFORMANCE) throw new EngineError("model-specific registers: more than there is room for");
  registers.push({
    name,
    number,
    slot,
    reset,
    exists: existence(exists),
    read: load,
    write(p, value) {
      if (value & reserved || takes?.(p, value) === false) return false;
      store(p, slot, (load(p, slot) & ~writable) | (value & writable));
      return true;
    },
  });
}

/** A register that is elsewhere, or changes what the processor does. */
function active(
  name: string,
  number: number,
  exists: Existence,
  read: (p: Core) => bigint,
  write: (p: Core, value: bigint) => boolean,
): void {
  registers.push({ name, number, slot: -1, reset: 0n, exists: existence(exists), read, write });
}

const refuse = (): boolean => false;
const ignore = (): boolean => true;
const constant = (name: string, number: number, exists: Existence, value: bigint, write = refuse): void =>
  active(name, number, exists, () => value, write);

// ---- system calls, bases, long mode ----------------------------------------------------------------------------------

active("EFER", 0xc0000080, ["SYSCALL", "LM", "NX"], (p) => load(p, at.EFER), writeEfer);
const canonical = { takes: isCanonicalBase };
stored("STAR", 0xc0000081, "SYSCALL");
stored("LSTAR", 0xc0000082, "LM", canonical);
stored("CSTAR", 0xc0000083, "LM", canonical);
stored("SFMASK", 0xc0000084, "LM", { writable: LOW });
for (const [name, number, n] of [
  ["FS_BASE", 0xc0000100, FS],
  ["GS_BASE", 0xc0000101, GS],
] as const) {
  active(
    name,
    number,
    "LM",
    (p) => p.segments.base64(n),
    (p, value) => {
      if (!isCanonicalBase(p, value)) return false;
      p.segments.setBase64(n, value);
      p.updateMode();
      return true;
    },
  );
}
stored("KERNEL_GS_BASE", 0xc0000102, "LM", canonical);
stored("TSC_AUX", 0xc0000103, ["RDTSCP", "RDPID"], {
  writable: LOW,
  // Intel's processors refuse the high half, AMD's drop it.
  takes: (p, value) => !isIntel(p) || value <= LOW,
});
stored("SYSENTER_CS", 0x174, "SEP", { writable: LOW });
const entry = { takes: (p: Core, value: bigint) => (has(p, "LM") ? isCanonicalBase(p, value) : true) };
stored("SYSENTER_ESP", 0x175, "SEP", entry);
stored("SYSENTER_EIP", 0x176, "SEP", entry);

// ---- time ------------------------------------------------------------------------------------------------------------

stored("TSC_ADJUST", 0x3b, "TSC_ADJUST");
const ADJUST = registers.at(-1) as Msr;
registers[registers.length - 1] = {
  ...ADJUST,
  write(p, value) {
    moveTimeStamp(p, value - load(p, ADJUST.slot));
    store(p, ADJUST.slot, value);
    return true;
  },
};
active("TSC", 0x10, "TSC", timeStamp, (p, value) => {
  const delta = value - timeStamp(p);
  moveTimeStamp(p, delta);
  if (has(p, "TSC_ADJUST")) store(p, ADJUST.slot, BigInt.asUintN(64, load(p, ADJUST.slot) + delta));
  return true;
});

// ---- memory types ----------------------------------------------------------------------------------------------------

/** The bytes of a 64-bit value, lowest first. */
const bytesOf = (value: bigint): number[] =>
  Array.from({ length: 8 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
const isMtrrType = (type: number): boolean => [0, 1, 4, 5, 6].includes(type);
const isPatType = (type: number): boolean => isMtrrType(type) || type === 7;
const beyondPhysical = (p: Core, value: bigint): boolean => value >> BigInt(physicalBits(p)) !== 0n;

stored("PAT", 0x277, "PAT", {
  reset: 0x0007_0406_0007_0406n,
  takes: (_p, value) => bytesOf(value).every(isPatType),
});
/** Eight variable ranges, the fixed ones, write-combining. */
constant("MTRRcap", 0xfe, "MTRR", 0x508n);
stored("MTRRdefType", 0x2ff, "MTRR", {
  reserved: ~0xcffn & ALL,
  takes: (_p, value) => isMtrrType(Number(value & 0xffn)),
});
for (let i = 0; i < 8; i++) {
  stored(`MTRRphysBase${i}`, 0x200 + 2 * i, "MTRR", {
    reserved: 0xf00n,
    takes: (p, value) => !beyondPhysical(p, value) && isMtrrType(Number(value & 0xffn)),
  });
  stored(`MTRRphysMask${i}`, 0x201 + 2 * i, "MTRR", {
    reserved: 0x7ffn,
    takes: (p, value) => !beyondPhysical(p, value),
  });
}
/** SYSCFG.MtrrFixDramModEn: AMD's RdMem and WrMem bits of the fixed ranges can be seen and written. */
const FIXED_DRAM_BITS = 0x80000n;
const FIXED = { "64K_00000": 0x250, "16K_80000": 0x258, "16K_A0000": 0x259 } as const;
const fixedRanges: [string, number][] = Object.entries(FIXED);
for (let i = 0; i < 8; i++) fixedRanges.push([`4K_${(0xc0 + 8 * i).toString(16).toUpperCase()}000`, 0x268 + i]);
for (const [name, number] of fixedRanges) {
  stored(`MTRRfix${name}`, number, "MTRR", {
    takes(p, value) {
      const extended = amd(p) && (load(p, slotOf("SYSCFG")) & FIXED_DRAM_BITS) !== 0n;
      return bytesOf(value).every((type) => isMtrrType(extended ? type & ~0x18 : type));
    },
  });
}

// ---- machine checks: present, and quiet ------------------------------------------------------------------------------

const BANKS = 10;
/** MCG_CTL is there. */
constant("MCG_CAP", 0x179, "MCA", 0x100n | BigInt(BANKS));
stored("MCG_STATUS", 0x17a, "MCA", { reserved: ~7n & ALL });
stored("MCG_CTL", 0x17b, "MCA", { takes: (_p, value) => value === 0n || value === ALL });
/** HWCR.McStatusWrEn: AMD's processors take other values than 0. */
const STATUS_WRITE = 0x40000n;
const isCleared = (p: Core, value: bigint): boolean =>
  value === 0n || (amd(p) && (load(p, slotOf("HWCR")) & STATUS_WRITE) !== 0n);
for (let i = 0; i < BANKS; i++) {
  // All or nothing (Intel SDM vol. 3B, 16.3.2.1); on AMD's bank 4 also all but errors of the GART, as kernels write it.
  const allBut = i === 4 ? ALL & ~0x400n : ALL;
  stored(`MC${i}_CTL`, 0x400 + 4 * i, "MCA", {
    takes: (p, value) => value === 0n || value === ALL || (amd(p) && value === allBut),
  });
  stored(`MC${i}_STATUS`, 0x401 + 4 * i, "MCA", { takes: isCleared });
  // Intel's can only be cleared (Intel SDM vol. 3B, 16.3.2.3), AMD's and a virtual processor's are storage.
  for (const [j, name] of ["ADDR", "MISC"].entries())
    stored(`MC${i}_${name}`, 0x402 + 4 * i + j, "MCA", { takes: (p, value) => value === 0n || amd(p) || virtual(p) });
}
// The Pentium's, which its successors still answer.
constant("P5_MC_ADDR", 0x0, "MCE", 0n, ignore);
constant("P5_MC_TYPE", 0x1, "MCE", 0n, ignore);

// ---- debugging and performance ---------------------------------------------------------------------------------------

/** LBR, BTF (branchrecord.ts) and the four pin controls. */
stored("DebugCtl", 0x1d9, "SEP", { reserved: ~0x3fn & ALL });
for (const [i, name] of ["LastBranchFromIP", "LastBranchToIP", "LastIntFromIP", "LastIntToIP"].entries()) {
  stored(name, 0x1db + i, "SEP", { writable: 0n });
}

/** A performance counter and its event select, `count` of each. */
function counters(
  prefix: string,
  count: number,
  exists: Existence,
  events: number,
  values: number,
  step: number,
): void {
  for (let i = 0; i < count; i++) {
    active(
      `${prefix}EVTSEL${i}`,
      events + step * i,
      exists,
      (p) => load(p, at.PERFORMANCE + 16 * i),
      (p, value) => setEvent(p, i, value),
    );
    active(
      `${prefix}CTR${i}`,
      values + step * i,
      exists,
      (p) => counterValue(p, i),
      (p, value) => setCounter(p, i, value),
    );
  }
}
counters("PERF", 4, amd, 0xc0010000, 0xc0010004, 1);
counters("PERF_CORE_", 6, (p) => amd(p) && has(p, "PERFCTR_CORE"), 0xc0010200, 0xc0010201, 2);
counters("PMC_", 2, intel, 0x186, 0xc1, 1);

// ---- configuration ---------------------------------------------------------------------------------------------------

stored("SYSCFG", 0xc0010010, amd, { writable: 0x7c0000n });
/** TscFreqSel reads as one: the counter runs at the P0 frequency. */
stored("HWCR", 0xc0010015, amd, { reset: 0x1000000n, writable: 0xfeff_ffffn });
for (const [name, number] of [
  ["IORRBase0", 0xc0010016],
  ["IORRMask0", 0xc0010017],
  ["IORRBase1", 0xc0010018],
  ["IORRMask1", 0xc0010019],
  ["TOP_MEM", 0xc001001a],
  ["TOP_MEM2", 0xc001001d],
] as const) {
  stored(name, number, amd, { takes: (p, value) => !beyondPhysical(p, value) });
}
for (const [name, number] of [
  ["CLK_CTL", 0xc001001b],
  ["NB_CFG", 0xc001001f],
  ["INT_PENDING", 0xc0010055],
  ["MMIO_CONF_BASE", 0xc0010058],
  ["LS_CFG", 0xc0011020],
  ["IC_CFG", 0xc0011021],
  ["DC_CFG", 0xc0011022],
  ["BU_CFG", 0xc0011023],
  ["FP_CFG", 0xc0011028],
  ["DE_CFG", 0xc0011029],
  ["BU_CFG2", 0xc001102a],
  ["EX_CFG", 0xc001102c],
] as const) {
  stored(name, number, amd);
}
/** No update is ever loaded. */
active("PATCH_LOADER", 0xc0010020, amd, () => 0n, ignore);
constant("PATCH_LEVEL", 0x8b, amd, 0x0100_0065n, ignore);
constant("BIOS_SIGN_ID", 0x8b, intel, 0x1_0000_0000n, ignore);
constant("BIOS_UPDT_TRIG", 0x79, intel, 0n, ignore);
constant("PLATFORM_ID", 0x17, intel, 0n);
stored("EBL_CR_POWERON", 0x2a, intel, { writable: 0n });
/** Ratios to 100 MHz: the time-stamp counter runs at 2 GHz. */
constant("PLATFORM_INFO", 0xce, (p) => intel(p) && has(p, "LM"), (20n << 40n) | (20n << 8n));
constant("PERF_STATUS", 0x198, (p) => intel(p) && has(p, "LM"), 20n << 8n, ignore);
stored("PERF_CTL", 0x199, (p) => intel(p) && has(p, "LM"), { writable: 0xffffn });
/** Fast strings; no branch trace and no event-based sampling. The bits that would change CPUID cannot be set. */
stored("MISC_ENABLE", 0x1a0, (p) => intel(p) && !virtual(p), { reset: 0x1801n, writable: 0x50009n });
/** Storage alone, where nothing hangs on it: neither NX nor CPUID's MONITOR and largest leaf. */
stored("MISC_ENABLE", 0x1a0, virtual, { reset: 1n, writable: 0x4_00c5_1889n });
/** No supervisor state can be saved. */
stored("XSS", 0xda0, "XSAVES", { reserved: ALL });

// ---- by number -------------------------------------------------------------------------------------------------------

const byNumber = new Map<number, Msr[]>();
for (const r of registers) byNumber.set(r.number, [...(byNumber.get(r.number) ?? []), r]);

/** All of them, in the order of their slots. */
export const MSR_TABLE: readonly Msr[] = registers;

/** Where a stored register lies in the processor's state. */
export function slotOf(name: string): number {
  const found = registers.find((r) => r.name === name);
  if (!found || found.slot < 0) throw new EngineError(`no stored model-specific register ${name}`);
  return found.slot;
}

function find(p: Core, number: number): Msr | undefined {
  return byNumber.get(number)?.find((r) => r.exists(p));
}

/** The value of a register that this processor has. */
export function readMsr(p: Core, number: number): bigint | undefined {
  const r = find(p, number);
  return r ? r.read(p, r.slot) : p.surroundings.msrRead?.(number);
}

/** Stores to a register; false where that is #GP(0). */
export function writeMsr(p: Core, number: number, value: bigint): boolean {
  const r = find(p, number);
  return r ? r.write(p, value, r.slot) : (p.surroundings.msrWrite?.(number, value) ?? false);
}

/** Power-on values; what is zero then is zero already. */
export function resetMsrs(p: Core): void {
  for (const r of registers) if (r.reset !== 0n && r.exists(p)) store(p, r.slot, r.reset);
}
