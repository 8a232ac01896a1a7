/**
 * The engine's own files where it runs from its sources: in Node. A page has the same built in (`virtual:ring-engine`).
 *
 * Node's modules are reached through `process`, so that a page can have this file without having them.
 */
import { EngineError } from "../wasm/error.ts";
import type { Firmware } from "./firmware.ts";
import { firmwareFrom } from "./firmware.ts";

type Builtin = <Name extends "node:fs" | "node:crypto">(
  name: Name,
) => typeof import("node:fs") & typeof import("node:crypto");

function builtin(): Builtin {
  const { process } = globalThis as { process?: { getBuiltinModule?: unknown; versions?: { node?: string } } };
  if (typeof process?.getBuiltinModule !== "function") throw new EngineError("only Node has the engine's sources");
  return process.getBuiltinModule as Builtin;
}

/** Whether this is Node (a test's or the command line's, say). */
export function hasSources(): boolean {
  const { process } = globalThis as { process?: { versions?: { node?: string } } };
  return process?.versions?.node !== undefined;
}

/** A source file of the BIOS. */
export function readFirmwareSource(name: string): string {
  return builtin()("node:fs").readFileSync(new URL(`../firmware/${name}`, import.meta.url), "utf8");
}

/** Our BIOS, assembled from its sources at first use. */
export const firmwareOnDisk: () => Firmware = firmwareFrom(readFirmwareSource);

/** The engine's build: a hash of all sources that a run depends on, 16 hex digits. */
export function buildOnDisk(): string {
  return (build ??= hashSources());
}
let build: string | undefined;

function hashSources(): string {
  const get = builtin();
  const { readdirSync, readFileSync } = get("node:fs");
  const root = new URL("../", import.meta.url);
  const isSource = (name: string) =>
    /\.(ts|S)$/.test(name) && !/\.test\.ts$|^cli\/|(^|\/)tests?\//.test(name) && !/(^|\/)\./.test(name);
  const names = (readdirSync(root, { recursive: true }) as string[]).map((name) => name.replaceAll("\\", "/"));
  const hash = get("node:crypto").createHash("sha256");
  for (const name of names.filter(isSource).sort()) {
    hash
      .update(`${name}\0`)
      .update(readFileSync(new URL(name, root), "utf8").replaceAll("\r\n", "\n"))
      .update("\0");
  }
  return hash.digest("hex").slice(0, 16);
}
