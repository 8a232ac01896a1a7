/// <reference path="./virtual.d.ts" />
/** What machines are made with, wherever this is: the BIOS, its source lines, the name of the engine's build. */
import type { MachineConfiguration, SourceLine } from "./api.ts";
import type { Firmware } from "./firmware.ts";
import { Machine, type MachineOptions } from "./machine.ts";
import { X86 } from "./x86.ts";

export interface Resources {
  readonly build: string;
  readonly firmware: () => Pick<Firmware, "rom">;
  readonly firmwareLines: () => Promise<readonly SourceLine[]>;
}

/** From the sources in Node, from what was built in otherwise. */
export async function loadResources(): Promise<Resources> {
  if (isNode()) {
    // Not loaded by pages: it brings the assembler.
    const { buildOnDisk, firmwareOnDisk } = await import("./ondisk.ts");
    return { build: buildOnDisk(), firmware: firmwareOnDisk, firmwareLines: async () => firmwareOnDisk().lines };
  }
  const { build, rom } = await import("virtual:ring-engine");
  const bytes = Uint8Array.from(atob(rom), (character) => character.charCodeAt(0));
  return { build, firmware: () => ({ rom: bytes }), firmwareLines: builtInLines };
}

/** Node, where the engine runs from its sources. */
function isNode(): boolean {
  const { process } = globalThis as { process?: { versions?: { node?: string } } };
  return process?.versions?.node !== undefined;
}

async function builtInLines(): Promise<readonly SourceLine[]> {
  const { files, lines } = await import("virtual:ring-engine-lines");
  const parsed: SourceLine[] = [];
  for (let i = 0; i < lines.length; i += 4) {
    parsed.push({ address: lines[i], length: lines[i + 1], file: files[lines[i + 2]], line: lines[i + 3] });
  }
  return parsed;
}

/** A machine with the real processor. */
export function powerOn(
  configuration: MachineConfiguration,
  resources: Pick<Resources, "build" | "firmware">,
  options: Partial<MachineOptions> = {},
): Machine {
  const makeCpu: MachineOptions["makeCpu"] = (...given) => new X86(...given);
  return new Machine(configuration, { makeCpu, firmware: resources.firmware, engine: resources.build, ...options });
}
