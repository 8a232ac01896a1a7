/** The BIOS's source from disk, for machines in Node. */
import { readFileSync } from "node:fs";
import { firmwareFrom } from "../machine/firmware.ts";

/** Our BIOS, assembled at first use. */
export const nodeFirmware = firmwareFrom((name) =>
  readFileSync(new URL(`../firmware/${name}`, import.meta.url), "utf8"),
);
