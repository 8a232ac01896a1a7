/**
 * Descriptor-table registers, task register, selector checks, CR0 by its old names.
 * Source: AMD APM vol. 3, "System Instruction Reference".
 */

import type { Core } from "../core.ts";
import * as fault from "../fault.ts";
import { raise } from "../fault.ts";
import * as at from "../layout.ts";
import { CR0_ET, CR0_TS, CR4_UMIP, ZF } from "../registers.ts";
import { LDTR, TR } from "../segments.ts";
import { isCanonicalBase } from "./canonical.ts";
import { onlyRing0 } from "./control.ts";
import { writeControlRegister } from "./controlregisters.ts";
import {
  codeOf,
  type Descriptor,
  dplOf,
  findDescriptor,
  isCode,
  isNull,
  isPresent,
  isSegment,
  readDescriptor,
  SYSTEM_LDT,
  SYSTEM_TSS16,
  SYSTEM_TSS32,
  setBusy,
  toSegment,
  typeOf,
} from "./descriptors.ts";
import { upperHalf } from "./longdescriptors.ts";
import { loadMemory, loadMemory64, offsetOf, operand, read, storeMemory, storeMemory64, write } from "./operands.ts";
import type { Operation } from "./operation.ts";

const loadTable =
  (base: number, limit: number): Operation =>
  (p, d) => {
    onlyRing0(p);
    const o = operand(d, 0);
    if (o.kind !== "memory") return raise(fault.UD);
    const newLimit = loadMemory(p, o, 2);
    const newBase = p.long ? loadMemory64(p, o, 2) : BigInt(loadMemory(p, o, 4, 2));
    if (p.long && !isCanonicalBase(p, newBase)) raise(fault.GP, 0);
    p.view.setUint32(limit, newLimit, true);
    // A 16-bit operand size loads 24 bits of the base.
    p.view.setBigUint64(base, d.operandBits === 16 ? newBase & 0xffffffn : newBase, true);
  };

/** CR4.UMIP keeps these from privilege levels above 0 (AMD APM vol. 2, 3.1.3). */
function checkUmip(p: Core): void {
  if (p.control(4) & CR4_UMIP && p.cpl > 0) raise(fault.GP, 0);
}

const storeTable =
  (base: number, limit: number): Operation =>
  (p, d) => {
    checkUmip(p);
    const o = operand(d, 0);
    if (o.kind !== "memory") return raise(fault.UD);
    const bytes = p.long ? 10 : 6;
    p.memory.probeWrite(p.memory.linear(o.segment, offsetOf(p, o), bytes, true), bytes);
    storeMemory(p, o, p.view.getUint32(limit, true), 2);
    if (p.long) storeMemory64(p, o, p.view.getBigUint64(base, true), 2);
    else storeMemory(p, o, p.view.getUint32(base, true), 4, 2);
  };

/** Register operands take the whole width, memory always 16 bits. */
const storeWord =
  (value: (p: Core) => number): Operation =>
  (p, d) => {
    checkUmip(p);
    const o = operand(d, 0);
    if (o.kind === "memory") storeMemory(p, o, value(p) & 0xffff, 2);
    else write(p, o, value(p));
  };

/** The base of a system descriptor of 16 bytes in long mode; #GP with its selector where it is not canonical. */
function longBase(p: Core, d: Descriptor): bigint {
  const base = upperHalf(p, d) | BigInt(toSegment(d).base);
  if (!isCanonicalBase(p, base)) raise(fault.GP, codeOf(d.selector));
  return base;
}

const loadLdt: Operation = (p, d) => {
  onlyRing0(p);
  const selector = read(p, operand(d, 0));
  if (isNull(selector)) return p.segments.set(LDTR, { selector, base: 0, limit: 0, attributes: 0 });
  if (selector & 4) raise(fault.GP, codeOf(selector));
  const found = readDescriptor(p, selector);
  if (isSegment(found) || typeOf(found) !== SYSTEM_LDT) raise(fault.GP, codeOf(selector));
  if (!isPresent(found)) raise(fault.NP, codeOf(selector));
  const base = p.longMode ? longBase(p, found) : undefined;
  p.segments.set(LDTR, toSegment(found));
  if (base !== undefined) p.segments.setBase64(LDTR, base);
};

const loadTask: Operation = (p, d) => {
  onlyRing0(p);
  const selector = read(p, operand(d, 0));
  if (isNull(selector)) raise(fault.GP, 0);
  if (selector & 4) raise(fault.GP, codeOf(selector));
  const found = readDescriptor(p, selector);
  const type = typeOf(found);
  // Long mode knows no TSS of 16 bits.
  const available = !isSegment(found) && (type === SYSTEM_TSS32 || (type === SYSTEM_TSS16 && !p.longMode));
  if (!available) raise(fault.GP, codeOf(selector));
  if (!isPresent(found)) raise(fault.NP, codeOf(selector));
  const base = p.longMode ? longBase(p, found) : undefined;
  setBusy(p, found);
  const segment = toSegment(found);
  p.segments.set(TR, { ...segment, attributes: segment.attributes | 2 });
  if (base !== undefined) p.segments.setBase64(TR, base);
};

const setZero = (p: Core, zero: boolean): void => {
  p.flags = zero ? p.flags | ZF : p.flags & ~ZF;
};

/** The descriptor where the selector may be looked at from here: inside its table, and privilege allows. */
function visible(p: Core, selector: number, types: readonly number[]): Descriptor | undefined {
  if (isNull(selector)) return undefined;
  const d = findDescriptor(p, selector);
  if (!d) return undefined;
  if (!isSegment(d) && !types.includes(typeOf(d))) return undefined;
  const conforming = isCode(d) && (d.attributes & 4) !== 0;
  if (!conforming && (dplOf(d) < p.cpl || dplOf(d) < (selector & 3))) return undefined;
  return d;
}

const LAR_TYPES = [1, 2, 3, 4, 5, 9, 0xb, 0xc];
const LSL_TYPES = [1, 2, 3, 9, 0xb];
/** Long mode has no TSS and no gates of 16 bits, and no task gates. */
const inMode = (p: Core, types: readonly number[]): readonly number[] =>
  p.longMode ? types.filter((type) => type === 2 || type >= 9) : types;

const loadRights: Operation = (p, d) => {
  const found = visible(p, read(p, operand(d, 1)) & 0xffff, inMode(p, LAR_TYPES));
  setZero(p, found !== undefined);
  if (found) write(p, operand(d, 0), found.high & 0x00ffff00);
};

const loadLimit: Operation = (p, d) => {
  const found = visible(p, read(p, operand(d, 1)) & 0xffff, inMode(p, LSL_TYPES));
  setZero(p, found !== undefined);
  if (found) write(p, operand(d, 0), toSegment(found).limit);
};

const verify =
  (writing: boolean): Operation =>
  (p, d) => {
    const found = visible(p, read(p, operand(d, 0)) & 0xffff, []);
    const right =
      found && (isCode(found) ? !writing && (found.attributes & 2) !== 0 : !writing || (found.attributes & 2) !== 0);
    setZero(p, right === true);
  };

const adjustLevel: Operation = (p, d) => {
  const to = operand(d, 0);
  const selector = read(p, to);
  const level = read(p, operand(d, 1)) & 3;
  const raises = (selector & 3) < level;
  if (raises) write(p, to, (selector & ~3) | level);
  setZero(p, raises);
};

export const PROTECTION_OPERATIONS: Readonly<Record<string, Operation>> = {
  LGDT: loadTable(at.GDTR_BASE, at.GDTR_LIMIT),
  LIDT: loadTable(at.IDTR_BASE, at.IDTR_LIMIT),
  SGDT: storeTable(at.GDTR_BASE, at.GDTR_LIMIT),
  SIDT: storeTable(at.IDTR_BASE, at.IDTR_LIMIT),
  SMSW: storeWord((p) => p.control(0)),
  SLDT: storeWord((p) => p.segments.selector(LDTR)),
  STR: storeWord((p) => p.segments.selector(TR)),
  LMSW: (p, d) => {
    onlyRing0(p);
    const old = p.control(0);
    // PE can be set and not cleared.
    const next = (old & ~0xe) | (read(p, operand(d, 0)) & 0xf) | CR0_ET;
    writeControlRegister(p, 0, next >>> 0, 0);
  },
  LLDT: loadLdt,
  LTR: loadTask,
  LAR: loadRights,
  LSL: loadLimit,
  VERR: verify(false),
  VERW: verify(true),
  ARPL: adjustLevel,
  CLTS: (p) => {
    onlyRing0(p);
    p.setControl(0, (p.control(0) & ~CR0_TS) >>> 0);
  },
  INVD: onlyRing0,
  WBINVD: onlyRing0,
  WBNOINVD: onlyRing0,
};
