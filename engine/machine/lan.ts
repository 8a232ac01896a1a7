/**
 * Several machines of one thread on one Ethernet switch, run in rounds: each gets the same number of ticks, in the order of
 * joining, and a frame that one sends reaches the others at the tick where they are. So a run of all is repeated exactly.
 * On the switch is a card itself, by a link, or the user network behind it, for its port forwards.
 */
import { EthernetSwitch } from "./ethernetswitch.ts";
import type { Machine } from "./machine.ts";

/** What of a machine the switch needs. */
export type LanMachine = Pick<Machine, "run" | "frameInput" | "onFrame">;

/** Ticks of a round: 100 µs of guest time unless configured otherwise. */
const ROUND = 20_000;

export class Lan {
  readonly #switch = new EthernetSwitch();
  readonly #machines = new Set<LanMachine>();

  /** Plugs card `card` of the machine's configuration in; its network is a link, or a user network with an address. */
  join(machine: LanMachine, card: number): void {
    this.#machines.add(machine);
    const port = this.#switch.plug((frame) => machine.frameInput(card, frame));
    const before = machine.onFrame;
    machine.onFrame = (from, frame, number) => {
      before(from, frame, number);
      if (from === card) port.send(frame, number);
    };
  }

  /** Runs every machine `ticks` further, in rounds. */
  run(ticks: number): void {
    for (let done = 0; done < ticks; done += ROUND) {
      for (const machine of this.#machines) machine.run({ ticks: Math.min(ROUND, ticks - done) });
    }
  }
}
