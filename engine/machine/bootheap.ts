/** A block of memory that is filled from its beginning with what a kernel finds: structures, strings, lists. */
export class BootHeap {
  readonly base: number;
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Bytes in use. */
  used = 0;

  constructor(base: number, room: number) {
    this.base = base;
    this.bytes = new Uint8Array(room);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Room for so many bytes, on a multiple of 8; answers its place in `bytes`. */
  reserve(count: number): number {
    const at = (this.used + 7) & ~7;
    this.used = at + count;
    return at;
  }

  /** Text with a 0 behind it; answers its physical address. */
  text(text: string): number {
    const bytes = new TextEncoder().encode(`${text}\0`);
    const at = this.reserve(bytes.length);
    this.bytes.set(bytes, at);
    return this.base + at;
  }

  /** Puts 32-bit numbers at a place in `bytes`. */
  words(at: number, ...values: readonly number[]): void {
    for (const [i, value] of values.entries()) this.view.setUint32(at + 4 * i, value, true);
  }
}
