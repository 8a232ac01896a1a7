/**
 * What a machine said on one line (COM1, the debug consoles) since power-on. It is part of the machine's state, so it
 * goes back with the machine. The newest bytes are kept, at least half a MiB of them.
 */
const CAPACITY = 2 ** 20;

/** One character: bytes are Latin-1, as they are on the line. */
function textOf(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 4096) text += String.fromCharCode(...bytes.subarray(i, i + 4096));
  return text;
}

/** The bytes of one line. */
export class Transcript {
  #bytes = new Uint8Array(256);
  #length = 0;
  /** Bytes ever said, more than are kept where the line said much. */
  total = 0;
  /** Called with each byte as it is said. */
  said: (byte: number) => void = () => {};
  #wanted: Uint8Array | undefined;
  /** Called once when the text given to `awaitText` is complete. */
  #found: () => void = () => {};

  add(byte: number): void {
    if (this.#length === this.#bytes.length) this.#makeRoom();
    this.#bytes[this.#length++] = byte;
    this.total++;
    this.said(byte);
    if (this.#wanted !== undefined && this.#endsWith(this.#wanted)) {
      this.#wanted = undefined;
      this.#found();
    }
  }

  /** Calls `found` when `text` has been said, at once where it already was; undefined: stops waiting. */
  awaitText(text: string | undefined, found: () => void): void {
    this.#wanted = undefined;
    if (text === undefined) return;
    if (this.text().includes(text)) {
      found();
      return;
    }
    this.#wanted = Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff);
    this.#found = found;
  }

  /** Everything kept, as text of one character a byte. */
  text(): string {
    return textOf(this.#bytes.subarray(0, this.#length));
  }

  /** What was said after the first `total` bytes, as far as it is kept. */
  since(total: number): string {
    const count = Math.min(this.#length, this.total - total);
    return count <= 0 ? "" : textOf(this.#bytes.subarray(this.#length - count, this.#length));
  }

  /** For the machine's state. */
  save(): { total: number; bytes: Uint8Array } {
    return { total: this.total, bytes: this.#bytes.slice(0, this.#length) };
  }

  load(saved: { total: number; bytes: Uint8Array }): void {
    const kept = saved.bytes.subarray(Math.max(0, saved.bytes.length - CAPACITY));
    this.#bytes = new Uint8Array(Math.max(256, kept.length));
    this.#bytes.set(kept);
    this.#length = kept.length;
    this.total = saved.total;
  }

  #endsWith(wanted: Uint8Array): boolean {
    const start = this.#length - wanted.length;
    return start >= 0 && wanted.every((byte, i) => this.#bytes[start + i] === byte);
  }

  #makeRoom(): void {
    if (this.#length < CAPACITY) {
      const bigger = new Uint8Array(this.#bytes.length * 2);
      bigger.set(this.#bytes);
      this.#bytes = bigger;
      return;
    }
    this.#bytes.copyWithin(0, this.#length / 2, this.#length);
    this.#length /= 2;
  }
}
