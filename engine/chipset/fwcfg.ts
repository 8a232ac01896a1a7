/**
 * QEMU's firmware configuration device: what firmware asks of the machine, by number or, for files, by name.
 *
 *   510  selector, a word        511  data, a byte at a time (also at 510)
 *   514  DMA address, 64 bits, big-endian: writing its lower half (518) starts what the structure there says
 *        +0 control: 31:16 key, 0 error, 1 read, 2 skip, 3 select, 4 write     +4 length     +8 address      big-endian
 *        reading gives "QEMU CFG"
 *
 *   keys 0000 "QEMU"   0001 features (bit 1 DMA)   0019 the directory of files   0020– files
 *
 * Transfers of more than 64 KiB take time, 64 KiB in 10 µs; the control word is 0 when one is over.
 * Nothing is writable: a write ends with the error bit.
 *
 * Source: QEMU, docs/specs/fw_cfg.rst.
 */
import type { Bus, Device, Timer } from "./bus.ts";

const PORT = 0x510;
const DMA_PORT = 0x514;
const KEY_SIGNATURE = 0x0000;
const KEY_FEATURES = 0x0001;
const KEY_DIRECTORY = 0x0019;
const FIRST_FILE = 0x0020;
const ERROR = 1;
const READ = 2;
const SKIP = 4;
const SELECT = 8;
const WRITE = 16;
const CHUNK = 0x10000;
const CHUNK_MICROSECONDS = 10;
const NAME_BYTES = 56;
const SIGNATURE = [..."QEMU CFG"].map((character) => character.charCodeAt(0));

/** What the device answers: items by key, and files by name. */
export interface FwCfgContents {
  readonly items: ReadonlyMap<number, Uint8Array>;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** The device. */
export class FwCfg implements Device {
  readonly name = "fwcfg";
  readonly state = {
    key: 0,
    offset: 0,
    /** The DMA address register's upper half, as a number. */
    upper: 0,
    /** The transfer in progress: its structure, where it goes on, and how much is left. */
    structure: 0,
    address: 0,
    left: 0,
    operation: 0,
  };
  readonly #items: Map<number, Uint8Array>;
  readonly #bus: Pick<Bus, "ports" | "memory" | "clock">;
  readonly #timer: Timer;

  constructor(bus: Pick<Bus, "ports" | "memory" | "clock">, contents: FwCfgContents) {
    this.#bus = bus;
    this.#items = allItems(contents);
    this.#timer = bus.clock.timer("fwcfg.dma", () => this.#transfer());
    bus.ports.claim(this.name, PORT, 2, {
      widest: 2,
      read: (_port, size) => this.#next() | (size === 2 ? this.#next() << 8 : 0),
      write: (_port, value, size) => {
        // The selector is a word; a byte would be data, and data is read-only.
        if (size === 2) Object.assign(this.state, { key: value, offset: 0 });
      },
    });
    bus.ports.claim(this.name, DMA_PORT, 8, {
      widest: 4,
      read: (port, size) => {
        const at = port - DMA_PORT;
        return littleEndian(SIGNATURE.slice(at, at + size));
      },
      write: (port, value, size) => {
        if (size !== 4) return;
        const swapped = littleEndian([24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff));
        if (port === DMA_PORT) this.state.upper = swapped;
        else if (port === DMA_PORT + 4) this.#start(this.state.upper * 2 ** 32 + swapped);
      },
    });
  }

  reset(): void {
    Object.assign(this.state, { key: 0, offset: 0, upper: 0, left: 0 });
    this.#timer.cancel();
  }

  get #item(): Uint8Array | undefined {
    return this.#items.get(this.state.key);
  }

  #next(): number {
    return this.#item?.[this.state.offset++] ?? 0;
  }

  /** A structure that is given while another is served waits for nobody: it replaces it. */
  #start(structure: number): void {
    const { state } = this;
    const { memory } = this.#bus;
    const bytes = new Uint8Array(16);
    memory.readBytes(structure % 2 ** 52, bytes);
    const view = new DataView(bytes.buffer);
    const control = view.getUint32(0);
    if (control & SELECT) Object.assign(state, { key: control >>> 16, offset: 0 });
    state.upper = 0;
    state.structure = structure % 2 ** 52;
    state.left = view.getUint32(4);
    state.address = (view.getUint32(8) * 2 ** 32 + view.getUint32(12)) % 2 ** 52;
    state.operation = control & READ ? READ : control & WRITE ? WRITE : control & SKIP ? SKIP : 0;
    if (state.operation === READ) {
      this.#transfer();
      return;
    }
    if (state.operation === SKIP) state.offset += state.left;
    this.#finish(state.operation === WRITE ? ERROR : 0);
  }

  /** The next 64 KiB; past the end of an item come zeros. */
  #transfer(): void {
    const { state } = this;
    const part = new Uint8Array(Math.min(state.left, CHUNK));
    part.set(this.#item?.subarray(state.offset, state.offset + part.length) ?? []);
    this.#bus.memory.writeBytes(state.address, part);
    state.offset += part.length;
    state.address += part.length;
    state.left -= part.length;
    if (state.left === 0) {
      this.#finish(0);
      return;
    }
    const { clock } = this.#bus;
    this.#timer.arm(clock.now + Math.ceil((CHUNK_MICROSECONDS * clock.ticksPerSecond) / 1e6));
  }

  #finish(control: number): void {
    this.state.left = 0;
    this.#timer.cancel();
    this.#bus.memory.writeBytes(this.state.structure, Uint8Array.of(0, 0, 0, control));
  }
}

function littleEndian(bytes: readonly number[]): number {
  return bytes.reduceRight((value, byte) => ((value << 8) | byte) >>> 0, 0);
}

/** Files get keys by the order of their names, and a directory that tells them. */
function allItems({ items, files }: FwCfgContents): Map<number, Uint8Array> {
  const names = [...files.keys()].sort();
  const directory = new Uint8Array(4 + 64 * names.length);
  const view = new DataView(directory.buffer);
  view.setUint32(0, names.length);
  const all = new Map(items);
  for (const [i, name] of names.entries()) {
    const content = files.get(name) ?? new Uint8Array(0);
    view.setUint32(4 + 64 * i, content.length);
    view.setUint16(8 + 64 * i, FIRST_FILE + i);
    directory.set(new TextEncoder().encode(name).subarray(0, NAME_BYTES - 1), 12 + 64 * i);
    all.set(FIRST_FILE + i, content);
  }
  all.set(KEY_SIGNATURE, Uint8Array.from(SIGNATURE.slice(0, 4)));
  all.set(KEY_FEATURES, Uint8Array.of(3, 0, 0, 0));
  all.set(KEY_DIRECTORY, directory);
  return all;
}
