/**
 * Intel 8237A DMA controller, and the page registers that a PC puts beside its two.
 *
 *              first (8 bits)   second (16 bits)   read                 write
 *   address    0, 2, 4, 6       C0, C4, C8, CC     current, by halves   base and current, by halves
 *   count      1, 3, 5, 7       C2, C6, CA, CE     the same
 *   8          08               D0                 status               command
 *   9          09               D2                                      request
 *   10         0A               D4                                      one mask bit
 *   11         0B               D6                                      mode
 *   12         0C               D8                                      clear the byte pointer
 *   13         0D               DA                 temporary            master clear
 *   14         0E               DC                                      clear the mask
 *   15         0F               DE                 mask (82C37 parts)   the whole mask
 *
 * Modelled: single, block, demand and cascade mode, verify, both directions, address decrement, auto-initialize, fixed
 * and rotating priority, software requests, memory-to-memory with address hold, terminal count, the cascade through
 * channel 4. Transfers take no time: they happen while the request line is high, until the device lowers it or the count
 * ends. A verify transfer takes the device's byte and drops it.
 * Not modelled: timing options, the sense of DREQ and DACK (command bits 3, 5, 6, 7 read by nothing).
 *
 * Source: Intel 8237A data sheet, order 231466-005; for the pages, IBM PC AT technical reference, 1-9.
 */

import { EngineError } from "../wasm/error.ts";
import type { Bus, Device, DmaChannel, DmaDevice, Line } from "./bus.ts";

/** Where a controller sits. */
export interface I8237Options {
  /** Unique in the machine: `"i8237.0"`. */
  readonly name: string;
  /** First of its ports: 0x00 or 0xC0. */
  readonly base: number;
  /** Ports a register: 1 for the first, 2 for the second. Channels of the second move words. */
  readonly stride: 1 | 2;
  /** The upper address bits of channel 0 to 3. */
  readonly page: (channel: number) => number;
}

const COMMAND_MEMORY_TO_MEMORY = 0x01;
const COMMAND_HOLD = 0x02;
const COMMAND_DISABLE = 0x04;
const COMMAND_ROTATE = 0x10;
const MODE_WRITE = 0x04;
const MODE_READ = 0x08;
const MODE_AUTO = 0x10;
const MODE_DECREMENT = 0x20;
const MODE_CASCADE = 0xc0;

/** One controller of four channels. */
export class I8237 implements Device {
  readonly name: string;
  readonly state = {
    baseAddress: new Uint16Array(4),
    address: new Uint16Array(4),
    baseCount: new Uint16Array(4),
    count: new Uint16Array(4),
    mode: new Uint8Array(4),
    command: 0,
    mask: 15,
    /** Terminal counts since status was read. */
    terminal: 0,
    /** Requests by software, and levels of DREQ. */
    software: 0,
    dreq: 0,
    temporary: 0,
    /** The byte pointer: an address or count takes its upper half next. */
    upper: false,
    /** The channel of lowest priority. */
    lowest: 3,
  };
  readonly #memory: Bus["memory"];
  readonly #options: I8237Options;
  readonly #devices: (DmaDevice | undefined)[] = [undefined, undefined, undefined, undefined];
  readonly #channels: DmaChannel[];
  /** The controller whose HRQ is our DREQ 0, and the one whose DREQ 0 is our HRQ. */
  #below: I8237 | undefined;
  #above: I8237 | undefined;
  #serving = false;

  constructor(bus: Pick<Bus, "ports" | "memory">, options: I8237Options) {
    const { base, stride } = options;
    this.name = options.name;
    this.#memory = bus.memory;
    this.#options = options;
    this.#channels = [0, 1, 2, 3].map((n) => ({ attach: (device: DmaDevice) => this.#attach(n, device) }));
    bus.ports.claim(this.name, base, 16 * stride, {
      read: (port) => this.#read(Math.floor((port - base) / stride)),
      write: (port, value) => this.#write(Math.floor((port - base) / stride), value),
    });
    this.reset();
  }

  /** Channel 0 to 3 of this controller (4 to 7 of a PC are 0 to 3 of the second). */
  channel(n: number): DmaChannel {
    const channel = this.#channels[n];
    if (channel === undefined) throw new EngineError("an 8237 has channels 0 to 3", { n });
    return channel;
  }

  /** Lets `first` reach the bus through this controller's channel 0, where that is unmasked and in cascade mode. */
  cascade(first: I8237): void {
    this.#below = first;
    first.#above = this;
  }

  /** RESET: the same as master clear. */
  reset(): void {
    Object.assign(this.state, {
      command: 0,
      mask: 15,
      terminal: 0,
      software: 0,
      temporary: 0,
      upper: false,
      lowest: 3,
    });
  }

  #attach(n: number, device: DmaDevice): Line {
    if (this.#devices[n] !== undefined) throw new EngineError("two devices on one DMA channel", { n });
    this.#devices[n] = device;
    const bit = 1 << n;
    return {
      set: (level) => {
        if (level === ((this.state.dreq & bit) !== 0)) return;
        this.state.dreq ^= bit;
        if (level) this.#serve();
      },
    };
  }

  #read(register: number): number {
    const { state } = this;
    if (register < 8) return this.#half(register & 1 ? state.count[register >> 1] : state.address[register >> 1]);
    if (register === 8) {
      const status = state.terminal | (state.dreq << 4);
      state.terminal = 0;
      return status;
    }
    if (register === 13) return state.temporary;
    return register === 15 ? state.mask : 0;
  }

  #half(value: number): number {
    const { upper } = this.state;
    this.state.upper = !upper;
    return upper ? value >> 8 : value & 0xff;
  }

  #write(register: number, value: number): void {
    const { state } = this;
    const bit = 1 << (value & 3);
    switch (register) {
      case 8:
        state.command = value;
        break;
      case 9:
        state.software = value & 4 ? state.software | bit : state.software & ~bit;
        break;
      case 10:
        state.mask = value & 4 ? state.mask | bit : state.mask & ~bit;
        break;
      case 11:
        state.mode[value & 3] = value;
        break;
      case 12:
        state.upper = false;
        break;
      case 13:
        this.reset();
        break;
      case 14:
        state.mask = 0;
        break;
      case 15:
        state.mask = value & 15;
        break;
      default:
        this.#writeHalf(register, value);
    }
    this.#serve();
    if (this.#below !== undefined) this.#below.#serve();
  }

  #writeHalf(register: number, value: number): void {
    const { state } = this;
    const n = register >> 1;
    const [base, current] = register & 1 ? [state.baseCount, state.count] : [state.baseAddress, state.address];
    base[n] = state.upper ? (base[n] & 0x00ff) | (value << 8) : (base[n] & 0xff00) | value;
    current[n] = base[n];
    state.upper = !state.upper;
  }

  /** Whether the bus would be given to the controller below. */
  #grants(): boolean {
    const { command, mask, mode } = this.state;
    return !(command & COMMAND_DISABLE) && !(mask & 1) && (mode[0] & MODE_CASCADE) === MODE_CASCADE;
  }

  /** The channel that is served next, or -1, leaving out `finished`. Software requests do not look at the mask. */
  #next(finished: number): number {
    const { dreq, mask, software, lowest, mode } = this.state;
    const wanted = ((dreq & ~mask) | software) & ~finished;
    for (let i = 1; i <= 4; i++) {
      const n = (lowest + i) & 3;
      if (wanted & (1 << n) && (mode[n] & MODE_CASCADE) !== MODE_CASCADE) return n;
    }
    return -1;
  }

  /** Serves requests until none is left. A channel that reached its terminal count waits for its next request. */
  #serve(): void {
    if (this.#serving || this.state.command & COMMAND_DISABLE) return;
    if (this.#above !== undefined && !this.#above.#grants()) return;
    this.#serving = true;
    let finished = 0;
    try {
      for (let n = this.#next(0); n >= 0; n = this.#next(finished)) {
        if (this.state.command & COMMAND_ROTATE) this.state.lowest = n;
        if (this.state.command & COMMAND_MEMORY_TO_MEMORY && n < 2 && this.state.software & (1 << n)) this.#copy();
        else if (this.#transfer(n)) finished |= 1 << n;
      }
    } finally {
      this.#serving = false;
    }
  }

  #hpa(n: number): number {
    const page = this.#options.page(n);
    const address = this.state.address[n];
    return this.#options.stride === 2 ? ((page & 0xfe) << 16) | (address << 1) : (page << 16) | address;
  }

  #load(hpa: number): number {
    const low = this.#memory.read8(hpa);
    return this.#options.stride === 2 ? low | (this.#memory.read8(hpa + 1) << 8) : low;
  }

  #store(hpa: number, value: number): void {
    this.#memory.write8(hpa, value & 0xff);
    if (this.#options.stride === 2) this.#memory.write8(hpa + 1, (value >> 8) & 0xff);
  }

  /** One transfer of channel n; true where it was the last. */
  #transfer(n: number): boolean {
    const { state } = this;
    const device = this.#devices[n];
    const hpa = this.#hpa(n);
    const terminal = state.count[n] === 0;
    const idle = this.#options.stride === 2 ? 0xffff : 0xff;
    if (state.mode[n] & MODE_READ) {
      device?.dmaWrite(this.#load(hpa), terminal);
    } else {
      const value = device?.dmaRead(terminal) ?? idle;
      if (state.mode[n] & MODE_WRITE) this.#store(hpa, value);
    }
    this.#step(n);
    return terminal;
  }

  /** Address and count of channel n after a transfer, and what the terminal count does. */
  #step(n: number): void {
    const { state } = this;
    const bit = 1 << n;
    state.address[n] += state.mode[n] & MODE_DECREMENT ? -1 : 1;
    state.count[n] -= 1;
    if (state.count[n] !== 0xffff) return;
    state.terminal |= bit;
    state.software &= ~bit;
    if (state.mode[n] & MODE_AUTO) {
      state.address[n] = state.baseAddress[n];
      state.count[n] = state.baseCount[n];
    } else {
      state.mask |= bit;
    }
  }

  /** Memory to memory: from channel 0 to channel 1, as many as channel 1 counts. */
  #copy(): void {
    const { state } = this;
    state.software &= ~3;
    for (let left = state.count[1]; left >= 0; left--) {
      state.temporary = this.#load(this.#hpa(0)) & 0xff;
      this.#store(this.#hpa(1), state.temporary);
      if (!(state.command & COMMAND_HOLD)) state.address[0] += state.mode[0] & MODE_DECREMENT ? -1 : 1;
      this.#step(1);
    }
  }
}

/** Which page register each channel of a PC has; 4 is the refresh page. */
const PAGES = [0x87, 0x83, 0x81, 0x82, 0x8f, 0x8b, 0x89, 0x8a];

/** The page registers 0x81 to 0x8F; those that belong to no channel only keep what is written. */
export class DmaPages implements Device {
  readonly name = "dmapages";
  /** By port - 0x80. */
  readonly state = { pages: new Uint8Array(16) };

  constructor(bus: Pick<Bus, "ports">) {
    bus.ports.claim(this.name, 0x81, 15, {
      read: (port) => this.state.pages[port - 0x80],
      write: (port, value) => {
        this.state.pages[port - 0x80] = value;
      },
    });
  }

  /** The page of channel 0 to 7: bits 23 to 16 of its addresses. */
  page(channel: number): number {
    return this.state.pages[PAGES[channel] - 0x80];
  }

  reset(): void {
    this.state.pages.fill(0);
  }
}
