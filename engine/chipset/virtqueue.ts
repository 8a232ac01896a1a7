/**
 * A split virtqueue: descriptor table, available ring, used ring, in guest memory.
 *
 *   descriptor  0 address (64)  8 length (32)  C flags (16): 0 NEXT  1 WRITE  2 INDIRECT   E next (16)
 *   available   0 flags: 0 NO_INTERRUPT   2 index   4 ring of heads (16)           then used_event (16)
 *   used        0 flags                   2 index   4 ring of {head (32), written (32)}   then avail_event (16)
 *
 * A chain has at most 1,024 descriptors, indirect ones included; what a driver must not write (an index past its table, a
 * ring that goes round, an indirect table inside another, a buffer to read behind one to write) breaks the queue.
 * Not modelled: packed rings, notification data, queue reset.
 *
 * Source: OASIS Virtual I/O Device 1.2, 2.7.
 */
import type { PhysicalMemory } from "./bus.ts";

/** What a snapshot keeps of a queue. */
export type VirtqueueState = {
  size: number;
  enabled: boolean;
  /** MSI-X vector; FFFFh is none. */
  vector: number;
  /** Physical addresses of the descriptor table (driver area, device area): low and high halves. */
  table: [low: number, high: number];
  available: [low: number, high: number];
  used: [low: number, high: number];
  /** Index in the available ring of the next chain to take, and in the used ring of the next to give back. */
  next: number;
  done: number;
  /** The used index that the driver was last interrupted for. */
  told: number;
};

/** A part of guest memory. */
interface Segment {
  readonly address: number;
  readonly length: number;
}

const NEXT = 1;
const WRITE = 2;
const INDIRECT = 4;
const NO_INTERRUPT = 1;
const MAX_CHAIN = 1024;
const MAX_ADDRESS = 2 ** 52;
export const NO_VECTOR = 0xffff;

/** Buffers of one direction in a chain, seen as one run of bytes. */
export class Buffers {
  readonly segments: Segment[] = [];
  length = 0;
  readonly #memory: PhysicalMemory;

  constructor(memory: PhysicalMemory) {
    this.#memory = memory;
  }

  add(segment: Segment): void {
    this.segments.push(segment);
    this.length += segment.length;
  }

  /** `count` bytes from `offset` on; fewer where there are no more. */
  read(offset: number, count: number): Uint8Array {
    const target = new Uint8Array(Math.max(0, Math.min(count, this.length - offset)));
    this.#each(offset, target.length, (address, at, length) => {
      this.#memory.readBytes(address, target.subarray(at, at + length));
    });
    return target;
  }

  /** Stores `source` from `offset` on; what does not fit is lost. Answers how much was stored. */
  write(offset: number, source: Uint8Array): number {
    const count = Math.max(0, Math.min(source.length, this.length - offset));
    this.#each(offset, count, (address, at, length) => {
      this.#memory.writeBytes(address, source.subarray(at, at + length));
    });
    return count;
  }

  #each(offset: number, count: number, part: (address: number, at: number, length: number) => void): void {
    let skipped = 0;
    let done = 0;
    for (const { address, length } of this.segments) {
      if (done >= count) return;
      const from = Math.max(0, offset - skipped);
      skipped += length;
      if (from >= length) continue;
      const now = Math.min(length - from, count - done);
      part(address + from, done, now);
      done += now;
    }
  }
}

/** What a driver made available: buffers to read, then buffers to write. */
export interface Chain {
  readonly head: number;
  readonly readable: Buffers;
  readonly writable: Buffers;
}

/** A queue at power-on. */
export function newVirtqueue(size: number): VirtqueueState {
  return {
    size,
    enabled: false,
    vector: NO_VECTOR,
    table: [0, 0],
    available: [0, 0],
    used: [0, 0],
    next: 0,
    done: 0,
    told: 0,
  };
}

/** A queue as its device uses it. `eventIndex`: the driver took VIRTIO_F_EVENT_IDX. */
export class Virtqueue {
  /** Asked for at each access: restoring a snapshot may replace it. */
  readonly #state: () => VirtqueueState;
  readonly #memory: PhysicalMemory;
  readonly #broken: () => void;
  readonly #eventIndex: () => boolean;
  readonly #scratch = new Uint8Array(16);
  readonly #view = new DataView(this.#scratch.buffer);

  /** `broken` is called where the driver wrote what it must not. */
  constructor(state: () => VirtqueueState, memory: PhysicalMemory, eventIndex: () => boolean, broken: () => void) {
    this.#state = state;
    this.#memory = memory;
    this.#eventIndex = eventIndex;
    this.#broken = broken;
  }

  get state(): VirtqueueState {
    return this.#state();
  }

  /** Chains that wait, without taking one; what the driver must not write counts as none. */
  get waiting(): number {
    const { state } = this;
    if (!state.enabled) return 0;
    return (this.#read16(addressOf(state.available) + 2) - state.next) & 0xffff;
  }

  /** The next chain, or undefined where none waits; with an event index the driver is then asked to tell of the next. */
  take(): Chain | undefined {
    const { state } = this;
    const waits = this.waiting;
    if (waits === 0) {
      if (state.enabled && this.#eventIndex()) this.#write16(addressOf(state.used) + 4 + 8 * state.size, state.next);
      return undefined;
    }
    if (waits > state.size) return this.#break();
    const head = this.#read16(addressOf(state.available) + 4 + 2 * (state.next % state.size));
    const chain = this.#follow(head);
    if (chain === undefined) return this.#break();
    state.next = (state.next + 1) & 0xffff;
    return chain;
  }

  /** The last chain taken waits again. */
  putBack(): void {
    const { state } = this;
    state.next = (state.next - 1) & 0xffff;
  }

  /** Gives `chain` back with so many bytes written. */
  give({ head }: Chain, written: number): void {
    const { state } = this;
    const entry = addressOf(state.used) + 4 + 8 * (state.done % state.size);
    this.#memory.write32(entry, head);
    this.#memory.write32(entry + 4, written);
    state.done = (state.done + 1) & 0xffff;
    this.#write16(addressOf(state.used) + 2, state.done);
  }

  /** Whether the driver wants an interrupt for what was given since it was last asked. */
  wantsInterrupt(): boolean {
    const { state } = this;
    const { done, told } = state;
    if (done === told) return false;
    const available = addressOf(state.available);
    if (!this.#eventIndex()) {
      state.told = done;
      return (this.#read16(available) & NO_INTERRUPT) === 0;
    }
    state.told = done;
    const event = this.#read16(available + 4 + 2 * state.size);
    return ((done - event - 1) & 0xffff) < ((done - told) & 0xffff);
  }

  #break(): undefined {
    this.#broken();
    return undefined;
  }

  #follow(head: number): Chain | undefined {
    const chain: Chain = { head, readable: new Buffers(this.#memory), writable: new Buffers(this.#memory) };
    let table = addressOf(this.state.table);
    let entries = this.state.size;
    let index = head;
    let indirect = false;
    for (let taken = 0; taken < MAX_CHAIN; taken++) {
      if (index >= entries || table + 16 * index > MAX_ADDRESS) return undefined;
      this.#memory.readBytes(table + 16 * index, this.#scratch);
      const address = this.#view.getUint32(0, true) + this.#view.getUint32(4, true) * 2 ** 32;
      const length = this.#view.getUint32(8, true);
      const flags = this.#view.getUint16(12, true);
      index = this.#view.getUint16(14, true);
      if (address + length > MAX_ADDRESS) return undefined;
      if (flags & INDIRECT) {
        if (indirect || flags & NEXT || length === 0 || length % 16 !== 0) return undefined;
        indirect = true;
        table = address;
        entries = length / 16;
        index = 0;
        continue;
      }
      if (!(flags & WRITE) && chain.writable.segments.length > 0) return undefined;
      (flags & WRITE ? chain.writable : chain.readable).add({ address, length });
      if (!(flags & NEXT)) return chain;
    }
    return undefined;
  }

  #read16(hpa: number): number {
    const word = this.#scratch.subarray(0, 2);
    this.#memory.readBytes(hpa, word);
    return word[0] | (word[1] << 8);
  }

  #write16(hpa: number, value: number): void {
    this.#memory.writeBytes(hpa, Uint8Array.of(value, value >> 8));
  }
}

/** Addresses past what a processor has are cut off there. */
function addressOf([low, high]: readonly [number, number]): number {
  return low + (high & 0xfffff) * 2 ** 32;
}
