/**
 * Who listens to a machine, and what each was told: status, events, the serial line, the screen. News are told at most as
 * often as a listener can use them, and only where something has changed.
 */
import type { MachineEvent, MachineStatus, Screen } from "./api.ts";
import type { Machine } from "./machine.ts";
import { readScreen, sameScreen } from "./screens.ts";

const STATUS_MS = 100;
const SCREEN_MS = 33;
const SERIAL_MS = 16;
/** For how much of a serial line was told, where the line is another one now: everything is told again. */
const ANOTHER_LINE = Number.POSITIVE_INFINITY;

export class Audience {
  readonly #machine: () => Machine;
  #status: MachineStatus;
  #statusAt = 0;
  #screenAt = 0;
  #serialAt = 0;
  #eventsFrom = 0;
  #serialFrom = 0;
  #screen: Screen | undefined;
  readonly #statusListeners = new Set<(status: MachineStatus) => void>();
  readonly #screenListeners = new Set<(screen: Screen) => void>();
  readonly #serialListeners = new Set<(text: string, again: boolean) => void>();
  readonly #eventListeners = new Map<(events: readonly MachineEvent[]) => void, ReadonlySet<string>>();

  /** `machine` answers the present one: powering on makes another. */
  constructor(machine: () => Machine) {
    this.#machine = machine;
    this.#status = machine().status();
  }

  /** The status last told. */
  get status(): MachineStatus {
    return this.#status;
  }

  onStatus(listener: (status: MachineStatus) => void): () => void {
    return add(this.#statusListeners, listener);
  }

  onEvents(kinds: readonly MachineEvent["kind"][], listener: (events: readonly MachineEvent[]) => void): () => void {
    this.#eventListeners.set(listener, new Set(kinds));
    this.#chooseBusEvents();
    // The first hears what happened while nobody listened.
    this.#tellEvents();
    return () => {
      this.#eventListeners.delete(listener);
      this.#chooseBusEvents();
    };
  }

  onSerial(listener: (text: string, again: boolean) => void): () => void {
    this.#tellSerial(performance.now());
    const text = this.#machine().guest.serial[0].text();
    if (text !== "") listener(text, true);
    return add(this.#serialListeners, listener);
  }

  onScreen(listener: (screen: Screen) => void): () => void {
    listener(readScreen(this.#machine().guest.pc.board.vga));
    return add(this.#screenListeners, listener);
  }

  #chooseBusEvents(): void {
    this.#machine().busEvents = new Set([...this.#eventListeners.values()].flatMap((kinds) => [...kinds]));
  }

  /** The machine was replaced by one at tick 0. */
  anotherMachine(): void {
    this.#eventsFrom = 0;
    this.anotherPast();
    this.#chooseBusEvents();
  }

  /** What it said so far is not what was told. */
  anotherPast(): void {
    this.#serialFrom = ANOTHER_LINE;
  }

  /** Tells what has changed, as often as is useful. */
  tell(now: number): void {
    if (now - this.#statusAt >= STATUS_MS) this.tellStatus(now);
    if (now - this.#serialAt >= SERIAL_MS) this.#tellSerial(now);
    if (now - this.#screenAt >= SCREEN_MS) this.#tellScreen(now);
  }

  tellStatus(now: number): void {
    this.#statusAt = now;
    this.#tellEvents();
    const status = this.#machine().status();
    const last = this.#status;
    if (status.version === last.version && status.tick === last.tick && status.state === last.state) return;
    this.#status = status;
    for (const listener of this.#statusListeners) listener(status);
  }

  #tellEvents(): void {
    const { events } = this.#machine().guest;
    const from = Math.min(this.#eventsFrom, events.next);
    this.#eventsFrom = events.next;
    if (this.#eventListeners.size === 0 || from === events.next) return;
    const news = events.since(from);
    for (const [listener, kinds] of this.#eventListeners) {
      const wanted = news.filter((event) => kinds.has(event.kind));
      if (wanted.length > 0) listener(wanted);
    }
  }

  #tellSerial(now: number): void {
    this.#serialAt = now;
    const line = this.#machine().guest.serial[0];
    if (line.total === this.#serialFrom) return;
    const again = line.total < this.#serialFrom;
    const text = again ? line.text() : line.since(this.#serialFrom);
    this.#serialFrom = line.total;
    for (const listener of this.#serialListeners) listener(text, again);
  }

  #tellScreen(now: number): void {
    this.#screenAt = now;
    if (this.#screenListeners.size === 0) return;
    const screen = readScreen(this.#machine().guest.pc.board.vga);
    if (this.#screen !== undefined && sameScreen(this.#screen, screen)) return;
    this.#screen = screen;
    for (const listener of this.#screenListeners) listener(screen);
  }

  /** Tells everything at once: the machine has stopped, or something was changed from outside. Answers the status. */
  tellAll(now: number): MachineStatus {
    this.#tellSerial(now);
    this.#tellScreen(now);
    this.tellStatus(now);
    this.#status = this.#machine().status();
    return this.#status;
  }
}

function add<Item>(items: Set<Item>, item: Item): () => void {
  items.add(item);
  return () => items.delete(item);
}
