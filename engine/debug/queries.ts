/**
 * Packets `q` and `Q`: what the debugger asks of the stub, and sets.
 *
 * Source: Debugging with GDB, E.4 "General Query Packets"; QEMU 8.2, gdbstub (`qqemu`, `Qqemu`).
 */
import { type MemoryPackets, placeOf } from "./memorypackets.ts";
import { bytesOf, hex, hexOf, MAX_PACKET, textOf } from "./packets.ts";
import { descriptionOf } from "./registers.ts";
import type { Target } from "./target.ts";
import { numberOf, type Threads } from "./threads.ts";

const OK = "OK";
const INVALID = "E22";
const NOT_KNOWN = "";
/** ENABLE and NOTIMER of QEMU's bits for steps. */
const STEP_BITS = "ENABLE=1,NOTIMER=4";
const STEPS = "0x5";

export class Queries {
  readonly #target: Target;
  readonly #threads: Threads;
  readonly #memory: MemoryPackets;
  readonly #answer: (text: string) => void;

  /** `answer`: sends a packet before the one that is the answer. */
  constructor(target: Target, threads: Threads, memory: MemoryPackets, answer: (text: string) => void) {
    this.#target = target;
    this.#threads = threads;
    this.#memory = memory;
    this.#answer = answer;
  }

  /** The answer to `q` and `text`; undefined where it has been given. */
  ask(text: string): string | undefined {
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
        return this.#memory.isPhysical ? "1" : "0";
    }
    return NOT_KNOWN;
  }

  /** The same for `Q`. */
  set(text: string): string {
    const [name, args] = nameOf(text);
    if (name === "qemu.sstep") return numberOf(args) === numberOf(STEPS) ? OK : INVALID;
    if (name !== "qemu.PhyMemMode") return NOT_KNOWN;
    if (args !== "0" && args !== "1") return INVALID;
    this.#memory.isPhysical = args === "1";
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

/** `Name:arguments`, or `Name,arguments`. */
function nameOf(text: string): [name: string, args: string] {
  const at = text.search(/[:,=]/);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

function bytesOfText(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
