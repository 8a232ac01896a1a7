/**
 * Intel's 82540EM, a network card of 1 Gbit/s.
 *
 *   BAR 0   128 KiB: registers (e1000registers.ts), dwords        ROM   the image given
 *   BAR 1   I/O: 0 address of a register, 4 its contents
 *
 * Descriptors are fetched as soon as the tail moves: 1 µs, then 256 descriptors or 64 KiB at a time. Modelled: interrupts
 * with their throttle and delays, filters, checksums and segmentation (e1000transmit.ts, e1000receive.ts), the EEPROM, the
 * PHY and its link, statistics. Not modelled: flow control, wake-up, diagnostic access to FIFOs and packet buffer, 10-bit
 * interface; a tail past its ring's end stops the ring.
 *
 * Source: Intel, PCI/PCI-X Family of Gigabit Ethernet Controllers Software Developer's Manual, 317453.
 */
import type { AccessSize, Bus, Device, Registers, Timer } from "./bus.ts";
import { newEeprom, readEecd, startEerd, writeEecd } from "./e1000eeprom.ts";
import { accessPhy, MDIC_INTERRUPT, newPhy, PHY_LOOPBACK, setPhyLink } from "./e1000phy.ts";
import { accepts, bufferSize, checksums, withFcs } from "./e1000receive.ts";
import {
  AT_RESET,
  addressWords,
  CAUSE,
  CTRL,
  END_OF_STATISTICS,
  FIRST_STATISTIC,
  KEPT,
  RCTL,
  REG,
  REGISTER_BYTES,
  STATUS_LINK_UP,
  TCTL,
} from "./e1000registers.ts";
import { countFrame, countUp, countWide, readStatistic } from "./e1000statistics.ts";
import { IDE, newTransmit, RS, transmitDescriptor } from "./e1000transmit.ts";
import type { EthernetCard, EthernetNetwork } from "./ethernet.ts";
import { word } from "./inetchecksum.ts";
import type { PciBus } from "./pci.ts";
import type { PciFunction } from "./pcifunction.ts";

export interface E1000Options {
  /** Unique in the machine: `"e1000.0"`. */
  readonly name: string;
  /** Number of the PCI device. */
  readonly slot: number;
  /** Six bytes. */
  readonly mac: Uint8Array;
  /** What it is plugged into; nothing unless given. */
  readonly network?: EthernetNetwork | undefined;
  /** The expansion ROM. */
  readonly rom?: Uint8Array | undefined;
}

const LATENCY_NS = 1000;
const TURN_DESCRIPTORS = 256;
const TURN_BYTES = 65536;
const NS_PER_BYTE = 8;
const THROTTLE_NS = 256;
const DELAY_NS = 1024;
const NEGOTIATION_NS = 500_000_000;
const LEAST_FRAME = 60;
const LARGEST_FRAME = 1518;
const LARGEST_LONG_FRAME = 16380;
const DD_EOP = 3;
const VLAN_TAKEN = 8;

export class E1000 implements Device, EthernetCard {
  readonly name: string;
  readonly state;
  readonly pci: PciFunction;
  readonly #options: E1000Options;
  readonly #clock: Bus["clock"];
  readonly #transmitter: Timer;
  readonly #throttle: Timer;
  readonly #received: Timer;
  readonly #sent: Timer;
  readonly #negotiation: Timer;

  constructor(bus: Pick<Bus, "clock">, pci: PciBus, options: E1000Options) {
    const { name, slot, mac, network, rom } = options;
    this.name = name;
    this.#options = options;
    this.#clock = bus.clock;
    this.state = {
      registers: new Uint32Array(REGISTER_BYTES / 4),
      ims: 0,
      ioAddress: 0,
      eeprom: newEeprom(mac),
      phy: newPhy(),
      transmit: newTransmit(),
      /** Since when a received frame waits to be told of; −1: none does. */
      receivedSince: -1,
      sentSince: -1,
    };
    this.#resetRegisters();
    this.#transmitter = bus.clock.timer(`${name}.transmit`, () => this.#transmit());
    this.#throttle = bus.clock.timer(`${name}.throttle`, () => this.#drive(true));
    this.#received = bus.clock.timer(`${name}.received`, () => this.#raise(CAUSE.RXT0));
    this.#sent = bus.clock.timer(`${name}.sent`, () => this.#raise(CAUSE.TXDW));
    this.#negotiation = bus.clock.timer(`${name}.negotiation`, () => this.#setLink(true));
    const registers: Registers = {
      widest: 4,
      read: (offset, size) => this.#readMemory(offset, size),
      write: (offset, value, size) => {
        if (size === 4 && offset % 4 === 0) this.#write(offset, value);
      },
    };
    const ports: Registers = {
      widest: 4,
      read: (offset, size) => this.#readPort(offset, size),
      write: (offset, value, size) => {
        if (size === 4 && offset === 0) this.state.ioAddress = value;
        else if (size === 4 && offset === 4 && this.state.ioAddress < 0x20000)
          this.#write(this.state.ioAddress & ~3, value);
      },
    };
    this.pci = pci.add({
      name,
      device: slot,
      vendorId: 0x8086,
      deviceId: 0x100e,
      revision: 3,
      classCode: 0x020000,
      interruptPin: 1,
      bars: [
        { kind: "memory", size: 0x20000, registers },
        { kind: "io", size: 64, registers: ports },
      ],
      ...(rom ? { rom } : {}),
    });
    network?.attach(this);
  }

  reset(): void {
    const { state } = this;
    state.phy.set(newPhy());
    state.ioAddress = 0;
    Object.assign(state.eeprom, { pins: 0, input: 0, count: 0, outputs: 0, writable: false });
    this.#negotiation.cancel();
    this.#resetMac();
  }

  #resetMac(): void {
    const { state } = this;
    for (const timer of [this.#transmitter, this.#throttle, this.#received, this.#sent]) timer.cancel();
    Object.assign(state, { ims: 0, transmit: newTransmit(), receivedSince: -1, sentSince: -1 });
    this.#resetRegisters();
    this.pci.interrupt.set(false);
  }

  #resetRegisters(): void {
    const { registers, eeprom, phy } = this.state;
    registers.fill(0);
    for (const [offset, value] of AT_RESET) registers[offset >> 2] = value;
    const mac = Uint8Array.from({ length: 6 }, (_, i) => eeprom.words[i >> 1] >> (8 * (i & 1)));
    const [low, high] = addressWords(mac);
    registers[REG.RAL0 >> 2] = low;
    registers[REG.RAH0 >> 2] = high;
    if (!(phy[1] & 4)) registers[REG.STATUS >> 2] &= ~STATUS_LINK_UP;
  }

  // Registers ---------------------------------------------------------------------------------------------------------------------

  #get(offset: number): number {
    return this.state.registers[offset >> 2];
  }

  #set(offset: number, value: number): void {
    this.state.registers[offset >> 2] = value;
  }

  #readMemory(offset: number, size: AccessSize): number {
    const whole = this.#read(offset & ~3);
    return ((whole >>> (8 * (offset & 3))) & (2 ** (8 * size) - 1)) >>> 0;
  }

  #readPort(offset: number, size: AccessSize): number {
    if (size !== 4) return 0;
    if (offset === 0) return this.state.ioAddress;
    return offset === 4 && this.state.ioAddress < 0x20000 ? this.#read(this.state.ioAddress & ~3) : 0;
  }

  #read(offset: number): number {
    const { state } = this;
    if (offset >= REGISTER_BYTES) return 0;
    switch (offset) {
      case REG.CTRL_COPY:
        return this.#get(REG.CTRL);
      case REG.EECD:
        return readEecd(state.eeprom);
      case REG.IMS:
        return state.ims;
      case REG.ICS:
      case REG.IMC:
        return 0;
      case REG.ICR: {
        const causes = this.#get(REG.ICR);
        this.#set(REG.ICR, 0);
        this.#settle();
        return causes;
      }
      default: {
        const value = this.#get(offset);
        if (offset >= FIRST_STATISTIC && offset < END_OF_STATISTICS) readStatistic(this.state.registers, offset);
        return value;
      }
    }
  }

  #write(offset: number, value: number): void {
    const { state } = this;
    const kept = KEPT.get(offset);
    if (kept !== undefined) this.#set(offset, (value & kept) >>> 0);
    switch (offset) {
      case REG.CTRL:
      case REG.CTRL_COPY:
        this.#control(value);
        break;
      case REG.EECD:
        writeEecd(state.eeprom, value);
        break;
      case REG.EERD:
        this.#set(REG.EERD, startEerd(state.eeprom, value));
        break;
      case REG.MDIC: {
        const { mdic, negotiates } = accessPhy(state.phy, value);
        this.#set(REG.MDIC, mdic);
        if (negotiates) this.#negotiate();
        if (value & MDIC_INTERRUPT) this.#raise(CAUSE.MDAC);
        break;
      }
      case REG.ICR:
        this.#set(REG.ICR, this.#get(REG.ICR) & ~value);
        this.#settle();
        break;
      case REG.ICS:
        this.#raise(value);
        break;
      case REG.IMS:
        state.ims = (state.ims | value) >>> 0;
        this.#settle();
        break;
      case REG.IMC:
        state.ims = (state.ims & ~value) >>> 0;
        this.#settle();
        break;
      case REG.TCTL:
      case REG.TDT:
        this.#startTransmit();
        break;
      case REG.RCTL:
      case REG.RDT:
        this.#options.network?.resume();
        break;
      case REG.RDTR:
        // FPD: what waits is told of now.
        if (value & 0x80000000 && state.receivedSince >= 0) this.#raise(CAUSE.RXT0);
        break;
    }
  }

  #control(value: number): void {
    if (value & CTRL.RST) {
      this.#resetMac();
      return;
    }
    if (value & CTRL.PHY_RST) {
      this.state.phy.set(newPhy());
      this.#negotiate();
    }
    this.#set(REG.CTRL, (value & ~CTRL.PHY_RST) >>> 0);
  }

  // The link ------------------------------------------------------------------------------------------------------------------------

  #negotiate(): void {
    this.#setLink(false);
    this.#negotiation.arm(this.#after(NEGOTIATION_NS));
  }

  #setLink(up: boolean): void {
    const status = this.#get(REG.STATUS);
    setPhyLink(this.state.phy, up);
    this.#set(REG.STATUS, up ? status | STATUS_LINK_UP : status & ~STATUS_LINK_UP);
    if (((status & STATUS_LINK_UP) !== 0) !== up) this.#raise(CAUSE.LSC);
    if (up) this.#options.network?.resume();
  }

  #after(nanoseconds: number): number {
    return this.#clock.now + Math.ceil((nanoseconds * this.#clock.ticksPerSecond) / 1e9);
  }

  // Interrupts ------------------------------------------------------------------------------------------------------------------------

  #raise(causes: number): void {
    if (causes & CAUSE.RXT0) {
      this.state.receivedSince = -1;
      this.#received.cancel();
    }
    if (causes & CAUSE.TXDW) {
      this.state.sentSince = -1;
      this.#sent.cancel();
    }
    this.#set(REG.ICR, (this.#get(REG.ICR) | (causes & 0x1ffff)) >>> 0);
    this.#settle();
  }

  /** The pin follows what is pending, but rises no sooner after it rose before than the throttle allows. */
  #settle(): void {
    const pending = (this.#get(REG.ICR) & this.state.ims) !== 0;
    if (!pending) this.pci.interrupt.set(false);
    else if (!this.pci.state.pin && this.#throttle.deadline === undefined) this.#drive(false);
  }

  /** `expired`: the throttle's interval is over. */
  #drive(expired: boolean): void {
    if ((this.#get(REG.ICR) & this.state.ims) === 0) return;
    if (expired && this.pci.state.pin) return;
    this.pci.interrupt.set(true);
    const interval = this.#get(REG.ITR);
    if (interval > 0) this.#throttle.arm(this.#after(interval * THROTTLE_NS));
  }

  /** Tells of `cause` after `delay`, counted from the last event, but not later than `most` after the first (0: no limit). */
  #delayed(timer: Timer, since: "receivedSince" | "sentSince", delay: number, most: number): void {
    const { state } = this;
    if (state[since] < 0) state[since] = this.#clock.now;
    const ticks = (units: number) => Math.ceil((units * DELAY_NS * this.#clock.ticksPerSecond) / 1e9);
    const due = this.#clock.now + ticks(delay);
    timer.arm(most > 0 ? Math.min(due, Math.max(this.#clock.now, state[since] + ticks(most))) : due);
  }

  // Transmission ------------------------------------------------------------------------------------------------------------------------

  #startTransmit(): void {
    if (this.#transmitter.deadline === undefined && this.#mayTransmit()) this.#transmitter.arm(this.#after(LATENCY_NS));
  }

  #mayTransmit(): boolean {
    const count = this.#get(REG.TDLEN) / 16;
    const tail = this.#get(REG.TDT);
    return (this.#get(REG.TCTL) & TCTL.EN) !== 0 && tail < count && tail !== this.#get(REG.TDH) && this.pci.isMaster;
  }

  #transmit(): void {
    const base = this.#get(REG.TDBAL) + (this.#get(REG.TDBAH) & 0xfffff) * 2 ** 32;
    const vlanType = this.#get(REG.CTRL) & CTRL.VME ? this.#get(REG.VET) & 0xffff : undefined;
    let causes = 0;
    let moved = 0;
    let taken = 0;
    while (taken < TURN_DESCRIPTORS && moved < TURN_BYTES && this.#mayTransmit()) {
      const count = this.#get(REG.TDLEN) / 16;
      const head = this.#get(REG.TDH) % count;
      const sent = transmitDescriptor(this.state.transmit, this.pci.memory, base + 16 * head, vlanType);
      for (const frame of sent.frames) this.#send(frame);
      if (sent.segmented) countUp(this.state.registers, REG.TSCTC, 1);
      if (sent.command & RS) {
        if (sent.command & IDE) this.#delayed(this.#sent, "sentSince", this.#get(REG.TIDV), this.#get(REG.TADV));
        else causes |= CAUSE.TXDW;
      }
      this.#set(REG.TDH, (head + 1) % count);
      moved += sent.bytes;
      taken++;
    }
    if (taken > 0 && this.#get(REG.TDH) === this.#get(REG.TDT)) causes |= CAUSE.TXQE;
    if (causes) this.#raise(causes);
    if (this.#mayTransmit()) this.#transmitter.arm(this.#after(LATENCY_NS + moved * NS_PER_BYTE));
  }

  #send(sent: Uint8Array): void {
    if (sent.length === 0) return;
    const frame = this.#get(REG.TCTL) & TCTL.PSP ? padded(sent) : sent;
    countFrame(this.state.registers, frame, [REG.GPTC, REG.TPT, REG.GOTCL, REG.TOTL, REG.PTC64], [REG.BPTC, REG.MPTC]);
    if (this.#get(REG.RCTL) & RCTL.LOOPBACK || this.state.phy[0] & PHY_LOOPBACK) this.receive(frame);
    else if (this.#get(REG.STATUS) & STATUS_LINK_UP) this.#options.network?.transmit(frame);
  }

  // Reception -----------------------------------------------------------------------------------------------------------------------------

  receive(incoming: Uint8Array): boolean {
    const rctl = this.#get(REG.RCTL);
    if (!(rctl & RCTL.EN) || !(this.#get(REG.STATUS) & STATUS_LINK_UP) || !this.pci.isMaster) return true;
    let frame = padded(incoming);
    const vlan = word(frame, 12) === (this.#get(REG.VET) & 0xffff) ? word(frame, 14) : undefined;
    countUp(this.state.registers, REG.TPR, 1);
    countWide(this.state.registers, REG.TORL, frame.length + 4);
    if (!accepts((offset) => this.#get(offset), frame, vlan)) return true;
    const largest = rctl & RCTL.LPE ? LARGEST_LONG_FRAME : LARGEST_FRAME + (vlan === undefined ? -4 : 0);
    if (frame.length > largest) {
      countUp(this.state.registers, REG.ROC, 1);
      return true;
    }
    const takesTag = vlan !== undefined && (this.#get(REG.CTRL) & CTRL.VME) !== 0;
    if (takesTag) frame = Uint8Array.of(...frame.subarray(0, 12), ...frame.subarray(16));
    const found = checksums(this.#get(REG.RXCSUM), frame);
    const bytes = rctl & RCTL.SECRC ? frame : withFcs(frame);
    const size = bufferSize(rctl);
    if (this.#free() * size < bytes.length) {
      countUp(this.state.registers, REG.RNBC, 1);
      this.#raise(CAUSE.RXO);
      return false;
    }
    countFrame(this.state.registers, incoming, [REG.GPRC, 0, REG.GORCL, 0, REG.PRC64], [REG.BPRC, REG.MPRC]);
    for (let at = 0; at < bytes.length; at += size) {
      const part = bytes.subarray(at, at + size);
      const last = at + size >= bytes.length;
      const status = (last ? DD_EOP : 1) | found.status | (takesTag ? VLAN_TAKEN : 0);
      this.#fill(part, [part.length, found.sum, status | ((last ? found.errors : 0) << 8), takesTag ? vlan : 0]);
    }
    this.#tellReceived(rctl);
    return true;
  }

  /** Receive descriptors that software gave. */
  #free(): number {
    const count = this.#get(REG.RDLEN) / 16;
    const tail = this.#get(REG.RDT);
    const head = this.#get(REG.RDH);
    return tail >= count || head >= count ? 0 : (tail - head + count) % count;
  }

  /** Stores a part of a frame where the next descriptor points, and writes the descriptor back. */
  #fill(part: Uint8Array, words: readonly [length: number, sum: number, status: number, tag: number]): void {
    const { memory } = this.pci;
    const head = this.#get(REG.RDH);
    const at = this.#get(REG.RDBAL) + (this.#get(REG.RDBAH) & 0xfffff) * 2 ** 32 + 16 * head;
    const address = memory.read32(at) + (memory.read32(at + 4) & 0xfffff) * 2 ** 32;
    memory.writeBytes(address, part);
    memory.writeBytes(at + 8, Uint8Array.from(words.flatMap((value) => [value & 0xff, value >> 8])));
    this.#set(REG.RDH, (head + 1) % (this.#get(REG.RDLEN) / 16));
  }

  #tellReceived(rctl: number): void {
    const count = this.#get(REG.RDLEN) / 16;
    const threshold = count >> (1 + ((rctl >> 8) & 3));
    const causes = this.#free() <= threshold ? CAUSE.RXDMT0 : 0;
    const delay = this.#get(REG.RDTR) & 0xffff;
    if (delay > 0) this.#delayed(this.#received, "receivedSince", delay, this.#get(REG.RADV));
    if (delay === 0 || causes) this.#raise(causes | (delay === 0 ? CAUSE.RXT0 : 0));
  }
}

/** A frame of at least 60 bytes. */
function padded(frame: Uint8Array): Uint8Array {
  if (frame.length >= LEAST_FRAME) return frame;
  const out = new Uint8Array(LEAST_FRAME);
  out.set(frame);
  return out;
}
