/**
 * Reads a JSON file that came from anywhere: too large, not text, not JSON, or what it is. Faults are one sentence that
 * names the place and what was expected; what they quote of the file is short and holds no control characters.
 */
import { findJsonFault } from "./jsonfault.ts";

/** What is wrong with a file, in one sentence. */
export interface FileFault {
  readonly message: string;
}

export function fault(message: string): FileFault {
  return { message };
}

/** The value in `bytes`, or what is wrong with them; `kind` names the file: "hand-in". */
export function readJson(bytes: Uint8Array, kind: string, maxBytes: number): { readonly value: unknown } | FileFault {
  if (bytes.length > maxBytes) return fault(tooLong(bytes.length, kind, maxBytes));
  if (bytes.length === 0) return fault(`is empty; expected a ${kind}, which begins with {.`);
  const text = decode(bytes);
  if (typeof text !== "string") return text;
  const syntax = findJsonFault(text);
  if (!syntax) return { value: JSON.parse(text) };
  const { offset, line, column, expected, saw } = syntax;
  return fault(`offset ${offset} (line ${line}, column ${column}): expected ${expected}, saw ${saw}.`);
}

/** Also for callers that know a file's size before they read it. */
export function tooLong(length: number, kind: string, maxBytes: number): string {
  return `is ${length} bytes long; expected a ${kind} of at most ${maxBytes} bytes.`;
}

function decode(bytes: Uint8Array): string | FileFault {
  const text = new TextDecoder("utf-8", { fatal: false, ignoreBOM: false }).decode(bytes);
  const again = new TextEncoder().encode(text);
  const shift = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const end = Math.max(again.length, bytes.length - shift);
  for (let i = 0; i < end; i++) {
    if (again[i] !== bytes[i + shift]) {
      const saw = i + shift < bytes.length ? `byte ${hex(bytes[i + shift])}` : "the end of the file";
      return fault(`offset ${i + shift}: expected text in UTF-8, saw ${saw}.`);
    }
  }
  return text;
}

const hex = (byte: number) => byte.toString(16).padStart(2, "0").toUpperCase();

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function kindOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** A value as an error may quote it: short, and without control characters, for it came from anywhere. */
export function shown(value: unknown): string {
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") return kindOf(value);
  const text = JSON.stringify(value);
  const plain = text.replace(/[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, "?");
  return plain.length > 60 ? `${plain.slice(0, 60)}…` : plain;
}
