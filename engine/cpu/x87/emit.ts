/**
 * The x87 as rows speak to it: checks in line, arithmetic by calls of the library. Offsets, selectors and the opcode of the
 * last instruction are noted with its result, so that a fault of memory leaves no trace. Source: AMD APM vol. 1, 6.2.6
 * "Instruction Pointer and Data Pointer"; #NM and #MF by vol. 2, 8.2.8 and 8.2.17.
 */
import type { Bits, Flags, Place, Value, X87, X87Number, X87Operation } from "../../isa/meaning.ts";
import type { Callee } from "../../wasm/expression.ts";
import * as w from "../../wasm/expression.ts";
import type { FunctionBuilder } from "../../wasm/module.ts";
import * as fault from "../fault.ts";
import * as at from "../layout.ts";
import { CR0_EM, CR0_MP, CR0_NE, CR0_TS } from "../registers.ts";
import { SLOT, SUMMARY } from "./library.ts";

/** What it needs of the emitter that it is a part of. */
export interface X87Host {
  readonly f: FunctionBuilder;
  readonly cpu: Value;
  readonly flags: Flags;
  readonly imports: { readonly x87: (name: string) => Callee };
  let(value: Value): Value;
  when(condition: Value, then: () => void): void;
  faultIf(condition: Value, vector: number): void;
  record(): Value;
  operandSegment(): Value;
  part(operand: Place, delta: number, bits: Bits): Place;
}

/** The operations by the library's functions: subtractions turn the second operand round (0x100), some exchange the two (0x200). */
const OPERATIONS: Readonly<Record<X87Operation, readonly [name: string, how: number]>> = {
  add: ["add", 0],
  sub: ["add", 0x100],
  subr: ["add", 0x300],
  mul: ["multiply", 0],
  div: ["divide", 0],
  divr: ["divide", 0x200],
};
const QUIET = 0x100;
const KEEPS_C1 = 0x200;

/** Constants by number and rounding control: mantissas to nearest, down, up, towards zero, and the exponent. */
const CONSTANTS: readonly (readonly [below: bigint, nearest: 0 | 1, exponent: number] | undefined)[] = [
  undefined,
  [0xd49a784bcd1b8afen, 0, 0x4000],
  [0xb8aa3b295c17f0bbn, 1, 0x3fff],
  [0xc90fdaa22168c234n, 1, 0x4000],
  [0x9a209a84fbcff798n, 1, 0x3ffd],
  [0xb17217f7d1cf79abn, 1, 0x3ffe],
  undefined,
];

export class X87Emitter implements X87 {
  private readonly x: X87Host;
  /** Exceptions that widening the operand has found. */
  private found: Value = w.i32(0);
  private memory: Place | undefined;
  /** Whether the instruction is noted as the last. */
  private isNoted = true;

  constructor(x: X87Host) {
    this.x = x;
  }

  private call(name: string, ...parameters: Value[]): Value {
    return w.call(this.x.imports.x87(name), this.x.cpu, ...parameters);
  }
  private do(name: string, ...parameters: Value[]): void {
    this.x.f.call(this.x.imports.x87(name), this.x.cpu, ...parameters);
  }

  private number(from: X87Number): Value {
    if (typeof from !== "string") return from.get();
    return w.i32({ top: 0, next: 1, slot: SLOT }[from]);
  }

  // ---- before ----------------------------------------------------------------------------------------------------

  start(memory?: Place): void {
    this.wait();
    this.memory = memory;
    // Evaluated here, where every path passes.
    memory?.offset();
    this.isNoted = false;
  }

  wait(): void {
    this.available();
    this.pending();
  }

  private control0(): Value {
    return w.load("i32", 32, this.x.cpu, at.CR0);
  }

  available(): void {
    this.x.faultIf(w.and(this.control0(), w.i32(CR0_EM | CR0_TS)), fault.NM);
  }

  waitAlone(): void {
    const both = CR0_MP | CR0_TS;
    this.x.faultIf(w.eq(w.and(this.control0(), w.i32(both)), w.i32(both)), fault.NM);
    this.pending();
  }

  /** An unmasked exception waits: #MF, or, without CR0.NE, what the processor makes of it (processor.ts) but for IGNNE. */
  private pending(): void {
    const { x } = this;
    x.f.if(w.and(this.status(), w.i32(SUMMARY)), () => {
      const ignored = w.load("i32", 8, x.cpu, at.X87_IGNORED);
      x.faultIf(w.or(w.and(this.control0(), w.i32(CR0_NE)), w.eqz(ignored)), fault.MF);
    });
  }

  pass(): void {
    this.note();
  }

  /** Notes where the instruction and its operand are. Comes behind all that can fault. */
  private note(): void {
    if (this.isNoted) return;
    this.isNoted = true;
    const { f, cpu } = this.x;
    const record = this.x.record();
    const selector = (segment: Value) => w.load("i32", 16, w.add(cpu, segment), at.SEGMENT_SELECTOR);
    f.store(64, cpu, w.load("i64", 64, record, at.R_RIP), at.X87_IP);
    f.store(16, cpu, selector(w.i32(at.SEGMENTS + at.SEGMENT_BYTES)), at.X87_CS);
    f.store(16, cpu, w.load("i32", 16, record, at.R_IMMEDIATE), at.X87_OPCODE);
    if (!this.memory) return;
    f.store(64, cpu, w.extendU(this.memory.offset()), at.X87_DP);
    f.store(16, cpu, selector(this.x.operandSegment()), at.X87_DS);
  }

  // ---- operands --------------------------------------------------------------------------------------------------

  widen(memory: Place, kind: "real" | "integer"): void {
    const { x } = this;
    const bits = memory.bits as number;
    if (kind === "integer") {
      const value = memory.get();
      this.do("widenInteger", bits === 16 ? w.extendS(w.extend16(value)) : w.extendS(value));
    } else if (bits === 80) {
      const top = x.part(memory, 8, 16).get();
      const mantissa = x.part(memory, 0, 64).get();
      this.toSlot(mantissa, top);
    } else this.found = x.let(this.call(`widen${bits}`, memory.get()));
  }

  private toSlot(mantissa: Value, top: Value): void {
    this.x.f.store(64, this.x.cpu, mantissa, at.X87_SLOT);
    this.x.f.store(16, this.x.cpu, top, at.X87_SLOT + 8);
  }

  constant(number: number): void {
    const { x } = this;
    const constant = CONSTANTS[number];
    if (!constant) {
      this.toSlot(w.i64(number === 0 ? 1n << 63n : 0n), w.i32(number === 0 ? 0x3fff : 0));
      return;
    }
    const [below, nearest, exponent] = constant;
    const rounding = x.let(w.and(w.shru(this.control(), w.i32(10)), w.i32(3)));
    // All are positive: only rounding up (2), or to nearest where that is up, takes the next number.
    const up = nearest ? w.or(w.eqz(rounding), w.eq(rounding, w.i32(2))) : w.eq(rounding, w.i32(2));
    this.toSlot(w.add(w.i64(below), w.extendU(up)), w.i32(exponent));
  }

  // ---- numbers moved ---------------------------------------------------------------------------------------------

  push(from: X87Number): void {
    this.note();
    this.do("push", this.number(from), this.found);
  }

  narrow(memory: Place, kind: "real" | "integer" | "truncated", pops: 0 | 1): void {
    const { x } = this;
    const bits = memory.bits as number;
    if (kind === "real" && bits === 80) this.do("narrow80");
    const value =
      kind === "real"
        ? bits === 80
          ? undefined
          : x.let(this.call(`narrow${bits}`))
        : x.let(this.integer(memory.bits, kind === "truncated"));
    const isStored = w.ges(w.load("i32", 32, x.cpu, at.X87_PENDING), w.i32(0));
    x.when(x.let(isStored), () => {
      if (value) memory.set(value);
      else this.storeSlot(memory);
    });
    this.note();
    this.do("stored", w.i32(pops));
  }

  private integer(bits: Bits, truncated: boolean): Value {
    const wide = this.call("integer", w.i32(bits), w.i32(truncated ? 1 : 0));
    return bits === 64 ? wide : bits === 32 ? w.wrap(wide) : w.and(w.wrap(wide), w.i32(0xffff));
  }

  /** Ten bytes: all can be written before any is. */
  private storeSlot(memory: Place): void {
    const { x } = this;
    const mantissa = x.part(memory, 0, 64);
    mantissa.getForUpdate();
    x.part(memory, 8, 16).set(w.load("i32", 16, x.cpu, at.X87_SLOT + 8));
    mantissa.set(w.load("i64", 64, x.cpu, at.X87_SLOT));
  }

  store(to: Place, pops: 0 | 1): void {
    this.note();
    this.do("store", to.get(), w.i32(pops), w.i32(0));
  }

  copy(to: Place, pops: 0 | 1): void {
    this.note();
    this.do("store", to.get(), w.i32(pops), w.i32(1));
  }

  exchange(other: Place): void {
    this.note();
    this.do("exchange", other.get());
  }

  moveIf(condition: Value, from: Place): void {
    const taken = this.x.let(condition);
    this.note();
    this.do("moveIf", taken, from.get());
  }

  sign(mask: Value, flip: Value): void {
    this.note();
    this.do("sign", mask, flip);
  }

  // ---- numbers computed and compared -----------------------------------------------------------------------------

  compute(operation: X87Operation, to: X87Number, from: X87Number, pops: 0 | 1): void {
    const [name, how] = OPERATIONS[operation];
    this.note();
    this.do(name, this.number(to), this.number(from), w.or(this.found, w.i32(how)), w.i32(pops));
  }

  compare(from: X87Number, quiet: boolean, pops: 0 | 1 | 2, into: "status" | "EFLAGS"): void {
    const { x } = this;
    const given = w.or(this.found, w.i32((quiet ? QUIET : 0) | (into === "EFLAGS" ? KEEPS_C1 : 0)));
    this.note();
    if (into === "status") {
      this.do("compare", this.number(from), given, w.i32(pops));
      return;
    }
    const found = x.let(this.call("relation", this.number(from), given));
    const bit = (place: number) => w.and(w.shru(found, w.i32(place)), w.i32(1));
    // C3, C2 and C0 are ZF, PF and CF.
    x.flags.comparison(bit(14), bit(10), bit(8));
    if (pops) x.f.if(w.ges(found, w.i32(0)), () => this.do("pop"));
  }

  examine(): void {
    this.note();
    this.do("examine");
  }

  squareRoot(): void {
    this.note();
    this.do("squareRoot");
  }

  roundToInteger(): void {
    this.note();
    this.do("roundToInteger");
  }

  // ---- the unit --------------------------------------------------------------------------------------------------

  status(): Value {
    return w.load("i32", 16, this.x.cpu, at.X87_STATUS);
  }

  control(): Value {
    return w.load("i32", 16, this.x.cpu, at.X87_CONTROL);
  }

  setControl(value: Value): void {
    this.do("setControl", value);
  }
}
