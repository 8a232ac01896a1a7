/**
 * The x87's library: functions of WebAssembly that compute with 80-bit numbers, in a module of its own that exists once an
 * x87 instruction was decoded. Generated code calls them through imports, plain TypeScript operations through its exports.
 *
 * A number stands in 16 bytes: the mantissa (64 bits), then sign and exponent (16 bits). Registers are numbered as the stack
 * has them, 0 to 7, and the slot beside the stack is number 8. Exceptions are bits of the status word.
 */

import { EngineError } from "../../wasm/error.ts";
import * as w from "../../wasm/expression.ts";
import { type Callee, type Expression, load, type ValueType } from "../../wasm/expression.ts";
import { FunctionBuilder, type ModuleShape, type Signature } from "../../wasm/module.ts";
import * as at from "../layout.ts";

export const i = w.i32;
export const l = (value: bigint | number): Expression => w.i64(value);

export const INVALID = 1;
export const DENORMAL = 2;
export const DIVISION = 4;
export const OVERFLOW = 8;
export const UNDERFLOW = 16;
export const INEXACT = 32;
export const STACK_FAULT = 0x40;
export const SUMMARY = 0x80;
export const BUSY = 0x8000;
export const C0 = 0x100;
export const C1 = 0x200;
export const C2 = 0x400;
export const C3 = 0x4000;

export const MAX_EXPONENT = 0x7fff;
export const BIAS = 16383;
export const TOP_BIT = 1n << 63n;
export const QUIET_BIT = 1n << 62n;
/** Number of the slot where a register's is asked for. */
export const SLOT = 8;

/** Emits the body of a function of the library. */
type Body = (x: Writer, ...parameters: Expression[]) => void;

interface Definition {
  readonly name: string;
  readonly signature: Signature;
  readonly body: Body;
}

/** A function under construction, with what the x87's functions have in common. The first parameter is the processor. */
export class Writer {
  readonly f: FunctionBuilder;
  readonly cpu: Expression;
  private readonly library: Library;

  constructor(library: Library, signature: Signature) {
    this.library = library;
    this.f = new FunctionBuilder(signature);
    this.cpu = this.f.parameter(0);
  }

  /** Calls a function of the library. */
  call(name: string, ...parameters: Expression[]): Expression {
    return w.call(this.library.callee(name), this.cpu, ...parameters);
  }
  do(name: string, ...parameters: Expression[]): void {
    this.f.call(this.library.callee(name), this.cpu, ...parameters);
  }
  let(value: Expression): Expression {
    return this.f.let(value);
  }
  /** A local that may be assigned again, with a first value. */
  variable(value: Expression): Expression {
    return this.f.copy(value);
  }
  set(variable: Expression, value: Expression): void {
    this.f.assign(variable, value);
  }
  if(condition: Expression, then: () => void, otherwise?: () => void): void {
    this.f.if(condition, then, otherwise);
  }
  return(...values: Expression[]): void {
    this.f.return(...values);
  }

  status(): Expression {
    return load("i32", 16, this.cpu, at.X87_STATUS);
  }
  control(): Expression {
    return load("i32", 16, this.cpu, at.X87_CONTROL);
  }
  tags(): Expression {
    return load("i32", 16, this.cpu, at.X87_TAG);
  }
  setStatus(value: Expression): void {
    this.f.store(16, this.cpu, value, at.X87_STATUS);
  }
  /** Rounding control: 0 to nearest, 1 down, 2 up, 3 towards zero. */
  rounding(): Expression {
    return w.and(w.shru(this.control(), i(10)), i(3));
  }
  /** Number of a register as it stands in memory. */
  physical(number: Expression): Expression {
    return w.and(w.add(w.shru(this.status(), i(11)), number), i(7));
  }
  /** Address of a register by its number in memory. */
  addressOf(physical: Expression): Expression {
    return w.add(w.add(this.cpu, i(at.X87)), w.shl(physical, i(4)));
  }
  slot(): Expression {
    return w.add(this.cpu, i(at.X87_SLOT));
  }
  isEmpty(physical: Expression): Expression {
    return w.eq(w.and(w.shru(this.tags(), w.shl(physical, i(1))), i(3)), i(3));
  }
  /** Address of register `number`, or the slot, as a local; and whether it is empty. */
  locate(number: Expression): { address: Expression; empty: Expression } {
    const p = this.let(this.physical(number));
    const isSlot = this.let(w.shru(number, i(3)));
    const address = this.let(w.select(isSlot, this.slot(), this.addressOf(p)));
    const empty = this.let(w.select(isSlot, i(0), this.isEmpty(p)));
    return { address, empty };
  }
  mantissa(address: Expression): Expression {
    return load("i64", 64, address);
  }
  /** Sign and exponent. */
  top(address: Expression): Expression {
    return load("i32", 16, address, 8);
  }
  write(address: Expression, mantissa: Expression, top: Expression): void {
    this.f.store(64, address, mantissa);
    this.f.store(16, address, top, 8);
  }
  /** Marks register `physical` full, or empty. */
  mark(physical: Expression, empty: boolean): void {
    const bits = w.shl(i(3), w.shl(physical, i(1)));
    const tags = empty ? w.or(this.tags(), bits) : w.and(this.tags(), w.not(bits));
    this.f.store(16, this.cpu, tags, at.X87_TAG);
  }
  /** The number of the register at an address. */
  registerAt(address: Expression): Expression {
    return w.shru(w.sub(address, w.add(this.cpu, i(at.X87))), i(4));
  }
}

export class Library {
  private readonly definitions: Definition[] = [];

  /** Declares a function; its body may call any other of the library. */
  define(name: string, parameters: readonly ValueType[], results: readonly ValueType[], body: Body): void {
    this.definitions.push({ name, signature: { parameters: ["i32", ...parameters], results }, body });
  }

  callee(name: string): Callee {
    const index = this.definitions.findIndex((d) => d.name === name);
    const found = this.definitions[index];
    if (!found) throw new EngineError(`x87 library: no function ${name}`);
    return { index, results: found.signature.results };
  }

  /** Names and types, in the order of their indexes. */
  get signatures(): readonly { readonly name: string; readonly signature: Signature }[] {
    return this.definitions;
  }

  /** The module, which exports every function by its name. */
  shape(): ModuleShape {
    const types = this.definitions.map((d) => d.signature);
    const functions = this.definitions.map((d, type) => {
      const x = new Writer(this, d.signature);
      d.body(x, ...d.signature.parameters.slice(1).map((_, n) => x.f.parameter(n + 1)));
      return { type, builder: x.f };
    });
    return { types, imports: [], functions, exports: this.definitions.map((d, n) => ({ name: d.name, function: n })) };
  }
}
