/**
 * The end of a cable that leaves the machine: what a card sends goes out with a number that counts up, and frames come in
 * from whoever joins machines.
 */
import type { Bus, Device } from "./bus.ts";
import { type EthernetCard, type EthernetNetwork, FrameQueue } from "./ethernet.ts";

export class EthernetLink implements Device, EthernetNetwork {
  readonly name: string;
  /** Frames sent since power-on. */
  readonly state = { sent: 0 };
  readonly queue: FrameQueue;
  readonly #send: (frame: Uint8Array, number: number) => void;

  /** `send` gets each frame with its number, from 0. */
  constructor(bus: Pick<Bus, "clock">, name: string, send: (frame: Uint8Array, number: number) => void) {
    this.name = name;
    this.#send = send;
    this.queue = new FrameQueue(bus, `${name}.frames`);
  }

  attach(card: EthernetCard): void {
    this.queue.attach(card);
  }

  resume(): void {
    this.queue.resume();
  }

  transmit(frame: Uint8Array): void {
    this.#send(frame, this.state.sent++);
  }

  /** A frame arrives by the cable. */
  receive(frame: Uint8Array): void {
    this.queue.send(frame);
  }

  /** The numbers go on: whoever counts them is not reset. */
  reset(): void {}
}
