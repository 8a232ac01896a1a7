/**
 * A debugger's far end: takes bytes of the GDB remote protocol, does what they ask to a machine, answers.
 *
 * All-stop mode: a debugger that comes stops the machine, and is told once when what it let go stands again. While it goes,
 * any byte stops it, as with QEMU. The machine is process 1, its processors are threads 1 and up. There is no need to keep
 * interrupts from a step: guest time stands still with the machine, so a step meets one as rarely as a run does, and what is
 * stepped ends as what is run.
 *
 * Not there: non-stop mode, files, tracepoints, memory maps, agent expressions; one processor running while others stand.
 *
 * Source: Debugging with GDB, appendix E "Remote Protocol"; QEMU 8.2, gdbstub (packets `qqemu`, `Qqemu`, and what is told when).
 */
import { bytesOf, hex, hexOf, type Incoming, MAX_PACKET, PacketReader, packetOf, textOf } from "./packets.ts";
import { PointSet } from "./points.ts";
import { RegisterPackets } from "./registerpackets.ts";
import { descriptionOf } from "./registers.ts";
import { type Motion, SIGTRAP, type Stop, type Target } from "./target.ts";
import { numberOf, Threads } from "./threads.ts";

const OK = "OK";
/** What QEMU answers: EFAULT and EINVAL, as hex digits. */
const [FAULT, INVALID] = ["E14", "E22"];
const NOT_KNOWN = "";
const [ARRIVED, AGAIN] = [Uint8Array.of(0x2b), Uint8Array.of(0x2d)];
/** ENABLE and NOTIMER of QEMU's bits for steps. */
const STEP_BITS = "ENABLE=1,NOTIMER=4";
const STEPS = "0x5";

export class Stub {
  readonly #target: Target;
  readonly #send: (bytes: Uint8Array) => void;
  readonly #points: PointSet;
  readonly #threads: Threads;
  readonly #registers: RegisterPackets;
  #reader = new PacketReader();
  #last: Uint8Array = new Uint8Array();
  /** It lets the machine go, and is to be told when it stands. */
  #waits = false;
  #goesBack = false;
  #isPhysical = false;
  #stop: Stop;

  constructor(target: Target, send: (bytes: Uint8Array) => void) {
    this.#target = target;
    this.#send = send;
    this.#points = new PointSet((points) => target.arm(points));
    this.#threads = new Threads(target.processors);
    this.#registers = new RegisterPackets(target);
    this.#stop = { signal: SIGTRAP, processor: target.current };
  }

  /** Somebody has come: the machine stops. */
  connected(): void {
    this.#reader = new PacketReader();
    this.#waits = false;
    this.#isPhysical = false;
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
        return this.#readMemory(rest);
      case "M":
        return this.#writeMemory(rest, bytesOf);
      case "X":
        return this.#writeMemory(rest, (data) => Uint8Array.from(data, (character) => character.charCodeAt(0)));
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
        return this.#query(rest);
      case "Q":
        return this.#set(rest);
    }
    return NOT_KNOWN;
  }

  // Memory ---------------------------------------------------------------------------------------------------------------

  #readMemory(args: string): string {
    const [address, bytes] = placeOf(args) ?? [];
    if (address === undefined || bytes === undefined || bytes > MAX_PACKET / 2) return INVALID;
    const read = this.#target.readMemory(this.#threads.general, address, bytes, this.#isPhysical);
    return read === undefined ? FAULT : hexOf(read);
  }

  #writeMemory(args: string, decode: (data: string) => Uint8Array | undefined): string {
    const colon = args.indexOf(":");
    const [address, bytes] = placeOf(args.slice(0, Math.max(0, colon))) ?? [];
    const data = decode(args.slice(colon + 1));
    if (address === undefined || data === undefined || data.length !== bytes) return INVALID;
    if (data.length === 0) return OK;
    return this.#target.writeMemory(this.#threads.general, address, data, this.#isPhysical) ? OK : FAULT;
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

  #query(text: string): string | undefined {
    const [name, args] = nameOf(text);
    switch (name) {
      case "Supported":
        return this.#supported(args);
      case "Attached":
        return "1";
      case "C":
        return `QC${this.#threads.name(this.#threads.general)}`;
      case "fThreadInfo":
        return `m${Array.from({ length: this.#target.processors }, (_, n) => this.#threads.name(n)).join(",")}`;
      case "sThreadInfo":
        return "l";
      case "ThreadExtraInfo": {
        const processor = this.#threads.of(args);
        if (processor === undefined) return INVALID;
        return hexOf(bytesOfText(`CPU#${processor} [${this.#target.describe(processor)}]`));
      }
      case "Rcmd": {
        const command = bytesOf(args);
        return command === undefined ? INVALID : this.#monitor(textOf(command));
      }
      case "Xfer":
        return this.#transfer(args);
      case "qemu.sstepbits":
        return STEP_BITS;
      case "qemu.sstep":
        return STEPS;
      case "qemu.PhyMemMode":
        return this.#isPhysical ? "1" : "0";
    }
    return NOT_KNOWN;
  }

  #set(text: string): string {
    const [name, args] = nameOf(text);
    if (name === "qemu.sstep") return numberOf(args) === numberOf(STEPS) ? OK : INVALID;
    if (name !== "qemu.PhyMemMode") return NOT_KNOWN;
    if (args !== "0" && args !== "1") return INVALID;
    this.#isPhysical = args === "1";
    return OK;
  }

  #supported(theirs: string): string {
    this.#threads.learn(theirs);
    const past = this.#target.hasPast ? "ReverseStep+;ReverseContinue+;" : "";
    return `PacketSize=${hex(MAX_PACKET)};qXfer:features:read+;vContSupported+;multiprocess+;swbreak+;hwbreak+;${past}`;
  }

  /** `features:read:target.xml:OFFSET,LENGTH` */
  #transfer(args: string): string {
    const [object, verb, annex, place = ""] = args.split(":");
    if (object !== "features" || verb !== "read") return NOT_KNOWN;
    const [from, length] = placeOf(place) ?? [];
    if (annex !== "target.xml" || from === undefined || length === undefined) return "E00";
    const rest = descriptionOf(this.#target.isWide).slice(Number(from));
    const part = rest.slice(0, Math.min(length, MAX_PACKET - 1));
    return `${part.length < rest.length ? "m" : "l"}${part}`;
  }

  /** What the monitor says comes in packets of its own, before the answer. */
  #monitor(command: string): string | undefined {
    const said = bytesOfText(this.#target.monitor(command));
    const most = MAX_PACKET / 2 - 1;
    for (let at = 0; at < said.length; at += most) this.#answer(`O${hexOf(said.slice(at, at + most))}`);
    return OK;
  }
}

/** `ADDRESS,LENGTH` */
function placeOf(text: string): [address: bigint, bytes: number] | undefined {
  const [address = "", length = "", more] = text.split(",");
  const [from, bytes] = [numberOf(address), numberOf(length)];
  if (from === undefined || bytes === undefined || more !== undefined || bytes > 2n ** 32n) return undefined;
  return [from, Number(bytes)];
}

/** `Name:arguments`, or `Name,arguments`. */
function nameOf(text: string): [name: string, args: string] {
  const at = text.search(/[:,=]/);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

function bytesOfText(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
