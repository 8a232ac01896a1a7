/**
 * The 65,536 I/O ports: one table look-up to the device that claimed a port.
 *
 * An access wider than the device takes, or one that runs past the end of a claim, is split as the ISA bus does, lowest
 * address first. Ports that nobody claimed read as all ones, and the first touch of each logs one `unimplemented` event.
 */

import { EngineError } from "../wasm/error.ts";
import type { AccessSize, AddressSpace, Device, DeviceEvent, Mapping, Registers } from "./bus.ts";

interface Claim {
  readonly owner: string;
  readonly end: number;
  readonly widest: number;
  readonly registers: Registers;
}

/** What software placed: a claim that can go again. */
interface Placed extends Claim {
  readonly first: number;
  readonly rank: number;
}

/** The port space of one machine. */
export class IoPorts implements AddressSpace, Device {
  readonly name = "ioports";
  /** One bit a port: already reported as empty. */
  readonly state = { reported: new Uint8Array(8192) };
  /** Index into #claims by port; 0 is nobody. */
  #owners = new Uint16Array(65536);
  #claims: (Claim | undefined)[] = [undefined];
  /** In the order of rank. */
  #placed: Placed[] = [];
  /** Answers at ports without a claim, where something was placed. */
  #placedAt = new Map<number, Placed>();
  #log: (event: DeviceEvent) => void;

  constructor(log: (event: DeviceEvent) => void) {
    this.#log = log;
  }

  claim(owner: string, first: number, count: number, registers: Registers): void {
    if (first < 0 || count < 1 || first + count > 65536) {
      throw new EngineError("a claim outside the port space", { owner, first, count });
    }
    for (let port = first; port < first + count; port++) {
      const other = this.#claims[this.#owners[port]];
      if (other !== undefined) throw new EngineError("a port claimed twice", { port, owner, other: other.owner });
    }
    this.#claims.push({ owner, end: first + count, widest: registers.widest ?? 1, registers });
    this.#owners.fill(this.#claims.length - 1, first, first + count);
  }

  map(owner: string, first: number, count: number, registers: Registers, rank: number): Mapping {
    if (first < 0 || count < 1 || first + count > 65536) {
      throw new EngineError("a mapping outside the port space", { owner, first, count });
    }
    const placed = { owner, first, end: first + count, widest: registers.widest ?? 1, registers, rank };
    this.#placed = [...this.#placed, placed].sort((a, b) => a.rank - b.rank);
    this.#settle(placed);
    return {
      unmap: () => {
        this.#placed = this.#placed.filter((other) => other !== placed);
        this.#settle(placed);
      },
    };
  }

  /** Finds anew who answers where `range` is. */
  #settle(range: Placed): void {
    for (let port = range.first; port < range.end; port++) {
      const winner = this.#placed.find((placed) => port >= placed.first && port < placed.end);
      if (winner === undefined) this.#placedAt.delete(port);
      else this.#placedAt.set(port, winner);
    }
  }

  #at(port: number): Claim | undefined {
    return this.#claims[this.#owners[port]] ?? this.#placedAt.get(port);
  }

  /** Who answers at `port`, or undefined. */
  ownerOf(port: number): string | undefined {
    return this.#at(port)?.owner;
  }

  /** Who answers where, by first port. */
  ranges(): { first: number; last: number; part: string }[] {
    const found: { first: number; last: number; part: string }[] = [];
    for (let port = 0; port < 65536; port++) {
      const part = this.#at(port)?.owner;
      const before = found.at(-1);
      if (part === undefined) continue;
      if (before?.part === part && before.last === port - 1) before.last = port;
      else found.push({ first: port, last: port, part });
    }
    return found;
  }

  /** IN: the value at `port`, zero-extended. A byte past 0xFFFF reads as 0xFF. */
  read(port: number, size: AccessSize): number {
    const claim = this.#at(port);
    if (claim === undefined && size === 1) {
      this.#report(port, "read");
      return 0xff;
    }
    if (claim !== undefined && size <= claim.widest && port + size <= claim.end) {
      return claim.registers.read(port, size) >>> 0;
    }
    const step = size === 4 && claim !== undefined && claim.widest === 2 && port + size <= claim.end ? 2 : 1;
    let value = 0;
    for (let i = 0; i < size; i += step) value |= this.read(port + i, step) << (8 * i);
    return value >>> 0;
  }

  /** OUT: `value` (zero-extended) to `port`. */
  write(port: number, value: number, size: AccessSize): void {
    const claim = this.#at(port);
    if (claim === undefined && size === 1) {
      this.#report(port, "written");
      return;
    }
    if (claim !== undefined && size <= claim.widest && port + size <= claim.end) {
      claim.registers.write(port, value, size);
      return;
    }
    const step = size === 4 && claim !== undefined && claim.widest === 2 && port + size <= claim.end ? 2 : 1;
    const mask = step === 2 ? 0xffff : 0xff;
    for (let i = 0; i < size; i += step) this.write(port + i, (value >>> (8 * i)) & mask, step);
  }

  reset(): void {}

  #report(port: number, how: string): void {
    if (port > 0xffff) return;
    const bit = 1 << (port & 7);
    const reported = this.state.reported;
    if (reported[port >> 3] & bit) return;
    reported[port >> 3] = reported[port >> 3] | bit;
    this.#log({ kind: "unimplemented", part: "ioports", text: `port 0x${port.toString(16)} ${how}: nothing there` });
  }
}
