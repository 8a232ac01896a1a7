/** The one library of the x87, and its functions as plain TypeScript calls them. */
import { assembleModule, type Signature } from "../../wasm/module.ts";
import { defineArithmetic } from "./arithmetic.ts";
import { defineConversion } from "./conversion.ts";
import { Library } from "./library.ts";
import { defineRounding } from "./rounding.ts";
import { defineStack } from "./stack.ts";

const library = new Library();
defineRounding(library);
defineArithmetic(library);
defineConversion(library);
defineStack(library);

/** Names and types of the functions, in the order in which a module that calls them imports them. */
export const X87_SIGNATURES: readonly { readonly name: string; readonly signature: Signature }[] = library.signatures;

/** What `system/x87*.ts` calls; the first parameter is the processor's address. */
export interface X87Functions {
  /** (cpu, exceptions, C1) → those that are not masked. */
  raise(cpu: number, flags: number, c1: number): number;
  pop(cpu: number): void;
  setControl(cpu: number, value: number): void;
  /** (cpu, register, exceptions): masked, writes the indefinite number. */
  push(cpu: number, from: number, flags: number): void;
  /** (cpu, address of a register, exceptions) → whether the indefinite number was written. */
  invalid(cpu: number, to: number, flags: number): number;
  /** (cpu, to, a, b: addresses, exceptions) → −1 a NaN was written, −2 an unmasked exception, or the exceptions so far. */
  operands(cpu: number, to: number, a: number, b: number, flags: number): number;
  put(cpu: number, to: number, mantissa: bigint, top: number, flags: number, c1: number): void;
  finish(cpu: number, to: number, sign: number, exponent: number, high: bigint, low: bigint, flags: number): void;
}

let module: WebAssembly.Module | undefined;

/** Makes the library for a machine's memory. The module is compiled once a process. */
export function instantiateX87(memory: WebAssembly.Memory, table: WebAssembly.Table): WebAssembly.Instance {
  module ??= new WebAssembly.Module(assembleModule(library.shape()));
  return new WebAssembly.Instance(module, { e: { memory, table } });
}
