/**
 * Between a network card and what it is plugged into: frames without preamble and FCS, 14 bytes of header and more.
 */
import type { Bus, Device, Timer } from "./bus.ts";

/** A card as its network sees it. */
export interface EthernetCard {
  /** False where the card has no room now: it calls `resume` when it has. A frame that it does not want it takes. */
  receive(frame: Uint8Array): boolean;
}

/** A network as a card sees it. */
export interface EthernetNetwork {
  attach(card: EthernetCard): void;
  transmit(frame: Uint8Array): void;
  resume(): void;
}

const MAX_FRAMES = 512;
/** Longer than any card sends: what is longer is lost. */
export const MAX_FRAME = 65536;
const LATENCY_US = 10;

/** Frames on their way to a card, in order, 10 µs each; what comes while 512 wait is lost. */
export class FrameQueue implements Device {
  readonly name: string;
  readonly state: { frames: Uint8Array[] } = { frames: [] };
  readonly #timer: Timer;
  readonly #clock: Bus["clock"];
  #card: EthernetCard | undefined;

  constructor(bus: Pick<Bus, "clock">, name: string) {
    this.name = name;
    this.#clock = bus.clock;
    this.#timer = bus.clock.timer(name, () => this.#deliver());
  }

  attach(card: EthernetCard): void {
    this.#card = card;
  }

  send(frame: Uint8Array): void {
    const { frames } = this.state;
    if (frames.length >= MAX_FRAMES || frame.length > MAX_FRAME) return;
    frames.push(frame);
    this.#arm();
  }

  /** The card has room again. */
  resume(): void {
    if (this.state.frames.length > 0) this.#arm();
  }

  reset(): void {
    this.state.frames.length = 0;
    this.#timer.cancel();
  }

  #arm(): void {
    if (this.#timer.deadline !== undefined) return;
    this.#timer.arm(this.#clock.now + Math.ceil((LATENCY_US * this.#clock.ticksPerSecond) / 1e6));
  }

  #deliver(): void {
    const { frames } = this.state;
    const [first] = frames;
    if (first === undefined || !this.#card?.receive(first)) return;
    frames.shift();
    this.resume();
  }
}
