/**
 * The stack as long mode's operations use it: any width, pushes of 2, 4 or 8 bytes, prepared, checked, then committed.
 * In 64-bit mode the segment does not matter, but addresses must be canonical: #SS. Source: AMD APM vol. 2, 4.5.3, 5.3.1.
 */
import type { Core } from "../core.ts";
import * as fault from "../fault.ts";
import { raise } from "../fault.ts";
import * as at from "../layout.ts";
import type { Behalf } from "../linear.ts";
import { AC } from "../registers.ts";
import { DB, insideLimit, SS, writable } from "../segments.ts";
import { type LinearAddress, split } from "../translation.ts";

export type PushSize = 2 | 4 | 8;
export type StackWidth = 16 | 32 | 64;

/** An operand size as a push's. */
export const pushSize = (bits: number): PushSize => (bits === 16 ? 2 : bits === 32 ? 4 : 8);

/** Width of the stack pointer as SS and the mode say. */
export function stackWidth(p: Core): StackWidth {
  if (p.long) return 64;
  return p.segments.attributes(SS) & DB ? 32 : 16;
}

/** Nothing of the processor changes before `commit`; memory is written as it goes. */
export class LongStack {
  /** Unsigned, as wide as the stack. */
  pointer: bigint;
  private readonly p: Core;
  private readonly width: StackWidth;
  private readonly behalf: Behalf;
  private readonly errorCode: number;

  /** The current stack, or one of 64 bits at `pointer`; `errorCode`: of the #SS that it raises. */
  constructor(p: Core, pointer?: bigint, behalf: Behalf = "current", errorCode = 0) {
    this.p = p;
    this.width = pointer === undefined ? stackWidth(p) : 64;
    this.pointer = BigInt.asUintN(this.width, pointer ?? p.register64(4));
    this.behalf = behalf;
    this.errorCode = errorCode;
  }

  private address(pointer: bigint, bytes: number, write: boolean): LinearAddress {
    if (this.width === 64) {
      const la = BigInt.asIntN(64, pointer);
      this.checkCanonical(la);
      if (bytes > 1) this.checkCanonical(BigInt.asIntN(64, la + BigInt(bytes - 1)));
      return la;
    }
    const segment = this.p.segments.get(SS);
    const offset = Number(pointer);
    if ((write && !writable(segment)) || !insideLimit(segment, offset, bytes)) raise(fault.SS, this.errorCode);
    return (segment.base + offset) >>> 0;
  }

  private checkCanonical(la: bigint): void {
    const [low, high] = split(la);
    if (!this.p.memory.isCanonical(low, high)) raise(fault.SS, this.errorCode);
  }

  private moved(by: number): bigint {
    return BigInt.asUintN(this.width, this.pointer + BigInt(by));
  }

  /** Makes sure that `count` pushes of `size` can be made; what faults is the first of them that would. */
  probe(count: number, size: PushSize): void {
    for (let i = 1; i <= count; i++) {
      this.p.memory.probeWrite(this.address(this.moved(-i * size), size, true), size, this.behalf);
    }
  }

  push(value: bigint, size: PushSize): void {
    const next = this.moved(-size);
    const la = this.address(next, size, true);
    if (size === 8) this.p.memory.store64(la, value, this.behalf);
    else this.p.memory.store(la, Number(BigInt.asUintN(8 * size, value)), size, this.behalf);
    this.pointer = next;
  }

  pop(size: PushSize): bigint {
    const la = this.address(this.pointer, size, false);
    const value =
      size === 8 ? this.p.memory.load64(la, this.behalf) : BigInt(this.p.memory.load(la, size, this.behalf));
    this.pointer = this.moved(size);
    return value;
  }

  /** Pushes eight bytes each, the first one highest, checked before anything is stored. */
  pushAll(values: readonly bigint[]): void {
    const bytes = 8 * values.length;
    const next = this.moved(-bytes);
    if (
      this.width === 64 &&
      this.p.memory.storeFrame(this.address(next, bytes, true), values.toReversed(), this.behalf)
    ) {
      this.pointer = next;
      return;
    }
    this.probe(values.length, 8);
    for (const value of values) this.push(value, 8);
  }

  /** Pops `count` values of `size`. */
  popAll(count: number, size: PushSize): bigint[] {
    const { map, memory } = this.p;
    const values: bigint[] = [];
    if (this.width === 64 && size === 8 && !(this.p.view.getUint32(at.SYSTEM_FLAGS, true) & AC)) {
      const host = memory.frameAt(this.address(this.pointer, 8 * count, false), 8 * count);
      if (host >= 0) {
        for (let i = 0; i < count; i++) values.push(map.view.getBigUint64(host + 8 * i, true));
        this.pointer = this.moved(8 * count);
        return values;
      }
    }
    for (let i = 0; i < count; i++) values.push(this.pop(size));
    return values;
  }

  drop(bytes: number): void {
    this.pointer = this.moved(bytes);
  }

  /** Makes its pointer the processor's. */
  commit(): void {
    setStackPointer(this.p, this.pointer, this.width);
  }
}

/** Sets RSP, ESP (which clears what is above) or SP. */
export function setStackPointer(p: Core, value: bigint, width: StackWidth): void {
  if (width === 64) p.setRegister64(4, value);
  else p.setRegister(4, Number(BigInt.asUintN(width, value)), width);
}
