/**
 * How packets lie in a stream of bytes, both ways:
 *
 *     $ DATA # hh     hh: the sum of DATA's bytes, modulo 256, as two hex digits
 *     + -             the last packet arrived whole; send it again
 *     03              Ctrl-C, outside of a packet
 *
 * In DATA, `}` says that the byte behind it was XORed with 20h: `#`, `$`, `*` and `}` themselves come so. Packets are strings
 * here, a character a byte. Not sent: run-length encoding, notifications.
 *
 * Source: Debugging with GDB, appendix E "Remote Protocol", E.1 "Overview".
 */

/** What a stream brings. `bad`: a packet whose sum is wrong; `long`: one with more than MAX_PACKET bytes. */
export type Incoming =
  | { readonly kind: "packet"; readonly text: string }
  | { readonly kind: "again" | "interrupt" | "bad" | "long" };

/** Bytes of a packet at most; larger ones are dropped. */
export const MAX_PACKET = 0x4000;

const [START, END, ESCAPE, REPEAT, AGAIN, INTERRUPT] = [0x24, 0x23, 0x7d, 0x2a, 0x2d, 0x03];
const FLIPPED = 0x20;

/** Puts a stream's bytes together. */
export class PacketReader {
  #state: "outside" | "inside" | "escaped" | "sum" = "outside";
  #data: number[] = [];
  #isLong = false;
  #sum = 0;
  /** The digits of the sum that have come. */
  #digits = "";

  /** What is whole with these bytes. */
  read(bytes: Uint8Array): Incoming[] {
    const found: Incoming[] = [];
    for (const byte of bytes) {
      const incoming = this.#take(byte);
      if (incoming !== undefined) found.push(incoming);
    }
    return found;
  }

  #take(byte: number): Incoming | undefined {
    switch (this.#state) {
      case "outside":
        if (byte === START) this.#begin();
        return byte === AGAIN ? { kind: "again" } : byte === INTERRUPT ? { kind: "interrupt" } : undefined;
      case "sum":
        this.#digits += String.fromCharCode(byte);
        return this.#digits.length < 2 ? undefined : this.#end();
      default:
        // A packet that begins inside of another: the rest of the other was lost.
        if (byte === START) this.#begin();
        else if (byte === END) this.#state = "sum";
        else this.#inside(byte);
        return undefined;
    }
  }

  #begin(): void {
    this.#state = "inside";
    this.#data = [];
    this.#isLong = false;
    this.#sum = 0;
    this.#digits = "";
  }

  #inside(byte: number): void {
    this.#sum = (this.#sum + byte) & 0xff;
    const isEscaped = this.#state === "escaped";
    this.#state = byte === ESCAPE && !isEscaped ? "escaped" : "inside";
    if (this.#state === "escaped") return;
    if (this.#data.length >= MAX_PACKET) this.#isLong = true;
    else this.#data.push(isEscaped ? byte ^ FLIPPED : byte);
  }

  #end(): Incoming {
    this.#state = "outside";
    const isRight = /^[0-9a-f]{2}$/i.test(this.#digits) && Number.parseInt(this.#digits, 16) === this.#sum;
    if (!isRight) return { kind: "bad" };
    return this.#isLong ? { kind: "long" } : { kind: "packet", text: textOf(this.#data) };
  }
}

/** A packet with `text`, as it is sent. */
export function packetOf(text: string): Uint8Array {
  const bytes = [START];
  let sum = 0;
  for (let i = 0; i < text.length; i++) {
    const byte = text.charCodeAt(i) & 0xff;
    const isSpecial = byte === START || byte === END || byte === ESCAPE || byte === REPEAT;
    const sent = isSpecial ? [ESCAPE, byte ^ FLIPPED] : [byte];
    for (const each of sent) sum = (sum + each) & 0xff;
    bytes.push(...sent);
  }
  bytes.push(END, ...[...hex(sum, 2)].map((digit) => digit.charCodeAt(0)));
  return Uint8Array.from(bytes);
}

/** `digits` hex digits of a number. */
export function hex(value: number | bigint, digits = 1): string {
  return value.toString(16).padStart(digits, "0");
}

export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => hex(byte, 2)).join("");
}

/** The bytes of pairs of hex digits; undefined where it is something else. */
export function bytesOf(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(text)) return undefined;
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16));
}

/** A character a byte. */
export function textOf(bytes: ArrayLike<number>): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}
