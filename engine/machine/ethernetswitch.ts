/**
 * An Ethernet switch. It learns where addresses are; frames to unknown ones, to groups and to all go to every port but their
 * own. When a machine goes back and runs again, what it had sent before is not sent a second time.
 */

/** What is at a port, for the switch: takes a frame. */
type Deliver = (frame: Uint8Array) => void;

interface Port {
  readonly deliver: Deliver;
  /** Number of the next frame that is new. */
  next: number;
}

/** What a port is for whoever is plugged in. */
export interface Plugged {
  /** A frame comes in; `number` counts them since power-on. */
  send(frame: Uint8Array, number: number): void;
  /** Another machine is behind the port: its frames are counted from 0. */
  restart(): void;
}

/** As many addresses as a small switch remembers; then it learns anew. */
const MAX_LEARNED = 1024;

export class EthernetSwitch {
  readonly #ports: Port[] = [];
  readonly #learned = new Map<string, Port>();

  plug(deliver: Deliver): Plugged {
    const port: Port = { deliver, next: 0 };
    this.#ports.push(port);
    return {
      send: (frame, number) => {
        if (number < port.next) return;
        port.next = number + 1;
        this.#forward(port, frame);
      },
      restart: () => {
        port.next = 0;
      },
    };
  }

  #forward(from: Port, frame: Uint8Array): void {
    if (frame.length < 14) return;
    if (this.#learned.size >= MAX_LEARNED) this.#learned.clear();
    if (!(frame[6] & 1)) this.#learned.set(frame.subarray(6, 12).join(), from);
    const known = frame[0] & 1 ? undefined : this.#learned.get(frame.subarray(0, 6).join());
    for (const port of this.#ports)
      if (port !== from && (known === undefined || known === port)) port.deliver(frame.slice());
  }
}
