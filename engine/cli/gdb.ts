/**
 * `-gdb`: a socket on which debuggers speak the GDB remote protocol, one at a time; what they ask is done in engine/debug. One
 * that comes stops the machine. One that goes without a word leaves it as it is, without breakpoints.
 *
 * Source: QEMU 8.2, docs/system/gdb.rst.
 */
import { createServer, type ListenOptions, type Server, type Socket } from "node:net";
import { type Driver, MachineTarget } from "../debug/machinetarget.ts";
import { Stub } from "../debug/stub.ts";
import { SIGQUIT } from "../debug/target.ts";
import type { MachineConfiguration, StopReason, Until } from "../machine/api.ts";
import type { Job } from "../machine/job.ts";
import type { Machine } from "../machine/machine.ts";
import { reasonOf } from "./images.ts";
import type { SocketLine } from "./lineflags.ts";
import { carryOut, type Monitored } from "./monitor.ts";
import { UsageError } from "./usage.ts";

/** The run that is debugged. */
export interface Debugged extends Monitored {
  readonly until: Until;
  drive(job: Job | undefined): void;
}

/** Bytes that a debugger has not read at most; one that does not read is hung up on. */
const MAX_UNREAD = 2 ** 20;
/** Debuggers that wait for the one who is there to leave. */
const MAX_OTHERS = 4;

export class GdbServer {
  readonly #server: Server;
  readonly #target: MachineTarget;
  readonly #stub: Stub;
  #socket: Socket | undefined;
  /** Those who came while somebody was there. */
  readonly #others: Socket[] = [];

  private constructor(run: Debugged) {
    const isWide = hasLongRegisters(run.machine);
    const driver: Driver = {
      machine: run.machine,
      until: run.until,
      isWide,
      drive: (job) => run.drive(job),
      halt: () => (run.isStopped = true),
      monitor: (command) => carryOut(run, command),
      kill: () => run.quit(),
    };
    this.#target = new MachineTarget(driver);
    this.#stub = new Stub(this.#target, (bytes) => this.#send(bytes));
    this.#server = createServer((socket) => this.#connected(socket));
  }

  /** Resolves when it listens. */
  static open(run: Debugged, { at }: SocketLine): Promise<GdbServer> {
    const gdb = new GdbServer(run);
    const [where, place]: [string, ListenOptions] =
      "path" in at ? [`unix:${at.path}`, at] : [`tcp:${at.host}:${at.port}`, at];
    return new Promise((resolve, reject) => {
      gdb.#server.once("error", (error) =>
        reject(new UsageError(`-gdb ${where}: ${reasonOf(error)}; expected a free port of this machine`)),
      );
      gdb.#server.listen(place, () => resolve(gdb));
    });
  }

  /** The run has stopped; whether it is for the debugger, and the machine shall stand. */
  stopped(reason: StopReason): boolean {
    const stop = this.#target.meaningOf(reason);
    if (stop !== undefined) this.#stub.stopped(stop);
    return stop !== undefined;
  }

  /** Somebody has stopped the machine. */
  halted(): void {
    this.#stub.stopped(this.#target.halted());
  }

  /** The machine is switched off, and the process stays. */
  ceased(): void {
    this.#stub.stopped({ ...this.#target.halted(), signal: SIGQUIT });
  }

  /** The process ends with this status. */
  close(status: number): void {
    this.#stub.ended(status);
    this.#socket?.end();
    for (const other of this.#others) other.destroy();
    this.#server.close();
  }

  #send(bytes: Uint8Array): void {
    if (this.#socket === undefined) return;
    this.#socket.write(bytes);
    if (this.#socket.writableLength > MAX_UNREAD) this.#socket.destroy();
  }

  #connected(socket: Socket): void {
    socket.on("error", () => socket.destroy());
    if (this.#socket === undefined) this.#serve(socket);
    else if (this.#others.length < MAX_OTHERS) this.#others.push(socket);
    else socket.destroy();
  }

  #serve(socket: Socket): void {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (bytes) => this.#stub.receive(bytes));
    socket.on("close", () => {
      this.#socket = undefined;
      this.#stub.gone();
      const next = this.#others.shift();
      if (next) this.#serve(next);
    });
    this.#stub.connected();
  }
}

/**
 * Whether a debugger is told of 64-bit registers. It takes no others than its program has, so a machine that is given a
 * 32-bit kernel tells of 32-bit ones.
 */
function hasLongRegisters(machine: Machine): boolean {
  const features = machine.systemRegisters(0).cpuid.flatMap((leaf) => leaf.features);
  return features.some(({ name, present }) => name === "LM" && present) && !is32BitElf(machine.configuration.kernel);
}

function is32BitElf(kernel: MachineConfiguration["kernel"]): boolean {
  const [e, l, f, g, bits] = kernel?.image ?? [];
  return e === 0x7f && l === 0x45 && f === 0x4c && g === 0x46 && bits === 1;
}
