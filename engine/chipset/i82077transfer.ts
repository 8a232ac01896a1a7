/**
 * The execution phase of the 82077AA's commands that read, write, verify or format a track: sector after sector, until
 * the terminal count, the end of the cylinder, or an error, and the seven result bytes.
 *
 * A sector goes through the buffer as a whole: the head takes a sector's time, then the bytes move as fast as the DMA
 * controller or the processor takes them. A DMA controller that has not moved them a sector later is an overrun.
 *
 * A track on which the part sees two index pulses and no address mark ends a command with MA. A 3.5-inch disk has no index
 * hole: the pulses come from the spindle's rotor, with a disk on it or without. So a command to an empty drive ends with MA,
 * which SeaBIOS and GRUB count on; QEMU 7.2 says so too, at all rates but the one it ascribes to the absent disk. (An
 * empty 5.25-inch drive gives no pulses, and leaves the command waiting as a motor that is off does: not modelled.)
 *
 * Source: Intel 82077AA data sheet, order 290166-007, "Data Transfer Commands", tables 6-2 to 6-6.
 */

import type { Line, Tick } from "./bus.ts";
import { type FloppyFormat, floppyFormat, readSector, SECTOR_BYTES, sectorNumber, writeSector } from "./floppydisk.ts";
import { type FdcCommand, MT, SK } from "./i82077commands.ts";
import { type FdcState, ST0_ABNORMAL, ST1_EN, ST1_MA, ST1_ND, ST1_NW, ST1_OR, ST2_CM, ST2_WC } from "./i82077state.ts";

/** What a transfer needs of its controller. */
export interface TransferPort {
  /** The image in a drive; undefined for an empty one. */
  image(drive: number): Uint8Array | undefined;
  /** Calls `FdcTransfer.sectorPassed` a sector's time from now. */
  awaitSector(): void;
  /** Ends that wait. */
  cancelWait(): void;
  readonly dreq: Line;
  interrupt(level: boolean): void;
  /** Which sector passes under the head, counting through the track: what READ ID finds. */
  rotation(): Tick;
  report(text: string): void;
}

/** The execution phase, on the controller's state. */
export class FdcTransfer {
  readonly #state: FdcState;
  readonly #port: TransferPort;

  constructor(state: FdcState, port: TransferPort) {
    this.#state = state;
    this.#port = port;
  }

  /** Takes over the command in `state.command`; the head starts with `nextSector`. */
  start(operation: FdcCommand): void {
    const state = this.#state;
    const [, select, c, h, r, , eot, , count] = state.command;
    Object.assign(state, {
      operation,
      phase: "execution",
      moving: false,
      terminalCount: false,
      st1: 0,
      st2: 0,
      left: 0,
    });
    Object.assign(state, { c: c ?? 0, h: h ?? 0, r: r ?? 0, head: (select >> 2) & 1 });
    if (operation !== "readId") state.eot = operation === "formatTrack" ? state.command[3] : eot;
    if (operation === "formatTrack") state.left = state.command[3];
    else if (operation === "readTrack") state.left = eot;
    else if (operation === "verify" && select & 0x80) state.left = count === 0 ? 256 : count;
  }

  /** Waits for the next sector where the drive turns; otherwise for nothing. */
  nextSector(): void {
    if (this.#turns()) this.#port.awaitSector();
  }

  /** The drive may turn now: a motor was switched. */
  resume(): void {
    if (this.#state.phase === "execution" && !this.#state.moving) this.nextSector();
  }

  /** One sector's time is over. */
  sectorPassed(): void {
    const state = this.#state;
    const image = this.#port.image(this.#drive());
    if (state.moving) {
      state.moving = false;
      this.finish(ST0_ABNORMAL, ST1_OR);
      return;
    }
    if (!this.#turns()) return;
    const format = image === undefined ? undefined : floppyFormat(image.length);
    const { cylinder, writeProtected } = state.drives[this.#drive()];
    const readable = (state.dsr & 3) === format?.rate && sectorNumber(format, cylinder, state.head, 1) !== undefined;
    if (this.writes() && writeProtected) this.finish(ST0_ABNORMAL, ST1_NW);
    else if (image === undefined || format === undefined || !readable) this.finish(ST0_ABNORMAL, ST1_MA);
    else if (state.operation === "readId") this.#readId(format, cylinder);
    else if (state.operation === "formatTrack") this.#move(4);
    else this.#sector(format, image, cylinder);
  }

  /** Whether data goes from memory to the disk. */
  writes(): boolean {
    const { operation } = this.#state;
    return operation === "writeData" || operation === "writeDeletedData" || operation === "formatTrack";
  }

  /** SPECIFY's ND bit: the processor moves the data. */
  nonDma(): boolean {
    return (this.#state.specify[1] & 1) === 1;
  }

  /** One byte of data, given or taken; the last of the buffer goes on to the next sector. */
  exchange(value: number, terminalCount: boolean): number {
    const state = this.#state;
    if (state.phase !== "execution" || !state.moving) {
      this.#port.dreq.set(false);
      return 0xff;
    }
    const given = state.buffer[state.position];
    if (this.writes()) state.buffer[state.position] = value;
    state.position++;
    if (!terminalCount && state.position < state.length) return given;
    // What the terminal count cuts off is written as zeros, and read but not transferred.
    if (this.writes()) state.buffer.fill(0, state.position);
    state.terminalCount = terminalCount;
    state.moving = false;
    this.#port.dreq.set(false);
    if (this.nonDma()) this.#port.interrupt(false);
    this.#moved();
    return given;
  }

  /** Result phase: ST0 (`ended` in its upper bits), ST1, ST2, C, H, R, N. */
  finish(ended: number, st1 = 0, st2 = 0): void {
    const state = this.#state;
    const n = state.operation === "readId" ? 2 : (state.command[state.operation === "formatTrack" ? 2 : 5] ?? 0);
    const st0 = ended | (state.head << 2) | this.#drive();
    state.result = [st0, st1 | state.st1, st2 | state.st2, state.c, state.h, state.r, n];
    state.phase = "result";
    state.moving = false;
    this.#port.cancelWait();
    this.#port.dreq.set(false);
    this.#port.interrupt(true);
  }

  #drive(): number {
    return this.#state.command[1] & 3;
  }

  /** The motor is on: there are index pulses. */
  #turns(): boolean {
    return (this.#state.dor & (0x10 << this.#drive())) !== 0;
  }

  #readId(format: FloppyFormat, cylinder: number): void {
    const state = this.#state;
    Object.assign(state, { c: cylinder, h: state.head, r: 1 + (this.#port.rotation() % format.sectors) });
    this.finish(0);
  }

  /** Hands `length` bytes of the buffer to the processor or the DMA controller. */
  #move(length: number): void {
    const state = this.#state;
    Object.assign(state, { moving: true, position: 0, length });
    if (this.nonDma()) {
      this.#port.interrupt(true);
      return;
    }
    this.#port.awaitSector();
    this.#port.dreq.set(true);
  }

  /** The head is at the sector that C, H, R and N ask for, or finds that the track lacks it. */
  #sector(format: FloppyFormat, image: Uint8Array, cylinder: number): void {
    const state = this.#state;
    const { operation, command } = state;
    const disk = state.drives[this.#drive()];
    const track = operation === "readTrack";
    const passing = track ? command[6] - state.left + 1 : state.r;
    const number = sectorNumber(format, cylinder, state.head, passing);
    const found = state.c === cylinder && state.h === state.head && command[5] === 2 && state.r === passing;
    if (number === undefined || (!found && !track)) {
      this.finish(ST0_ABNORMAL, ST1_ND, state.c === cylinder ? 0 : ST2_WC);
      return;
    }
    // READ TRACK takes what comes and only tells that it was something else.
    if (!found) state.st1 |= ST1_ND;
    if (operation === "verify") {
      this.#next();
    } else if (operation === "readDeletedData" && command[0] & SK) {
      state.st2 |= ST2_CM;
      this.#next();
    } else {
      if (operation === "readDeletedData") state.st2 |= ST2_CM;
      if (!this.writes()) readSector(disk, image, number, state.buffer);
      this.#move(SECTOR_BYTES);
    }
  }

  /** The buffer has moved. */
  #moved(): void {
    const state = this.#state;
    const disk = state.drives[this.#drive()];
    const image = this.#port.image(this.#drive());
    const format = image === undefined ? undefined : floppyFormat(image.length);
    if (state.operation === "formatTrack") {
      this.#formatSector(format);
      return;
    }
    if (this.writes() && format !== undefined) {
      const number = sectorNumber(format, disk.cylinder, state.head, state.r);
      if (number !== undefined) writeSector(disk, number, state.buffer);
      if (state.operation === "writeDeletedData") this.#port.report("a deleted data mark, which an image cannot hold");
    }
    if (state.operation === "readDeletedData") this.finish(0);
    else this.#next();
  }

  /** After a sector: the end, or the next one. */
  #next(): void {
    const state = this.#state;
    const [first, , , , , , eot] = state.command;
    const lastOfCylinder = state.r === eot && !(first & MT && state.head === 0);
    const counted = state.left > 0;
    if (counted) state.left--;
    this.#advance();
    if (state.terminalCount || (counted && state.left === 0)) this.finish(0);
    else if (lastOfCylinder && state.operation === "verify" && !counted) this.finish(0);
    else if (lastOfCylinder && state.operation !== "readTrack") this.finish(ST0_ABNORMAL, ST1_EN);
    else this.nextSector();
  }

  /** C, H, R of the sector after this one (table 6-4 of the data sheet). */
  #advance(): void {
    const state = this.#state;
    const [first, , , , , , eot] = state.command;
    if (state.r !== eot || state.operation === "readTrack") {
      state.r = (state.r + 1) & 0xff;
      return;
    }
    state.r = 1;
    if (!(first & MT)) {
      state.c = (state.c + 1) & 0xff;
      return;
    }
    if (state.head === 1) state.c = (state.c + 1) & 0xff;
    state.h ^= 1;
    state.head ^= 1;
  }

  /** FORMAT wrote one address field: the sector it names now holds the filler. */
  #formatSector(format: FloppyFormat | undefined): void {
    const state = this.#state;
    const [c, h, r, n] = state.buffer;
    const disk = state.drives[this.#drive()];
    const number = format === undefined ? undefined : sectorNumber(format, disk.cylinder, state.head, r);
    if (number !== undefined && c === disk.cylinder && h === state.head && n === 2) {
      writeSector(disk, number, new Uint8Array(SECTOR_BYTES).fill(state.command[5]));
    } else {
      this.#port.report("formatting sectors other than the image's, which it cannot hold");
    }
    Object.assign(state, { c, h, r, left: state.left - 1 });
    if (state.left <= 0 || state.terminalCount) this.finish(0);
    else this.nextSector();
  }
}
