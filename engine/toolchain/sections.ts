/**
 * Sections as chains of fragments. A fragment is bytes of known length and then, at most, one tail whose length depends on
 * where things end up: a jump that is short or near, an alignment, `.org`, a repetition counted by an expression. Layout
 * starts with every tail at its shortest and repeats until nothing changes; jumps only grow, so it ends.
 * Source: Using as, "Relax" in as's internals (doc/internals.texi, "Relaxation").
 */
import type { Fragment, LineMark, Patch, Tail } from "./program.ts";

/** A section that is only counted may fill what 32 bits address. */
const MOST_COUNTED = 2 ** 32;

export class Section {
  readonly name: string;
  /** Takes no room in the image: .bss. */
  readonly isNoBits: boolean;
  readonly isCode: boolean;
  data = new Uint8Array(256);
  used = 0;
  readonly fragments: Fragment[] = [];
  readonly patches: Patch[] = [];
  readonly marks: LineMark[] = [];
  alignment = 1;
  /** Address of its first byte, from layout. */
  address = 0;
  size = 0;
  current: Fragment;

  /** Bytes it may have, where the image may have `maxBytes`. */
  room(maxBytes: number): number {
    return this.isNoBits ? MOST_COUNTED : maxBytes;
  }

  constructor(name: string, isCode: boolean, isNoBits: boolean) {
    this.name = name;
    this.isCode = isCode;
    this.isNoBits = isNoBits;
    this.current = this.addFragment();
  }

  private addFragment(): Fragment {
    const fragment: Fragment = {
      section: this,
      start: this.used,
      length: 0,
      tail: undefined,
      tailLength: 0,
      offset: 0,
      order: 0,
      region: 0,
    };
    this.fragments.push(fragment);
    return fragment;
  }

  private reserve(count: number): void {
    if (this.used + count <= this.data.length) return;
    const larger = new Uint8Array(Math.max(this.data.length * 2, this.used + count));
    larger.set(this.data.subarray(0, this.used));
    this.data = larger;
  }

  emit(bytes: ArrayLike<number>): void {
    this.reserve(bytes.length);
    this.data.set(bytes, this.used);
    this.used += bytes.length;
    this.current.length += bytes.length;
  }

  emitByte(byte: number): void {
    this.reserve(1);
    this.data[this.used++] = byte;
    this.current.length++;
  }

  /** `count` times `unit`; only counted where the section takes no room. */
  emitRepeated(count: number, unit: readonly number[]): void {
    const total = count * unit.length;
    this.current.length += total;
    if (this.isNoBits) return;
    this.reserve(total);
    if (unit.length === 1 || unit.every((b) => b === unit[0]))
      this.data.fill(unit[0] ?? 0, this.used, this.used + total);
    else for (let i = 0; i < total; i++) this.data[this.used + i] = unit[i % unit.length] as number;
    this.used += total;
  }

  /** Ends the fragment with a tail. */
  emitTail(tail: Tail): void {
    this.current.tail = tail;
    if (tail.kind === "jump") this.current.tailLength = tail.short.length;
    this.current = this.addFragment();
  }

  addPatch(patch: Omit<Patch, "fragment" | "offset">): void {
    this.patches.push({ ...patch, fragment: this.current, offset: this.current.length });
  }
}
