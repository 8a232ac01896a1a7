/**
 * What is remembered of interrupts and returns that were checked before (system/gates.ts), and how they are done again, in
 * WebAssembly: where the gate, the descriptors it leads to and the privilege are still what they were when all was checked,
 * the segments are taken as they came out then. A descriptor counts as read again where its bytes are the same and the
 * architectural TLB has the entry by which it was read: reading it would have had no effect. Whatever is not so, or would
 * have to be looked at between two instructions, is left to TypeScript. Derived: no guest can tell.
 *
 * Kept are 32-bit gates of the IDT to flat code and stacks of the GDT, in protected mode with flat segments. In memory:
 *
 *     a place (32 bytes)         0 where it is │ 4 its TLB entry │ 8 its 8 bytes │ 16 the TLB entry's 16
 *     a delivery (GATE_BYTES)    0 KNOWN and key │ 4 SEGMENT_TAG │ 8 gate │ 40 code │ 72 stack in the TSS │ 104 its segment
 *                                136 selector of the stack, 0: none │ 140 level │ 144 GDTR, limit │ 160 IDTR, limit
 *                                176 TR's base, limit, attributes │ 192 CS │ 224 SS
 *     a return (RETURN_BYTES)    0 KNOWN and selector │ 4 SEGMENT_TAG │ 8 descriptor │ 40 GDTR, limit │ 64 segment register
 */
import type { Callee, Expression } from "../wasm/expression.ts";
import * as w from "../wasm/expression.ts";
import { convertSigned, fadd } from "../wasm/float.ts";
import { assembleModule, FunctionBuilder, type Signature } from "../wasm/module.ts";
import { CLASS_CHECKED, tableAt } from "./fasttlb.ts";
import * as at from "./layout.ts";
import { type LedgerItem, ledgerAt } from "./ledger.ts";
import type { PhysicalMap } from "./physical.ts";
import {
  AC,
  AF,
  CF,
  IF,
  IOPL,
  NMI_BLOCKED,
  NT,
  OF,
  PF,
  RF,
  SF,
  STATUS_FLAGS,
  TF,
  VIF,
  VIP,
  VM,
  ZF,
} from "./registers.ts";
import { CODE, CONFORMING, CS, DS, ES, FS, GS, S, SS, TR } from "./segments.ts";

export const KNOWN = 0x10000;
/** Of a delivery's key, beside its vector: by INT n. */
export const SOFTWARE = 0x100;
export const GATE = {
  gate: 8,
  code: 40,
  stack: 72,
  stackSegment: 104,
  ss: 136,
  level: 140,
  gdtr: 144,
  idtr: 160,
  tr: 176,
  cs: 192,
  to: 224,
} as const;
export const RETURN = { descriptor: 8, gdtr: 40, segment: 64 } as const;

/** Where in the processor a delivery of `key`, and a return to `selector`, are kept. */
export const gateAt = (key: number): number => at.GATES + ((key ^ (key >> 4)) & (at.GATE_ENTRIES - 1)) * at.GATE_BYTES;
export const returnAt = (selector: number, isStack: boolean): number =>
  (isStack ? at.RETURN_STACKS : at.RETURN_CODES) + ((selector >> 3) & (at.RETURN_ENTRIES - 1)) * at.RETURN_BYTES;

/** Bits of the flags that IRETD may change at privilege level 0. */
const CHANGEABLE = 0x3f7fd5 & ~VM;
const STORED = 0x3f7fd7 & ~(STATUS_FLAGS | 2);

const i32s = (n: number): Signature => ({
  parameters: Array.from({ length: n }, () => "i32" as const),
  results: ["i32"],
});
const SIGNATURES = [i32s(2), i32s(3), i32s(4), i32s(6)];

/** Of one machine; the processor is the first parameter. All answer 1, or 0 and nothing done. */
export interface GateFunctions {
  /** (cpu, record, ticks, vector): INT n as generated code comes to it. */
  interrupt(cpu: number, record: number, ticks: number, vector: number): number;
  /** (cpu, record, ticks): IRETD as generated code comes to it. */
  interruptReturn(cpu: number, record: number, ticks: number): number;
  /** Enters a handler. `resumed`: RF, or 0; `error`: the error code, where `hasError`. */
  deliver(cpu: number, key: number, returnTo: number, resumed: number, error: number, hasError: number): number;
  /** Returns where the flags on the stack have none of `refused`. */
  giveBack(cpu: number, refused: number): number;
}

/** `debugControl`: where DebugCtl lies in a processor; 1 in its bit 0 records branches. */
export function gateFunctions(map: PhysicalMap, debugControl: number): GateFunctions {
  const bodies = [
    { name: "deliver", type: 3, emit: emitDeliver },
    { name: "giveBack", type: 0, emit: emitReturn },
    { name: "interrupt", type: 2, emit: (f: FunctionBuilder) => emitInterrupt(f, debugControl) },
    { name: "interruptReturn", type: 1, emit: (f: FunctionBuilder) => emitInterruptReturn(f, debugControl) },
  ];
  const functions = bodies.map(({ type, emit }) => {
    const builder = new FunctionBuilder(SIGNATURES[type] as Signature);
    emit(builder);
    return { type, builder };
  });
  const exports = bodies.map(({ name }, i) => ({ name, function: i }));
  const module = new WebAssembly.Module(assembleModule({ types: SIGNATURES, imports: [], functions, exports }));
  const table = new WebAssembly.Table({ initial: 1, element: "anyfunc" });
  const instance = new WebAssembly.Instance(module, { e: { memory: map.memory, table } });
  return instance.exports as unknown as GateFunctions;
}

const DELIVER: Callee = { index: 0, results: ["i32"] };
const GIVE_BACK: Callee = { index: 1, results: ["i32"] };

const word = (from: Expression, offset: number): Expression => w.load("i32", 32, from, offset);
const wide = (from: Expression, offset: number): Expression => w.load("i64", 64, from, offset);
const all = (...conditions: Expression[]): Expression => conditions.reduce((a, b) => w.and(a, b));
const segmentAt = (n: number): number => at.SEGMENTS + n * at.SEGMENT_BYTES;

function parameters(f: FunctionBuilder): Expression[] {
  return f.signature.parameters.map((_, i) => f.parameter(i));
}

function unless(f: FunctionBuilder, condition: Expression): void {
  f.if(w.eqz(condition), () => f.return(w.i32(0)));
}

/** The TLB has the entry by which the place at `entry + place` was read. */
const isMapped = (entry: Expression, place: number): Expression =>
  all(
    w.eq(wide(word(entry, place + 4), 0), wide(entry, place + 16)),
    w.eq(wide(word(entry, place + 4), 8), wide(entry, place + 24)),
  );

/** And its bytes are what they were. */
const isSame = (entry: Expression, place: number): Expression =>
  w.and(w.eq(wide(word(entry, place), 0), wide(entry, place + 8)), isMapped(entry, place));

const isTable = (cpu: Expression, entry: Expression, register: number, place: number): Expression =>
  w.and(w.eq(wide(cpu, register), wide(entry, place)), w.eq(word(cpu, register + 8), word(entry, place + 8)));

/** Flat segments, in protected mode and not in virtual-8086 mode; no access is looked at. */
const isPlain = (cpu: Expression): Expression =>
  all(word(cpu, at.FLAT32), w.ne(word(cpu, at.TLB_CLASS), w.i32(CLASS_CHECKED)), w.eqz(word(cpu, at.ALIGNS)));

/** Where `bytes` at `la` are by a table of the fast TLB; returns 0 where it does not know. */
function hostOf(f: FunctionBuilder, la: Expression, bytes: Expression, table: Expression): Expression {
  const slot = f.let(w.add(table, w.and(w.shru(la, w.i32(8)), w.i32((at.FAST_TLB_ENTRIES - 1) << 4))));
  const last = w.add(w.extendU(la), w.extendU(w.sub(bytes, w.i32(1))));
  unless(f, w.eq(wide(slot, 0), w.and(last, w.i64(-4096))));
  return f.let(w.add(la, word(slot, 8)));
}

/** Tables for privilege levels 0–2. */
const innerTable = (cpu: Expression, write: boolean): Expression =>
  w.add(w.add(cpu, w.i32(tableAt(write ? 1 : 0))), w.mul(word(cpu, at.INNER_CLASS), w.i32(tableAt(2) - tableAt(0))));

function copySegment(f: FunctionBuilder, cpu: Expression, n: number, from: Expression, offset: number): void {
  for (let i = 0; i < at.SEGMENT_BYTES; i += 8) f.store(64, cpu, wide(from, offset + i), segmentAt(n) + i);
}

function count(f: FunctionBuilder, cpu: Expression, item: LedgerItem): void {
  const place = ledgerAt(item);
  f.store(64, cpu, fadd(w.load("f64", 64, cpu, place), convertSigned("f64", w.i32(1))), place);
}

/** The privilege level becomes `level`: all that `Processor.updateMode` derives from it. */
function emitLevel(f: FunctionBuilder, cpu: Expression, level: Expression): void {
  const user = f.let(w.eq(level, w.i32(3)));
  f.store(32, cpu, w.or(w.and(word(cpu, at.SEGMENT_TAG), w.i32(~3)), level), at.SEGMENT_TAG);
  const tag = w.and(word(cpu, at.CODE_TAG), w.i32(~at.MAX_MODES));
  f.store(32, cpu, w.or(tag, w.mul(user, w.i32(at.MAX_MODES))), at.CODE_TAG);
  const globalTag = w.and(word(cpu, at.GLOBAL_CODE_TAG), w.i32(~at.MAX_MODES));
  f.store(32, cpu, w.or(globalTag, w.mul(w.eqz(user), w.i32(at.MAX_MODES))), at.GLOBAL_CODE_TAG);
  const access = f.let(w.select(user, w.i32(0), word(cpu, at.INNER_CLASS)));
  f.store(32, cpu, access, at.TLB_CLASS);
  const tables = f.let(w.add(cpu, w.mul(access, w.i32(tableAt(2) - tableAt(0)))));
  f.store(32, cpu, w.add(tables, w.i32(tableAt(0))), at.TLB_READ);
  f.store(32, cpu, w.add(tables, w.i32(tableAt(1))), at.TLB_WRITE);
  f.store(32, cpu, level, at.CHARGED_RING);
  count(f, cpu, "ringCrossings");
  f.if(w.ne(user, word(cpu, at.COUNTS_USER)), () => {
    f.store(32, cpu, user, at.COUNTS_USER);
    const retired = f.let(w.add(wide(cpu, at.RETIRED), w.extendU(word(cpu, at.UNRETIRED))));
    const before = wide(cpu, at.RETIRED_USER);
    f.store(64, cpu, w.select(user, w.sub(before, retired), w.add(before, retired)), at.RETIRED_USER);
  });
}

function emitDeliver(f: FunctionBuilder): void {
  const [cpu, key, returnTo, resumed, error, hasError] = parameters(f) as [
    Expression,
    Expression,
    Expression,
    Expression,
    Expression,
    Expression,
  ];
  const slot = w.and(w.xor(key, w.shru(key, w.i32(4))), w.i32(at.GATE_ENTRIES - 1));
  const entry = f.let(w.add(w.add(cpu, w.i32(at.GATES)), w.mul(slot, w.i32(at.GATE_BYTES))));
  const known = all(
    w.eq(word(entry, 0), w.or(key, w.i32(KNOWN))),
    w.eq(word(entry, 4), word(cpu, at.SEGMENT_TAG)),
    isPlain(cpu),
    isTable(cpu, entry, at.GDTR_BASE, GATE.gdtr),
    isTable(cpu, entry, at.IDTR_BASE, GATE.idtr),
    isSame(entry, GATE.gate),
    isSame(entry, GATE.code),
  );
  unless(f, known);
  const old = f.copy(word(cpu, at.GPR + 4 * 8));
  const top = f.copy(old);
  const bytes = f.copy(w.add(w.i32(12), w.shl(hasError, w.i32(2))));
  const table = f.copy(word(cpu, at.TLB_WRITE));
  const inner = f.let(w.ne(word(entry, GATE.ss), w.i32(0)));
  f.if(inner, () => {
    const tr = segmentAt(TR);
    const stack = all(
      isMapped(entry, GATE.stack),
      w.eq(w.load("i32", 16, word(entry, GATE.stack), 4), word(entry, GATE.ss)),
      isSame(entry, GATE.stackSegment),
      w.eq(wide(cpu, tr + at.SEGMENT_BASE), wide(entry, GATE.tr)),
      w.eq(word(cpu, tr + at.SEGMENT_LIMIT), word(entry, GATE.tr + 8)),
      w.eq(word(cpu, tr + at.SEGMENT_ATTRIBUTES), word(entry, GATE.tr + 12)),
    );
    unless(f, stack);
    f.assign(top, word(word(entry, GATE.stack), 0));
    f.assign(bytes, w.add(bytes, w.i32(8)));
    f.assign(table, innerTable(cpu, true));
  });
  f.assign(top, w.sub(top, bytes));
  const frame = f.copy(hostOf(f, top, bytes, table));
  f.if(hasError, () => {
    f.store(32, frame, error);
    f.assign(frame, w.add(frame, w.i32(4)));
  });
  f.store(32, frame, returnTo);
  f.store(32, frame, word(cpu, segmentAt(CS) + at.SEGMENT_SELECTOR), 4);
  f.store(32, frame, w.or(flagsOf(f, cpu), resumed), 8);
  f.if(inner, () => {
    f.store(32, frame, old, 12);
    f.store(32, frame, word(cpu, segmentAt(SS) + at.SEGMENT_SELECTOR), 16);
    copySegment(f, cpu, SS, entry, GATE.to);
    emitLevel(f, cpu, word(entry, GATE.level));
  });
  copySegment(f, cpu, CS, entry, GATE.cs);
  const gateHigh = f.let(word(entry, GATE.gate + 12));
  // A trap gate leaves IF as it is.
  const cleared = w.select(w.and(gateHigh, w.i32(0x100)), w.i32(TF | NT | RF | VM), w.i32(TF | NT | RF | VM | IF));
  f.store(32, cpu, w.and(word(cpu, at.SYSTEM_FLAGS), w.not(cleared)), at.SYSTEM_FLAGS);
  f.store(64, cpu, w.extendU(top), at.GPR + 4 * 8);
  const target = w.or(w.and(gateHigh, w.i32(0xffff0000 | 0)), w.and(word(entry, GATE.gate + 8), w.i32(0xffff)));
  f.store(64, cpu, w.extendU(target), at.RIP);
  f.return(w.i32(1));
}

/** EFLAGS, put together. */
function flagsOf(f: FunctionBuilder, cpu: Expression): Expression {
  const low = f.let(word(cpu, at.RESULT));
  const high = f.let(word(cpu, at.RESULT + 4));
  const carry = f.let(word(cpu, at.CARRY));
  const cf = w.shru(carry, w.i32(31));
  const of = w.and(w.xor(cf, w.shru(carry, w.i32(30))), w.i32(1));
  const isEven = w.xor(w.and(w.popcnt(w.and(w.xor(low, high), w.i32(0xff))), w.i32(1)), w.i32(1));
  const bit = (value: Expression, flag: number) => w.mul(value, w.i32(flag));
  const parts = [
    w.or(word(cpu, at.SYSTEM_FLAGS), w.i32(2)),
    cf,
    bit(isEven, PF),
    w.shl(w.and(carry, w.i32(8)), w.i32(1)),
    bit(w.eqz(low), ZF),
    bit(w.shru(high, w.i32(31)), SF),
    bit(of, OF),
  ];
  return f.let(parts.reduce((a, b) => w.or(a, b)));
}

/** The status flags become those of `image`. */
function setStatus(f: FunctionBuilder, cpu: Expression, image: Expression): void {
  const has = (flag: number) => w.ne(w.and(image, w.i32(flag)), w.i32(0));
  f.store(32, cpu, w.select(has(ZF), w.i32(0), w.i32(0x100)), at.RESULT);
  f.store(32, cpu, w.or(w.shl(has(SF), w.i32(31)), w.eqz(has(PF))), at.RESULT + 4);
  const cf = f.let(w.and(image, w.i32(CF)));
  const differ = w.xor(cf, has(OF));
  const adjust = w.shru(w.and(image, w.i32(AF)), w.i32(1));
  f.store(32, cpu, w.or(w.or(w.shl(cf, w.i32(31)), w.shl(differ, w.i32(30))), adjust), at.CARRY);
}

/**
 * A data segment that the outer ring may not use becomes null, a null selector 0 (far.ts, `dropPrivileged`): a return that
 * changes one goes the long way.
 */
function keepsSegments(f: FunctionBuilder, cpu: Expression, level: Expression): Expression {
  const keeps = [ES, DS, FS, GS].map((n) => {
    const attributes = f.let(word(cpu, segmentAt(n) + at.SEGMENT_ATTRIBUTES));
    const conforming = w.eq(w.and(attributes, w.i32(S | CODE | CONFORMING)), w.i32(S | CODE | CONFORMING));
    const dpl = w.and(w.shru(attributes, w.i32(5)), w.i32(3));
    const allowed = w.or(w.or(w.eqz(w.and(attributes, w.i32(S))), conforming), w.geu(dpl, level));
    const selector = word(cpu, segmentAt(n) + at.SEGMENT_SELECTOR);
    return w.and(allowed, w.geu(w.sub(selector, w.i32(1)), w.i32(3)));
  });
  return all(...(keeps as [Expression, ...Expression[]]));
}

function returnEntry(f: FunctionBuilder, cpu: Expression, selector: Expression, isStack: boolean): Expression {
  const index = w.and(w.shru(selector, w.i32(3)), w.i32(at.RETURN_ENTRIES - 1));
  const entry = f.let(w.add(w.add(cpu, w.i32(returnAt(0, isStack))), w.mul(index, w.i32(at.RETURN_BYTES))));
  const known = all(
    w.eq(word(entry, 0), w.or(selector, w.i32(KNOWN))),
    w.eq(word(entry, 4), word(cpu, at.SEGMENT_TAG)),
    isTable(cpu, entry, at.GDTR_BASE, RETURN.gdtr),
    isSame(entry, RETURN.descriptor),
  );
  unless(f, known);
  return entry;
}

function emitReturn(f: FunctionBuilder): void {
  const [cpu, refused] = parameters(f) as [Expression, Expression];
  const old = f.copy(word(cpu, at.SYSTEM_FLAGS));
  unless(f, w.and(isPlain(cpu), w.eqz(w.and(old, w.i32(NT)))));
  const esp = f.copy(word(cpu, at.GPR + 4 * 8));
  const frame = hostOf(f, esp, w.i32(12), word(cpu, at.TLB_READ));
  const selector = f.let(w.load("i32", 16, frame, 4));
  const image = f.let(word(frame, 8));
  unless(f, w.eqz(w.or(w.and(image, refused), w.and(w.xor(image, old), w.i32(AC)))));
  const code = returnEntry(f, cpu, selector, false);
  const oldLevel = f.let(w.and(word(cpu, at.SEGMENT_TAG), w.i32(3)));
  const level = f.let(w.and(selector, w.i32(3)));
  const top = f.copy(w.add(esp, w.i32(12)));
  f.if(w.ne(level, oldLevel), () => {
    hostOf(f, esp, w.i32(20), word(cpu, at.TLB_READ));
    const stack = returnEntry(f, cpu, f.let(w.load("i32", 16, frame, 16)), true);
    unless(f, keepsSegments(f, cpu, level));
    f.assign(top, word(frame, 12));
    copySegment(f, cpu, SS, stack, RETURN.segment);
    emitLevel(f, cpu, level);
  });
  copySegment(f, cpu, CS, code, RETURN.segment);
  f.store(64, cpu, w.extendU(top), at.GPR + 4 * 8);
  f.store(64, cpu, w.extendU(word(frame, 0)), at.RIP);
  f.store(32, cpu, w.and(word(cpu, at.SHADOW), w.i32(~NMI_BLOCKED)), at.SHADOW);
  // IOPL, VIF and VIP change at level 0 only, IF where the level is at most IOPL (Intel SDM vol. 2, IRET).
  const ofLevel = w.select(oldLevel, w.i32(CHANGEABLE & ~(IOPL | VIF | VIP)), w.i32(CHANGEABLE));
  const iopl = w.and(w.shru(old, w.i32(12)), w.i32(3));
  const changeable = f.let(w.and(ofLevel, w.select(w.gtu(oldLevel, iopl), w.i32(~IF), w.i32(-1))));
  const next = w.or(w.and(old, w.not(changeable)), w.and(image, changeable));
  f.store(32, cpu, w.and(next, w.i32(STORED)), at.SYSTEM_FLAGS);
  setStatus(f, cpu, image);
  f.return(w.i32(1));
}

/** Nothing is to be looked at between two instructions: `Processor.isQuiet`. */
function isQuiet(cpu: Expression, debugControl: number): Expression {
  return w.eqz(
    [
      word(cpu, at.UNQUIET),
      word(cpu, at.INTERRUPT),
      w.and(word(cpu, at.SHADOW), w.i32(~NMI_BLOCKED)),
      w.and(word(cpu, at.SYSTEM_FLAGS), w.i32(TF | RF)),
      word(cpu, at.PENDING_DEBUG),
      w.and(word(cpu, debugControl), w.i32(1)),
    ].reduce((a, b) => w.or(a, b)),
  );
}

function emitInterrupt(f: FunctionBuilder, debugControl: number): void {
  const [cpu, record, ticks, vector] = parameters(f) as [Expression, Expression, Expression, Expression];
  const noted = f.let(word(cpu, at.NOTE_COUNT));
  unless(f, w.and(isQuiet(cpu, debugControl), w.ltu(noted, word(cpu, at.NOTE_ROOM))));
  const selector = f.let(word(cpu, segmentAt(CS) + at.SEGMENT_SELECTOR));
  const ip = f.let(word(record, at.R_RIP));
  const next = w.add(ip, w.load("i32", 8, record, at.R_LENGTH));
  const executed = f.let(w.sub(word(cpu, at.ENTRY_TICKS), ticks));
  f.store(32, cpu, executed, at.UNRETIRED);
  const [none, byInt] = [w.i32(0), w.or(vector, w.i32(SOFTWARE))];
  unless(f, w.call(DELIVER, cpu, byInt, next, none, none, none));
  const note = f.let(w.add(w.add(cpu, w.i32(at.NOTES)), w.shl(noted, w.i32(5))));
  for (const [i, value] of [executed, vector, selector, ip, w.load("i32", 16, cpu, at.GPR)].entries())
    f.store(32, note, value, i * 4);
  f.store(32, cpu, w.add(noted, w.i32(1)), at.NOTE_COUNT);
  count(f, cpu, "softwareInterrupts");
  f.return(w.i32(1));
}

function emitInterruptReturn(f: FunctionBuilder, debugControl: number): void {
  const [cpu, , ticks] = parameters(f) as [Expression, Expression, Expression];
  unless(f, isQuiet(cpu, debugControl));
  f.store(32, cpu, w.sub(word(cpu, at.ENTRY_TICKS), ticks), at.UNRETIRED);
  f.return(w.call(GIVE_BACK, cpu, w.i32(VM | TF | RF)));
}
