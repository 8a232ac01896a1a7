// Guests of engine/firmware/test on our PC and under QEMU, with our BIOS or SeaBIOS: the lines that they print on COM1.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { missingPrograms } from "../../../engine/firmware/test/gnu.ts";
import { Qemu, type QemuOptions } from "../../../engine/firmware/test/qemu.ts";
import type { MachineConfiguration } from "../../../engine/index.ts";
import { loadResources, powerOn } from "../../../engine/machine/resources.ts";
import { assemble } from "../../../engine/toolchain/assembler.ts";

const folder = join(import.meta.dirname, "../../../engine/firmware/test");
const resources = await loadResources();

/** Why QEMU cannot be asked here, or "". */
export const noQemu = missingPrograms("qemu-system-i386");

/** Our BIOS, by our assembler. */
export const OUR_BIOS = resources.firmware().rom;

/** The program `name`, which a boot sector loads the rest of. */
export function probe(name: string): Uint8Array {
  const read = (file: string) => readFileSync(join(folder, file), "utf8");
  const { bytes, diagnostics } = assemble(read(`${name}.S`), { origin: 0x7c00, include: read });
  if (diagnostics.length > 0) throw new Error(`${name}.S:${diagnostics[0].line}: ${diagnostics[0].message}`);
  return bytes;
}

/** A machine of ours with our BIOS, switched on. */
export function ourPc(configuration: MachineConfiguration) {
  return powerOn(configuration, resources, { history: false });
}

export function onOurPc(configuration: MachineConfiguration, last = "end\n"): string[] {
  const machine = ourPc(configuration);
  machine.run({ serial: last, ticks: 2_000_000_000 });
  return machine.guest.serial[0].text().trim().split("\n");
}

/** Under QEMU, with SeaBIOS unless `bios` is given. */
export async function onQemu(options: QemuOptions, last = "end\n"): Promise<string[]> {
  const qemu = new Qemu(options);
  try {
    await qemu.until(() => qemu.serial.endsWith(last));
    return qemu.serial.trim().split("\n");
  } finally {
    qemu.stop();
  }
}
