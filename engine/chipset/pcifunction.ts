/**
 * One function on a PCI bus: its configuration space of type 0, what its base address registers map, its interrupt pin,
 * messages and bus mastering.
 *
 *   00 vendor   02 device    04 COMMAND  06 STATUS       10–24 BAR 0–5     30 expansion ROM BAR
 *   08 revision 09 class     0C line size  0D latency  0E header type       34 capabilities
 *   2C subsystem vendor, 2E subsystem    3C interrupt line  3D pin         40–FF the device's own
 *
 * A BAR answers where it points while COMMAND lets it, from the next access on. As on QEMU's `pc`, a BAR that holds 0, or
 * would run past the end of its address space (as while its size is asked), maps nothing.
 * Modelled of COMMAND: I/O, memory, bus master, SERR# (kept), interrupt disable. STATUS: interrupt status, capabilities.
 *
 * Source: PCI Local Bus Specification 3.0, chapter 6.
 */
import { EngineError } from "../wasm/error.ts";
import type { AccessSize, Bus, Device, Line, Mapping, PhysicalMemory, Registers } from "./bus.ts";
import type { Capability } from "./pcicapability.ts";
import { type MessageOptions, MessageSignals } from "./pcimessages.ts";

/** What a base address register maps. `registers` gets offsets from the start of the range. */
export interface Bar {
  readonly kind: "io" | "memory";
  /** A power of 2: 4 to 256 ports, or at least 16 bytes. */
  readonly size: number;
  readonly registers: Registers;
  /** A memory BAR of 64 bits: it takes the next BAR too. */
  readonly wide?: boolean;
  readonly prefetchable?: boolean;
}

/** A range that the device places by registers of its own. */
export interface Window extends Pick<Bar, "kind" | "size" | "registers"> {
  /** Where it answers now, or undefined; asked after every change of the configuration space. */
  readonly base: (config: PciFunction) => number | undefined;
}

/** A register of the device's own (40h–FFh), or another value for one of the header. */
export interface ConfigRegister {
  readonly offset: number;
  readonly size: AccessSize;
  /** At reset. */
  readonly value: number;
  /** Bits that software can write; none unless given. */
  readonly writable?: number;
  /** Bits that writing 1 clears. */
  readonly clears?: number;
}

export interface PciFunctionOptions {
  /** Of the device, unique in the machine. */
  readonly name: string;
  /** Device number, 0 to 31. */
  readonly device: number;
  /** Function number, 0 to 7. */
  readonly function?: number;
  readonly vendorId: number;
  readonly deviceId: number;
  readonly revision?: number;
  /** Class, subclass, programming interface: 0x020000 is an Ethernet controller. */
  readonly classCode: number;
  /** 1AF4:1100 unless given, as on QEMU's `pc`: firmware knows the machine by it. */
  readonly subsystemVendorId?: number;
  readonly subsystemId?: number;
  /** 1 is INTA#; none unless given. */
  readonly interruptPin?: 1 | 2 | 3 | 4;
  /** By number; the one behind a wide BAR is undefined. */
  readonly bars?: readonly (Bar | undefined)[];
  readonly windows?: readonly Window[];
  /** The image of the expansion ROM. */
  readonly rom?: Uint8Array;
  readonly registers?: readonly ConfigRegister[];
  readonly capabilities?: readonly Capability[];
  /** MSI and MSI-X. */
  readonly messages?: MessageOptions;
  /** Called before software reads: the device may bring its registers up to date. */
  readonly reads?: (offset: number, size: AccessSize) => void;
  /** Called after software wrote. */
  readonly written?: (offset: number, size: AccessSize) => void;
  /** Called after software wrote, and after a reset and a restored snapshot: what the registers mean may have changed. */
  readonly settled?: () => void;
}

const COMMAND = 0x04;
const COMMAND_IO = 0x001;
const COMMAND_MEMORY = 0x002;
const COMMAND_MASTER = 0x004;
const COMMAND_WRITABLE = 0x507;
const COMMAND_INTERRUPT_DISABLE = 0x400;
const STATUS = 0x06;
/** As the upper half of a dword at 04h. */
const STATUS_ERRORS = 0xf9000000;
const STATUS_INTERRUPT = 0x08;
const STATUS_CAPABILITIES = 0x10;
const HEADER_TYPE = 0x0e;
const FIRST_BAR = 0x10;
const ROM_BAR = 0x30;
const CAPABILITIES = 0x34;

/** A range that answers where registers say. */
interface Range extends Window {
  /** Of its register, where that is a BAR. */
  readonly offset?: number;
  mapped?: { mapping: Mapping; base: number } | undefined;
}

/** A function, made by `PciBus.add`. Its state is the configuration space and what depends on it. */
export class PciFunction implements Device {
  readonly name: string;
  readonly state: { config: Uint8Array; pin: boolean; msixTable: Uint32Array; msixPending: Uint8Array };
  readonly device: number;
  readonly function: number;
  /** 1 is INTA#, 0 none. */
  readonly pin: number;
  /** Offsets of the capabilities, in the order of the options; then those of the messages: MSI, MSI-X. */
  readonly capabilities: number[] = [];
  /** The interrupt pin: high is asserted. */
  readonly interrupt: Line;
  /** Memory as this bus master reaches it: not at all while COMMAND forbids. */
  readonly memory: PhysicalMemory;
  readonly #options: PciFunctionOptions;
  readonly #bus: Pick<Bus, "ports" | "mmio" | "memory">;
  readonly #ranges: Range[] = [];
  readonly #initial = new Uint8Array(256);
  readonly #writable = new Uint8Array(256);
  readonly #clears = new Uint8Array(256);
  readonly #messages: MessageSignals | undefined;
  readonly #route: () => void;
  #capabilitiesEnd = 0x40;
  #mastering = false;

  constructor(bus: Pick<Bus, "ports" | "mmio" | "memory">, options: PciFunctionOptions, route: () => void) {
    this.name = `${options.name}.pci`;
    this.#bus = bus;
    this.#options = options;
    this.#route = route;
    this.device = options.device;
    this.function = options.function ?? 0;
    this.pin = options.interruptPin ?? 0;
    const { msixVectors = 0 } = options.messages ?? {};
    this.state = {
      config: new Uint8Array(256),
      pin: false,
      msixTable: new Uint32Array(4 * msixVectors),
      msixPending: new Uint8Array(msixVectors),
    };
    this.interrupt = { set: (level) => this.#drive(level) };
    this.memory = this.#asMaster();
    this.#describe();
    if (options.messages) {
      const messages = new MessageSignals(this, options.messages);
      this.#messages = messages;
      this.capabilities.push(...messages.capabilities.map((capability) => this.#addCapability(capability)));
    }
    this.#layBars();
    this.state.config.set(this.#initial);
    this.#messages?.reset();
  }

  #describe(): void {
    const {
      vendorId,
      deviceId,
      revision = 0,
      classCode,
      subsystemVendorId = 0x1af4,
      subsystemId = 0x1100,
    } = this.#options;
    this.#register({ offset: 0x00, size: 4, value: vendorId | (deviceId << 16) });
    this.#register({ offset: COMMAND, size: 4, value: 0, writable: COMMAND_WRITABLE, clears: STATUS_ERRORS });
    this.#register({ offset: 0x08, size: 4, value: revision | (classCode << 8) });
    this.#register({ offset: 0x0c, size: 1, value: 0, writable: 0xff });
    this.#register({ offset: 0x2c, size: 4, value: subsystemVendorId | (subsystemId << 16) });
    this.#register({ offset: 0x3c, size: 2, value: this.pin << 8, writable: this.pin ? 0xff : 0 });
    for (const register of this.#options.registers ?? []) this.#register(register);
    for (const capability of this.#options.capabilities ?? []) this.capabilities.push(this.#addCapability(capability));
  }

  #register({ offset, size, value, writable = 0, clears = 0 }: ConfigRegister): void {
    for (let i = 0; i < size; i++) {
      this.#initial[offset + i] = value >>> (8 * i);
      this.#writable[offset + i] = writable >>> (8 * i);
      this.#clears[offset + i] = clears >>> (8 * i);
    }
  }

  /** Appends to the list; answers where it is. */
  #addCapability({ id, body, writable = [], offset = this.#capabilitiesEnd }: Capability): number {
    let link = CAPABILITIES;
    while (this.#initial[link] !== 0) link = this.#initial[link] + 1;
    this.#initial[link] = offset;
    this.#initial[STATUS] |= STATUS_CAPABILITIES;
    this.#initial.set([id, 0, ...body], offset);
    this.#writable.set([0, 0, ...writable], offset);
    this.#capabilitiesEnd = (offset + 2 + body.length + 3) & ~3;
    if (this.#capabilitiesEnd > 256) throw new EngineError("capabilities beyond 256 bytes", { name: this.name });
    return offset;
  }

  #layBars(): void {
    const { bars = [], rom } = this.#options;
    for (const [n, bar] of bars.entries()) {
      if (bar === undefined) continue;
      const at = FIRST_BAR + 4 * n;
      const { size, kind, wide } = bar;
      const tooBig = kind === "io" ? size > 256 || size < 4 : size < 16 || size > (wide ? 2 ** 40 : 2 ** 31);
      if (n > (wide ? 4 : 5) || tooBig || !Number.isInteger(Math.log2(size)))
        throw new EngineError("a BAR that PCI does not have", { name: this.name, n, size });
      const type = kind === "io" ? 1 : (wide ? 4 : 0) | (bar.prefetchable ? 8 : 0);
      const low = size < 2 ** 32 ? -size & ~(kind === "io" ? 3 : 15) : 0;
      this.#register({ offset: at, size: 4, value: type, writable: low });
      if (wide)
        this.#register({ offset: at + 4, size: 4, value: 0, writable: size > 2 ** 32 ? -(size / 2 ** 32) : -1 });
      const registers = this.#messages?.inBar(n, bar.registers) ?? bar.registers;
      this.#ranges.push({ offset: at, kind, size, registers, base: () => this.#baseOf(at, bar) });
    }
    this.#ranges.push(...(this.#options.windows ?? []).map((window) => ({ ...window })));
    if (rom === undefined) return;
    const size = Math.max(2048, 2 ** Math.ceil(Math.log2(rom.length)));
    const registers: Registers = { read: (offset) => rom[offset] ?? 0xff, write() {} };
    this.#register({ offset: ROM_BAR, size: 4, value: 0, writable: -size | 1 });
    const bar: Bar = { kind: "memory", size, registers };
    this.#ranges.push({ ...bar, offset: ROM_BAR, base: () => this.#baseOf(ROM_BAR, bar) });
  }

  /** What its base address registers, the expansion ROM's included, map, and where each answers now. */
  get bars(): { offset: number; kind: Bar["kind"]; size: number; at: number | undefined }[] {
    return this.#ranges.flatMap(({ offset, kind, size, mapped }) =>
      offset === undefined ? [] : [{ offset, kind, size, at: mapped?.base }],
    );
  }

  /** What it maps is claimed under this name. */
  get owner(): string {
    return this.#options.name;
  }

  /** There are others of the same device. */
  becomeMultifunction(): void {
    this.#initial[HEADER_TYPE] |= 0x80;
    this.state.config[HEADER_TYPE] |= 0x80;
  }

  reset(): void {
    this.state.config.set(this.#initial);
    this.state.pin = false;
    this.#messages?.reset();
    this.#configured();
    this.#options.settled?.();
  }

  restored(): void {
    this.#remap();
    this.#options.settled?.();
  }

  /** The device's own view of its configuration space, little-endian. */
  get(offset: number, size: AccessSize): number {
    let value = 0;
    for (let i = size - 1; i >= 0; i--) value = (value << 8) | this.state.config[offset + i];
    return value >>> 0;
  }

  /** The device changes its own configuration space: read-only bits too. BARs move at the next write of software. */
  set(offset: number, value: number, size: AccessSize): void {
    for (let i = 0; i < size; i++) this.state.config[offset + i] = value >>> (8 * i);
  }

  configRead(offset: number, size: AccessSize): number {
    this.#options.reads?.(offset, size);
    return this.get(offset, size);
  }

  configWrite(offset: number, value: number, size: AccessSize): void {
    const { config } = this.state;
    for (let i = offset; i < offset + size; i++, value >>>= 8) {
      const writable = this.#writable[i];
      config[i] = ((config[i] & ~writable) | (value & writable)) & ~(value & this.#clears[i]);
    }
    this.#configured();
    this.#messages?.settle();
    this.#options.written?.(offset, size);
    this.#options.settled?.();
  }

  get isMaster(): boolean {
    return (this.state.config[COMMAND] & COMMAND_MASTER) !== 0;
  }

  /** Whether the interrupt pin interrupts: asserted, not disabled, and not replaced by messages. */
  get interrupts(): boolean {
    const disabled = (this.get(COMMAND, 2) & COMMAND_INTERRUPT_DISABLE) !== 0;
    return this.pin !== 0 && this.state.pin && !disabled && !this.#messages?.enabled;
  }

  /** Whether MSI or MSI-X is in use: the device calls `notify` and its pin is silent. */
  get usesMessages(): boolean {
    return this.#messages?.enabled ?? false;
  }

  /** Sends message `vector` of the device (from 0) by MSI or MSI-X; false where neither is enabled. */
  notify(vector: number): boolean {
    return this.#messages?.notify(vector) ?? false;
  }

  #drive(level: boolean): void {
    if (level === this.state.pin) return;
    this.state.pin = level;
    this.#showPin();
  }

  /** Everything that follows from the registers. */
  #configured(): void {
    this.#remap();
    this.#showPin();
  }

  #showPin(): void {
    const { config, pin } = this.state;
    config[STATUS] = (config[STATUS] & ~STATUS_INTERRUPT) | (pin ? STATUS_INTERRUPT : 0);
    this.#route();
  }

  #remap(): void {
    for (const range of this.#ranges) {
      const base = range.base(this);
      if (range.mapped?.base === base) continue;
      range.mapped?.mapping.unmap();
      range.mapped = base === undefined ? undefined : { base, mapping: this.#map(range, base) };
    }
  }

  /** Where the range of the BAR at `at` answers now, or undefined. */
  #baseOf(at: number, { kind, size, wide }: Bar): number | undefined {
    const isIo = kind === "io";
    if (!(this.state.config[COMMAND] & (isIo ? COMMAND_IO : COMMAND_MEMORY))) return undefined;
    if (at === ROM_BAR && !(this.state.config[ROM_BAR] & 1)) return undefined;
    const low = (this.get(at, 4) & ~(isIo ? 3 : 15)) >>> 0;
    const base = (at === ROM_BAR ? low - (low % size) : low) + (wide ? this.get(at + 4, 4) * 2 ** 32 : 0);
    const end = base + size;
    const fits = isIo ? end < 2 ** 16 : end <= 2 ** 52 && (wide || end < 2 ** 32);
    return base !== 0 && fits ? base : undefined;
  }

  #map({ kind, size, registers }: Window, base: number): Mapping {
    const space = kind === "io" ? this.#bus.ports : this.#bus.mmio;
    const rank = (this.device << 3) | this.function;
    const moved: Registers = {
      widest: registers.widest ?? 1,
      read: (address, width) => registers.read(address - base, width),
      write: (address, value, width) => registers.write(address - base, value, width),
    };
    return space.map(this.#options.name, base, size, moved, rank);
  }

  /**
   * Memory, gated by COMMAND. A transfer that reaches a device which thereupon transfers itself is cut off there: no
   * chain of descriptors that point at registers can go round for ever.
   */
  #asMaster(): PhysicalMemory {
    const { memory } = this.#bus;
    const transfer = <T>(access: () => T, aborted: T): T => {
      if (!this.isMaster || this.#mastering) return aborted;
      this.#mastering = true;
      try {
        return access();
      } finally {
        this.#mastering = false;
      }
    };
    return {
      read8: (hpa) => transfer(() => memory.read8(hpa), 0xff),
      write8: (hpa, value) => transfer(() => memory.write8(hpa, value), undefined),
      read32: (hpa) => transfer(() => memory.read32(hpa), 0xffffffff),
      write32: (hpa, value) => transfer(() => memory.write32(hpa, value), undefined),
      readBytes: (hpa, target) => {
        if (!this.isMaster || this.#mastering) target.fill(0xff);
        else transfer(() => memory.readBytes(hpa, target), undefined);
      },
      writeBytes: (hpa, source) => transfer(() => memory.writeBytes(hpa, source), undefined),
    };
  }
}
