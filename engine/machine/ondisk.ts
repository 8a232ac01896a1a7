/**
 * The engine's own files where it runs from its sources: in Node. A page has the same built in (`virtual:ring-engine`).
 *
 * Node's modules are reached through `process`, so that a page can have this file without having them.
 */
import { EngineError } from "../wasm/error.ts";
import { type Firmware, firmwareFrom } from "./firmware.ts";

/** The little of Node that is used here. */
interface Disk {
  readFileSync(file: URL, encoding: "utf8"): string;
  readdirSync(folder: URL, options: { recursive: true }): string[];
}
interface Hashes {
  createHash(name: "sha256"): Hash;
}
interface Hash {
  update(text: string): Hash;
  digest(encoding: "hex"): string;
}
interface Runtime {
  getBuiltinModule?(name: string): unknown;
}

const runtime = (globalThis as { process?: Runtime }).process;

function builtin<Module>(name: string): Module {
  const module = runtime?.getBuiltinModule?.(name);
  if (module === undefined) throw new EngineError("only Node has the engine's sources");
  return module as Module;
}

/** A source file of the BIOS. */
export function readFirmwareSource(name: string): string {
  return builtin<Disk>("node:fs").readFileSync(
    new URL(/* @vite-ignore */ `../firmware/${name}`, import.meta.url),
    "utf8",
  );
}

/** Our BIOS, assembled from its sources at first use. */
export const firmwareOnDisk: () => Firmware = firmwareFrom(readFirmwareSource);

/** The engine's build: a hash of all sources that a run depends on, 16 hex digits. */
export function buildOnDisk(): string {
  return (build ??= hashSources());
}
let build: string | undefined;

function hashSources(): string {
  const { readdirSync, readFileSync } = builtin<Disk>("node:fs");
  const root = new URL("../", import.meta.url);
  const isSource = (name: string) =>
    /\.(ts|S)$/.test(name) && !/\.test\.ts$|^cli\/|(^|\/)tests?\//.test(name) && !/(^|\/)\./.test(name);
  const names = readdirSync(root, { recursive: true }).map((name) => name.replaceAll("\\", "/"));
  const hash = builtin<Hashes>("node:crypto").createHash("sha256");
  for (const name of names.filter(isSource).sort()) {
    hash
      .update(`${name}\0`)
      .update(readFileSync(new URL(name, root), "utf8").replaceAll("\r\n", "\n"))
      .update("\0");
  }
  return hash.digest("hex").slice(0, 16);
}
