/** Files of the command line; what is wrong with one names it, its size, and what was expected. */
import { closeSync, openSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { UsageError } from "./usage.ts";

/** Reads `path`, at most `most` bytes. */
export function readImage(flag: string, path: string, most: number, expected: string): Uint8Array {
  const fail = (what: string) => new UsageError(`${flag} ${path}: ${what}; expected ${expected}`);
  let size: number;
  try {
    const stat = statSync(path);
    if (stat.isDirectory()) throw fail("is a folder");
    ({ size } = stat);
  } catch (error) {
    throw error instanceof UsageError ? error : fail(reasonOf(error));
  }
  if (size > most) throw fail(`${size.toLocaleString("en")} bytes are too many`);
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(readFileSync(path));
  } catch (error) {
    throw fail(reasonOf(error));
  }
  if (bytes.length === 0) throw fail("is empty");
  if (bytes.length > most) throw fail(`${bytes.length.toLocaleString("en")} bytes are too many`);
  return bytes;
}

/** The files below `folder`, by way of links too, but not into a folder that leads there; a link to nothing is left out. */
function* filesBelow(folder: string, above: readonly string[] = []): Generator<string> {
  const real = realpathSync(folder);
  if (above.includes(real)) return;
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isFile()) yield path;
    else if (stat?.isDirectory()) yield* filesBelow(path, [...above, real]);
  }
}

/** All files below `path`, by their path from there; at most `most` bytes together. */
export function readFolder(flag: string, path: string, most: number): Record<string, Uint8Array> {
  const fail = (what: string) => new UsageError(`${flag}${path}: ${what}; expected a folder of at most ${most} bytes`);
  const files: Record<string, Uint8Array> = {};
  let left = most;
  try {
    for (const file of filesBelow(path)) {
      left -= statSync(file).size;
      if (left < 0) throw fail("its files are too large");
      files[relative(path, file).split(sep).join("/")] = new Uint8Array(readFileSync(file));
    }
  } catch (error) {
    throw error instanceof UsageError ? error : fail(reasonOf(error));
  }
  return files;
}

/** A file to write to, made anew. */
export function openOutput(flag: string, path: string): number {
  try {
    return openSync(path, "w");
  } catch (error) {
    throw new UsageError(`${flag} ${path}: ${reasonOf(error)}; expected a file that can be written`);
  }
}

/** Whether `path` could be written, found out before a long run and not after it. */
export function checkOutput(flag: string, path: string): void {
  closeSync(openOutput(flag, path));
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "may not be opened",
  EISDIR: "is a folder",
  ENOTDIR: "there is no such folder",
};

export function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return REASONS[code ?? ""] ?? message ?? String(error);
}
