/**
 * The bus between local APICs, I/O APICs and devices that signal by message: who takes a message, and who is told of an
 * end of interrupt. It keeps nothing: a message is taken in the moment it is sent.
 *
 *   message-signalled interrupt, as written to memory:
 *     address  31:20 FEEh   19:12 destination   3 redirection hint   2 logical destination
 *     data     15 level triggered   14 assert   10:8 delivery mode   7:0 vector
 *
 * Modelled: physical and logical destinations of 8 and of 32 bits, broadcasts, and lowest-priority delivery: to who has
 * the vector already, then to the lowest arbitration priority, then to the lowest number, so that it is deterministic.
 * Not modelled: retries (a message is never refused) and remote reads.
 *
 * Source: Intel SDM vol. 3, 11.6.2 and 11.11; AMD APM vol. 2, 16.6.
 */

/** Delivery modes as ICR, LVT, redirection entries and messages number them. */
export const FIXED = 0;
export const LOWEST_PRIORITY = 1;
export const SMI = 2;
export const NMI = 4;
export const INIT = 5;
export const STARTUP = 6;
export const EXT_INT = 7;

/** One message. */
export interface InterruptMessage {
  readonly vector: number;
  readonly delivery: number;
  readonly level: boolean;
  /** An APIC's ID, or a set of APICs where `logical`. */
  readonly destination: number;
  readonly logical: boolean;
  /** `destination` has 32 bits, as x2APIC mode sends it, and not 8. */
  readonly wide: boolean;
}

/** A local APIC on the bus. */
export interface MessageTarget {
  isMeant(message: InterruptMessage): boolean;
  /** It would take a message that asks for the lowest priority. */
  readonly arbitrates: boolean;
  readonly arbitrationPriority: number;
  /** It has the vector already, in service or requested. */
  hasFocus(vector: number): boolean;
  accept(message: InterruptMessage): void;
}

/** Who minds the end of a level-triggered interrupt: an I/O APIC. */
export interface EndListener {
  endOfInterrupt(vector: number): void;
}

const ADDRESS_LOGICAL = 0x4;
const ADDRESS_HINT = 0x8;
const DATA_LEVEL = 0x8000;

export class ApicBus {
  readonly targets: MessageTarget[] = [];
  readonly listeners: EndListener[] = [];

  /** Sends to all who are meant, but `except`. */
  send(message: InterruptMessage, except?: MessageTarget): void {
    const meant = this.targets.filter((target) => target !== except && target.isMeant(message));
    this.deliver(message, meant);
  }

  /** Sends to every one, but `except`. */
  broadcast(message: InterruptMessage, except?: MessageTarget): void {
    this.deliver(
      message,
      this.targets.filter((target) => target !== except),
    );
  }

  private deliver(message: InterruptMessage, meant: readonly MessageTarget[]): void {
    if (message.delivery !== LOWEST_PRIORITY) {
      for (const target of meant) target.accept(message);
      return;
    }
    let chosen: MessageTarget | undefined;
    for (const target of meant) {
      if (!target.arbitrates) continue;
      if (target.hasFocus(message.vector)) {
        chosen = target;
        break;
      }
      if (chosen === undefined || target.arbitrationPriority < chosen.arbitrationPriority) chosen = target;
    }
    chosen?.accept(message);
  }

  /** A local APIC has ended a level-triggered interrupt. */
  endOfInterrupt(vector: number): void {
    for (const listener of this.listeners) listener.endOfInterrupt(vector);
  }

  /** A device has written `data` to `address`, which is FEExxxxxh. */
  message(address: number, data: number): void {
    const delivery = (data >> 8) & 7;
    const hint = (address & ADDRESS_HINT) !== 0;
    this.send({
      vector: data & 0xff,
      // With the redirection hint a logical destination means any one of its processors.
      delivery: hint && address & ADDRESS_LOGICAL && delivery === FIXED ? LOWEST_PRIORITY : delivery,
      level: (data & DATA_LEVEL) !== 0,
      destination: (address >>> 12) & 0xff,
      logical: (address & ADDRESS_LOGICAL) !== 0,
      wide: false,
    });
  }
}
