/**
 * Instructions about the processor itself: waiting for a store, caches, random numbers, who it is, segment bases,
 * protection keys. Caches are not modelled: flushing a line only checks that it could be read.
 *
 * RDRAND and RDSEED draw from one generator (splitmix64) whose state is the processor's: two runs draw the same numbers.
 * MONITOR watches a line of 64 bytes of RAM; what MWAIT's hints in EAX ask for is not told apart.
 * Source: AMD APM vol. 3 and Intel SDM vol. 2, each instruction; AMD APM vol. 3, MONITOR and MWAIT.
 */
import type { Decoded, MemoryOperand } from "../../isa/decoded.ts";
import type { Core } from "../core.ts";
import * as fault from "../fault.ts";
import { raise } from "../fault.ts";
import * as at from "../layout.ts";
import { AC, AF, CF, CR4_FSGSBASE, CR4_PKE, INTR, OF, PF, SF, ZF } from "../registers.ts";
import { DS, FS, GS } from "../segments.ts";
import type { LinearAddress } from "../translation.ts";
import { isCanonical } from "./canonical.ts";
import { slotOf } from "./msr.ts";
import { addressOf, loadMemory64, offsetOf, operand, read64, storeMemory64, write64 } from "./operands.ts";
import type { Operation } from "./operation.ts";
import { timeStamp } from "./timestamp.ts";

const STATUS = OF | SF | ZF | AF | PF | CF;
const TSC_AUX = slotOf("TSC_AUX");

/** Linear address of `bytes` of a memory operand, checked for reading. */
function readable(p: Core, o: MemoryOperand, bytes: number): LinearAddress {
  return p.memory.linear(o.segment, offsetOf(p, o), bytes, false);
}

/** CLFLUSH and its kin are checked as a load of one byte is; a segment for execution only will do for them. */
const flushLine: Operation = (p, d) => {
  const o = operand(d, 0);
  if (o.kind !== "memory") return raise(fault.UD);
  p.memory.probeRead(readable(p, o, 1));
};

// ---- MONITOR and MWAIT -----------------------------------------------------------------------------------------------

const monitor: Operation = (p, d) => {
  // Intel's raise #UD outside privilege level 0, AMD's as HWCR.MonMwaitUserEn says, which is clear.
  if (p.cpl !== 0) raise(fault.UD);
  if (p.register(1) !== 0) raise(fault.GP, 0);
  const segment = d.segmentPrefix >= 0 ? d.segmentPrefix : DS;
  const mask = (1n << BigInt(d.addressBits)) - 1n;
  const offset = p.register64(0) & mask;
  const la = p.memory.linear(segment, p.long ? offset : Number(offset), 1, false);
  p.monitor.watch(p.memory.probeRead(la));
};

const wait: Operation = (p) => {
  if (p.cpl !== 0) raise(fault.UD);
  const extensions = p.register(1);
  if (extensions & ~1) raise(fault.GP, 0);
  if (!p.monitor.isArmed) return;
  const pins = p.view.getUint32(at.INTERRUPT, true);
  // An interrupt that waits, and may break it though it is masked, ends it before it has begun.
  if (extensions & 1 && pins & INTR) return;
  p.view.setUint32(at.HALTED, extensions & 1 ? at.WAITS_FOR_STORE_OR_INTERRUPT : at.WAITS_FOR_STORE, true);
  p.mustLeave = true;
  p.tell({ kind: "halt", forever: false });
};

// ---- random numbers --------------------------------------------------------------------------------------------------

/** The next number of splitmix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014). */
function nextRandom(p: Core): bigint {
  const state = BigInt.asUintN(64, p.view.getBigUint64(at.RANDOM, true) + 0x9e3779b97f4a7c15n);
  p.view.setBigUint64(at.RANDOM, state, true);
  const mix = (v: bigint, shift: bigint, factor: bigint) => BigInt.asUintN(64, (v ^ (v >> shift)) * factor);
  const z = mix(mix(state, 30n, 0xbf58476d1ce4e5b9n), 27n, 0x94d049bb133111ebn);
  return z ^ (z >> 31n);
}

const random: Operation = (p, d) => {
  write64(p, operand(d, 0), BigInt.asUintN(d.operandBits, nextRandom(p)));
  p.flags = (p.flags & ~STATUS) | CF;
};

// ---- segment bases, time, identity ------------------------------------------------------------------------------------

const readBase =
  (segment: number): Operation =>
  (p, d) => {
    if (!(p.control(4) & CR4_FSGSBASE)) raise(fault.UD);
    write64(p, operand(d, 0), BigInt.asUintN(d.operandBits === 64 ? 64 : 32, p.segments.base64(segment)));
  };

const writeBase =
  (segment: number): Operation =>
  (p, d) => {
    if (!(p.control(4) & CR4_FSGSBASE)) raise(fault.UD);
    const base = read64(p, operand(d, 0));
    if (!isCanonical(p, base)) raise(fault.GP, 0);
    p.segments.setBase64(segment, base);
  };

function loadAux(p: Core): number {
  return p.view.getUint32(TSC_AUX, true);
}

const readTimeStampAndNumber: Operation = (p) => {
  if (p.control(4) & 4 && p.cpl !== 0) raise(fault.GP, 0);
  const now = timeStamp(p);
  p.setRegister(0, Number(now & 0xffffffffn));
  p.setRegister(2, Number(now >> 32n));
  p.setRegister(1, loadAux(p));
};

// ---- protection ------------------------------------------------------------------------------------------------------

const setAccess =
  (value: number): Operation =>
  (p) => {
    if (p.cpl !== 0 || !p.protectedMode) raise(fault.UD);
    p.flags = (p.flags & ~AC) | value;
  };

const readKeys: Operation = (p) => {
  if (!(p.control(4) & CR4_PKE)) raise(fault.UD);
  if (p.register(1) !== 0) raise(fault.GP, 0);
  p.setRegister(0, p.view.getUint32(at.PKRU, true));
  p.setRegister(2, 0);
};

const writeKeys: Operation = (p) => {
  if (!(p.control(4) & CR4_PKE)) raise(fault.UD);
  if (p.register(1) !== 0 || p.register(2) !== 0) raise(fault.GP, 0);
  p.view.setUint32(at.PKRU, p.register(0), true);
  p.mappingChanged();
};

/** Source: AMD APM vol. 3, CMPXCHG8B: the destination is written in either case; CMPXCHG16B's must be aligned: #GP(0). */
const compareExchange16: Operation = (p, d: Decoded) => {
  const o = operand(d, 0);
  if (o.kind !== "memory") return raise(fault.UD);
  // Alignment comes before the canonical form, as processors have it.
  if (BigInt(addressOf(p, o)) & 15n) raise(fault.GP, 0);
  const la = p.memory.linear(o.segment, offsetOf(p, o), 16, true);
  p.memory.probeWrite(la, 16);
  const low = loadMemory64(p, o);
  const high = loadMemory64(p, o, 8);
  const equal = low === p.register64(0) && high === p.register64(2);
  storeMemory64(p, o, equal ? p.register64(3) : low);
  storeMemory64(p, o, equal ? p.register64(1) : high, 8);
  if (!equal) {
    p.setRegister64(0, low);
    p.setRegister64(2, high);
  }
  p.flags = equal ? p.flags | ZF : p.flags & ~ZF;
};

export const PROCESSOR_OPERATIONS: Readonly<Record<string, Operation>> = {
  CLFLUSH: flushLine,
  CLFLUSHOPT: flushLine,
  CLWB: flushLine,
  MONITOR: monitor,
  MWAIT: wait,
  RDRAND: random,
  RDSEED: random,
  RDTSCP: readTimeStampAndNumber,
  RDPID: (p, d) => write64(p, operand(d, 0), BigInt(loadAux(p))),
  RDFSBASE: readBase(FS),
  RDGSBASE: readBase(GS),
  WRFSBASE: writeBase(FS),
  WRGSBASE: writeBase(GS),
  CLAC: setAccess(0),
  STAC: setAccess(AC),
  RDPKRU: readKeys,
  WRPKRU: writeKeys,
  CMPXCHG16B: compareExchange16,
  UD0: () => raise(fault.UD),
  UD1: () => raise(fault.UD),
};
