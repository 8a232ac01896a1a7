/**
 * The file that a student hands in (`.ring.json`): the lab's files, and the report that the page showed. Whoever grades
 * takes the files and nothing else from it; the report in it is only ever compared with.
 *
 *   { "format": "ring-handin", "formatVersion": 1, "lab", "labVersion", "engine", "handedIn": ISO 8601,
 *     "files": { name: text, … }, "report": Report }
 */
import { type FileFault, fault, isObject, kindOf, readJson, shown } from "./jsonfile.ts";
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
): HandIn | FileFault {
  const read = readJson(bytes, "hand-in", HANDIN_MAX_BYTES);
  return "message" in read ? read : checkFields(read.value, labs);
}

function checkFields(
  value: unknown,
  labs: ReadonlyMap<string, { readonly files: readonly string[]; readonly version: number }>,
): HandIn | FileFault {
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

function checkFiles(files: unknown, names: readonly string[]): FileFault | undefined {
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
