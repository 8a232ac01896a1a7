/**
 * Everything a student has of one lab as a file (`.ring-work.json`), to carry to another browser or to keep. Importing
 * never replaces what stands: the file's texts become versions, to be looked at and restored.
 *
 *   { "format": "ring-work", "formatVersion": 1, "lab", "files": { name: text }, "versions": [ { file, text, editedAt } ] }
 */
import { FILE_MAX_CHARACTERS } from "./handin.ts";
import { type FileFault, fault, isObject, kindOf, readJson, shown } from "./jsonfile.ts";
import { canonical } from "./report.ts";
import type { Files } from "./rubric.ts";
import { VERSIONS_KEPT, type Version } from "./store.ts";

export const WORK_MAX_BYTES = 8 * 1024 * 1024;

/** One text of a file, and when it was typed (ms since 1970). */
export interface OldText {
  readonly file: string;
  readonly text: string;
  readonly editedAt: number;
}

export interface WorkFile {
  readonly lab: string;
  readonly files: Files;
  readonly versions: readonly OldText[];
}

export function writeWork(lab: string, files: Files, versions: readonly Version[]): string {
  const old = versions.map(({ file, text, editedAt }): OldText => ({ file, text, editedAt }));
  return canonical({ format: "ring-work", formatVersion: 1, lab, files, versions: old });
}

/** Reads an export of lab `lab`, or a hand-in of it: its files are taken the same way. */
export function readWork(bytes: Uint8Array, lab: string, names: readonly string[]): WorkFile | FileFault {
  const read = readJson(bytes, "work file", WORK_MAX_BYTES);
  if ("message" in read) return read;
  const { value } = read;
  if (!isObject(value)) return fault(`expected an object, saw ${kindOf(value)}.`);
  if (value.format !== "ring-work" && value.format !== "ring-handin") {
    return fault(`field "format": expected "ring-work" or "ring-handin", saw ${shown(value.format)}.`);
  }
  if (value.lab !== lab) return fault(`field "lab": expected "${lab}", saw ${shown(value.lab)}.`);
  if (!isObject(value.files)) return fault(`field "files": expected an object, saw ${kindOf(value.files)}.`);
  const files: Record<string, string> = {};
  for (const name of names) {
    const text = Object.hasOwn(value.files, name) ? value.files[name] : undefined;
    if (!isText(text)) return fault(`field "files" → "${name}": expected the file's text, saw ${kindOf(text)}.`);
    files[name] = text;
  }
  const versions = Array.isArray(value.versions) ? value.versions.filter((one) => isOld(one, names)) : [];
  return { lab, files, versions: versions.slice(0, VERSIONS_KEPT) };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.length <= FILE_MAX_CHARACTERS;
}

function isOld(value: unknown, names: readonly string[]): value is OldText {
  return isObject(value) && names.includes(String(value.file)) && isText(value.text) && Number.isFinite(value.editedAt);
}
