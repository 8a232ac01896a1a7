// What a cell calls `machine`: one moment of a machine. Its tick and status are values; the rest are promises that the
// worker answers. While the machine stands, every answer is of that tick. A running machine is observed at most ten
// times a second, and a read that finds it further on is refused as stale; the cell has run again by then.
import type { DisassembledLine, MachineHandle, MachineStatus, RegisterFile, Screen } from "../../engine/index.ts";
import { readRegister } from "../model/expression.ts";
import { screenRows } from "../model/reader.ts";

const intervalMs = 100;

/** A machine at one tick. */
export class Observation {
  readonly id: string;
  readonly status: MachineStatus;
  readonly tick: MachineStatus["tick"];
  private readonly handle: MachineHandle;
  private file?: Promise<RegisterFile>;

  constructor(handle: MachineHandle) {
    this.handle = handle;
    this.id = handle.id;
    this.status = handle.status;
    this.tick = handle.status.tick;
  }

  /** All registers, as RegisterFile in engine/machine/api.ts. */
  registers(): Promise<RegisterFile> {
    this.file ??= this.handle.registers();
    return this.file;
  }

  /** The value of "EAX", "AX", "AL", "EIP", "EFLAGS", "CS", "CR0" …, as a Number where it is exact, else as a BigInt. */
  async register(name: string): Promise<number | bigint> {
    const value = readRegister(await this.registers(), name.toUpperCase().replace(/^%/, ""));
    if (value === undefined) throw new RangeError(`There is no register ${name}.`);
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
  }

  /** `length` ≤ 65,536 bytes from a physical address (or a linear one). */
  memory(address: number, length: number, space: "physical" | "linear" = "physical"): Promise<Uint8Array> {
    return this.handle.readMemory(space, address, length);
  }

  /** The little-endian word of 1, 2 or 4 bytes at a physical address. */
  async word(address: number, size: 1 | 2 | 4 = 2): Promise<number> {
    const bytes = await this.memory(address, size);
    return bytes.reduceRight((sum, byte) => sum * 256 + byte, 0);
  }

  disassemble(address?: number, count = 8): Promise<readonly DisassembledLine[]> {
    return this.handle.disassemble(address, count);
  }

  screen(): Promise<Screen> {
    return this.handle.screen();
  }

  /** The rows of a text screen, without the blanks at their ends; no rows in a graphics mode. */
  async text(): Promise<string[]> {
    return screenRows(await this.handle.screen());
  }

  devices(): Promise<Readonly<Record<string, object>>> {
    return this.handle.devices();
  }
}

/** Calls `see` with an observation now, at every stop, and at most ten times a second while the machine runs. */
export function observe(handle: MachineHandle, see: (observation: Observation) => void): () => void {
  let last = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = () => {
    timer = undefined;
    last = performance.now();
    see(new Observation(handle));
    if (handle.status.state === "running") timer = setTimeout(look, intervalMs);
  };
  const stop = handle.onStatus((status) => {
    const wait = status.state === "running" ? Math.max(0, last + intervalMs - performance.now()) : 0;
    if (timer !== undefined && status.state === "running") return;
    clearTimeout(timer);
    if (wait > 0) timer = setTimeout(look, wait);
    else look();
  });
  look();
  return () => {
    clearTimeout(timer);
    stop();
  };
}
