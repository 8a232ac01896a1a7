/**
 * The file that a student hands in (`.ring.json`): the lab's files, and the report that the page showed. Whoever grades
 * takes the files and nothing else from it; the report in it is only ever compared with.
 *
 *   { "format": "ring-handin", "formatVersion": 1, "lab", "labVersion", "engine", "handedIn": ISO 8601,
 *     "files": { name: text, … }, "report": Report }
 */
import { findJsonFault } from "./jsonfault.ts";
import { canonical, type Report } from "./report.ts";
import type { Files } from "./rubric.ts";

export interface HandIn {
  readonly format: "ring-handin";
  readonly formatVersion: 1;
  readonly lab: string;
  readonly labVersion: number;
  readonly engine: string;
  /** When the file was made. Beside the report, never in it. */
  readonly handedIn: string;
  readonly files: Files;
  readonly report: Report;
}

/** Bytes of a whole hand-in, and characters of one file in it: more is refused unread. */
export const HANDIN_MAX_BYTES = 1024 * 1024;
export const FILE_MAX_CHARACTERS = 64 * 1024;

/** What is wrong with a hand-in, in one sentence that names the place and what was expected there. */
export interface HandInFault {
  readonly message: string;
}

/** The text of a hand-in file. */
export function writeHandIn(files: Files, report: Report, handedIn: Date): string {
  const handIn: HandIn = {
    format: "ring-handin",
    formatVersion: 1,
    lab: report.lab,
    labVersion: report.labVersion,
    engine: report.engine,
    handedIn: handedIn.toISOString(),
    files,
    report,
  };
  return canonical(handIn);
}

/** Reads a hand-in. `labs` gives the file names of the labs known here; nothing in the bytes is ever run. */
export function readHandIn(
  bytes: Uint8Array,
  labs: ReadonlyMap<string, { readonly files: readonly string[]; readonly version: number }>,
): HandIn | HandInFault {
  if (bytes.length > HANDIN_MAX_BYTES) {
    return fault(`is ${bytes.length} bytes long; expected a hand-in of at most ${HANDIN_MAX_BYTES} bytes.`);
  }
  if (bytes.length === 0) return fault("is empty; expected a hand-in, which begins with {.");
  const text = decode(bytes);
  if (typeof text !== "string") return text;
  const syntax = findJsonFault(text);
  if (syntax) {
    const { offset, line, column, expected, saw } = syntax;
    return fault(`offset ${offset} (line ${line}, column ${column}): expected ${expected}, saw ${saw}.`);
  }
  return checkFields(JSON.parse(text), labs);
}

function fault(message: string): HandInFault {
  return { message };
}

function decode(bytes: Uint8Array): string | HandInFault {
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

function checkFields(
  value: unknown,
  labs: ReadonlyMap<string, { readonly files: readonly string[]; readonly version: number }>,
): HandIn | HandInFault {
  if (!isObject(value)) return fault(`expected an object, saw ${kindOf(value)}.`);
  if (value.format !== "ring-handin") {
    return fault(`field "format": expected "ring-handin", saw ${shown(value.format)}.`);
  }
  if (value.formatVersion !== 1) return fault(`field "formatVersion": expected 1, saw ${shown(value.formatVersion)}.`);
  const lab = typeof value.lab === "string" ? labs.get(value.lab) : undefined;
  if (!lab) return fault(`field "lab": expected one of ${[...labs.keys()].join(", ")}; saw ${shown(value.lab)}.`);
  const version = value.labVersion;
  if (typeof version !== "number" || !Number.isInteger(version) || version < 1 || version > lab.version) {
    return fault(`field "labVersion": expected a whole number from 1 to ${lab.version}, saw ${shown(version)}.`);
  }
  if (typeof value.engine !== "string" || value.engine.length > 200) {
    return fault(`field "engine": expected the name of an engine build, saw ${shown(value.engine)}.`);
  }
  if (typeof value.handedIn !== "string" || Number.isNaN(Date.parse(value.handedIn))) {
    return fault(`field "handedIn": expected a time as ISO 8601, saw ${shown(value.handedIn)}.`);
  }
  const wrongFiles = checkFiles(value.files, lab.files);
  if (wrongFiles) return wrongFiles;
  if (!isObject(value.report)) return fault(`field "report": expected an object, saw ${kindOf(value.report)}.`);
  return value as unknown as HandIn;
}

function checkFiles(files: unknown, names: readonly string[]): HandInFault | undefined {
  if (!isObject(files)) return fault(`field "files": expected an object, saw ${kindOf(files)}.`);
  for (const name of names) {
    const text = Object.hasOwn(files, name) ? files[name] : undefined;
    const field = `field "files" → ${JSON.stringify(name)}`;
    if (typeof text !== "string") return fault(`${field}: expected the file's text, saw ${kindOf(text)}.`);
    if (text.length > FILE_MAX_CHARACTERS) {
      return fault(`${field}: expected at most ${FILE_MAX_CHARACTERS} characters, saw ${text.length}.`);
    }
  }
  const extra = Object.keys(files).find((name) => !names.includes(name));
  if (extra === undefined) return undefined;
  return fault(`field "files": expected only ${names.join(", ")}; saw ${shown(extra)} as well.`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** A value as an error may quote it: short, and without control characters, for it came from anywhere. */
function shown(value: unknown): string {
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") return kindOf(value);
  const text = JSON.stringify(value);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal must not get them.
  const plain = text.replace(/[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, "?");
  return plain.length > 60 ? `${plain.slice(0, 60)}…` : plain;
}
