/**
 * The Internet's checksum, and what network cards do with it: store it in a packet, and cut a TCP segment into frames.
 *
 * Source: RFC 1071, 1624; RFC 791, 793.
 */

/** The sum of 16-bit words of `bytes` from `start` to `end`, folded; `initial` is added. An odd last byte is a high one. */
export function sum16(bytes: Uint8Array, start: number, end: number, initial = 0): number {
  let sum = initial;
  const last = Math.min(end, bytes.length);
  for (let i = start; i < last; i += 2) sum += (bytes[i] << 8) | (i + 1 < last ? bytes[i + 1] : 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return sum;
}

/** Stores the checksum of `start` to `end` at `at`, the field itself (and a pseudo-header's sum in it) included. */
export function storeChecksum(bytes: Uint8Array, start: number, end: number, at: number): void {
  if (start >= bytes.length || at + 2 > bytes.length) return;
  setWord(bytes, at, ~sum16(bytes, start, end) & 0xffff);
}

export function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

export function setWord(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 8;
  bytes[at + 1] = value;
}

/** Puts `value` for the word at `at`; the checksums at `sums` stay as right, or as wrong, as they were (RFC 1624, eqn. 3). */
export function replaceWord(bytes: Uint8Array, at: number, value: number, sums: readonly number[]): void {
  const change = (~word(bytes, at) & 0xffff) + value;
  for (const sum of sums) setWord(bytes, sum, ~sum16(bytes, 0, 0, (~word(bytes, sum) & 0xffff) + change) & 0xffff);
  setWord(bytes, at, value);
}

/** What to cut: offsets in the frame of the IP and TCP headers and of what follows them; bytes a frame. */
export interface Segmentation {
  readonly ip: number;
  readonly tcp: number;
  readonly payload: number;
  readonly bytes: number;
  /** IPv6: no checksum and no identification in its header. */
  readonly ipv6?: boolean;
}

const FIN_PSH = 0x09;
/** Shorter pieces than any driver asks for; bounds how many frames a packet becomes. */
const LEAST = 8;

/**
 * Cuts a TCP packet: lengths, identifications, sequence numbers and flags are each frame's own, and so are checksums. The
 * TCP checksum's field of `frame` holds the sum of the pseudo-header without its length.
 */
export function segmentTcp(frame: Uint8Array, { ip, tcp, payload, bytes, ipv6 }: Segmentation): Uint8Array[] {
  const step = Math.max(LEAST, bytes);
  const frames: Uint8Array[] = [];
  const sequence = (word(frame, tcp + 4) * 0x10000 + word(frame, tcp + 6)) >>> 0;
  for (let at = payload; at < frame.length; at += step) {
    const part = frame.subarray(at, at + step);
    const out = new Uint8Array(payload + part.length);
    out.set(frame.subarray(0, payload));
    out.set(part, payload);
    if (ipv6) setWord(out, ip + 4, out.length - ip - 40);
    else {
      setWord(out, ip + 2, out.length - ip);
      setWord(out, ip + 4, (word(frame, ip + 4) + frames.length) & 0xffff);
      setWord(out, ip + 10, 0);
      storeChecksum(out, ip, tcp, ip + 10);
    }
    const own = (sequence + (at - payload)) >>> 0;
    setWord(out, tcp + 4, own >>> 16);
    setWord(out, tcp + 6, own & 0xffff);
    if (at + step < frame.length) out[tcp + 13] &= ~FIN_PSH;
    const length = out.length - tcp;
    setWord(out, tcp + 16, sum16(Uint8Array.of(length >> 8, length), 0, 2, word(frame, tcp + 16)));
    storeChecksum(out, tcp, out.length, tcp + 16);
    frames.push(out);
  }
  return frames;
}
