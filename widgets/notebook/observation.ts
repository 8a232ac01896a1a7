// What a cell calls `machine`: one moment of a machine. Its tick and status are values; the rest are promises that the
// worker answers. While the machine stands, every answer is of that moment: a read that comes back after the machine has
// moved on is refused as stale, and the cell has been asked to run again by then. While it runs it is observed at most
// ten times a second: what is asked for before the page's thread turns to something else is answered at one instruction
// boundary (`Promise.all`, in however many cells); what is asked for after such an answer is of a later one.
import type {
  DisassembledLine,
  Ledger,
  MachineHandle,
  MachineStatus,
  PageWalk,
  Read,
  RegisterFile,
  Screen,
  TlbView,
  WalkAccess,
} from "../../engine/index.ts";
import { readRegister } from "../model/expression.ts";
import { screenRows } from "../model/reader.ts";

const intervalMs = 100;

/** Raised by a read whose moment is over; the cell that asked runs again. */
export class StaleObservation extends Error {
  override readonly name = "StaleObservation";
}

/** Whether an error says so, also where the runtime passed it on to a cell that depends on the one that asked. */
export function isStale(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith(wentOn);
}
const wentOn = "The machine went on from";

/** A machine at one tick. */
export class Observation {
  readonly id: string;
  readonly status: MachineStatus;
  readonly tick: MachineStatus["tick"];
  private readonly handle: MachineHandle;
  private file?: Promise<RegisterFile>;
  /** Reads that were asked for and not sent yet, and their answers. */
  private batch: Read[] = [];
  private answers: Promise<readonly unknown[]> | undefined;

  constructor(handle: MachineHandle) {
    this.handle = handle;
    this.id = handle.id;
    this.status = handle.status;
    this.tick = handle.status.tick;
  }

  /** Sends a read with all others that this turn of the page's thread asks for. */
  private ask<T>(read: Read): Promise<T> {
    const at = this.batch.push(read) - 1;
    // Cells that wait for the same moment start one after the other: let them all ask.
    this.answers ??= new Promise<void>((resolve) => setTimeout(resolve)).then(async () => {
      const { batch } = this;
      this.batch = [];
      this.answers = undefined;
      return (await this.handle.together(batch)).values;
    });
    return this.now(
      this.answers.then((values) => {
        const value = values[at];
        if (value instanceof Error) throw value;
        return value as T;
      }),
    );
  }

  /** The answer, if it is still of this moment. */
  private async now<T>(answer: Promise<T>): Promise<T> {
    const value = await answer;
    const { version, state } = this.handle.status;
    const same = state === "running" ? this.status.state === "running" : version === this.status.version;
    if (!same) throw new StaleObservation(`${wentOn} ${this.tick}.`);
    return value;
  }

  /** All registers, as RegisterFile in engine/machine/api.ts. */
  registers(): Promise<RegisterFile> {
    this.file ??= this.ask({ method: "registers", args: [] });
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
    return this.ask({ method: "readMemory", args: [space, address, length] });
  }

  /** The little-endian word of 1, 2 or 4 bytes at a physical address. */
  async word(address: number, size: 1 | 2 | 4 = 2): Promise<number> {
    const bytes = await this.memory(address, size);
    return bytes.reduceRight((sum, byte) => sum * 256 + byte, 0);
  }

  disassemble(address?: number, count = 8): Promise<readonly DisassembledLine[]> {
    return this.ask({ method: "disassemble", args: [address, count] });
  }

  screen(): Promise<Screen> {
    return this.ask({ method: "screen", args: [] });
  }

  /** The rows of a text screen, without the blanks at their ends; no rows in a graphics mode. */
  async text(): Promise<string[]> {
    return screenRows(await this.screen());
  }

  /** What the run has cost since the last reset. */
  ledger(): Promise<Ledger> {
    return this.ask({ method: "ledger", args: [] });
  }

  /** What the TLBs hold. */
  tlb(): Promise<TlbView> {
    return this.ask({ method: "tlb", args: [] });
  }

  /** The page walk of a linear address, as it would be now. */
  walk(linear: number | bigint, kind: WalkAccess["kind"] = "read", user?: boolean): Promise<PageWalk> {
    return this.ask({ method: "walk", args: [linear, { kind, ...(user === undefined ? {} : { user }) }] });
  }

  devices(): Promise<Readonly<Record<string, object>>> {
    return this.ask({ method: "devices", args: [] });
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
