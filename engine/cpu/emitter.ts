/**
 * What interpreter and translator share of `Meaning`: memory behind the fast TLB, the stack, strings. They differ in where registers, flags and operands are, and in how they leave; those are the abstract parts.
 */

import type { FloatOperation } from "../isa/floatoperation.ts";
import type { Bits, Bulk, Flags, Meaning, Place, PlaceBits, Value } from "../isa/meaning.ts";
import { signExtend, truncate } from "../isa/width.ts";
import type { Callee } from "../wasm/expression.ts";
import * as w from "../wasm/expression.ts";
import type { FunctionBuilder } from "../wasm/module.ts";
import { emitBulk } from "./bulk.ts";
import { isJumpKnown, jumpSlot } from "./jumptable.ts";
import * as at from "./layout.ts";
import { emitEnterMmx, emitFloat, emitMediaCheck, mediaPlace, typeOf } from "./media.ts";
import { DF, IF } from "./registers.ts";
import { emitSegmentLoad } from "./segmentcache.ts";
import type { Addressing, Shape } from "./shape.ts";
import { X87Emitter } from "./x87/emit.ts";

/** Functions of TypeScript that generated code calls; all take and give i32. */
export interface Imports {
  /** (cpu, la low, la high, bits) → address in linear memory to read from, 0 on a fault. */
  readonly read: Callee;
  /** The same for a read that will be followed by a store. */
  readonly update: Callee;
  /** (cpu, la low, la high, bits): stores the scratch slot, → 0, or 1 on a fault. */
  readonly store: Callee;
  /** (cpu, la low, la high, bits): ends an update whose address was the scratch slot. */
  readonly commit: Callee;
  /** (cpu, segment offset, offset, bits, write) → 0, or 1 on a fault: the check beyond the segment's fast end. */
  readonly segment: Callee;
  /** (cpu, record, which link, ticks) → record, 0: leave. */
  readonly link: Callee;
  /** (cpu, offset low, offset high, ticks) → record, 0: leave. */
  readonly jump: Callee;
  /** (cpu, record, ticks) → SYSTEM_*. */
  readonly system: Callee;
  /** (cpu, record, ticks, access) → 1 where generated code has to leave: IN or OUT, its value in SCRATCH. */
  readonly port: Callee;
  /** (cpu, record, ticks, vector) → 1: INT n was done, and RIP set; 0: not. In WebAssembly (gatememory.ts). */
  readonly interrupt: Callee;
  /** (cpu, record, ticks) → 1: IRETD was done, and RIP set; 0: not. */
  readonly interruptReturn: Callee;
  /** (cpu, record, ticks) → 0: the block that begins at a record has been run often. */
  readonly warm: Callee;
  /** (cpu, record, ticks) → 0, or 1: leave, as the instruction behind the guard is another one now. */
  readonly guard: Callee;
  /** (cpu, record, ticks) → 1: a dropped block that begins at a record is valid again. */
  readonly renew: Callee;
  /** A function of the x87's library: x87/functions.ts. */
  readonly x87: (name: string) => Callee;
  /** (cpu, operation, immediate) → 0, or 1 on a fault: a floating-point operation on the media slots. */
  readonly float: Callee;
}

export type { Addressing, Shape } from "./shape.ts";

/** What a system operation answers: go on behind it, leave, or go on at RIP. */
export const SYSTEM_NEXT = 0;
export const SYSTEM_LEAVE = 1;
export const SYSTEM_JUMP = 2;

/** Of an access to ports, beside the port (bits 15–0) and its bytes (bits 18–16): it writes. */
export const PORT_WRITE = 1 << 24;

/** Exceptions that generated code raises itself. */
const GP = 13;

export abstract class Emitter implements Meaning {
  readonly f: FunctionBuilder;
  readonly shape: Shape;
  readonly imports: Imports;
  readonly cpu: Value;
  readonly ticks: Value;
  abstract readonly flags: Flags;
  /** The row may be handed to its operation in TypeScript. */
  operates = false;
  /** The row has left: what follows it is reached by a link, so that it ends its block. */
  ended = false;
  private x87Unit: X87Emitter | undefined;

  constructor(f: FunctionBuilder, shape: Shape, imports: Imports) {
    this.f = f;
    this.shape = shape;
    this.imports = imports;
    this.cpu = f.parameter(0);
    this.ticks = f.parameter(2);
  }

  get operandBits(): 16 | 32 | 64 {
    return this.shape.operandBits;
  }
  get addressBits(): 16 | 32 | 64 {
    return this.shape.addressBits;
  }
  get repeat(): 0 | 0xf2 | 0xf3 {
    return this.shape.repeat;
  }

  let(value: Value): Value {
    return this.f.let(value);
  }

  get x87(): X87Emitter {
    return (this.x87Unit ??= new X87Emitter(this));
  }

  /** The record of this instruction. */
  abstract record(): Value;
  abstract register(number: number, bits: Bits): Place;
  abstract condition(code: number): Value;
  /** Leaves at this instruction; the fault was noted, or `vector` (no error code) is to be raised. */
  abstract fault(vector?: number): void;
  /** Makes registers and flags in memory what they are here; code that follows leaves or calls `system`. */
  abstract spill(): void;
  /** Offset of the memory operand's segment register from the processor. */
  abstract operandSegment(): Value;
  abstract nextAddress(): Value;
  abstract when(condition: Value, then: () => void, otherwise?: () => void): void;
  /** Around a loop, in which flags must be in one place. */
  abstract settle(): void;

  // ---- leaving ---------------------------------------------------------------------------------------------------

  /** Leaves with `reason` where `rip` (i64) is the next instruction, `ticks` not yet used. */
  leave(reason: number, rip: Value, ticks: Value): void {
    const f = this.f;
    f.store(64, this.cpu, rip, at.RIP);
    f.store(32, this.cpu, ticks, at.LEFT_TICKS);
    f.store(32, this.cpu, w.i32(reason), at.EXIT);
    f.return();
  }

  /** Goes on at record `target`, or leaves where the budget does not reach through its block. */
  protected enter(target: Value): void {
    const f = this.f;
    const left = this.let(w.sub(this.ticks, w.load("i32", 32, target, at.R_LEFT)));
    f.if(w.lts(left, w.i32(0)), () => {
      this.leave(at.EXIT_BUDGET, w.load("i64", 64, target, at.R_RIP), this.ticks);
    });
    f.returnCallIndirect(0, w.load("i32", 32, target, at.R_HANDLER), this.cpu, target, left);
  }

  /** Goes through a link of this record, which TypeScript makes the first time. Registers are in memory. */
  follow(link: typeof at.R_LINK_TARGET | typeof at.R_LINK_NEXT): void {
    const f = this.f;
    const target = f.copy(w.load("i32", 32, this.record(), link));
    f.if(w.eqz(target), () => {
      f.assign(target, w.call(this.imports.link, this.cpu, this.record(), w.i32(link), this.ticks));
      f.if(w.eqz(target), () => f.return());
    });
    this.enter(target);
  }

  jump(_target: Place): void {
    this.ended = true;
    this.spill();
    this.follow(at.R_LINK_TARGET);
  }

  branch(condition: Value, _target: Place): void {
    this.ended = true;
    const taken = this.let(condition);
    this.spill();
    this.f.if(taken, () => this.follow(at.R_LINK_TARGET));
    this.follow(at.R_LINK_NEXT);
  }

  checkTarget(address: Value): void {
    if (this.shape.addressing === "flat") return;
    if (this.shape.addressing === "long") {
      if (address.type !== "i64") return;
      // Canonical: the top bits are equal.
      const top = w.shrs(address, w.load("i64", 64, this.cpu, at.CANONICAL_BITS));
      this.f.if(w.gtu(w.add(top, w.i64(1)), w.i64(1)), () => this.fault(GP));
      return;
    }
    const limit = w.load("i32", 32, this.cpu, at.SEGMENTS + at.SEGMENT_BYTES + at.SEGMENT_LIMIT);
    this.f.if(w.gtu(address, limit), () => this.fault(GP));
  }

  jumpTo(address: Value): void {
    this.ended = true;
    const to = this.let(w.extendU(address));
    this.spill();
    this.enter(this.jumpRecord(to));
  }

  /** The record of the code at offset `to`, by the jump table; leaves where there is none. */
  private jumpRecord(to: Value): Value {
    const f = this.f;
    const slot = this.let(jumpSlot(this.cpu, to));
    const known = isJumpKnown(this.f, this.cpu, slot, to);
    const target = f.local("i32");
    f.if(
      known,
      () => f.assign(target, w.load("i32", 32, slot, at.JUMPS + 12)),
      () => {
        f.assign(target, w.call(this.imports.jump, this.cpu, w.wrap(to), w.wrap(w.shru(to, w.i64(32))), this.ticks));
        f.if(w.eqz(target), () => f.return());
      },
    );
    return target;
  }

  system(): void {
    this.ended = true;
    this.operates = true;
    this.spill();
    const answer = this.let(w.call(this.imports.system, this.cpu, this.record(), this.ticks));
    this.f.if(answer, () => {
      this.f.if(w.eq(answer, w.i32(SYSTEM_LEAVE)), () => this.f.return());
      this.enterRip();
    });
    this.follow(at.R_LINK_NEXT);
  }

  /** Goes on at RIP. */
  private enterRip(): void {
    this.enter(this.jumpRecord(this.let(w.load("i64", 64, this.cpu, at.RIP))));
  }

  interrupt(vector: Value): void {
    this.spill();
    const done = w.call(this.imports.interrupt, this.cpu, this.record(), this.ticks, vector);
    this.f.if(done, () => this.enterRip());
    this.system();
  }

  interruptReturn(): void {
    this.spill();
    const done = w.call(this.imports.interruptReturn, this.cpu, this.record(), this.ticks);
    this.f.if(done, () => this.enterRip());
    this.system();
  }

  faultIf(condition: Value, vector: number): void {
    this.f.if(condition, () => this.fault(vector));
  }

  // ---- memory ----------------------------------------------------------------------------------------------------

  /** Linear address of `offset` in a segment, checked for `bits`; an i64 in long mode, else an i32. */
  linear(offset: Value, segment: Value, addressing: Addressing, bits: number, write: boolean): Value {
    if (addressing === "flat") return offset;
    if (addressing === "long") return this.let(w.extendU(offset));
    const slot = this.let(w.add(this.cpu, segment));
    if (addressing === "based") return this.let(w.add(w.extendU(offset), w.load("i64", 64, slot, at.SEGMENT_BASE)));
    const end = w.load("i32", 32, slot, write ? at.SEGMENT_WRITE_END : at.SEGMENT_READ_END);
    // The fast end is meant for 8 bytes.
    const beyond = w.geu(offset, end);
    this.f.if(bits > 64 ? w.or(beyond, w.geu(w.add(offset, w.i32(bits / 8 - 8)), end)) : beyond, () => {
      const bad = w.call(this.imports.segment, this.cpu, segment, offset, w.i32(bits), w.i32(write ? 1 : 0));
      this.f.if(bad, () => this.fault());
    });
    return this.let(w.add(offset, w.wrap(w.load("i64", 64, slot, at.SEGMENT_BASE))));
  }

  /** Where in the fast TLB the page of `la` would be, and whether all of the access is on that page. */
  private probe(la: Value, bits: number, table: number): { slot: Value; hit: Value } {
    const index = w.and(w.shru(w.wrap(la), w.i32(8)), w.i32((at.FAST_TLB_ENTRIES - 1) << 4));
    const slot = this.let(w.add(index, w.load("i32", 32, this.cpu, table)));
    const last = w.add(w.extendU(la), w.i64(bits / 8 - 1));
    const page = w.and(last, w.i64(-4096));
    return { slot, hit: w.eq(w.load("i64", 64, slot), page) };
  }

  private hostAddress(la: Value, slot: Value): Value {
    return w.add(w.wrap(la), w.load("i32", 32, slot, 8));
  }

  private halves(la: Value): [Value, Value] {
    return [w.wrap(la), la.type === "i64" ? w.wrap(w.shru(la, w.i64(32))) : w.i32(0)];
  }

  /** The address in linear memory from which `bits` at `la` can be read (and, for an update, written). */
  private translated(la: Value, bits: number, update: boolean): Value {
    const f = this.f;
    const { slot, hit } = this.probe(la, bits, update ? at.TLB_WRITE : at.TLB_READ);
    const host = f.local("i32");
    f.if(
      hit,
      () => f.assign(host, this.hostAddress(la, slot)),
      () => {
        f.assign(
          host,
          w.call(update ? this.imports.update : this.imports.read, this.cpu, ...this.halves(la), w.i32(bits)),
        );
        f.if(w.eqz(host), () => this.fault());
      },
    );
    return host;
  }

  private valueAt(host: Value, bits: PlaceBits): Value {
    return this.f.copy(w.load(typeOf(bits), bits, host));
  }

  protected loadLinear(la: Value, bits: PlaceBits): Value {
    return this.valueAt(this.translated(la, bits, false), bits);
  }

  protected storeLinear(la: Value, value: Value, bits: PlaceBits): void {
    const f = this.f;
    const v = this.let(value);
    const { slot, hit } = this.probe(la, bits, at.TLB_WRITE);
    f.if(
      hit,
      () => f.store(bits, this.hostAddress(la, slot), v),
      () => {
        f.store(bits, this.cpu, v, at.SCRATCH);
        f.if(w.call(this.imports.store, this.cpu, ...this.halves(la), w.i32(bits)), () => this.fault());
        this.storedSlowly();
      },
    );
  }

  /** Where a store has passed by the fast TLB: only there may it have changed decoded code. */
  protected storedSlowly(): void {}

  /** A place in memory at `offset` (evaluated once) of a segment; 128 bits are aligned unless the row says otherwise. */
  protected memory(
    offset: () => Value,
    segment: () => Value,
    addressing: Addressing,
    bits: PlaceBits,
    aligned = bits === 128,
  ): Place {
    const x = this;
    const linear = (write: boolean): Value => {
      const la = x.linear(offsetOnce(), segment(), addressing, bits, write);
      if (aligned) x.f.if(w.and(w.wrap(la), w.i32(15)), () => x.fault(GP));
      return la;
    };
    let off: Value | undefined;
    let held: { la: Value; host: Value } | undefined;
    const offsetOnce = () => (off ??= x.let(offset()));
    return {
      bits: bits === 128 ? 64 : bits,
      isVector: bits === 128,
      isMemory: true,
      isTarget: false,
      offset: offsetOnce,
      unaligned: () => x.memory(offset, segment, addressing, bits, false),
      get: () => x.loadLinear(linear(false), bits),
      getForUpdate() {
        const la = linear(true);
        const host = x.translated(la, bits, true);
        held = { la, host };
        return x.valueAt(host, bits);
      },
      set(value) {
        if (!held) return x.storeLinear(linear(true), value, bits);
        const { la, host } = held;
        x.f.store(bits, host, value);
        x.f.if(w.eq(host, w.add(x.cpu, w.i32(at.SCRATCH))), () => {
          x.f.call(x.imports.commit, x.cpu, ...x.halves(la), w.i32(bits));
          x.storedSlowly();
        });
      },
    };
  }

  // ---- MMX and SSE -----------------------------------------------------------------------------------------------

  media(registers: "mmx" | "sse" | "both"): void {
    emitMediaCheck(this, registers);
  }

  enterMmx(empty = false): void {
    emitEnterMmx(this, empty);
  }

  float(operation: FloatOperation, a: Value, b: Value = a, immediate: Value = w.i32(0)): Value {
    return emitFloat(this, this.imports.float, operation, a, b, immediate);
  }

  xmm(number: number, bits: PlaceBits): Place {
    return mediaPlace(this.f, "xmm", () => this.cpu, number * 16, bits);
  }

  /**
   * `bits` of a memory operand, `delta` bytes behind its start. Beyond the last 16-bit offset there is no coming round to the
   * first: the operand crosses its segment's limit.
   */
  part(operand: Place, delta: number, bits: Bits): Place {
    return this.memory(
      () => {
        const offset = operand.offset();
        return w.add(offset, w.constantLike(offset, delta));
      },
      () => this.operandSegment(),
      this.shape.operandAddressing,
      bits,
    );
  }

  // ---- stack -----------------------------------------------------------------------------------------------------

  private readonly stackSegment = () => w.i32(at.SEGMENTS + 2 * at.SEGMENT_BYTES);

  private stackPlace(pointer: Value, bits: Bits): Place {
    const addressing =
      this.shape.addressing === "flat" && this.shape.stackBits === 16 ? "segmented" : this.shape.addressing;
    return this.memory(() => pointer, this.stackSegment, addressing, bits);
  }

  push(value: Value, bits: Bits): void {
    const width = this.shape.stackBits;
    const v = this.let(value);
    const pointer = this.register(4, width);
    const old = pointer.get();
    const top = this.let(truncate(w.sub(old, w.constantLike(old, bits / 8)), width));
    this.stackPlace(top, bits).set(v);
    pointer.set(top);
  }

  pushSelector(selector: Value): void {
    const bits = this.operandBits;
    if (bits !== 32) {
      this.push(bits === 64 ? w.extendU(selector) : selector, bits);
      return;
    }
    const width = this.shape.stackBits;
    const pointer = this.register(4, width);
    const old = pointer.get();
    const top = this.let(truncate(w.sub(old, w.constantLike(old, 4)), width));
    const place = this.stackPlace(top, 32);
    place.set(w.or(w.and(place.getForUpdate(), w.i32(0xffff0000 | 0)), selector));
    pointer.set(top);
  }

  loadSegment(register: Place, selector: Value): void {
    const sel = this.let(w.and(selector.type === "i64" ? w.wrap(selector) : selector, w.i32(0xffff)));
    this.spill();
    emitSegmentLoad(this.f, this.cpu, this.let(register.offset()), sel, () => this.handOver());
    this.ended = false;
  }

  /** Ticks left behind this instruction, with those that were paid for the others of its block. */
  private ticksLeft(): Value {
    return w.add(this.ticks, w.sub(w.load("i32", 32, this.record(), at.R_LEFT), w.i32(1)));
  }

  /** Hands an instruction that has not changed anything to its operation, in the middle of its block. */
  private handOver(): void {
    this.f.assign(this.ticks, this.ticksLeft());
    this.system();
  }

  /** The same unless `quick`; what follows is done where it was. */
  private handOverUnless(quick: Value): void {
    this.spill();
    this.f.if(w.eqz(quick), () => this.handOver());
    this.ended = false;
  }

  setDirection(down: boolean): void {
    this.setSystemFlags(down ? DF : 0, DF);
  }

  private setSystemFlags(value: number, mask: number): void {
    const others = w.and(w.load("i32", 32, this.cpu, at.SYSTEM_FLAGS), w.i32(~mask));
    this.f.store(32, this.cpu, value ? w.or(others, w.i32(value)) : others, at.SYSTEM_FLAGS);
  }

  clearInterruptFlag(): void {
    // SEGMENT_TAG has the privilege level, of virtual-8086 mode, too: at 0 nothing is in the way.
    this.handOverUnless(w.eqz(w.and(w.load("i32", 32, this.cpu, at.SEGMENT_TAG), w.i32(3))));
    this.setSystemFlags(0, IF);
  }

  input(to: Place, port: Value): void {
    this.accessPort(port, to.bits, false, () => to.set(w.load("i32", to.bits, this.cpu, at.SCRATCH)));
  }

  output(port: Value, from: Place): void {
    const value = from.get();
    this.f.store(32, this.cpu, value, at.SCRATCH);
    this.accessPort(port, from.bits, true, () => {});
  }

  /** Where privilege and IOPL allow it anyway and nothing looks at it; afterwards it may have to be left. */
  private accessPort(port: Value, bits: Bits, write: boolean, done: () => void): void {
    const { f, cpu } = this;
    const level = w.and(w.load("i32", 32, cpu, at.SEGMENT_TAG), w.i32(3));
    this.handOverUnless(w.eqz(w.or(level, w.load("i32", 32, cpu, at.UNQUIET))));
    const length = w.load("i64", 8, this.record(), at.R_LENGTH);
    f.store(64, cpu, w.add(w.load("i64", 64, this.record(), at.R_RIP), length), at.RIP);
    const access = w.or(w.and(port, w.i32(0xffff)), w.i32((bits << 13) | (write ? PORT_WRITE : 0)));
    const left = this.let(this.ticksLeft());
    const leaves = this.let(w.call(this.imports.port, cpu, this.record(), left, access));
    // A device may have written to memory, over code.
    this.storedSlowly();
    done();
    f.if(leaves, () => {
      this.spill();
      f.store(32, cpu, left, at.LEFT_TICKS);
      f.store(32, cpu, w.i32(at.EXIT_SYSTEM), at.EXIT);
      f.return();
    });
  }

  /** Where the eight general registers are on the stack, `below` its pointer; handed over where that takes a closer look. */
  private registersOnStack(below: number, table: number): Value | undefined {
    const { operandBits, stackBits, addressing } = this.shape;
    if (operandBits !== 32 || stackBits !== 32 || addressing !== "flat") return undefined;
    const la = this.let(w.sub(this.register(4, 32).get(), w.i32(below)));
    const { slot, hit } = this.probe(la, 8 * 32, table);
    this.handOverUnless(hit);
    return this.let(this.hostAddress(la, slot));
  }

  pushAll(): void {
    const host = this.registersOnStack(32, at.TLB_WRITE);
    if (!host) {
      this.system();
      return;
    }
    for (let n = 0; n < 8; n++) this.f.store(32, host, this.register(n, 32).get(), (7 - n) * 4);
    const pointer = this.register(4, 32);
    pointer.set(w.sub(pointer.get(), w.i32(32)));
  }

  popAll(): void {
    const host = this.registersOnStack(0, at.TLB_READ);
    if (!host) {
      this.system();
      return;
    }
    for (let n = 0; n < 8; n++) {
      // The stack pointer that PUSHA stored is not used.
      if (n !== 4) this.register(n, 32).set(w.load("i32", 32, host, (7 - n) * 4));
    }
    const pointer = this.register(4, 32);
    pointer.set(w.add(pointer.get(), w.i32(32)));
  }

  top(bits: Bits): Value {
    return this.stackPlace(this.register(4, this.shape.stackBits).get(), bits).get();
  }

  commitPop(bits: Bits, extra?: Value): void {
    const width = this.shape.stackBits;
    const pointer = this.register(4, width);
    const old = pointer.get();
    let next = w.add(old, w.constantLike(old, bits / 8));
    if (extra) next = w.add(next, width === 64 ? w.extendU(extra) : w.wrap(extra));
    pointer.set(truncate(next, width));
  }

  atFrame(bits: Bits): Value {
    return this.stackPlace(this.register(5, this.shape.stackBits).get(), bits).get();
  }

  commitLeave(bits: Bits): void {
    const width = this.shape.stackBits;
    const frame = this.register(5, width).get();
    this.register(4, width).set(truncate(w.add(frame, w.constantLike(frame, bits / 8)), width));
  }

  // ---- strings, tables, bit strings ------------------------------------------------------------------------------

  source(bits: Bits): Place {
    return this.memory(
      () => this.register(6, this.addressBits).get(),
      () => this.operandSegment(),
      this.shape.operandAddressing,
      bits,
    );
  }

  destination(bits: Bits): Place {
    return this.memory(
      () => this.register(7, this.addressBits).get(),
      () => w.i32(at.SEGMENTS),
      this.shape.addressing,
      bits,
    );
  }

  step(register: 6 | 7, bits: Bits): void {
    const place = this.register(register, this.addressBits);
    const old = place.get();
    const down = w.and(w.load("i32", 32, this.cpu, at.SYSTEM_FLAGS), w.i32(0x400));
    const bytes = bits / 8;
    const delta = this.let(w.select(down, w.constantLike(old, -bytes), w.constantLike(old, bytes)));
    place.set(truncate(w.add(old, delta), this.addressBits));
  }

  repeated(once: () => void, until?: () => Value, bulk?: Bulk): void {
    this.ended = true;
    const f = this.f;
    if (this.repeat === 0) {
      once();
      this.spill();
      this.follow(at.R_LINK_NEXT);
      return;
    }
    this.settle();
    const counter = this.register(1, this.addressBits);
    const initial = counter.get();
    const handler = () => w.load("i32", 32, this.record(), at.R_HANDLER);
    const own = f.copy(handler());
    f.if(w.ne(initial, w.constantLike(initial, 0)), () => {
      f.loop((again) => {
        const done = f.local("i32");
        if (bulk) emitBulk(this, bulk, done);
        // The first of many was paid for as any iteration is; the others are paid here.
        f.if(
          bulk ? done : w.i32(0),
          () => f.assign(this.ticks, w.sub(this.ticks, w.sub(done, w.i32(1)))),
          () => {
            once();
            this.settle();
            f.assign(done, w.i32(1));
          },
        );
        const before = counter.get();
        const count = before.type === "i64" ? w.extendU(done) : done;
        const left = this.let(truncate(w.sub(before, count), this.addressBits));
        counter.set(left);
        const more = w.ne(left, w.constantLike(left, 0));
        const goOn = this.let(until ? w.and(more, w.eqz(until())) : more);
        f.if(goOn, () => {
          const ticks = this.let(w.sub(this.ticks, w.i32(1)));
          // An element may be stored over the instruction itself: what its bytes are then is what goes on.
          f.if(w.or(w.lts(ticks, w.i32(0)), w.ne(handler(), own)), () => {
            this.spill();
            this.leave(at.EXIT_REPEATING, w.load("i64", 64, this.record(), at.R_RIP), this.ticks);
          });
          f.assign(this.ticks, ticks);
          f.br(again);
        });
      });
    });
    this.spill();
    this.follow(at.R_LINK_NEXT);
  }

  table(): Place {
    return this.memory(
      () => {
        const base = this.register(3, this.addressBits).get();
        const al = this.register(0, 8).get();
        return truncate(w.add(base, base.type === "i64" ? w.extendU(al) : al), this.addressBits);
      },
      () => this.operandSegment(),
      this.shape.operandAddressing,
      8,
    );
  }

  bitString(base: Place, index: Place): Place {
    if (index.bits === 8) return base;
    const bits = base.bits;
    const log = bits === 64 ? 6 : bits === 32 ? 5 : 4;
    return this.memory(
      () => {
        const n = index.get();
        const words = w.shrs(signExtend(n, bits), w.constantLike(n, log));
        const bytes = w.shl(words, w.constantLike(n, log - 3));
        const offset = base.offset();
        const delta = offset.type === "i64" ? w.extendS(bytes) : w.wrap(bytes);
        return truncate(w.add(offset, delta), this.addressBits);
      },
      () => this.operandSegment(),
      this.shape.operandAddressing,
      bits,
    );
  }
}
