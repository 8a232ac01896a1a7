// Numbers as the course writes them: lower-case hex without a prefix, ticks with thousands separators; and numbers as
// people type them. Nothing here knows a machine.

/** Lower-case hex, padded with zeros to `digits`. Negative numbers are taken modulo 2^(4·digits). */
export function hex(value: number | bigint, digits = 0): string {
  const wide = BigInt(value);
  const positive = wide < 0n ? BigInt.asUintN(digits * 4 || 64, wide) : wide;
  return positive.toString(16).padStart(digits, "0");
}

/** Splits padded hex into its leading zeros and the rest; the last digit always belongs to the rest. */
export function splitZeros(text: string): [zeros: string, rest: string] {
  const zeros = /^0*(?=.)/.exec(text)?.[0] ?? "";
  return [zeros, text.slice(zeros.length)];
}

/** 1204 is "1,204". */
export function grouped(value: number | bigint): string {
  return value.toString().replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** Bits in groups of eight: 0x1204 in 16 bits is "00010010 00000100". */
export function binary(value: bigint, bits: number): string {
  const digits = BigInt.asUintN(bits, value).toString(2).padStart(bits, "0");
  return digits.replace(/\B(?=(\d{8})+$)/g, " ");
}

/** Two's complement reading of the low `bits` bits. */
export function signed(value: bigint, bits: number): bigint {
  return BigInt.asIntN(bits, value);
}

/** 1474560 is "1.4 MB"; 512 is "512 bytes". */
export function byteSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes < 999_500) return `${Math.round(bytes / 1000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** 2097152 is "2 MiB": a size that is a power of two, as memory comes. */
export function pageSize(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  let size = bytes;
  for (; size >= 1024 && size % 1024 === 0; size /= 1024) unit++;
  return `${grouped(size)} ${units[unit]}`;
}

/** A count with its noun: "1 flag", "2 flags". */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** What a person typed, read; or what is wrong with it and what would be right. */
export type Parsed<T> = { readonly value: T } | { readonly message: string; readonly hint: string };

/**
 * Reads `0x1f`, `1fh`, `0b101`, `31`, with `_`, `,` or spaces between digits. `bare` says what digits without a mark are:
 * decimal for a question, hex where debuggers use hex.
 */
export function parseNumber(text: string, bare: "decimal" | "hex" = "decimal"): Parsed<bigint> {
  const typed = text
    .trim()
    .toLowerCase()
    .replace(/[\s_,]/g, "");
  const hint = bare === "hex" ? "Type hex digits, as in 7c00." : "Type 0x1f, 1fh or 31.";
  if (typed === "") return { message: "Nothing was typed.", hint };
  const minus = typed.startsWith("-");
  const body = minus ? typed.slice(1) : typed;
  const marked =
    /^0x([0-9a-f]+)$/.exec(body) ?? /^\$([0-9a-f]+)$/.exec(body) ?? /^([0-9a-f]+)h$/.exec(body) ?? undefined;
  const digits = marked?.[1] ?? (bare === "hex" && /^[0-9a-f]+$/.test(body) ? body : undefined);
  const bits = /^0b([01]+)$/.exec(body)?.[1];
  let value: bigint;
  if (digits !== undefined && !(bits !== undefined && bare === "decimal")) value = BigInt(`0x${digits}`);
  else if (bits !== undefined) value = BigInt(`0b${bits}`);
  else if (/^[0-9]+$/.test(body)) value = BigInt(body);
  else {
    const looksHex = /^[0-9a-f]+$/.test(body);
    return {
      message: `“${text.trim()}” is not a number.`,
      hint: looksHex ? `If it is hex, type 0x${body} or ${body}h.` : hint,
    };
  }
  return { value: minus ? -value : value };
}

/** Reads a number that must fit `bits` bits, signed or unsigned; the answer is unsigned. */
export function parseWithin(text: string, bits: number, bare: "decimal" | "hex" = "hex"): Parsed<bigint> {
  const parsed = parseNumber(text, bare);
  if (!("value" in parsed)) return parsed;
  const { value } = parsed;
  if (value >= 1n << BigInt(bits) || value < -(1n << BigInt(bits - 1))) {
    return {
      message: `${text.trim()} does not fit in ${bits} bits.`,
      hint: `The largest is ${"f".repeat(bits / 4)}.`,
    };
  }
  return { value: BigInt.asUintN(bits, value) };
}
