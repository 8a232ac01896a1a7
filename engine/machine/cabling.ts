/**
 * Which cards of an engine's machines are on which switch, by the machines' names: a machine that is powered on again is
 * plugged in again. A machine that stands still, or has what is known of its past before it, hears nothing: a frame would be
 * an input, and make a new future.
 */
import { EngineError } from "../wasm/error.ts";
import type { CardPlace } from "./api.ts";
import { EthernetSwitch, type Plugged } from "./ethernetswitch.ts";
import type { Machine } from "./machine.ts";

export class Cabling {
  readonly #find: (id: string) => { readonly machine: Machine } | undefined;
  readonly #heard: () => void;
  /** By machine, then by card. */
  readonly #plugged = new Map<string, Map<number, Plugged>>();

  /** `heard`: a machine has got a frame, which may end its sleep. */
  constructor(find: (id: string) => { readonly machine: Machine } | undefined, heard: () => void) {
    this.#find = find;
    this.#heard = heard;
  }

  /** One switch for all of `places`. */
  connect(places: readonly CardPlace[]): void {
    for (const place of places) this.#check(place);
    const hub = new EthernetSwitch();
    for (const { machine: id, card } of places) {
      const plugs = this.#plugged.get(id) ?? new Map<number, Plugged>();
      this.#plugged.set(
        id,
        plugs.set(
          card,
          hub.plug((frame) => this.#deliver(id, card, frame)),
        ),
      );
    }
  }

  /** `machine` is what is called `id` now. */
  plugIn(id: string, machine: Machine): void {
    for (const plug of this.#plugged.get(id)?.values() ?? []) plug.restart();
    machine.onFrame = (card, frame, number) => this.#plugged.get(id)?.get(card)?.send(frame, number);
  }

  forget(id: string): void {
    this.#plugged.delete(id);
  }

  #check({ machine: id, card }: CardPlace): void {
    const found = this.#find(id);
    if (found === undefined) throw new EngineError(`there is no machine ${id}`, { id });
    const { links } = found.machine.guest.pc.board;
    if (!links.has(card))
      throw new EngineError(
        `card ${card} of ${id} has no cable: expected a network card, by a link or with an address`,
      );
    if (this.#plugged.get(id)?.has(card)) throw new EngineError(`card ${card} of ${id} is plugged in already`);
  }

  #deliver(id: string, card: number, frame: Uint8Array): void {
    const machine = this.#find(id)?.machine;
    if (machine?.job === undefined || machine.history?.upcoming !== undefined) return;
    machine.frameInput(card, frame);
    this.#heard();
  }
}
