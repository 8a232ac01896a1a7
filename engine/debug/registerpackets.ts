/** Packets `g`, `G`, `p` and `P`: registers as hex digits, and what a mode that is not 64-bit shows of them. */
import { fromLittleEndian, littleEndian, type Register, registersOf } from "./registers.ts";
import type { Target } from "./target.ts";
import { numberOf } from "./threads.ts";

const LMA = 0x400n;
/** The L bit of CS's attributes. */
const LONG_CODE = 0x2000n;

export class RegisterPackets {
  readonly #target: Target;
  readonly #all: readonly Register[];

  constructor(target: Target) {
    this.#target = target;
    this.#all = registersOf(target.isWide);
  }

  readAll(processor: number): string {
    const isLong = this.#isLong(processor);
    return this.#all.map((register) => this.#text(processor, register, isLong)).join("");
  }

  /** False where `text` is not as long as all of them. */
  writeAll(processor: number, text: string): boolean {
    const values: bigint[] = [];
    let at = 0;
    for (const { bits } of this.#all) {
      const value = fromLittleEndian(text.slice(at, at + bits / 4), bits);
      if (value === undefined) return false;
      values.push(value);
      at += bits / 4;
    }
    if (at !== text.length) return false;
    for (const [n, register] of this.#all.entries()) this.#put(processor, register, values[n] as bigint);
    return true;
  }

  /** `NUMBER`; undefined where there is none. */
  read(processor: number, text: string): string | undefined {
    const register = this.#numbered(text);
    return register && this.#text(processor, register, this.#isLong(processor));
  }

  /** `NUMBER=VALUE`. */
  write(processor: number, text: string): boolean {
    const [number = "", digits = ""] = text.split("=");
    const register = this.#numbered(number);
    const value = register && fromLittleEndian(digits, register.bits);
    if (register === undefined || value === undefined) return false;
    this.#put(processor, register, value);
    return true;
  }

  setCounter(processor: number, ip: bigint): void {
    const register = this.#all.find(({ type }) => type === "code_ptr");
    if (register) this.#put(processor, register, ip);
  }

  #numbered(text: string): Register | undefined {
    const number = numberOf(text);
    return number === undefined ? undefined : this.#all[Number(number)];
  }

  #isLong(processor: number): boolean {
    const read = (name: string) => this.#target.readRegister(processor, name);
    return (read("EFER") & LMA) !== 0n && (read("CS.attributes") & LONG_CODE) !== 0n;
  }

  #text(processor: number, { source, bits, mode }: Register, isLong: boolean): string {
    const hides = mode === "long only" && !isLong;
    const value = hides ? 0n : this.#target.readRegister(processor, source);
    return littleEndian(mode === "narrow" && !isLong ? BigInt.asUintN(32, value) : value, bits);
  }

  /** What it is already is not written: a write may be more than the value (a selector's segment is loaded). */
  #put(processor: number, register: Register, value: bigint): void {
    const { source, bits, mode } = register;
    const isLong = this.#isLong(processor);
    if (mode === "long only" && !isLong) return;
    if (this.#text(processor, register, isLong) === littleEndian(value, bits)) return;
    const written = mode === "narrow" && !isLong ? BigInt.asUintN(32, value) : value;
    this.#target.writeRegister(processor, source, written);
  }
}
