// What views read besides registers, code and screen, by their element's name: when a machine's frame is recorded these
// are run on it, and the frame keeps the answers. The same functions read for the views themselves.
import { readDescriptors } from "./descriptortables.ts";
import { readControllers } from "./interrupt-controllers.ts";
import { readPcMap } from "./pc-map.ts";
import type { Instant, Reader } from "./reader.ts";
import { readStack } from "./stack-frame.ts";
import { readTables, readTlb, readWalk } from "./translation.ts";

/** Reads all that an element of that name with these attributes shows at an instant. */
export type ViewReads = (
  reader: Reader,
  instant: Instant,
  attributes: Readonly<Record<string, string>>,
) => Promise<unknown>;

export const recordedViews: Readonly<Record<string, ViewReads>> = {
  "ring-descriptors": (reader, _instant, { of }) => readDescriptors(reader, of),
  "ring-frame": (reader, instant) => readStack(reader, instant),
  "ring-system": (reader) => reader.systemRegisters(),
  "ring-interrupts": (reader, { status }) => readControllers(reader, status.tick),
  "ring-page-tables": (reader, instant, { of = "" }) => readTables(reader, instant, of),
  "ring-tlb": (reader, _instant, { tlb = "" }) => readTlb(reader, tlb),
  "ring-walk": (reader, instant, { of = "", access = "", ring }) =>
    readWalk(reader, instant, { of, access, ring: ring === undefined ? undefined : Number(ring) }),
  "ring-pc": (reader) => readPcMap(reader),
  "ring-pci": (reader) => reader.board(),
};
