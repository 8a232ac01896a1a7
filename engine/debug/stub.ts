/**
 * A debugger's far end: takes bytes of the GDB remote protocol, does what they ask to a machine, answers.
 *
 * All-stop mode: a debugger that comes stops the machine, and is told once when what it let go stands again. While it goes,
 * any packet stops it, as with QEMU. The machine is process 1, its processors are threads 1 and up. There is no need to keep
 * interrupts from a step: guest time stands still with the machine, so a step meets one as rarely as a run does, and what is
 * stepped ends as what is run.
 *
 * Not there: non-stop mode, files, tracepoints, memory maps, agent expressions; one processor running while others stand.
 *
 * Source: Debugging with GDB, appendix E "Remote Protocol"; QEMU 8.2, gdbstub, for what is told when.
 */
import { MemoryPackets } from "./memorypackets.ts";
import { hex, type Incoming, PacketReader, packetOf } from "./packets.ts";
import { PointSet } from "./points.ts";
import { Queries } from "./queries.ts";
import { RegisterPackets } from "./registerpackets.ts";
import { type Motion, SIGTRAP, type Stop, type Target } from "./target.ts";
import { numberOf, Threads } from "./threads.ts";

const OK = "OK";
/** EINVAL in hex digits, as QEMU answers. */
const INVALID = "E22";
const NOT_KNOWN = "";
const [ARRIVED, AGAIN] = [Uint8Array.of(0x2b), Uint8Array.of(0x2d)];

export class Stub {
  readonly #target: Target;
  readonly #send: (bytes: Uint8Array) => void;
  readonly #points: PointSet;
  readonly #threads: Threads;
  readonly #registers: RegisterPackets;
  readonly #memory: MemoryPackets;
  readonly #queries: Queries;
  #reader = new PacketReader();
  #last: Uint8Array = new Uint8Array();
  /** It lets the machine go, and is to be told when it stands. */
  #waits = false;
  #goesBack = false;
  #stop: Stop;

  constructor(target: Target, send: (bytes: Uint8Array) => void) {
    this.#target = target;
    this.#send = send;
    this.#points = new PointSet((points) => target.arm(points));
    this.#threads = new Threads(target.processors);
    this.#registers = new RegisterPackets(target);
    this.#memory = new MemoryPackets(target);
    this.#queries = new Queries(target, this.#threads, this.#memory, (text) => this.#answer(text));
    this.#stop = { signal: SIGTRAP, processor: target.current };
  }

  /** Somebody has come: the machine stops. */
  connected(): void {
    this.#reader = new PacketReader();
    this.#waits = false;
    this.#memory.isPhysical = false;
    this.#threads.reset();
    this.#target.halt();
    this.#stop = { signal: SIGTRAP, processor: this.#target.current };
  }

  /** Somebody has gone, with or without a word: a machine that goes is stopped by nothing any more, one that goes back here. */
  gone(): void {
    const wasBack = this.#waits && this.#goesBack;
    this.#waits = false;
    if (wasBack) this.#target.halt();
    this.#points.clear();
  }

  receive(bytes: Uint8Array): void {
    for (const incoming of this.#reader.read(bytes)) {
      if (this.#waits && incoming.kind !== "again") this.#target.halt();
      else this.#take(incoming);
    }
  }

  /** The machine stands. */
  stopped(stop: Stop): void {
    this.#stop = stop;
    this.#threads.choose(stop.processor);
    if (!this.#waits) return;
    this.#waits = false;
    this.#answer(this.#reasons());
  }

  /** The machine has ended with this status. */
  ended(status: number): void {
    if (this.#waits) this.#answer(`W${hex(status & 0xff, 2)}`);
    this.#waits = false;
  }

  #take(incoming: Incoming): void {
    switch (incoming.kind) {
      case "again":
        if (this.#last.length > 0) this.#send(this.#last);
        return;
      case "bad":
        this.#send(AGAIN);
        return;
      case "interrupt":
        this.#target.halt();
        return;
      case "long":
        this.#send(ARRIVED);
        this.#answer(INVALID);
        return;
      case "packet": {
        this.#send(ARRIVED);
        const answer = this.#carryOut(incoming.text);
        if (answer !== undefined) this.#answer(answer);
      }
    }
  }

  #answer(text: string): void {
    this.#last = packetOf(text);
    this.#send(this.#last);
  }

  /** The answer; undefined where there is none, or it comes when the machine stands. */
  #carryOut(text: string): string | undefined {
    const rest = text.slice(1);
    switch (text[0]) {
      case "?":
        // Who asks has just come, and knows of no points.
        this.#points.clear();
        return this.#reasons();
      case "!":
        return OK;
      case "g":
        return this.#registers.readAll(this.#threads.general);
      case "G":
        return this.#registers.writeAll(this.#threads.general, rest) ? OK : INVALID;
      case "p":
        return this.#registers.read(this.#threads.general, rest) ?? INVALID;
      case "P":
        return this.#registers.write(this.#threads.general, rest) ? OK : INVALID;
      case "m":
        return this.#memory.read(this.#threads.general, rest);
      case "M":
        return this.#memory.write(this.#threads.general, rest);
      case "X":
        return this.#memory.writeBinary(this.#threads.general, rest);
      case "Z":
      case "z":
        return this.#points.change(text[0] === "Z", rest);
      case "H":
        return this.#threads.select(rest) ? OK : INVALID;
      case "T":
        return this.#threads.of(rest) === undefined ? INVALID : OK;
      case "c":
      case "s":
        return this.#resume(text[0], rest);
      case "C":
      case "S":
        return this.#resume(text[0].toLowerCase(), /;(.*)$/.exec(rest)?.[1] ?? "");
      case "b":
        return this.#goBack(rest);
      case "D":
        this.gone();
        this.#answer(OK);
        return this.#go({ kind: "continue" }, false);
      case "k":
        this.#target.kill();
        return undefined;
      case "v":
        return this.#multiLetter(rest);
      case "q":
        return this.#queries.ask(rest);
      case "Q":
        return this.#queries.set(rest);
    }
    return NOT_KNOWN;
  }

  // Going on -------------------------------------------------------------------------------------------------------------

  #resume(how: string | undefined, address: string): string | undefined {
    const processor = this.#threads.control;
    if (address !== "") {
      const ip = numberOf(address);
      if (ip === undefined) return INVALID;
      this.#registers.setCounter(processor, ip);
    }
    return this.#go(how === "s" ? { kind: "step", processor } : { kind: "continue" });
  }

  #goBack(how: string): string | undefined {
    if (!this.#target.hasPast || (how !== "s" && how !== "c")) return NOT_KNOWN;
    return this.#go({ kind: how === "s" ? "step back" : "continue back" });
  }

  #go(motion: Motion, waits = true): undefined {
    this.#waits = waits;
    this.#goesBack = motion.kind === "step back" || motion.kind === "continue back";
    this.#target.go(motion);
  }

  /** `Cont;s:p1.2;c`: the first that steps a processor counts, as others go on beside it; signals mean nothing here. */
  #continueThreads(actions: string): string | undefined {
    let step: number | undefined;
    for (const action of actions.split(";").slice(1)) {
      const [how = "", thread] = action.split(":");
      if (!/^([cs]|[CS][0-9a-f]{2})$/i.test(how)) return INVALID;
      const processor = thread === undefined ? this.#threads.control : this.#threads.of(thread, this.#threads.control);
      if (processor === undefined) return INVALID;
      if (how[0]?.toLowerCase() === "s") step ??= processor;
    }
    return this.#go(step === undefined ? { kind: "continue" } : { kind: "step", processor: step });
  }

  /** `T05thread:p01.01;watch:500;` */
  #reasons(): string {
    const { signal, processor, met, isBegin } = this.#stop;
    const text = `T${hex(signal, 2)}thread:${this.#threads.name(processor)};`;
    if (isBegin) return `${text}replaylog:begin;`;
    if (met === undefined) return text;
    switch (met.kind) {
      case "write":
        return `${text}watch:${hex(met.address)};`;
      case "read":
        return `${text}rwatch:${hex(met.address)};`;
      case "access":
        return `${text}awatch:${hex(met.address)};`;
      default: {
        // With a base in CS, the counter is not what breakpoints are compared with: the debugger would not know its own.
        const name = met.kind === "software" ? "swbreak" : "hwbreak";
        return this.#threads.knows(name) && this.#target.isFlat(processor) ? `${text}${name}:;` : text;
      }
    }
  }

  // Packets with longer names --------------------------------------------------------------------------------------------

  #multiLetter(text: string): string | undefined {
    if (text === "Cont?") return "vCont;c;C;s;S";
    if (text.startsWith("Cont;")) return this.#continueThreads(text);
    if (text.startsWith("Attach;")) return this.#reasons();
    if (!text.startsWith("Kill;")) return NOT_KNOWN;
    this.#answer(OK);
    this.#target.kill();
    return undefined;
  }
}
