/**
 * For pages: builds the BIOS's ROM, its source lines and the name of the engine's build into `virtual:ring-engine` and
 * `virtual:ring-engine-lines` (engine/machine/virtual.d.ts), so that no page assembles the BIOS before its first
 * instruction. While a page is being written, a change of the firmware's sources reloads it.
 */
import { fileURLToPath } from "node:url";
import { firmwareFrom } from "../machine/firmware.ts";
import { buildOnDisk, readFirmwareSource } from "../machine/ondisk.ts";

const ENGINE = "virtual:ring-engine";
const LINES = "virtual:ring-engine-lines";
const FIRMWARE = fileURLToPath(new URL("../firmware/", import.meta.url));

/** The plugin; also for the workers' bundles. */
export function ringEngine() {
  let firmware = firmwareFrom(readFirmwareSource);
  return {
    name: "ring-engine",
    resolveId(id: string) {
      return id === ENGINE || id === LINES ? `\0${id}` : undefined;
    },
    load(id: string) {
      if (id === `\0${ENGINE}`) {
        const rom = Buffer.from(firmware().rom).toString("base64");
        return `export const build = ${JSON.stringify(buildOnDisk())};\nexport const rom = "${rom}";\n`;
      }
      if (id !== `\0${LINES}`) return undefined;
      const { lines } = firmware();
      const files = [...new Set(lines.map((line) => line.file))];
      const numbers = lines.flatMap((line) => [line.address, line.length, files.indexOf(line.file), line.line]);
      return `export const files = ${JSON.stringify(files)};\nexport const lines = [${numbers.join(",")}];\n`;
    },
    handleHotUpdate(context: { file: string; server: { restart(): Promise<void> } }) {
      if (!context.file.startsWith(FIRMWARE.replaceAll("\\", "/"))) return;
      firmware = firmwareFrom(readFirmwareSource);
      void context.server.restart();
    },
  };
}
