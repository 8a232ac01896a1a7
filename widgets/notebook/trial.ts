// `trial(program, places, see)`: an experiment that leaves the page's machines alone. A fresh machine gets `program` (an
// asm block's value) on its floppy, runs to each of `places` in order, and `see` reads it there. It depends on nothing but
// the source, so a cell that uses it runs again only when the source does.
import type { AssembleAnswer, Engine, Until } from "../../engine/index.ts";
import { pageEngine } from "../model/page-engine.ts";
import { parseUntil, reached } from "../model/until.ts";
import { Observation } from "./observation.ts";

const floppyBytes = 1_474_560;
/** No stretch of a trial is longer: half a second of the machine's own time. */
const mostTicks = 100_000_000;
const memoryMiB = 16;

/** An address, or what `until` of an element takes: "halt", "port 0x80". */
export type Place = number | string;

let trials = 0;

/** What `see` answers at each place, in order; it throws where the machine does not come there. */
export async function trial<T>(
  program: Pick<AssembleAnswer, "bytes">,
  places: readonly Place[],
  see: (moment: Observation, index: number) => T | Promise<T>,
  engine: Engine | Promise<Engine> = pageEngine(),
): Promise<T[]> {
  const floppy = new Uint8Array(floppyBytes);
  floppy.set(program.bytes.subarray(0, floppyBytes));
  const machine = await (await engine).create(`trial-${++trials}`, {
    memoryMiB,
    floppies: [floppy],
    stopOnTripleFault: true,
  });
  try {
    const seen: T[] = [];
    for (const [index, place] of places.entries()) {
      const until = untilOf(place);
      const status = await machine.run({ ...until, ticks: mostTicks });
      if (!reached(until, status)) throw new Error(`The program did not come to ${nameOf(place)}.`);
      seen.push(await see(new Observation(machine), index));
    }
    return seen;
  } finally {
    machine.close();
  }
}

const nameOf = (place: Place) => (typeof place === "number" ? place.toString(16) : `“${place}”`);

function untilOf(place: Place): Until {
  if (typeof place === "number") return { address: place };
  const wish = parseUntil(place);
  if ("value" in wish) return wish.value;
  throw new Error(`${wish.message} ${wish.hint}`);
}
