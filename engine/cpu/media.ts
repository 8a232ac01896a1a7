/**
 * MMX and XMM registers in generated code: where they are, what is checked before they are touched, and what MMX
 * instructions do to the x87, whose registers they share. Source: AMD APM vol. 1, 5.13 "Sharing of registers"; Intel SDM
 * vol. 1, 9.5 and 11.6; vol. 3, 14.1 (CR0.EM, CR0.TS, CR4.OSFXSR).
 */
import { bytesOf, codeOf, type FloatOperation } from "../isa/floatoperation.ts";
import type { Place, PlaceBits, Value } from "../isa/meaning.ts";
import type { Callee } from "../wasm/expression.ts";
import * as w from "../wasm/expression.ts";
import type { FunctionBuilder } from "../wasm/module.ts";
import { fastFloat } from "./floatfast.ts";
import * as at from "./layout.ts";
import { CR0_EM, CR0_NE, CR0_TS, CR4_OSFXSR } from "./registers.ts";

const UD = 6;
const NM = 7;
const MF = 16;
/** Exception summary of the x87's status word, and its stack's top. */
const X87_ES = 0x80;
const X87_TOP = 0x3800;

/** What these functions need of an emitter. */
interface Emitting {
  readonly f: FunctionBuilder;
  readonly cpu: Value;
  fault(vector?: number): void;
}

/** The type of a value of `bits`. */
export function typeOf(bits: PlaceBits): "i32" | "i64" | "v128" {
  return bits === 128 ? "v128" : bits === 64 ? "i64" : "i32";
}

/** See `Meaning.media`. */
export function emitMediaCheck(x: Emitting, registers: "mmx" | "sse" | "both"): void {
  const { f, cpu } = x;
  const cr0 = f.let(w.load("i32", 32, cpu, at.CR0));
  const emulated = w.and(cr0, w.i32(CR0_EM));
  const off = w.and(w.xor(w.load("i32", 32, cpu, at.CR4), w.i32(CR4_OSFXSR)), w.i32(CR4_OSFXSR));
  const waits = w.and(w.load("i32", 16, cpu, at.X87_STATUS), w.i32(X87_ES));
  const missing = registers === "mmx" ? emulated : w.or(emulated, off);
  const blocked = w.or(w.and(cr0, w.i32(CR0_EM | CR0_TS)), registers === "mmx" ? w.i32(0) : off);
  f.if(registers === "sse" ? blocked : w.or(blocked, waits), () => {
    f.if(missing, () => x.fault(UD));
    f.if(w.and(cr0, w.i32(CR0_TS)), () => x.fault(NM));
    if (registers === "sse") return;
    // As for the x87's own instructions: without CR0.NE, IGNNE may let it pass.
    const ignored = w.load("i32", 8, cpu, at.X87_IGNORED);
    f.if(w.or(w.and(cr0, w.i32(CR0_NE)), w.eqz(ignored)), () => x.fault(MF));
  });
}

/** See `Meaning.enterMmx`. */
export function emitEnterMmx({ f, cpu }: Emitting, empty: boolean): void {
  const status = w.load("i32", 16, cpu, at.X87_STATUS);
  f.store(16, cpu, w.and(status, w.i32(~X87_TOP)), at.X87_STATUS);
  f.store(16, cpu, w.i32(empty ? 0xffff : 0), at.X87_TAG);
}

/** See `Meaning.float`: the fast way where it holds, else a call. */
export function emitFloat(x: Emitting, callee: Callee, o: FloatOperation, a: Value, b: Value, immediate: Value): Value {
  const { f, cpu } = x;
  const result = f.local(o.lanes > 1 ? "v128" : bytesOf(o.to) === 8 ? "i64" : "i32");
  const slots = (value: Value, slot: number) => f.store(o.lanes > 1 ? 128 : bytesOf(o.from) * 8, cpu, value, slot);
  const slow = () => {
    slots(a, at.MEDIA_A);
    slots(b, at.MEDIA_B);
    f.if(w.call(callee, cpu, w.i32(codeOf(o)), immediate), () => x.fault());
    f.assign(result, w.load(result.type, { i32: 32, i64: 64, v128: 128 }[result.type as "i32"], cpu, at.MEDIA_A));
  };
  const fast = fastFloat(f, cpu, o, a, b, immediate);
  if (!fast) slow();
  else {
    const { exact } = fast;
    const take = () => f.assign(result, fast.result);
    f.if(fast.condition, take, exact ? () => f.if(exact(), take, slow) : slow);
  }
  return result;
}

/** The register of 16 bytes at `where` + `offset` in its file. XMM and MMX registers are always in memory. */
export function mediaPlace(
  f: FunctionBuilder,
  file: "xmm" | "mmx",
  where: () => Value,
  offset: number,
  bits: PlaceBits,
): Place {
  const from = (file === "xmm" ? at.XMM : at.X87) + offset;
  const get = () => f.copy(w.load(typeOf(bits), bits, where(), from));
  const place: Place = {
    bits: bits === 128 ? 64 : bits,
    isVector: bits === 128,
    isMemory: false,
    isTarget: false,
    get,
    getForUpdate: get,
    set(value) {
      f.store(bits, where(), value, from);
      // The x87 sees what an MMX instruction wrote as a NaN or an infinity (Intel SDM vol. 1, 9.6.2).
      if (file === "mmx") f.store(16, where(), w.i32(0xffff), from + 8);
    },
    offset: () => w.i32(0),
    unaligned: () => place,
  };
  return place;
}
