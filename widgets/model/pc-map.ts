// A PC as a map: its parts by floor (processor, host bridge, PCI bus, ISA bus), where each answers, and the registers that
// it holds, from who answers where and the devices' states.
import type { BoardMap } from "../../engine/index.ts";
import { type Floor, type Part, partOf } from "./parts.ts";
import type { Reader } from "./reader.ts";

export interface Range {
  readonly first: number;
  readonly last: number;
}

export interface PlacedPart extends Part {
  readonly ports: readonly Range[];
  readonly memory: readonly Range[];
}

export interface PcMap {
  readonly board: BoardMap;
  readonly parts: readonly PlacedPart[];
  readonly devices: Readonly<Record<string, object>>;
}

export const floors: readonly { readonly floor: Floor; readonly below: string }[] = [
  { floor: "processor", below: "processor bus" },
  { floor: "host", below: "PCI bus 0" },
  { floor: "pci", below: "ISA bus" },
  { floor: "isa", below: "" },
];

/** The name of what answers a kind of memory that no device does. */
const memoryParts: Readonly<Record<string, string | undefined>> = { ram: "ram", shadow: "ram", rom: "rom" };

/** Reads the map; undefined where it is not known. */
export async function readPcMap(reader: Reader): Promise<PcMap | undefined> {
  const board = await reader.board();
  if (!board) return undefined;
  const parts = placeParts(board);
  const names = parts.flatMap(({ name, states = [] }) => [name, ...states]);
  return { board, parts, devices: (await reader.devices(names)) ?? {} };
}

/** Every part that answers somewhere, or sits on the PCI bus, with where; in the order of the floors. */
export function placeParts(board: BoardMap): PlacedPart[] {
  const placed = new Map<string, { part: Part; ports: Range[]; memory: Range[] }>();
  const at = (name: string, floor: Floor) => {
    const part = partOf(name, floor);
    const entry = placed.get(part.name) ?? { part, ports: [], memory: [] };
    placed.set(part.name, entry);
    return entry;
  };
  for (const { part } of board.pci) at(part, "pci");
  for (const { first, last, part } of board.ports) at(part, "isa").ports.push({ first, last });
  for (const { first, last, kind, part } of board.memory) {
    const name = part ?? memoryParts[kind];
    if (name !== undefined) at(name, "host").memory.push({ first, last });
  }
  const order = floors.map(({ floor }) => floor);
  return [...placed.values()]
    .map(({ part, ports, memory }) => ({ ...part, ports, memory }))
    .sort((a, b) => order.indexOf(a.floor) - order.indexOf(b.floor));
}

/** Values of a register list: "7c" for numbers, "yes" and "no", the first of an array. */
export interface RegisterRow {
  readonly name: string;
  readonly value: string;
}

const mostRegisters = 40;
const mostElements = 8;

/** The registers in a part's states, flat: `counters.0.value` is 1a2. */
export function registersOf(part: Part, devices: PcMap["devices"]): RegisterRow[] {
  const rows: RegisterRow[] = [];
  const add = (name: string, value: unknown): void => {
    if (rows.length >= mostRegisters) return;
    if (typeof value === "number") rows.push({ name, value: value < 0 ? "none" : value.toString(16) });
    else if (typeof value === "boolean") rows.push({ name, value: value ? "yes" : "no" });
    else if (typeof value === "string" && value !== "") rows.push({ name, value });
    else if (ArrayBuffer.isView(value) || isPlainNumbers(value)) {
      const list = value as ArrayLike<number>;
      if (list.length <= mostElements) rows.push({ name, value: Array.from(list, (n) => n.toString(16)).join(" ") });
    } else if (value !== null && typeof value === "object") {
      for (const [key, inner] of Object.entries(value)) add(name === "" ? key : `${name}.${key}`, inner);
    }
  };
  const names = [part.name, ...(part.states ?? [])].filter((name, i, all) => all.indexOf(name) === i);
  const known = names.filter((name) => devices[name]);
  for (const name of known) add(known.length > 1 ? name : "", devices[name]);
  return rows;
}

const isPlainNumbers = (value: unknown): boolean =>
  Array.isArray(value) && value.every((one) => typeof one === "number");
