/**
 * Message signaled interrupts of a PCI function: the MSI capability, and MSI-X with its table and pending bits in a BAR.
 *
 *   MSI     +2 control: 0 enable, 3:1 vectors offered (log2), 6:4 vectors given, 7 64 bits, 8 masks per vector
 *           +4 address, +8 its high half, +C data, +10 mask, +14 pending
 *   MSI-X   +2 control: 10:0 table size − 1, 14 mask all, 15 enable    +4 table: BAR, offset    +8 pending bits: BAR, offset
 *           table entry: address, high half, data, control (bit 0: masked)
 *
 * A message is a dword written to memory by the function as bus master; where that leads is the chipset's affair. A
 * message that is masked waits as a pending bit.
 *
 * Source: PCI Local Bus Specification 3.0, 6.8.
 */
import type { AccessSize, PhysicalMemory, Registers } from "./bus.ts";
import type { Capability } from "./pcicapability.ts";

/** Which kinds of message a function has. */
export interface MessageOptions {
  /** Vectors of MSI: 1, 2, 4, 8, 16 or 32; no MSI unless given. Addresses have 64 bits. */
  readonly msiVectors?: number;
  /** MSI has a mask bit for each vector. */
  readonly msiMasks?: boolean;
  /** Vectors of MSI-X, 1 to 2048; no MSI-X unless given. */
  readonly msixVectors?: number;
  /** BAR with the table and the pending bits. */
  readonly msixBar?: number;
  /** Where in that BAR they are: 0, and behind the table, unless given. Multiples of 8. */
  readonly msixTable?: number;
  readonly msixPending?: number;
}

/** What is needed of the function. */
interface Sender {
  readonly state: { readonly msixTable: Uint32Array; readonly msixPending: Uint8Array };
  readonly capabilities: readonly number[];
  readonly memory: PhysicalMemory;
  get(offset: number, size: AccessSize): number;
  set(offset: number, value: number, size: AccessSize): void;
}

const MSI_ID = 0x05;
const MSIX_ID = 0x11;
const MSI_ENABLE = 1;
const MSI_64 = 0x80;
const MSI_MASKS = 0x100;
const MSIX_MASK_ALL = 0x4000;
const MSIX_ENABLE = 0x8000;

export class MessageSignals {
  readonly capabilities: readonly Capability[];
  readonly #function: Sender;
  readonly #options: Required<MessageOptions>;

  constructor(sender: Sender, options: MessageOptions) {
    const { msiVectors = 0, msiMasks = false, msixVectors = 0, msixBar = 0, msixTable = 0 } = options;
    const { msixPending = msixTable + 16 * msixVectors } = options;
    this.#function = sender;
    this.#options = { msiVectors, msiMasks, msixVectors, msixBar, msixTable, msixPending };
    this.capabilities = [...(msiVectors ? [this.#msi()] : []), ...(msixVectors ? [this.#msix()] : [])];
  }

  #msi(): Capability {
    const { msiVectors, msiMasks } = this.#options;
    const control = (Math.log2(msiVectors) << 1) | MSI_64 | (msiMasks ? MSI_MASKS : 0);
    const masks = 2 ** msiVectors - 1;
    return {
      id: MSI_ID,
      body: [...bytes(control, 2), ...bytes(0, msiMasks ? 20 : 10)],
      writable: [
        ...[0x71, 0, 0xfc, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        ...(msiMasks ? [0, 0, ...bytes(masks, 4), 0, 0, 0, 0] : []),
      ],
    };
  }

  #msix(): Capability {
    const { msixVectors, msixBar, msixTable, msixPending } = this.#options;
    const places = [...bytes(msixTable | msixBar, 4), ...bytes(msixPending | msixBar, 4)];
    return { id: MSIX_ID, body: [...bytes(msixVectors - 1, 2), ...places], writable: [0, 0xc0] };
  }

  /** Offset in configuration space of MSI's capability; 0: there is none. */
  get #msiAt(): number {
    return this.#find(MSI_ID);
  }

  get #msixAt(): number {
    return this.#find(MSIX_ID);
  }

  #find(id: number): number {
    return this.#function.capabilities.find((offset) => this.#function.get(offset, 1) === id) ?? 0;
  }

  get enabled(): boolean {
    return this.#msiEnabled || this.#msixEnabled;
  }

  get #msiEnabled(): boolean {
    const at = this.#msiAt;
    return at !== 0 && (this.#function.get(at + 2, 2) & MSI_ENABLE) !== 0;
  }

  get #msixEnabled(): boolean {
    const at = this.#msixAt;
    return at !== 0 && (this.#function.get(at + 2, 2) & MSIX_ENABLE) !== 0;
  }

  /** Every vector of MSI-X is masked (the function's registers were reset). */
  reset(): void {
    const { msixTable, msixPending } = this.#function.state;
    for (let i = 0; i < msixTable.length; i++) msixTable[i] = i % 4 === 3 ? 1 : 0;
    msixPending.fill(0);
  }

  notify(vector: number): boolean {
    if (this.#msixEnabled) {
      const { msixPending } = this.#function.state;
      if (vector >= msixPending.length) return true;
      msixPending[vector] = 1;
      this.#settleMsix();
      return true;
    }
    if (!this.#msiEnabled) return false;
    this.#sendMsi(vector);
    return true;
  }

  /** Sends what waited and is no longer masked. */
  settle(): void {
    if (this.#msixEnabled) this.#settleMsix();
    const at = this.#msiAt;
    if (!this.#options.msiMasks || !this.#msiEnabled) return;
    const due = this.#function.get(at + 0x14, 4) & ~this.#function.get(at + 0x10, 4);
    for (let vector = 0; vector < 32; vector++) if (due & (1 << vector)) this.#sendMsi(vector);
  }

  #sendMsi(wanted: number): void {
    const { get, set, memory } = bind(this.#function);
    const at = this.#msiAt;
    const given = 1 << Math.min((get(at + 2, 2) >> 4) & 7, Math.log2(this.#options.msiVectors));
    // A function that got fewer vectors than it asked for tells its events apart no more (6.8.1.3).
    const vector = wanted < given ? wanted : 0;
    if (this.#options.msiMasks) {
      const bit = (1 << vector) >>> 0;
      const pending = get(at + 0x14, 4);
      const masked = (get(at + 0x10, 4) & bit) !== 0;
      set(at + 0x14, masked ? pending | bit : pending & ~bit, 4);
      if (masked) return;
    }
    const data = get(at + 0xc, 2);
    memory.write32(get(at + 4, 4) + get(at + 8, 4) * 2 ** 32, (data & ~(given - 1)) | vector);
  }

  #settleMsix(): void {
    const { msixTable, msixPending } = this.#function.state;
    if (this.#function.get(this.#msixAt + 2, 2) & MSIX_MASK_ALL) return;
    for (let vector = 0; vector < msixPending.length; vector++) {
      if (!msixPending[vector] || msixTable[4 * vector + 3] & 1) continue;
      msixPending[vector] = 0;
      const [low, high, data] = msixTable.subarray(4 * vector);
      this.#function.memory.write32(high * 2 ** 32 + low, data);
    }
  }

  /** `registers` of BAR `n`, with the table and the pending bits where they lie in it. */
  inBar(n: number, registers: Registers): Registers {
    const { msixVectors, msixBar, msixTable, msixPending } = this.#options;
    if (!msixVectors || n !== msixBar) return registers;
    const inTable = (offset: number) => offset >= msixTable && offset < msixTable + 16 * msixVectors;
    const pendingBytes = Math.ceil(msixVectors / 64) * 8;
    const inPending = (offset: number) => offset >= msixPending && offset < msixPending + pendingBytes;
    return {
      widest: 4,
      read: (offset, size) => {
        if (inTable(offset)) return this.#readTable(offset - msixTable, size);
        if (inPending(offset)) return this.#readPending(offset - msixPending, size);
        return narrow(registers, size, offset);
      },
      write: (offset, value, size) => {
        if (inTable(offset)) this.#writeTable(offset - msixTable, value, size);
        else if (!inPending(offset)) narrow(registers, size, offset, value);
      },
    };
  }

  #readTable(offset: number, size: AccessSize): number {
    const { msixTable } = this.#function.state;
    return (msixTable[offset >> 2] >>> (8 * (offset & 3))) & (2 ** (8 * size) - 1);
  }

  /** Aligned dwords; software may write nothing else (6.8.2). */
  #writeTable(offset: number, value: number, size: AccessSize): void {
    if (size !== 4 || offset & 3) return;
    this.#function.state.msixTable[offset >> 2] = (offset & 0xc) === 0xc ? value & 1 : value & (offset & 0xc ? -1 : -4);
    if (this.#msixEnabled) this.#settleMsix();
  }

  #readPending(offset: number, size: AccessSize): number {
    const { msixPending } = this.#function.state;
    let value = 0;
    for (let i = 0; i < 8 * size; i++) if (msixPending[8 * offset + i]) value |= 1 << i;
    return value >>> 0;
  }
}

/** One access to registers that take at most `widest`: reads unless there is a value. */
function narrow(registers: Registers, size: AccessSize, offset: number, value?: number): number {
  const step = Math.min(size, registers.widest ?? 1) as AccessSize;
  const mask = 2 ** (8 * step) - 1;
  let answer = 0;
  for (let i = 0; i < size; i += step) {
    if (value === undefined) answer |= registers.read(offset + i, step) << (8 * i);
    else registers.write(offset + i, ((value >>> (8 * i)) & mask) >>> 0, step);
  }
  return answer >>> 0;
}

function bytes(value: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => (i < 4 ? (value >>> (8 * i)) & 0xff : 0));
}

function bind(sender: Sender): Pick<Sender, "get" | "set" | "memory"> {
  return {
    get: (offset, size) => sender.get(offset, size),
    set: (offset, value, size) => sender.set(offset, value, size),
    memory: sender.memory,
  };
}
