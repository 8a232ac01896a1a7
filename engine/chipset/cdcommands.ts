/**
 * What a CD-ROM drive answers to packets: the commands of SCSI's multimedia command set that systems send to one that
 * reads.
 *
 * Modelled: a disc of one data track of 2,048-byte sectors (mode 1), its table of contents, capacity, profile; sense
 * data with "medium may have changed"; READ CD of user data, headers and whole sectors (without error correction codes,
 * which read as zeros). Not modelled: audio, several sessions, writing, DVD structures.
 *
 * Source: MMC-5 (T10/1675D revision 4), chapter 6; SPC-3, 6.4, 6.9, 6.27.
 */
import {
  cdReply,
  configuration,
  discInformation,
  eventStatus,
  inquiry,
  mechanismStatus,
  modeSense,
  tableOfContents,
  trackInformation,
} from "./cdreplies.ts";

export const CD_SECTOR = 2048;
const RAW_SECTOR = 2352;

/** Sense keys, with additional sense codes and qualifiers in the next bytes. */
const NOT_READY = 0x02;
const ILLEGAL_REQUEST = 0x05;
const UNIT_ATTENTION = 0x06;
const NO_MEDIUM = 0x3a00;
const INVALID_COMMAND = 0x2000;
const INVALID_FIELD = 0x2400;
const OUT_OF_RANGE = 0x2100;
const MEDIUM_CHANGED = 0x2800;
const REMOVAL_PREVENTED = 0x5302;

export type CdState = ReturnType<typeof newCdState>;

export function newCdState() {
  return {
    /** The disc's name in the library, empty where there is none. */
    image: "",
    /** Sense key, additional code and qualifier, until they are asked for. */
    key: 0,
    code: 0,
    /** The command ended with CHECK CONDITION. */
    failed: false,
    changed: false,
    locked: false,
    open: false,
    /** For GET EVENT STATUS NOTIFICATION: 1 eject wanted, 2 new medium, 3 medium gone. */
    event: 0,
    /** What the present command answers: bytes, or sectors of the disc from `first`. */
    reply: new Uint8Array(0),
    first: 0,
    raw: 0,
  };
}

/** How much a command answers, and how many bytes of parameters it takes first. */
export interface CdAnswer {
  readonly length: number;
  readonly takes: number;
}

const NOTHING: CdAnswer = { length: 0, takes: 0 };

export class CdCommands {
  readonly #cd: () => CdState;
  readonly #library: (name: string) => Uint8Array | undefined;

  constructor(cd: () => CdState, library: (name: string) => Uint8Array | undefined) {
    this.#cd = cd;
    this.#library = library;
  }

  /** Whether the last command ended with CHECK CONDITION. */
  get failed(): boolean {
    return this.#cd().failed;
  }

  insert(name: string): void {
    Object.assign(this.#cd(), { image: name, changed: true, open: false, event: 2 });
  }

  eject(): void {
    Object.assign(this.#cd(), { image: "", changed: false, open: true, event: 3 });
  }

  reset(): void {
    Object.assign(this.#cd(), { key: 0, code: 0, locked: false, raw: 0, reply: new Uint8Array(0) });
  }

  get #disc(): Uint8Array | undefined {
    const { image } = this.#cd();
    return image === "" ? undefined : this.#library(image);
  }

  get #sectors(): number {
    return Math.ceil((this.#disc?.length ?? 0) / CD_SECTOR);
  }

  /** Does what the 12 bytes of `packet` say, as far as that needs no data. */
  execute(packet: Uint8Array): CdAnswer {
    const cd = this.#cd();
    Object.assign(cd, { reply: new Uint8Array(0), raw: 0, failed: false });
    const [operation] = packet;
    // INQUIRY, REQUEST SENSE and GET EVENT STATUS answer before an attention is told (SPC-3, 5.9).
    const calm = operation === 0x12 || operation === 0x03 || operation === 0x4a || operation === 0x46;
    if (!calm && cd.changed) {
      cd.changed = false;
      return this.#fail(UNIT_ATTENTION, MEDIUM_CHANGED);
    }
    if (operation !== 0x03) Object.assign(cd, { key: 0, code: 0 });
    return this.#execute(operation, packet);
  }

  #execute(operation: number, packet: Uint8Array): CdAnswer {
    const cd = this.#cd();
    const allocated = word(packet, 7);
    switch (operation) {
      case 0x00: // TEST UNIT READY
        return this.#disc === undefined ? this.#noMedium() : NOTHING;
      case 0x03:
        return this.#requestSense(packet[4]);
      case 0x12:
        return packet[1] & 1 ? this.#fail(ILLEGAL_REQUEST, INVALID_FIELD) : this.#reply(inquiry(), packet[4]);
      case 0x1a:
        return this.#modeSense(packet[2], packet[4], true);
      case 0x5a:
        return this.#modeSense(packet[2], allocated, false);
      case 0x15: // MODE SELECT (6)
        return { length: 0, takes: packet[4] };
      case 0x55: // MODE SELECT (10)
        return { length: 0, takes: allocated & 0xfffe };
      case 0x1b:
        return this.#startStop(packet[4] & 3);
      case 0x1e: // PREVENT ALLOW MEDIUM REMOVAL
        cd.locked = (packet[4] & 1) !== 0;
        return NOTHING;
      case 0x25: // READ CAPACITY
        return this.#ofDisc(() => cdReply(8, [4, 0, this.#sectors - 1], [4, 4, CD_SECTOR]), 8);
      case 0x28:
        return this.#readSectors(dword(packet, 2), allocated);
      case 0xa8:
        return this.#readSectors(dword(packet, 2), dword(packet, 6));
      case 0xbe:
        return this.#readCd(packet);
      case 0x2b: // SEEK
        return this.#inRange(dword(packet, 2), 0) ?? NOTHING;
      case 0x35: // SYNCHRONIZE CACHE, SET CD SPEED
      case 0xbb:
        return NOTHING;
      case 0x43:
        return this.#readToc(packet, allocated);
      case 0x46:
        return this.#reply(configuration(this.#sectors, packet[1] & 3, word(packet, 2)), allocated);
      case 0x4a:
        return this.#eventStatus(packet, allocated);
      case 0x51:
        return this.#ofDisc(() => discInformation(), allocated);
      case 0x52:
        return this.#ofDisc(() => trackInformation(this.#sectors), allocated);
      case 0xbd:
        return this.#reply(mechanismStatus(cd.open), word(packet, 8));
      default:
        return this.#fail(ILLEGAL_REQUEST, INVALID_COMMAND);
    }
  }

  /** Parameters of MODE SELECT: nothing that they could change is changeable. */
  take(_parameters: Uint8Array): void {}

  /** Fills `target` with the command's answer from byte `at` on. */
  read(at: number, target: Uint8Array): void {
    const { reply, first, raw } = this.#cd();
    if (reply.length > 0) {
      target.set(reply.subarray(at, at + target.length));
      return;
    }
    const size = raw === 0 ? CD_SECTOR : bytesOfRaw(raw);
    for (let i = 0; i < target.length; ) {
      const sector = first + Math.floor((at + i) / size);
      const within = (at + i) % size;
      const part = this.#sector(sector, raw).subarray(within, within + target.length - i);
      target.set(part, i);
      i += part.length;
    }
  }

  /** One sector; `raw` are the fields that READ CD asked for, 0 for user data alone. */
  #sector(sector: number, raw: number): Uint8Array {
    const disc = this.#disc ?? new Uint8Array(0);
    const data = new Uint8Array(CD_SECTOR);
    data.set(disc.subarray(sector * CD_SECTOR, (sector + 1) * CD_SECTOR));
    return raw === 0 ? data : rawSector(sector, data, raw);
  }

  #fail(key: number, code: number): CdAnswer {
    Object.assign(this.#cd(), { key, code, failed: true });
    return NOTHING;
  }

  #noMedium(): CdAnswer {
    return this.#fail(NOT_READY, NO_MEDIUM);
  }

  #reply(bytes: Uint8Array, allocated: number): CdAnswer {
    // Data moves by words, so an odd answer has one byte of padding.
    const length = Math.min(bytes.length, allocated);
    this.#cd().reply = bytes.slice(0, length + (length & 1));
    return { length: this.#cd().reply.length, takes: 0 };
  }

  #ofDisc(reply: () => Uint8Array, allocated: number): CdAnswer {
    return this.#disc === undefined ? this.#noMedium() : this.#reply(reply(), allocated);
  }

  #requestSense(allocated: number): CdAnswer {
    const cd = this.#cd();
    if (cd.key === 0 && cd.changed) {
      Object.assign(cd, { key: UNIT_ATTENTION, code: MEDIUM_CHANGED, changed: false });
    }
    const sense = cdReply(18, [1, 0, 0xf0], [1, 2, cd.key], [1, 7, 10], [2, 12, cd.code]);
    Object.assign(cd, { key: 0, code: 0 });
    return this.#reply(sense, allocated);
  }

  #modeSense(page: number, allocated: number, short: boolean): CdAnswer {
    const { locked } = this.#cd();
    const reply = modeSense(page >> 6, page & 0x3f, { short, locked, hasDisc: this.#disc !== undefined });
    return reply === undefined ? this.#fail(ILLEGAL_REQUEST, INVALID_FIELD) : this.#reply(reply, allocated);
  }

  #startStop(what: number): CdAnswer {
    const cd = this.#cd();
    if (what === 2) {
      if (cd.locked) return this.#fail(ILLEGAL_REQUEST, REMOVAL_PREVENTED);
      this.eject();
    } else if (what === 3) {
      cd.open = false;
    }
    return NOTHING;
  }

  /** The fault of sectors that the disc does not have. */
  #inRange(first: number, count: number): CdAnswer | undefined {
    if (this.#disc === undefined) return this.#noMedium();
    return first + count > this.#sectors ? this.#fail(ILLEGAL_REQUEST, OUT_OF_RANGE) : undefined;
  }

  #readSectors(first: number, count: number): CdAnswer {
    const fault = this.#inRange(first, count);
    if (fault !== undefined) return fault;
    this.#cd().first = first;
    return { length: count * CD_SECTOR, takes: 0 };
  }

  #readCd(packet: Uint8Array): CdAnswer {
    const first = dword(packet, 2);
    const count = (packet[6] << 16) | word(packet, 7);
    const fields = packet[9] & 0xf8;
    const type = (packet[1] >> 2) & 7;
    if ((type !== 0 && type !== 2) || packet[10] & 7) return this.#fail(ILLEGAL_REQUEST, INVALID_FIELD);
    const fault = this.#inRange(first, count);
    if (fault !== undefined) return fault;
    if (fields === 0 || count === 0) return NOTHING;
    const raw = fields === 0x10 ? 0 : fields;
    Object.assign(this.#cd(), { first, raw });
    return { length: count * (raw === 0 ? CD_SECTOR : bytesOfRaw(raw)), takes: 0 };
  }

  #readToc(packet: Uint8Array, allocated: number): CdAnswer {
    if (this.#disc === undefined) return this.#noMedium();
    // Older drives take the format from the last byte (SFF-8020i).
    const format = packet[2] & 15 || packet[9] >> 6;
    const toc = tableOfContents(format, packet[6], (packet[1] & 2) !== 0, this.#sectors);
    return toc === undefined ? this.#fail(ILLEGAL_REQUEST, INVALID_FIELD) : this.#reply(toc, allocated);
  }

  /** Polled only, and media events alone. */
  #eventStatus(packet: Uint8Array, allocated: number): CdAnswer {
    const cd = this.#cd();
    if (!(packet[1] & 1)) return this.#fail(ILLEGAL_REQUEST, INVALID_FIELD);
    const wanted = (packet[4] & 0x10) !== 0;
    const reply = eventStatus(wanted, cd.event, cd.open, this.#disc !== undefined);
    if (wanted) cd.event = 0;
    return this.#reply(reply, allocated);
  }
}

/** Bytes of a sector of which READ CD asked for `fields`: 80 sync, 20 header, 10 user data, 08 error correction. */
function bytesOfRaw(fields: number): number {
  return (
    (fields & 0x80 ? 12 : 0) + (fields & 0x20 ? 4 : 0) + (fields & 0x10 ? CD_SECTOR : 0) + (fields & 8 ? 288 : 0) || 2
  );
}

/** Synchronization, header (minute, second, frame as decimal digits, mode 1), data, and no correction codes. */
function rawSector(sector: number, data: Uint8Array, fields: number): Uint8Array {
  const whole = new Uint8Array(RAW_SECTOR);
  whole.fill(0xff, 1, 11);
  const decimal = (n: number) => (Math.floor(n / 10) << 4) | (n % 10);
  const frame = sector + 150;
  whole.set(
    [decimal(Math.floor(frame / 4500) % 100), decimal(Math.floor(frame / 75) % 60), decimal(frame % 75), 1],
    12,
  );
  whole.set(data, 16);
  const parts = [
    ...(fields & 0x80 ? [whole.subarray(0, 12)] : []),
    ...(fields & 0x20 ? [whole.subarray(12, 16)] : []),
    ...(fields & 0x10 ? [whole.subarray(16, 16 + CD_SECTOR)] : []),
    ...(fields & 8 ? [whole.subarray(16 + CD_SECTOR)] : []),
  ];
  const out = new Uint8Array(bytesOfRaw(fields));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 8) | bytes[at + 1];
}

function dword(bytes: Uint8Array, at: number): number {
  return word(bytes, at) * 0x10000 + word(bytes, at + 2);
}
