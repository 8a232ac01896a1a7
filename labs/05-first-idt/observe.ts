/**
 * What the rubric looks at: the machine when the given program is about to begin, and from there one run for each of its
 * five instructions that need a handler, each with other values in the registers.
 */
import type { Context, Scenario } from "../../widgets/lab/rubric.ts";
import { type Arrival, type Crossing, observeCrossing, runToProgram } from "../crossings.ts";
import { COUNTS, PROGRAM, WAYS } from "./start.ts";

export type Way = keyof typeof WAYS;
export const ways = Object.keys(WAYS) as Way[];
/** A handler that saves and restores everything needs 30. */
const HANDLER_STEPS = 1000;

export const observeArrival = (context: Context): Arrival => runToProgram(context, PROGRAM.from);

const observers = {} as Record<Way, (context: Context) => Crossing>;
for (const name of ways) observers[name] = (context) => observeWay(context, name);

/** The run of one instruction, once a grading. */
export const crossingOf = (context: Context, name: Way): Crossing => context.once(observers[name]);

/** The same in a scenario that a hidden check brings. */
export function observeWay(context: Context, name: Way, scenario?: Scenario): Crossing {
  const arrival = context.once(observeArrival);
  const request = { arrival, name, program: PROGRAM, steps: HANDLER_STEPS };
  return observeCrossing(context, scenario ? { ...request, scenario } : request);
}

/** How often the vector's counter says that it was handled. */
export function countOf({ machine }: Crossing, vector: number): number {
  const bytes = machine().readPhysical(COUNTS + 4 * vector, 4);
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
}
