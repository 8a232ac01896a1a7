/**
 * One channel of an IDE interface: a cable with up to two devices, its ports, its interrupt, and its bus master.
 *
 *   base +0–7    command block: writes reach both devices, the command the one that bit 4 of +6 selects
 *   control      read: status without ending the interrupt     write: 7 HOB   2 SRST   1 nIEN
 *
 *   bus master +0  command: 3 to memory   0 start
 *              +2  status: 6, 5 devices do DMA (kept)   2 interrupt (writing 1 clears)   1 error (same)   0 active
 *              +4  descriptor table: address; count, even, 0 is 64 KiB; bit 31 of the second dword ends the table
 *
 * A device that is not there reads as 0, as on QEMU's `pc` (a real cable's pull-down on bit 7 leaves 7Fh at most).
 *
 * Source: ATA/ATAPI-6, chapters 7, 9.2; Intel 82371SB data sheet, 290550-002, 2.7; SFF-8038i.
 */
import type { AccessSize, Bus, Device, Line, PhysicalMemory, Registers } from "./bus.ts";
import type { IdeCable, IdeDevice } from "./idedevice.ts";

/** Where a channel is. */
export interface IdeChannelOptions {
  /** Unique in the machine: `"ide.0"`. */
  readonly name: string;
  readonly base: number;
  readonly control: number;
  readonly irq: Line;
  /** Memory as the bus master reaches it. */
  readonly memory: PhysicalMemory;
}

const SRST = 0x04;
const NIEN = 0x02;
const HOB = 0x80;
const BM_START = 1;
const BM_ACTIVE = 1;
const BM_INTERRUPT = 4;
const TABLE_END = 0x80000000;

export class IdeChannel implements Device, IdeCable {
  readonly name: string;
  readonly state = {
    control: 0,
    selected: 0,
    interrupt: false,
    /** Of the bus master; the descriptor in progress: where it moves to, how much is left, and whether it is the last. */
    command: 0,
    status: 0,
    table: 0,
    next: 0,
    address: 0,
    left: 0,
    last: false,
  };
  readonly clock: Bus["clock"];
  /** Device 0 and 1. */
  readonly devices: (IdeDevice | undefined)[] = [undefined, undefined];
  readonly #options: IdeChannelOptions;

  constructor(bus: Pick<Bus, "ports" | "clock">, options: IdeChannelOptions) {
    this.name = options.name;
    this.clock = bus.clock;
    this.#options = options;
    bus.ports.claim(this.name, options.base, 8, {
      widest: 4,
      read: (port, size) => this.#readBlock(port & 7, size),
      write: (port, value, size) => this.#writeBlock(port & 7, value, size),
    });
    bus.ports.claim(this.name, options.control, 1, {
      read: () => this.#selected?.state.status ?? 0,
      write: (_port, value) => this.#writeControl(value),
    });
  }

  attach(n: 0 | 1, device: IdeDevice): void {
    this.devices[n] = device;
  }

  get #selected(): IdeDevice | undefined {
    return this.devices[this.state.selected];
  }

  reset(): void {
    Object.assign(this.state, {
      control: 0,
      selected: 0,
      command: 0,
      status: 0,
      table: 0,
      next: 0,
      address: 0,
      left: 0,
    });
    this.state.last = false;
    this.interruptChanged();
  }

  // The command and control blocks ----------------------------------------------------------------------------------------

  #readBlock(register: number, size: AccessSize): number {
    if (register === 0) return this.#selected?.readData(size === 1 ? 2 : size) ?? 0;
    if (size > 1) return split(size, (i) => (register + i < 8 ? this.#readBlock(register + i, 1) : 0xff));
    if (register === 7) return this.#selected?.readStatus() ?? 0;
    // Without a device 1, device 0 answers for it (9.16.1), but has no error.
    const answering = this.#selected ?? (register === 1 ? undefined : this.devices[0]);
    return answering?.readRegister(register, (this.state.control & HOB) !== 0) ?? 0;
  }

  #writeBlock(register: number, value: number, size: AccessSize): void {
    if (register === 0) {
      this.#selected?.writeData(value, size === 1 ? 2 : size);
      return;
    }
    if (size > 1) {
      for (let i = 0; i < size && register + i < 8; i++) this.#writeBlock(register + i, (value >>> (8 * i)) & 0xff, 1);
      return;
    }
    if (register === 7) {
      this.#command(value);
      return;
    }
    // Writing a command block register also leaves HOB (7.1).
    this.state.control &= ~HOB;
    for (const device of this.devices) device?.writeRegister(register, value);
    if (register === 6) {
      this.state.selected = (value >> 4) & 1;
      this.interruptChanged();
    }
  }

  /** EXECUTE DEVICE DIAGNOSTIC is for both devices, and ends with device 0 selected. */
  #command(value: number): void {
    if (value !== 0x90) {
      this.#selected?.command(value);
      return;
    }
    for (const device of this.devices) device?.softReset();
    this.state.selected = 0;
    this.devices[0]?.diagnosed();
    this.interruptChanged();
  }

  #writeControl(value: number): void {
    const before = this.state.control;
    this.state.control = value & (HOB | SRST | NIEN);
    if (value & ~before & SRST) {
      for (const device of this.devices) device?.holdReset();
    } else if (before & ~value & SRST) {
      for (const device of this.devices) device?.softReset();
      this.state.selected = 0;
    }
    this.interruptChanged();
  }

  // The cable, as devices see it ---------------------------------------------------------------------------------------------

  interruptChanged(): void {
    const { state } = this;
    const level = (this.#selected?.state.interrupt ?? false) && (state.control & NIEN) === 0;
    if (level === state.interrupt) return;
    state.interrupt = level;
    if (level) state.status |= BM_INTERRUPT;
    this.#options.irq.set(level);
  }

  dmaWanted(): void {
    if (this.state.status & BM_ACTIVE) this.#selected?.dmaReady();
  }

  transfer(buffer: Uint8Array, toMemory: boolean): number {
    const { state } = this;
    const { memory } = this.#options;
    let moved = 0;
    while (moved < buffer.length && state.status & BM_ACTIVE) {
      if (state.left === 0) this.#fetchDescriptor();
      const count = Math.min(state.left, buffer.length - moved);
      const part = buffer.subarray(moved, moved + count);
      if (toMemory) memory.writeBytes(state.address, part);
      else memory.readBytes(state.address, part);
      state.address += count;
      state.left -= count;
      moved += count;
      // The bus master is idle when it has moved the last byte of its table.
      if (state.left === 0 && state.last) state.status &= ~BM_ACTIVE;
    }
    return moved;
  }

  #fetchDescriptor(): void {
    const { state } = this;
    const { memory } = this.#options;
    state.address = memory.read32(state.next) & ~1;
    state.address >>>= 0;
    const second = memory.read32(state.next + 4);
    state.left = second & 0xfffe || 0x10000;
    state.last = (second & TABLE_END) !== 0;
    // The table does not cross 64 KiB.
    state.next = state.table - (state.table % 0x10000) + ((state.next + 8) % 0x10000);
  }

  // The bus master --------------------------------------------------------------------------------------------------------------

  /** Its eight registers, at offsets from 0. */
  get busMaster(): Registers {
    return {
      widest: 4,
      read: (offset, size) => split(size, (i) => this.#readMaster(offset + i)),
      write: (offset, value, size) => {
        for (let i = 0; i < size; i++) this.#writeMaster(offset + i, (value >>> (8 * i)) & 0xff);
      },
    };
  }

  #readMaster(offset: number): number {
    const { command, status, table } = this.state;
    if (offset === 0) return command;
    if (offset === 2) return status;
    return offset >= 4 ? (table >>> (8 * (offset - 4))) & 0xff : 0;
  }

  #writeMaster(offset: number, value: number): void {
    const { state } = this;
    if (offset === 0) {
      const starts = value & ~state.command & BM_START;
      state.command = value & 0x09;
      if (starts) this.#start();
      else if (!(value & BM_START)) state.status &= ~BM_ACTIVE;
    } else if (offset === 2) {
      state.status = (state.status & 0x07 & ~(value & 0x06)) | (value & 0x60);
    } else if (offset >= 4) {
      const shift = 8 * (offset - 4);
      state.table = ((state.table & ~(0xff << shift)) | (value << shift)) >>> 0;
      state.table -= state.table & 3;
    }
  }

  #start(): void {
    const { state } = this;
    Object.assign(state, { next: state.table, left: 0, last: false });
    state.status |= BM_ACTIVE;
    this.#selected?.dmaReady();
  }
}

function split(size: AccessSize, byte: (i: number) => number): number {
  let value = 0;
  for (let i = 0; i < size; i++) value |= byte(i) << (8 * i);
  return value >>> 0;
}
