/**
 * Our BIOS: its source (engine/firmware, given from outside as text) assembled into a ROM at first use, with the source
 * line of each instruction. One assembly serves all machines of a process.
 */
import { assembleBios, BIOS_IMAGE } from "../firmware/index.ts";
import { assemble } from "../toolchain/assembler.ts";
import { EngineError } from "../wasm/error.ts";
import type { SourceLine } from "./api.ts";

export interface Firmware {
  /** 64 KiB. */
  readonly rom: Uint8Array;
  /** By linear address below 1 MiB, ascending. */
  readonly lines: readonly SourceLine[];
}

/** Assembles once, when first asked. `readSource` answers a file of engine/firmware by its name. */
export function firmwareFrom(readSource: (name: string) => string): () => Firmware {
  let firmware: Firmware | undefined;
  return () => (firmware ??= build(readSource));
}

function build(readSource: (name: string) => string): Firmware {
  const { bytes, lines, diagnostics } = assembleBios(readSource, assemble);
  const error = diagnostics.find((diagnostic) => diagnostic.severity === "error");
  if (error !== undefined || bytes.length !== BIOS_IMAGE.bytes) {
    const what = error === undefined ? `${bytes.length} bytes` : `${error.file}:${error.line}: ${error.message}`;
    throw new EngineError(`the BIOS does not assemble into ${BIOS_IMAGE.bytes} bytes: ${what}`);
  }
  return { rom: bytes, lines: lines.map((line) => ({ ...line, address: line.address + BIOS_IMAGE.address })) };
}
