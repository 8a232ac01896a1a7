/** The stack as plain TypeScript operations use it: pushes that can be prepared, checked, and then committed. */

import type { Core } from "../core.ts";
import * as fault from "../fault.ts";
import { raise } from "../fault.ts";
import type { Behalf } from "../linear.ts";
import { DB, insideLimit, type Segment, SS, writable } from "../segments.ts";

/**
 * Pushes onto a stack that may not be the current one yet. Nothing of the processor changes before `commit`; memory is
 * written as it goes, below the stack pointer, where nothing else can be.
 */
export class Stack {
  pointer: number;
  readonly segment: Segment;
  private readonly p: Core;
  private readonly mask: number;
  private readonly errorCode: number;
  /** Pushes onto an inner stack are made at its privilege. */
  private readonly behalf: Behalf;

  /** `errorCode`: of the #SS that a push beyond the limit raises. */
  constructor(p: Core, inner?: Segment, pointer = p.register(4), errorCode = 0) {
    const segment = inner ?? p.segments.get(SS);
    this.p = p;
    this.segment = segment;
    this.behalf = inner ? "supervisor" : "current";
    this.mask = segment.attributes & DB ? 0xffffffff : 0xffff;
    this.pointer = pointer;
    this.errorCode = errorCode;
  }

  private offset(of: number): number {
    return (of & this.mask) >>> 0;
  }

  private check(offset: number, bytes: number, write: boolean): number {
    const s = this.segment;
    if ((write && !writable(s)) || !insideLimit(s, offset, bytes)) raise(fault.SS, this.errorCode);
    return (s.base + offset) >>> 0;
  }

  /** Makes sure that `bytes` more can be pushed. */
  probe(bytes: number, size: 2 | 4): void {
    for (let done = size as number; done <= bytes; done += size) {
      this.p.memory.probeWrite(this.check(this.offset(this.pointer - done), size, true), size, this.behalf);
    }
  }

  push(value: number, size: 2 | 4): void {
    const next = this.offset(this.pointer - size);
    this.p.memory.store(this.check(next, size, true), size === 2 ? value & 0xffff : value >>> 0, size, this.behalf);
    this.pointer = next;
  }

  pop(size: 2 | 4): number {
    const value = this.p.memory.load(this.check(this.offset(this.pointer), size, false), size, this.behalf);
    this.pointer = this.offset(this.pointer + size);
    return value;
  }

  drop(bytes: number): void {
    this.pointer = this.offset(this.pointer + bytes);
  }

  /** Makes its pointer the processor's, at the stack's width. */
  commit(): void {
    this.p.setRegister(4, this.pointer, this.mask === 0xffff ? 16 : 32);
  }
}
