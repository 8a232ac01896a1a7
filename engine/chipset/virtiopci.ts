/**
 * The PCI transport of a virtio device, transitional: the 1.x registers in BAR 4, the legacy ones in BAR 0.
 *
 *   BAR 0   I/O: 0 features  4 guest features  8 queue PFN  C queue size  E select  10 notify  12 status  13 ISR
 *           14 configuration vector, 16 queue vector (while MSI-X is enabled), then the device's configuration
 *   BAR 1   MSI-X table at 0, pending bits at 800h
 *   BAR 4   0 common configuration   1000 ISR   2000 the device's configuration   3000 notifications, 4 bytes a queue
 *
 * A notification is served 2 µs later, as by another thread of control, and 64 KiB at a time. A driver that breaks a rule
 * of the rings finds DEVICE_NEEDS_RESET, and its device does nothing until it is reset.
 *
 * Source: OASIS Virtual I/O Device 1.2, 2.1–2.4, 4.1. IDs and places of BARs as QEMU's `virtio-*-pci` on a PCI bus.
 */
import type { AccessSize, Bus, Device, Registers, Timer } from "./bus.ts";
import { type Field, fieldRegisters } from "./fields.ts";
import type { PciBus } from "./pci.ts";
import type { Capability } from "./pcicapability.ts";
import type { PciFunction } from "./pcifunction.ts";
import { type Chain, NO_VECTOR, newVirtqueue, Virtqueue } from "./virtqueue.ts";

/** What a device is besides its transport. */
export interface VirtioModel {
  /** Unique in the machine: `"virtio-blk.0"`. */
  readonly name: string;
  /** Number of the PCI device. */
  readonly slot: number;
  /** 1 network card, 2 block device, 3 console, 4 entropy source. */
  readonly type: number;
  readonly transitionalId: number;
  readonly classCode: number;
  /** Entries of each queue, powers of 2. */
  readonly queueSizes: readonly number[];
  /** Bit numbers. */
  readonly features: readonly number[];
  /** The device's configuration. */
  readonly config: readonly Field[];
  readonly configBytes: number;
  readonly rom?: Uint8Array | undefined;
  /** Carries out one chain of queue `n`: bytes written. Absent for a queue that the device takes from when it likes. */
  readonly request?: (chain: Chain, n: number) => number;
  /** Queues whose chains wait until the device has something for them; the driver added some. */
  readonly waitingQueues?: readonly number[];
  readonly refilled?: (n: number) => void;
  /** The driver reset the device. */
  readonly reset?: () => void;
}

const DRIVER_OK = 4;
const FEATURES_OK = 8;
const NEEDS_RESET = 0x40;
const STATUS_WRITABLE = 0x8f;
const ANY_LAYOUT = 27;
const INDIRECT_DESC = 28;
const EVENT_IDX = 29;
const VERSION_1 = 32;
const ISR_QUEUE = 1;
const ISR_CONFIG = 2;
const VENDOR_SPECIFIC = 9;
const REGION = 0x1000;
const MODERN_BAR = 4;
const LATENCY_US = 2;
const TURN_BYTES = 65536;
const BYTES_PER_US = 2048;

type Common = {
  status: number;
  deviceSelect: number;
  driverSelect: number;
  driverFeatures: [low: number, high: number];
  queueSelect: number;
  configVector: number;
  generation: number;
  isr: number;
  /** A bit for each queue that was notified and not served. */
  notified: number;
};

export class VirtioPci implements Device {
  readonly name: string;
  readonly state;
  readonly pci: PciFunction;
  readonly queues: readonly Virtqueue[];
  readonly #model: VirtioModel;
  readonly #timer: Timer;
  readonly #clock: Bus["clock"];
  readonly #modern: Required<Omit<Registers, "peek">>;
  #window = 0;

  constructor(bus: Pick<Bus, "clock">, pci: PciBus, model: VirtioModel) {
    this.name = model.name;
    this.#model = model;
    this.#clock = bus.clock;
    this.state = { ...newCommon(), queues: model.queueSizes.map(newVirtqueue) };
    this.#timer = bus.clock.timer(model.name, () => this.#serve());
    this.#modern = this.#modernRegisters();
    const capabilities = this.#capabilities();
    this.pci = pci.add({
      name: model.name,
      device: model.slot,
      vendorId: 0x1af4,
      deviceId: model.transitionalId,
      classCode: model.classCode,
      subsystemId: model.type,
      interruptPin: 1,
      capabilities,
      bars: [
        { kind: "io", size: 2 ** Math.ceil(Math.log2(0x18 + model.configBytes)), registers: this.#legacyRegisters() },
        { kind: "memory", size: 0x1000, registers: { read: () => 0, write() {} } },
        undefined,
        undefined,
        { kind: "memory", size: 4 * REGION, wide: true, prefetchable: true, registers: this.#modern },
      ],
      messages: { msixVectors: model.queueSizes.length + 1, msixBar: 1, msixPending: 0x800 },
      ...(model.rom ? { rom: model.rom } : {}),
      reads: (offset, size) => this.#windowRead(offset, size),
      written: (offset, size) => this.#windowWritten(offset, size),
    });
    this.#window = this.pci.capabilities[capabilities.length - 1];
    this.queues = model.queueSizes.map(
      (_, n) =>
        new Virtqueue(
          () => this.state.queues[n],
          this.pci.memory,
          () => this.has(EVENT_IDX),
          () => this.#needsReset(),
        ),
    );
  }

  /** Whether the driver took feature bit `bit`. */
  has(bit: number): boolean {
    return (this.state.driverFeatures[bit >> 5] & (1 << (bit & 31))) !== 0;
  }

  /** Whether queue `n` may be used now. */
  ready(n: number): boolean {
    const { status, queues } = this.state;
    const started = (status & DRIVER_OK) !== 0 || !this.has(VERSION_1);
    return started && !(status & NEEDS_RESET) && queues[n].enabled && this.pci.isMaster;
  }

  /** Interrupts for what was given back in queue `n`, where the driver wants that. */
  tell(n: number): void {
    if (!this.queues[n].wantsInterrupt()) return;
    this.#interrupt(this.state.queues[n].vector, ISR_QUEUE);
  }

  /** The device's configuration changed. */
  configChanged(): void {
    this.state.generation = (this.state.generation + 1) & 0xff;
    if (this.state.status & DRIVER_OK) this.#interrupt(this.state.configVector, ISR_CONFIG);
  }

  reset(): void {
    Object.assign(this.state, newCommon());
    for (const [n, queue] of this.state.queues.entries()) Object.assign(queue, newVirtqueue(this.#model.queueSizes[n]));
    this.#timer.cancel();
    this.pci.interrupt.set(false);
    this.#model.reset?.();
  }

  // What drivers do ----------------------------------------------------------------------------------------------------------

  #notify(n: number): void {
    if (n >= this.queues.length || !this.ready(n)) return;
    this.state.notified |= 1 << n;
    if (this.#timer.deadline === undefined) this.#timer.arm(this.#after(LATENCY_US));
  }

  #after(microseconds: number): number {
    return this.#clock.now + Math.ceil((microseconds * this.#clock.ticksPerSecond) / 1e6);
  }

  /** Serves the queues that were notified until their chains or a turn's bytes are used up. */
  #serve(): void {
    let left = TURN_BYTES;
    const { state } = this;
    for (let n = 0; n < this.queues.length; n++) {
      if (!(state.notified & (1 << n))) continue;
      const queue = this.queues[n];
      if (this.#model.waitingQueues?.includes(n)) {
        state.notified &= ~(1 << n);
        if (this.ready(n)) this.#model.refilled?.(n);
        continue;
      }
      while (left > 0 && this.ready(n)) {
        const chain = queue.take();
        if (chain === undefined) break;
        queue.give(chain, this.#model.request?.(chain, n) ?? 0);
        left -= 64 + chain.readable.length + chain.writable.length;
      }
      if (left > 0 || !this.ready(n)) state.notified &= ~(1 << n);
      if (this.ready(n)) this.tell(n);
    }
    if (state.notified) this.#timer.arm(this.#after(LATENCY_US + (TURN_BYTES - left) / BYTES_PER_US));
  }

  /** A chain that the device can do nothing with: the driver broke a rule (2.1.2). */
  broken(): void {
    this.#needsReset();
  }

  #needsReset(): void {
    if (this.state.status & NEEDS_RESET) return;
    this.state.status |= NEEDS_RESET;
    if (this.has(VERSION_1)) this.#interrupt(this.state.configVector, ISR_CONFIG);
  }

  #interrupt(vector: number, cause: number): void {
    if (this.pci.usesMessages) {
      if (vector !== NO_VECTOR) this.pci.notify(vector);
      return;
    }
    this.state.isr |= cause;
    this.pci.interrupt.set(true);
  }

  #readIsr(): number {
    const { isr } = this.state;
    this.state.isr = 0;
    this.pci.interrupt.set(false);
    return isr;
  }

  #setStatus(value: number): void {
    const { state } = this;
    if (value === 0) {
      this.reset();
      return;
    }
    let next = (value & STATUS_WRITABLE) | (state.status & NEEDS_RESET);
    if (next & FEATURES_OK && !(state.status & FEATURES_OK) && !this.#featuresFit()) next &= ~FEATURES_OK;
    state.status = next;
  }

  #featuresFit(): boolean {
    const { driverFeatures } = this.state;
    return this.has(VERSION_1) && driverFeatures.every((bits, i) => (bits & ~this.#offered(i)) === 0);
  }

  /** Dword `select` of the features offered; bits that only a legacy driver gets are not among them. */
  #offered(select: number): number {
    let bits = 0;
    for (const bit of [...this.#model.features, INDIRECT_DESC, EVENT_IDX, VERSION_1]) {
      if (bit >> 5 === select) bits |= 1 << (bit & 31);
    }
    return bits >>> 0;
  }

  #vector(value: number): number {
    return value <= this.queues.length ? value : NO_VECTOR;
  }

  // The registers of 1.x --------------------------------------------------------------------------------------------------------

  #commonFields(): Field[] {
    const { state } = this;
    const queue = () => state.queues[state.queueSelect];
    const half = (offset: number, area: "table" | "available" | "used", i: 0 | 1): Field => ({
      offset,
      size: 4,
      get: () => queue()?.[area][i] ?? 0,
      set: (value) => {
        const chosen = queue();
        if (chosen && !chosen.enabled) chosen[area][i] = value;
      },
    });
    return [
      { offset: 0x00, size: 4, get: () => state.deviceSelect, set: (value) => void (state.deviceSelect = value) },
      { offset: 0x04, size: 4, get: () => this.#offered(state.deviceSelect) },
      { offset: 0x08, size: 4, get: () => state.driverSelect, set: (value) => void (state.driverSelect = value) },
      {
        offset: 0x0c,
        size: 4,
        get: () => state.driverFeatures[state.driverSelect] ?? 0,
        set: (value) => {
          if (state.driverSelect < 2 && !(state.status & FEATURES_OK)) state.driverFeatures[state.driverSelect] = value;
        },
      },
      {
        offset: 0x10,
        size: 2,
        get: () => state.configVector,
        set: (value) => void (state.configVector = this.#vector(value)),
      },
      { offset: 0x12, size: 2, get: () => state.queues.length },
      { offset: 0x14, size: 1, get: () => state.status, set: (value) => this.#setStatus(value) },
      { offset: 0x15, size: 1, get: () => state.generation },
      { offset: 0x16, size: 2, get: () => state.queueSelect, set: (value) => void (state.queueSelect = value) },
      { offset: 0x18, size: 2, get: () => queue()?.size ?? 0, set: (value) => this.#setSize(value) },
      {
        offset: 0x1a,
        size: 2,
        get: () => queue()?.vector ?? NO_VECTOR,
        set: (value) => {
          const chosen = queue();
          if (chosen) chosen.vector = this.#vector(value);
        },
      },
      {
        offset: 0x1c,
        size: 2,
        get: () => Number(queue()?.enabled ?? false),
        set: (value) => {
          const chosen = queue();
          if (chosen && value === 1) chosen.enabled = true;
        },
      },
      { offset: 0x1e, size: 2, get: () => (queue() ? state.queueSelect : 0) },
      ...[half(0x20, "table", 0), half(0x24, "table", 1), half(0x28, "available", 0), half(0x2c, "available", 1)],
      ...[half(0x30, "used", 0), half(0x34, "used", 1)],
    ];
  }

  /** A driver may make a queue smaller: to another power of 2. */
  #setSize(value: number): void {
    const { queues, queueSelect } = this.state;
    const chosen = queues[queueSelect];
    if (chosen === undefined || chosen.enabled || value === 0 || value & (value - 1)) return;
    if (value <= this.#model.queueSizes[queueSelect]) chosen.size = value;
  }

  #modernRegisters(): Required<Omit<Registers, "peek">> {
    const isr = fieldRegisters([{ offset: 0, size: 1, get: () => this.#readIsr() }]);
    const notify: Registers = { read: () => 0, write: (offset) => this.#notify(offset >> 2) };
    const regions = [fieldRegisters(this.#commonFields()), isr, fieldRegisters(this.#model.config), notify] as const;
    return {
      widest: 4,
      read: (offset, size) => regions[offset >> 12].read(offset & (REGION - 1), size),
      write: (offset, value, size) => regions[offset >> 12].write(offset & (REGION - 1), value, size),
    };
  }

  #capabilities(): Capability[] {
    const region = (kind: number, bar: number, offset: number, length: number, more: readonly number[] = []) => [
      ...[16 + more.length, kind, bar, 0, 0, 0],
      ...dword(offset),
      ...dword(length),
      ...more,
    ];
    const capability = (body: number[]): Capability => ({ id: VENDOR_SPECIFIC, body });
    const anywhere = region(5, 0, 0, 0, [0, 0, 0, 0]);
    return [
      capability(region(1, MODERN_BAR, 0, REGION)),
      capability(region(3, MODERN_BAR, REGION, REGION)),
      capability(region(4, MODERN_BAR, 2 * REGION, REGION)),
      capability(region(2, MODERN_BAR, 3 * REGION, REGION, dword(4))),
      { ...capability(anywhere), writable: [0, 0, 0xff, 0, 0, 0, ...Array<number>(12).fill(0xff)] },
    ];
  }

  /** The place in BAR 4 that the capability for access by configuration space points to. */
  #windowTarget(offset: number, size: AccessSize): { at: number; width: AccessSize } | undefined {
    const data = this.#window + 16;
    if (this.#window === 0 || offset < data || offset + size > data + 4) return undefined;
    const at = this.pci.get(this.#window + 8, 4);
    const width = this.pci.get(this.#window + 12, 4);
    if (this.pci.get(this.#window + 4, 1) !== MODERN_BAR || (width !== 1 && width !== 2 && width !== 4))
      return undefined;
    return at + width <= 4 * REGION && at % width === 0 ? { at, width } : undefined;
  }

  #windowRead(offset: number, size: AccessSize): void {
    const target = this.#windowTarget(offset, size);
    if (target) this.pci.set(this.#window + 16, this.#modern.read(target.at, target.width), 4);
  }

  #windowWritten(offset: number, size: AccessSize): void {
    const target = this.#windowTarget(offset, size);
    if (target) this.#modern.write(target.at, this.pci.get(this.#window + 16, target.width), target.width);
  }

  // The legacy registers --------------------------------------------------------------------------------------------------------

  #legacyRegisters(): Registers {
    const { state } = this;
    const queue = () => state.queues[state.queueSelect];
    const features = (): number => (this.#offered(0) | (1 << ANY_LAYOUT)) >>> 0;
    const fields = fieldRegisters([
      { offset: 0x00, size: 4, get: features },
      {
        offset: 0x04,
        size: 4,
        get: () => state.driverFeatures[0],
        set: (value) => void (state.driverFeatures = [(value & features()) >>> 0, 0]),
      },
      {
        offset: 0x08,
        size: 4,
        get: () => pageOf(queue()?.table ?? [0, 0]),
        set: (value) => this.#placeLegacy(value),
      },
      { offset: 0x0c, size: 2, get: () => queue()?.size ?? 0 },
      { offset: 0x0e, size: 2, get: () => state.queueSelect, set: (value) => void (state.queueSelect = value) },
      { offset: 0x10, size: 2, get: () => 0, set: (value) => this.#notify(value) },
      { offset: 0x12, size: 1, get: () => state.status, set: (value) => this.#setStatus(value & ~FEATURES_OK) },
      { offset: 0x13, size: 1, get: () => this.#readIsr() },
    ]);
    const vectors = fieldRegisters(this.#commonFields().filter(({ offset }) => offset === 0x10 || offset === 0x1a));
    const config = fieldRegisters(this.#model.config);
    const place = (offset: number): [registers: Registers, offset: number] => {
      if (offset < 0x14) return [fields, offset];
      const start = this.pci.usesMessages ? 0x18 : 0x14;
      if (offset >= start) return [config, offset - start];
      return [vectors, offset < 0x16 ? offset - 0x14 + 0x10 : offset - 0x16 + 0x1a];
    };
    return {
      widest: 4,
      read(offset, size) {
        const [registers, at] = place(offset);
        return registers.read(at, size);
      },
      write(offset, value, size) {
        const [registers, at] = place(offset);
        registers.write(at, value, size);
      },
    };
  }

  /** A legacy queue is one block from a page on, its used ring at the next page boundary; page 0 takes it away. */
  #placeLegacy(page: number): void {
    const chosen = this.state.queues[this.state.queueSelect];
    if (chosen === undefined) return;
    const base = page * 4096;
    const available = base + 16 * chosen.size;
    const used = Math.ceil((available + 6 + 2 * chosen.size) / 4096) * 4096;
    Object.assign(chosen, { ...newVirtqueue(chosen.size), vector: chosen.vector, enabled: page !== 0 });
    chosen.table = halves(base);
    chosen.available = halves(available);
    chosen.used = halves(used);
  }
}

function newCommon(): Common {
  return {
    status: 0,
    deviceSelect: 0,
    driverSelect: 0,
    driverFeatures: [0, 0],
    queueSelect: 0,
    configVector: NO_VECTOR,
    generation: 0,
    isr: 0,
    notified: 0,
  };
}

function dword(value: number): number[] {
  return [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff);
}

function halves(address: number): [number, number] {
  return [address >>> 0, Math.floor(address / 2 ** 32)];
}

function pageOf([low, high]: readonly [number, number]): number {
  return Math.floor((low + high * 2 ** 32) / 4096) >>> 0;
}
