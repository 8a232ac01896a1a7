/**
 * Several machines of one thread on one Ethernet switch, run in rounds: each gets the same number of ticks, in the order of
 * joining, and a frame that one sends reaches the others at the tick where they are. So a run of all is repeated exactly.
 * On the switch is a card itself, by a link, or the user network behind it, for its port forwards.
 *
 * The switch learns where addresses are; frames to unknown ones, to groups and to all go to every port but their own. When
 * a machine goes back and runs again, what it had sent before is not sent a second time.
 */
import type { Machine } from "./machine.ts";

/** What of a machine the switch needs. */
export type LanMachine = Pick<Machine, "run" | "frameInput" | "onFrame">;

interface Port {
  readonly machine: LanMachine;
  readonly card: number;
  /** Number of the next frame that is new. */
  next: number;
}

/** Ticks of a round: 100 µs of guest time unless configured otherwise. */
const ROUND = 20_000;
/** As many addresses as a small switch remembers; then it learns anew. */
const MAX_LEARNED = 1024;

export class Lan {
  readonly #ports: Port[] = [];
  readonly #learned = new Map<string, Port>();

  /** Plugs card `card` of the machine's configuration in; its network is a link, or a user network with an address. */
  join(machine: LanMachine, card: number): void {
    const port: Port = { machine, card, next: 0 };
    this.#ports.push(port);
    const before = machine.onFrame;
    machine.onFrame = (from, frame, number) => {
      before(from, frame, number);
      if (from === card && number >= port.next) {
        port.next = number + 1;
        this.#forward(port, frame);
      }
    };
  }

  /** Runs every machine `ticks` further, in rounds. */
  run(ticks: number): void {
    const machines = [...new Set(this.#ports.map((port) => port.machine))];
    for (let done = 0; done < ticks; done += ROUND) {
      for (const machine of machines) machine.run({ ticks: Math.min(ROUND, ticks - done) });
    }
  }

  #forward(from: Port, frame: Uint8Array): void {
    if (frame.length < 14) return;
    if (this.#learned.size >= MAX_LEARNED) this.#learned.clear();
    if (!(frame[6] & 1)) this.#learned.set(frame.subarray(6, 12).join(), from);
    const known = frame[0] & 1 ? undefined : this.#learned.get(frame.subarray(0, 6).join());
    for (const port of this.#ports) {
      if (port !== from && (known === undefined || known === port)) port.machine.frameInput(port.card, frame.slice());
    }
  }
}
