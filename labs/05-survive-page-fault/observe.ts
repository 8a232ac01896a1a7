/**
 * What the rubric looks at: the machine when the given program is about to begin, and from there runs of its three
 * instructions, with other pages and other registers. Frames hold a pattern: nobody has cleared them.
 */
import type { Context, Scenario } from "../../widgets/lab/rubric.ts";
import { observeStart } from "../bootsector.ts";
import { type Arrival, type Crossing, observeCrossing, runToProgram } from "../crossings.ts";
import { HEAP, HEAP_PAGES, PROGRAM, TABLE, WAYS } from "./start.ts";

/** Clearing a frame byte by byte takes 4,096 times a few. */
const HANDLER_STEPS = 60_000;
/** A page that has come is there at the first try. */
const how = { program: PROGRAM, steps: HANDLER_STEPS, retries: 1 };

export const observeArrival = (context: Context): Arrival => runToProgram(context, PROGRAM.from);

export const observeWrite = (context: Context): Crossing => observeWay(context, "write");
export const observeRead = (context: Context): Crossing => observeWay(context, "read");
export const observeWild = (context: Context): Crossing => observeWay(context, "wild");
export const observeNull = (context: Context): Crossing => observeWay(context, "null");
export const observeBehind = (context: Context): Crossing => observeWay(context, "behind");
export const observeReadOnly = (context: Context): Crossing => observeWay(context, "readonly");

/** One instruction, in the lab's scenario of that name or in one that a hidden check brings. */
export function observeWay(context: Context, name: string, scenario?: Scenario): Crossing {
  const arrival = context.once(observeArrival);
  const request = { ...how, arrival, name };
  return observeCrossing(context, scenario ? { ...request, scenario } : request);
}

/** A page of the heap after a write to it. */
export interface Touched {
  readonly page: number;
  readonly crossing: Crossing;
  readonly entry: number;
}

/** Writes to all pages of the heap but the last, one after the other, each with its number; and what is then where. */
export function observeAll(context: Context): { readonly touched: readonly Touched[]; read(page: number): number } {
  const { machine } = context.once(observeStart);
  let arrival = context.once(observeArrival);
  const touched: Touched[] = [];
  for (let page = 0; page < HEAP_PAGES - 1; page++) {
    const scenario: Scenario = {
      title: `Page ${page}`,
      at: PROGRAM.from,
      registers: [
        ["EIP", BigInt(WAYS.write.at)],
        ["EDI", BigInt(HEAP + page * 0x1000)],
        ["EAX", BigInt(0x11110000 + page)],
      ],
    };
    const crossing = observeCrossing(context, { ...how, arrival, name: "write", scenario });
    const after = crossing.machine();
    touched.push({ page, crossing, entry: word(after.readPhysical(TABLE + 4 * page, 4)) });
    arrival = { ...arrival, snapshot: after.snapshot() };
    if (!crossing.back || crossing.status.address !== WAYS.write.back) break;
  }
  const { snapshot } = arrival;
  return {
    touched,
    read(page) {
      machine.restore(snapshot);
      return word(machine.readPhysical(word(machine.readPhysical(TABLE + 4 * page, 4)) & ~0xfff, 4));
    },
  };
}

export function word(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
}
