/** LEB128 numbers, as WebAssembly's binary format writes them (WebAssembly core specification, 5.2.2). */

/** Appends an unsigned 32-bit number. */
export function unsigned(out: number[], value: number): void {
  let n = value >>> 0;
  while (n >= 0x80) {
    out.push((n & 0x7f) | 0x80);
    n >>>= 7;
  }
  out.push(n);
}

/** Appends a signed 32-bit number. */
export function signed(out: number[], value: number): void {
  let n = value | 0;
  for (;;) {
    const low = n & 0x7f;
    n >>= 7;
    if ((n === 0 && !(low & 0x40)) || (n === -1 && low & 0x40)) {
      out.push(low);
      return;
    }
    out.push(low | 0x80);
  }
}

/** Appends a signed 64-bit number. */
export function signed64(out: number[], value: bigint): void {
  let n = BigInt.asIntN(64, value);
  for (;;) {
    const low = Number(n & 0x7fn);
    n >>= 7n;
    if ((n === 0n && !(low & 0x40)) || (n === -1n && low & 0x40)) {
      out.push(low);
      return;
    }
    out.push(low | 0x80);
  }
}
