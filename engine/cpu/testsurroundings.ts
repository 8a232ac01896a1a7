/** A processor's surroundings in tests that have no devices: ports read as ones, time stands, nobody hears events. */
import type { Surroundings } from "./core.ts";

export const nothingAround: Surroundings = {
  portRead: () => 0xff,
  portWrite() {},
  acknowledgeInterrupt: () => 0x20,
  now: () => 0,
  event() {},
};
