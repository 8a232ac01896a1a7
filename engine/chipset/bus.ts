/**
 * What a device sees of the machine: ports, physical memory, interrupt lines, DMA channels and the clock.
 *
 * A device claims its registers in its constructor and gets nothing else of the machine, so that a virtual machine
 * monitor can hand the very same device to its guest. Only `engine/machine` wires devices together.
 */

/** A moment or a duration in machine ticks (design.md, "Time, determinism, and going back"); a safe integer. */
export type Tick = number;

/** Ticks a second of guest time unless a configuration says otherwise. */
export const TICKS_PER_SECOND = 200_000_000;

export type AccessSize = 1 | 2 | 4;

/** One range of I/O ports or physical addresses as a device answers it. */
export interface Registers {
  /** The widest access taken whole; a wider one is split into accesses of this size, lowest address first. */
  readonly widest?: AccessSize;
  /** The value of the register at `address` (the full port number or physical address), zero-extended. */
  read(address: number, size: AccessSize): number;
  /** Stores `value` (zero-extended) to the register at `address`. */
  write(address: number, value: number, size: AccessSize): void;
  /** What `read` would answer for a byte, without effect; absent where nobody needs it, or a view cannot know. */
  peek?(address: number): number;
}

/** A space of addresses that devices claim parts of: the 64 KiB of I/O ports, or the physical memory map. */
export interface AddressSpace {
  /** Claims `count` addresses from `first` for good; an EngineError where somebody else has one of them. */
  claim(owner: string, first: number, count: number, registers: Registers): void;
  /**
   * Answers `count` addresses from `first` until it is unmapped: what software places (a PCI device's BAR). Ranges may
   * overlap: a claim hides every mapping, and a mapping those of higher `rank`, whichever came first.
   */
  map(owner: string, first: number, count: number, registers: Registers, rank: number): Mapping;
}

/** A range that can be given up. */
export interface Mapping {
  unmap(): void;
}

/** One wire. Level is what the device drives; the receiver decides what an edge means. */
export interface Line {
  set(level: boolean): void;
}

/** One event of a device in time; its deadline is saved with the clock under the timer's name. */
export interface Timer {
  /** Fires once at `tick`, or at the next boundary where it is not in the future; replaces an earlier deadline. */
  arm(tick: Tick): void;
  cancel(): void;
  /** The deadline, or undefined where it is not armed. */
  readonly deadline: Tick | undefined;
}

/** Guest time. It derives from ticks alone, never from the host. */
export interface Clock {
  /** The tick of the access or event that is being served. */
  readonly now: Tick;
  readonly ticksPerSecond: number;
  /** Makes a timer; `name` is unique in the machine (`"i8254.0"`). */
  timer(name: string, fire: (deadline: Tick) => void): Timer;
}

/**
 * Physical memory as a bus master sees it, devices' registers included. Addresses are physical, 0 ≤ hpa < 2^52; values are
 * little-endian and zero-extended; an address that nobody answers reads as all ones.
 */
export interface PhysicalMemory {
  read8(hpa: number): number;
  write8(hpa: number, value: number): void;
  read32(hpa: number): number;
  write32(hpa: number, value: number): void;
  /** Fills `target` from `hpa` on. */
  readBytes(hpa: number, target: Uint8Array): void;
  /** Stores all of `source` from `hpa` on. */
  writeBytes(hpa: number, source: Uint8Array): void;
}

/** Who sees memory at A0000–BFFFF instead of the display: nobody, processors in system management mode, or everybody. */
export type SmramView = "none" | "smm" | "all";

/**
 * A device on a DMA channel, as the controller sees it when it acknowledges a request. Values are bytes, or words on a
 * 16-bit channel. `terminalCount` comes with the last transfer of the programmed count. A device that wants no further
 * transfer lowers its request while it is served.
 */
export interface DmaDevice {
  /** DACK and IOR: the value that goes to memory. */
  dmaRead(terminalCount: boolean): number;
  /** DACK and IOW: the value that came from memory. */
  dmaWrite(value: number, terminalCount: boolean): void;
}

/** One DMA channel, as a device is wired to it. */
export interface DmaChannel {
  /** Connects the device and returns its request line (DREQ, active high). */
  attach(device: DmaDevice): Line;
}

/** One thing worth telling whoever watches: hardware a guest touched and we lack, for example. */
export interface DeviceEvent {
  readonly kind: "unimplemented" | "note";
  readonly part: string;
  readonly text: string;
}

/** All that a device may use. A device takes the parts it needs (`Pick<Bus, "ports" | "clock">`). */
export interface Bus {
  readonly ports: AddressSpace;
  readonly mmio: AddressSpace;
  readonly memory: PhysicalMemory;
  readonly clock: Clock;
  readonly log: (event: DeviceEvent) => void;
}

/** Values that a snapshot can hold: what `structuredClone` copies without functions or classes. */
export type State = { [key: string]: StateValue };
export type StateValue =
  | number
  | boolean
  | string
  | null
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | StateValue[]
  | State;

/** A part of the machine. */
export interface Device {
  /** Part number or role, unique in the machine: `"i8254"`, `"ns16550.0"`. */
  readonly name: string;
  /**
   * All that a snapshot must keep, as plain data. Saving copies it and restoring assigns into it (the object itself
   * stays the same one), so a device keeps no other memory of the past; what it derives from the state it derives in
   * `restored`.
   */
  readonly state: object;
  /** Power-on or hard reset. */
  reset(): void;
  /** Called after `state` was assigned from a snapshot. */
  restored?(): void;
}
