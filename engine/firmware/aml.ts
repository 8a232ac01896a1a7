/**
 * ACPI machine language, as far as a small DSDT needs it: each function gives the bytes of one term.
 *
 * Source: ACPI specification 6.3, chapter 20 "AML"; 6.4 for resource descriptors.
 */

export type Aml = readonly number[];

const bytesOf = (value: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => Math.floor(value / 2 ** (8 * i)) & 0xff);

/** PkgLength of `content`, then `content`. The length counts its own bytes: up to 63 in one, up to 4,095 in two. */
function packaged(content: Aml): number[] {
  if (content.length + 1 < 64) return [content.length + 1, ...content];
  const extra = content.length + 2 < 2 ** 12 ? 1 : 2;
  const length = content.length + 1 + extra;
  return [(extra << 6) | (length & 15), ...bytesOf(length >> 4, extra), ...content];
}

/** `\_SB_.PCI0`, `^`, or a single segment; segments are filled up to four characters. */
export function name(path: string): Aml {
  const root = /^[\\^]*/.exec(path)?.[0] ?? "";
  const segments = path
    .slice(root.length)
    .split(".")
    .filter((segment) => segment !== "");
  const prefix =
    segments.length === 0 ? [0] : segments.length === 1 ? [] : segments.length === 2 ? [0x2e] : [0x2f, segments.length];
  const text = root + segments.map((segment) => segment.padEnd(4, "_")).join("");
  const at = root.length;
  const codes = [...text].map((character) => character.charCodeAt(0));
  return [...codes.slice(0, at), ...prefix, ...codes.slice(at)];
}

export function integer(value: number): Aml {
  if (value === 0 || value === 1) return [value];
  if (value < 0x100) return [0x0a, value];
  return value < 0x10000 ? [0x0b, ...bytesOf(value, 2)] : [0x0c, ...bytesOf(value, 4)];
}

export function string(text: string): Aml {
  return [0x0d, ...[...text].map((character) => character.charCodeAt(0)), 0];
}

/** A compressed EISA ID: `PNP0A03`. */
export function eisaId(id: string): Aml {
  const letter = (i: number) => id.charCodeAt(i) - 0x40;
  const value = (letter(0) << 26) | (letter(1) << 21) | (letter(2) << 16) | Number.parseInt(id.slice(3), 16);
  return [0x0c, ...bytesOf(value >>> 0, 4).reverse()];
}

export function buffer(bytes: Aml): Aml {
  return [0x11, ...packaged([...integer(bytes.length), ...bytes])];
}

export function packageOf(...elements: readonly Aml[]): Aml {
  return [0x12, ...packaged([elements.length, ...elements.flat()])];
}

export function named(path: string, value: Aml): Aml {
  return [0x08, ...name(path), ...value];
}

export function scope(path: string, ...terms: readonly Aml[]): Aml {
  return [0x10, ...packaged([...name(path), ...terms.flat()])];
}

export function device(path: string, ...terms: readonly Aml[]): Aml {
  return [0x5b, 0x82, ...packaged([...name(path), ...terms.flat()])];
}

/** `serialized`: one thread at a time, because it makes names. */
export function method(path: string, parameters: number, serialized: boolean, ...terms: readonly Aml[]): Aml {
  return [0x14, ...packaged([...name(path), parameters | (serialized ? 8 : 0), ...terms.flat()])];
}

/** In PCI configuration space of the device that it stands in. */
export function pciRegion(path: string, offset: number, length: number): Aml {
  return [0x5b, 0x80, ...name(path), 2, ...integer(offset), ...integer(length)];
}

/** Fields of 8 bits each, accessed as bytes. */
export function byteFields(region: string, ...fields: readonly string[]): Aml {
  return [0x5b, 0x81, ...packaged([...name(region), 0x01, ...fields.flatMap((field) => [...name(field), 8])])];
}

export const argument = (n: number): Aml => [0x68 + n];
export const and = (a: Aml, b: Aml, to: Aml = [0]): Aml => [0x7b, ...a, ...b, ...to];
export const or = (a: Aml, b: Aml, to: Aml = [0]): Aml => [0x7d, ...a, ...b, ...to];
export const store = (value: Aml, to: Aml): Aml => [0x70, ...value, ...to];
export const returns = (value: Aml): Aml => [0xa4, ...value];
export const ifThen = (condition: Aml, ...terms: readonly Aml[]): Aml => [
  0xa0,
  ...packaged([...condition, ...terms.flat()]),
];
/** A name for the dword at byte `index` of a buffer. */
export const dwordField = (of: Aml, index: number, path: string): Aml => [
  0x8a,
  ...of,
  ...integer(index),
  ...name(path),
];

// Resource descriptors (6.4) -----------------------------------------------------------------------------------------------

/** A buffer of resource descriptors, with its end tag. */
export function resources(...descriptors: readonly Aml[]): Aml {
  return buffer([...descriptors.flat(), 0x79, 0]);
}

/** ISA interrupts, edge triggered, active high. */
export const irqs = (...numbers: readonly number[]): Aml => [
  0x22,
  ...bytesOf(
    numbers.reduce((mask, n) => mask | (1 << n), 0),
    2,
  ),
];

/** Level triggered, active high, shared. */
export const interrupts = (...numbers: readonly number[]): Aml => [
  ...[0x89, ...bytesOf(2 + 4 * numbers.length, 2), 0x09, numbers.length],
  ...numbers.flatMap((n) => bytesOf(n, 4)),
];

export const dma = (channel: number): Aml => [0x2a, 1 << channel, 0];

/** Ports at a fixed place, decoded in 16 bits. */
export const ports = (first: number, count: number, alignment = 1): Aml => [
  ...[0x47, 1, ...bytesOf(first, 2), ...bytesOf(first, 2), alignment, count],
];

/** A fixed range of memory. */
export const fixedMemory = (first: number, length: number, writable: boolean): Aml => [
  ...[0x86, 9, 0, writable ? 1 : 0, ...bytesOf(first, 4), ...bytesOf(length, 4)],
];

/** What a bus passes on; fixed at both ends. `flags` are specific to the type. */
function wordSpace(type: number, flags: number, first: number, last: number): Aml {
  const numbers = [0, first, last, 0, last - first + 1].flatMap((value) => bytesOf(value, 2));
  return [0x88, 13, 0, type, 0x0c, flags, ...numbers];
}

export const busNumbers = (first: number, last: number): Aml => wordSpace(2, 0, first, last);
export const portSpace = (first: number, last: number): Aml => wordSpace(1, 3, first, last);

export const memorySpace = (first: number, last: number, cacheable: boolean): Aml => [
  ...[0x87, 23, 0, 0, 0x0c, cacheable ? 3 : 1],
  ...[0, first, last, 0, last - first + 1].flatMap((value) => bytesOf(value, 4)),
];
