/**
 * A virtio block device: requests of one queue on a disk image.
 *
 *   request   0 type (32)  4 –  8 sector (64), data, and one byte written last: 0 done, 1 error, 2 not supported
 *   types     0 in   1 out   4 flush   8 ID (20 bytes)   11 discard   13 write zeros
 *
 * A request moves at most 32 MiB. Discarded sectors keep their contents, which the specification allows.
 * Not modelled: several queues, topology other than 512-byte sectors, secure erase, zones.
 *
 * Source: OASIS Virtual I/O Device 1.2, 5.2.
 */
import type { Bus, Device } from "./bus.ts";
import { type DiskChanges, DiskImage, noChanges } from "./diskimage.ts";
import type { Field } from "./fields.ts";
import type { PciBus } from "./pci.ts";
import { VirtioPci } from "./virtiopci.ts";
import type { Chain } from "./virtqueue.ts";

export interface VirtioBlkOptions {
  /** Unique in the machine: `"virtio-blk.0"`. */
  readonly name: string;
  /** Number of the PCI device. */
  readonly slot: number;
  readonly image: Uint8Array;
  /** At most 20 characters of ASCII. */
  readonly serial: string;
}

const SECTOR = 512;
const HEADER = 16;
const RANGE = 16;
const QUEUE_SIZE = 256;
const MAX_BYTES = 32 * 2 ** 20;
const CHUNK = 65536;
/** Most sectors of a range to discard or to write zeros to, and most ranges of a request. */
const MAX_RANGE = 8192;
const OK = 0;
const ERROR = 1;
const UNSUPPORTED = 2;
const SEG_MAX = 2;
const GEOMETRY = 4;
const BLK_SIZE = 6;
const FLUSH = 9;
const TOPOLOGY = 10;
const CONFIG_WCE = 11;
const DISCARD = 13;
const WRITE_ZEROES = 14;

/** The device; its state is the disk's changes, the transport's is its own. */
export class VirtioBlk implements Device {
  readonly name: string;
  readonly state: { changes: DiskChanges; writeBack: number };
  readonly disk: DiskImage;
  readonly transport: VirtioPci;
  readonly #serial: string;

  constructor(bus: Pick<Bus, "clock">, pci: PciBus, { name, slot, image, serial }: VirtioBlkOptions) {
    this.name = `${name}.disk`;
    this.state = { changes: noChanges(), writeBack: 1 };
    this.disk = new DiskImage(image, () => this.state.changes);
    this.#serial = serial;
    this.transport = new VirtioPci(bus, pci, {
      name,
      slot,
      type: 2,
      transitionalId: 0x1001,
      classCode: 0x010000,
      queueSizes: [QUEUE_SIZE],
      features: [SEG_MAX, GEOMETRY, BLK_SIZE, FLUSH, TOPOLOGY, CONFIG_WCE, DISCARD, WRITE_ZEROES],
      config: this.#config(),
      configBytes: 0x3c,
      request: (chain) => this.#request(chain),
    });
  }

  /** In sectors; what is left of a last one that is not whole reads as zeros. */
  get capacity(): number {
    return Math.ceil(this.disk.length / SECTOR);
  }

  reset(): void {
    this.state.writeBack = 1;
  }

  restored(): void {
    this.disk.restored();
  }

  #config(): Field[] {
    const { capacity } = this;
    const dword = (offset: number, value: number): Field => ({ offset, size: 4, get: () => value });
    return [
      dword(0x00, capacity >>> 0),
      dword(0x04, Math.floor(capacity / 2 ** 32)),
      dword(0x0c, QUEUE_SIZE - 2),
      { offset: 0x10, size: 2, get: () => Math.min(65535, Math.floor(capacity / (16 * 63))) },
      { offset: 0x12, size: 1, get: () => 16 },
      { offset: 0x13, size: 1, get: () => 63 },
      dword(0x14, SECTOR),
      {
        offset: 0x20,
        size: 1,
        get: () => this.state.writeBack,
        set: (value) => void (this.state.writeBack = value & 1),
      },
      { offset: 0x22, size: 2, get: () => 1 },
      dword(0x24, MAX_RANGE),
      dword(0x28, 1),
      dword(0x2c, 1),
      dword(0x30, MAX_RANGE),
      dword(0x34, 1),
      { offset: 0x38, size: 1, get: () => 1 },
    ];
  }

  #request(chain: Chain): number {
    const { readable, writable } = chain;
    if (readable.length < HEADER || writable.length < 1) {
      this.transport.broken();
      return 0;
    }
    const header = readable.read(0, HEADER);
    const view = new DataView(header.buffer);
    const sector = view.getUint32(8, true) + view.getUint32(12, true) * 2 ** 32;
    const { status, written } = this.#carryOut(view.getUint32(0, true), sector, chain);
    writable.write(writable.length - 1, Uint8Array.of(status));
    return written + 1;
  }

  #carryOut(type: number, sector: number, chain: Chain): { status: number; written: number } {
    const nothing = (status: number) => ({ status, written: 0 });
    switch (type) {
      case 0:
        return this.#read(sector, chain);
      case 1:
        return nothing(this.#write(sector, chain));
      case 4:
        return nothing(OK);
      case 8: {
        const id = new Uint8Array(Math.min(20, chain.writable.length - 1));
        id.set(new TextEncoder().encode(this.#serial).subarray(0, id.length));
        return { status: OK, written: chain.writable.write(0, id) };
      }
      case 11:
      case 13:
        return nothing(this.#range(type === 13, chain));
      default:
        return nothing(UNSUPPORTED);
    }
  }

  #fits(sector: number, bytes: number): boolean {
    return bytes % SECTOR === 0 && bytes <= MAX_BYTES && sector + bytes / SECTOR <= this.capacity;
  }

  #read(sector: number, { writable }: Chain): { status: number; written: number } {
    const bytes = writable.length - 1;
    if (!this.#fits(sector, bytes)) return { status: ERROR, written: 0 };
    for (let at = 0; at < bytes; at += CHUNK) {
      const part = new Uint8Array(Math.min(CHUNK, bytes - at));
      this.disk.read(sector * SECTOR + at, part);
      writable.write(at, part);
    }
    return { status: OK, written: bytes };
  }

  #write(sector: number, { readable }: Chain): number {
    const bytes = readable.length - HEADER;
    if (!this.#fits(sector, bytes)) return ERROR;
    for (let at = 0; at < bytes; at += CHUNK)
      this.disk.write(sector * SECTOR + at, readable.read(HEADER + at, Math.min(CHUNK, bytes - at)));
    return OK;
  }

  /** Discards or clears one range: 0 sector (64), 8 sectors (32), C flags (bit 0: unmap). */
  #range(clears: boolean, { readable }: Chain): number {
    if (readable.length !== HEADER + RANGE) return ERROR;
    const view = new DataView(readable.read(HEADER, RANGE).buffer);
    const sector = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
    const sectors = view.getUint32(8, true);
    const flags = view.getUint32(12, true);
    if (flags & (clears ? ~1 : ~0)) return UNSUPPORTED;
    if (sectors > MAX_RANGE || !this.#fits(sector, sectors * SECTOR)) return ERROR;
    if (clears) this.disk.write(sector * SECTOR, new Uint8Array(sectors * SECTOR));
    return OK;
  }
}
