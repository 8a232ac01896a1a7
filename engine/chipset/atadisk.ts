/**
 * A hard disk on an IDE cable: the commands of ATA/ATAPI-6 that systems and their tools send, on an image.
 *
 * Modelled: PIO, multiple and DMA transfers with 28 and 48 bits of LBA or cylinder, head and sector; identification,
 * features, power and flush commands; the native maximum. Refused (ABRT), as their feature bits say: SMART, security,
 * the host protected area, queued commands, streaming, NOP. A sector that is not there ends a command with IDNF.
 *
 * Source: ATA/ATAPI-6, chapter 8; for cylinders, heads and sectors ATA-3 (X3T10/2008D), 6.2.
 */
import { HEADS, identifyDisk, MAX_MULTIPLE, sectorsOf, TRACK_SECTORS } from "./ataidentify.ts";
import { type DiskChanges, DiskImage, noChanges } from "./diskimage.ts";
import {
  ABRT,
  DEVICE_LBA,
  DMA_CHUNK,
  DRDY,
  DRQ,
  DSC,
  IDNF,
  type IdeCable,
  IdeDevice,
  newIdeState,
} from "./idedevice.ts";

const SECTOR = 512;

/** How a transfer command moves its sectors. */
interface Transfer {
  readonly writes: boolean;
  /** 48 bits of LBA, 16 of count. */
  readonly wide: boolean;
  readonly by: "sector" | "block" | "dma" | "nothing";
}

const transfer = (by: Transfer["by"], writes: boolean, wide: boolean): Transfer => ({ by, writes, wide });

const TRANSFERS: { readonly [command: number]: Transfer } = {
  0x20: transfer("sector", false, false), // READ SECTOR(S)
  0x21: transfer("sector", false, false),
  0x24: transfer("sector", false, true), // READ SECTOR(S) EXT
  0x25: transfer("dma", false, true), // READ DMA EXT
  0x29: transfer("block", false, true), // READ MULTIPLE EXT
  0x30: transfer("sector", true, false), // WRITE SECTOR(S)
  0x31: transfer("sector", true, false),
  0x34: transfer("sector", true, true), // WRITE SECTOR(S) EXT
  0x35: transfer("dma", true, true), // WRITE DMA EXT
  0x39: transfer("block", true, true), // WRITE MULTIPLE EXT
  0x3c: transfer("sector", true, false), // WRITE VERIFY
  0x3d: transfer("dma", true, true), // WRITE DMA FUA EXT
  0x40: transfer("nothing", false, false), // READ VERIFY SECTOR(S)
  0x41: transfer("nothing", false, false),
  0x42: transfer("nothing", false, true), // READ VERIFY SECTOR(S) EXT
  0xc4: transfer("block", false, false), // READ MULTIPLE
  0xc5: transfer("block", true, false), // WRITE MULTIPLE
  0xc8: transfer("dma", false, false), // READ DMA
  0xc9: transfer("dma", false, false),
  0xca: transfer("dma", true, false), // WRITE DMA
  0xcb: transfer("dma", true, false),
  0xce: transfer("block", true, true), // WRITE MULTIPLE FUA EXT
};

/** Commands that succeed without doing anything that a guest could tell. */
const NOTHING_TO_DO = new Set([
  ...[0x70, 0xe7, 0xea], // SEEK, FLUSH CACHE, FLUSH CACHE EXT
  ...[0x94, 0x95, 0x96, 0x97, 0x99, 0xe0, 0xe1, 0xe2, 0xe3, 0xe6], // STANDBY, IDLE, SLEEP
]);

/** SET FEATURES that are taken: caches, look-ahead, advanced power management and acoustics off, defaults. */
const FEATURES = new Set([0x02, 0x82, 0x55, 0xaa, 0x66, 0xcc, 0x05, 0x85, 0x42, 0xc2, 0x67, 0x96, 0x9a]);

/** The disk. */
export class AtaDisk extends IdeDevice {
  readonly state: ReturnType<typeof newIdeState> & {
    changes: DiskChanges;
    multiple: number;
    heads: number;
    sectors: number;
    writeCache: boolean;
    lookAhead: boolean;
  };
  protected readonly signature = [1, 1, 0, 0];
  protected readonly ready = DRDY | DSC;
  readonly disk: DiskImage;
  readonly #serial: string;

  constructor(cable: IdeCable, name: string, image: Uint8Array, serial: string) {
    super(cable, name);
    const translation = { multiple: 0, heads: HEADS, sectors: TRACK_SECTORS, writeCache: true, lookAhead: true };
    this.state = { ...newIdeState(), changes: noChanges(), ...translation };
    this.disk = new DiskImage(image, () => this.state.changes);
    this.#serial = serial;
  }

  /** Sectors of the disk. */
  get capacity(): number {
    return sectorsOf(this.disk.length);
  }

  override reset(): void {
    super.reset();
    Object.assign(this.state, { multiple: 0, heads: HEADS, sectors: TRACK_SECTORS, writeCache: true, lookAhead: true });
  }

  override restored(): void {
    this.disk.restored();
  }

  protected begin(): void {
    const { state } = this;
    const { command } = state;
    const known = TRANSFERS[command];
    if (known !== undefined) this.#beginTransfer(known);
    else if (NOTHING_TO_DO.has(command) || (command & 0xf0) === 0x10) this.finish();
    else this.#other(command);
  }

  #other(command: number): void {
    const { state } = this;
    switch (command) {
      case 0xec: // IDENTIFY DEVICE
        state.buffer.set(identifyDisk({ ...state, capacity: this.capacity, serial: this.#serial }));
        this.block("in", SECTOR, true);
        return;
      case 0xa1: // IDENTIFY PACKET DEVICE, DEVICE RESET: this is none
      case 0x08:
        state.registers = [...this.signature];
        this.finish(ABRT);
        return;
      case 0x91: // INITIALIZE DEVICE PARAMETERS
        Object.assign(state, { heads: (state.device & 15) + 1, sectors: state.registers[0] });
        this.finish(state.sectors === 0 ? ABRT : 0);
        return;
      case 0xc6: // SET MULTIPLE MODE
        this.#setMultiple(state.registers[0]);
        return;
      case 0xe4: // READ BUFFER
        this.block("in", SECTOR, true);
        return;
      case 0xe8: // WRITE BUFFER
        this.block("out", SECTOR, false);
        return;
      case 0xe5: // CHECK POWER MODE: active
      case 0x98:
        state.registers[0] = 0xff;
        this.finish();
        return;
      case 0xf8: // READ NATIVE MAX ADDRESS
      case 0x27: // READ NATIVE MAX ADDRESS EXT
        this.#tellAddress(Math.min(this.capacity, command === 0xf8 ? 2 ** 28 : 2 ** 48) - 1, command === 0x27);
        this.finish();
        return;
      case 0xef:
        this.#setFeatures();
        return;
      default:
        this.finish(ABRT);
    }
  }

  #setMultiple(count: number): void {
    const valid = count <= MAX_MULTIPLE && (count & (count - 1)) === 0;
    if (valid) this.state.multiple = count;
    this.finish(valid ? 0 : ABRT);
  }

  #setFeatures(): void {
    const { state } = this;
    const { features } = state;
    const [mode] = state.registers;
    if (features === 0x03) {
      // PIO by default, PIO 0–4, multiword DMA 0–2, ultra DMA 0–5.
      const valid =
        mode <= 1 || (mode >= 8 && mode <= 12) || (mode >= 0x20 && mode <= 0x22) || (mode >= 0x40 && mode <= 0x45);
      if (valid) state.mode = mode;
      this.finish(valid ? 0 : ABRT);
      return;
    }
    if (features === 0x02 || features === 0x82) state.writeCache = features === 0x02;
    if (features === 0xaa || features === 0x55) state.lookAhead = features === 0xaa;
    this.finish(FEATURES.has(features) ? 0 : ABRT);
  }

  // Addresses -----------------------------------------------------------------------------------------------------------

  /** The first sector that the registers name; NaN where cylinder, head and sector name none. */
  #address(wide: boolean): number {
    const { registers, previous, device, heads, sectors } = this.state;
    const [, low, mid, high] = registers;
    if (wide) {
      const upper = previous[1] + previous[2] * 0x100 + previous[3] * 0x10000;
      return upper * 2 ** 24 + low + mid * 0x100 + high * 0x10000;
    }
    if (device & DEVICE_LBA) return (device & 15) * 2 ** 24 + low + mid * 0x100 + high * 0x10000;
    if (low === 0 || low > sectors || (device & 15) >= heads) return Number.NaN;
    return ((mid + high * 0x100) * heads + (device & 15)) * sectors + low - 1;
  }

  /** Leaves a sector's address in the registers. */
  #tellAddress(sector: number, wide: boolean): void {
    const { state } = this;
    const byte = (n: number) => Math.floor(sector / 2 ** (8 * n)) & 0xff;
    if (!wide && !(state.device & DEVICE_LBA)) {
      const { heads, sectors } = state;
      const cylinder = Math.floor(sector / (heads * sectors));
      state.registers.splice(1, 3, 1 + (sector % sectors), cylinder & 0xff, (cylinder >> 8) & 0xff);
      state.device = (state.device & 0xf0) | (Math.floor(sector / sectors) % heads);
      return;
    }
    state.registers.splice(1, 3, byte(0), byte(1), byte(2));
    if (wide) state.previous.splice(1, 3, byte(3), byte(4), byte(5));
    else state.device = (state.device & 0xf0) | (byte(3) & 15);
  }

  // Transfers -----------------------------------------------------------------------------------------------------------

  get #transfer(): Transfer {
    return TRANSFERS[this.state.command] ?? TRANSFERS[0x20];
  }

  #beginTransfer({ wide, by, writes }: Transfer): void {
    const { state } = this;
    const count = wide ? state.registers[0] | (state.previous[0] << 8) : state.registers[0];
    const at = this.#address(wide);
    if (by === "block" && state.multiple === 0) {
      this.finish(ABRT);
      return;
    }
    if (Number.isNaN(at)) {
      this.finish(IDNF);
      return;
    }
    Object.assign(state, { at, left: count || (wide ? 0x10000 : 0x100), block: by === "block" ? state.multiple : 1 });
    if (by === "nothing") this.#verify();
    else if (by === "dma") this.awaitDma();
    else if (writes) this.#askForBlock(false);
    else this.proceed();
  }

  #verify(): void {
    const { state } = this;
    const there = Math.min(state.left, this.capacity - state.at);
    if (there < state.left) this.#notFound(state.at + Math.max(0, there));
    else this.#done(state.at + state.left - 1);
  }

  /** Sectors of the next block that exist. */
  #blockSectors(): number {
    const { at, left, block } = this.state;
    return Math.min(left, block, this.capacity - at);
  }

  #notFound(sector: number): void {
    this.#tellAddress(sector, this.#transfer.wide);
    this.finish(IDNF);
  }

  /** All sectors have moved; the last one's address remains. */
  #done(last: number): void {
    this.#tellAddress(last, this.#transfer.wide);
    this.state.registers[0] = 0;
    this.state.previous[0] = 0;
    this.finish();
  }

  /** Reads the next block of PIO, or writes the one that has come. */
  protected proceed(): void {
    const { state } = this;
    if (this.#transfer.by === "dma") {
      this.#moveDma();
      return;
    }
    if (this.#transfer.writes) {
      this.#writeBlock();
      return;
    }
    const sectors = this.#blockSectors();
    if (sectors <= 0) {
      this.#notFound(state.at);
      return;
    }
    this.disk.read(state.at * SECTOR, state.buffer.subarray(0, sectors * SECTOR));
    this.block("in", sectors * SECTOR, true);
  }

  #askForBlock(interrupts: boolean): void {
    const sectors = this.#blockSectors();
    if (sectors <= 0) this.#notFound(this.state.at);
    else this.block("out", sectors * SECTOR, interrupts);
  }

  #writeBlock(): void {
    const { state } = this;
    this.disk.write(state.at * SECTOR, state.buffer.subarray(0, state.length));
    this.#advance(state.length / SECTOR);
    if (state.left > 0) this.#askForBlock(true);
    else this.#done(state.at - 1);
  }

  #advance(sectors: number): void {
    this.state.at += sectors;
    this.state.left -= sectors;
  }

  protected blockMoved(): void {
    const { state } = this;
    if (TRANSFERS[state.command] === undefined) {
      // IDENTIFY and READ BUFFER end with their data; WRITE BUFFER ends with an interrupt.
      if (state.phase === "out") this.finish();
      else Object.assign(state, { phase: "idle", status: this.ready });
      return;
    }
    if (state.phase === "out") {
      this.busy();
      return;
    }
    const sectors = state.length / SECTOR;
    const last = state.at + sectors - 1;
    this.#advance(sectors);
    if (state.left > 0) {
      this.busy();
      return;
    }
    this.#tellAddress(last, this.#transfer.wide);
    state.registers[0] = 0;
    Object.assign(state, { phase: "idle", status: this.ready });
  }

  dmaReady(): void {
    if (this.state.phase === "dma") this.wait(1 + Math.min(this.state.left, DMA_CHUNK / SECTOR));
  }

  #moveDma(): void {
    const { state } = this;
    if (state.phase !== "dma") return;
    const sectors = Math.min(state.left, DMA_CHUNK / SECTOR, this.capacity - state.at);
    if (sectors <= 0) {
      this.#notFound(state.at);
      return;
    }
    const buffer = state.buffer.subarray(0, sectors * SECTOR);
    if (!this.#transfer.writes) this.disk.read(state.at * SECTOR, buffer);
    const moved = Math.floor(this.cable.transfer(buffer, !this.#transfer.writes) / SECTOR);
    if (this.#transfer.writes) this.disk.write(state.at * SECTOR, buffer.subarray(0, moved * SECTOR));
    this.#advance(moved);
    // Where memory ends before the command does, the device waits for more, as a disk would.
    if (state.left === 0) this.#done(state.at - 1);
    else if (moved === sectors) this.dmaReady();
    else state.status = this.ready | DRQ;
  }
}
