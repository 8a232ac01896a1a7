/**
 * Intel 82077AA floppy disk controller with up to four drives, wired as in an AT.
 *
 *   base+2  DOR   motor 3..0 | DMA and INT enabled | not reset | drive      rw
 *   base+3  TDR   tape drive                                                rw
 *   base+4  MSR   RQM DIO NDMA BUSY | drive 3..0 seeks                      r     DSR  reset, precompensation, rate   w
 *   base+5  FIFO  commands, results, data                                   rw
 *   base+7  DIR   disk change                                               r     CCR  rate                           w
 *
 * All commands of the part, DMA and non-DMA transfers, multi-sector and multi-track with the data sheet's result bytes,
 * implied seeks, the change line, overruns. What a head does takes a fraction of a real drive's time. A drive with its
 * motor off gives no index pulses: commands that need them wait until a reset, as on the part; one that turns without a
 * disk gives nothing but pulses, and they end with MA.
 * Images hold the 512-byte sectors of standard formats, so deleted data marks, other sector sizes and numbers that FORMAT
 * could write are lost (logged). Non-DMA transfers have no time limit, and end at EOT with EN set: an AT has no TC then.
 * Not modelled: PS/2 and Model 30 registers, FM recording, precompensation, drive specification.
 *
 * Source: Intel 82077AA data sheet, order 290166-007.
 */

import type { Bus, Device, DmaChannel, DmaDevice, Line, Tick, Timer } from "./bus.ts";
import { FloppyDrives } from "./floppydrives.ts";
import { decodeCommand, type FdcCommand } from "./i82077commands.ts";
import {
  CONFIG_EFIFO,
  CONFIG_EIS,
  CONFIG_NO_POLL,
  type FdcState,
  newFdcState,
  ST0_INVALID,
  ST0_POLLING,
} from "./i82077state.ts";
import { FdcTransfer } from "./i82077transfer.ts";

/** Wiring of the controller. */
export interface I82077Options {
  /** 0x3F0 in a PC. */
  readonly base?: number;
  /** IRQ 6. */
  readonly irq: Line;
  /** Channel 2. */
  readonly dma: DmaChannel;
  /** The machine's images by name; also asked for the inserted ones after a restore. */
  readonly image: (name: string) => Uint8Array | undefined;
}

/** Much shorter than a drive's 11 ms a sector: software waits for the end, not for its length. */
const SECTOR_MICROSECONDS = 100;
const RESET_MICROSECONDS = 20;

const DOR_NOT_RESET = 0x04;
const DOR_GATE = 0x08;
const DSR_RESET = 0x80;
const MSR_RQM = 0x80;
const MSR_DIO = 0x40;
const MSR_NDMA = 0x20;
const MSR_BUSY = 0x10;

/** The controller and its drives. */
export class I82077 implements Device, DmaDevice {
  readonly name = "i82077";
  readonly state: FdcState = newFdcState();
  readonly #clock: Bus["clock"];
  readonly #log: Bus["log"];
  readonly #options: I82077Options;
  readonly #dreq: Line;
  readonly #transfer: FdcTransfer;
  readonly #timer: Timer;
  readonly #drives: FloppyDrives;

  constructor(bus: Pick<Bus, "ports" | "clock" | "log">, options: I82077Options) {
    const base = options.base ?? 0x3f0;
    this.#clock = bus.clock;
    this.#log = bus.log;
    this.#options = options;
    this.#dreq = options.dma.attach(this);
    this.#timer = bus.clock.timer(this.name, () => this.#timeout());
    this.#drives = new FloppyDrives(this.state, bus.clock, options.image, (n, st0) => this.#arrived(n, st0));
    this.#transfer = new FdcTransfer(this.state, {
      image: (drive) => this.#drives.image(drive),
      awaitSector: () => this.#timer.arm(this.#after(SECTOR_MICROSECONDS)),
      cancelWait: () => this.#timer.cancel(),
      dreq: this.#dreq,
      interrupt: (level) => this.#interrupt(level),
      rotation: () => Math.floor(this.#clock.now / this.#ticks(SECTOR_MICROSECONDS)),
      report: (text) => this.#report(text),
    });
    const registers = {
      read: (port: number) => this.#read(port - base),
      write: (port: number, value: number) => this.#write(port - base, value),
    };
    bus.ports.claim(this.name, base + 2, 4, registers);
    bus.ports.claim(this.name, base + 7, 1, registers);
    this.reset();
  }

  /** Puts the library's image `name` into drive 0 to 3; its size must have a `floppyFormat`. */
  insert(drive: number, name: string, writeProtected = false): void {
    this.#drives.insert(drive, name, writeProtected);
  }

  /** Takes the disk out; what was written to it is lost with it (`contents` before). */
  eject(drive: number): void {
    this.#drives.eject(drive);
  }

  /** The disk in a drive as it is now, with what the guest wrote; undefined for an empty drive. */
  contents(drive: number): Uint8Array | undefined {
    return this.#drives.contents(drive);
  }

  /** The RESET pin: registers as after power-on. Disks and heads stay where they are. */
  reset(): void {
    Object.assign(this.state, { dor: 0, tdr: 0, dsr: 2, locked: false, specify: [0, 0] });
    this.#enterReset();
  }

  restored(): void {
    this.#drives.restored();
  }

  dmaRead(terminalCount: boolean): number {
    return this.#transfer.exchange(0, terminalCount);
  }

  dmaWrite(value: number, terminalCount: boolean): void {
    this.#transfer.exchange(value, terminalCount);
  }

  #ticks(microseconds: number): Tick {
    return Math.floor((microseconds * this.#clock.ticksPerSecond) / 1e6);
  }

  #after(microseconds: number): Tick {
    return this.#clock.now + this.#ticks(microseconds);
  }

  #read(register: number): number {
    const { state } = this;
    switch (register) {
      case 2:
        return state.dor;
      case 3:
        return state.tdr;
      case 4:
        return this.#mainStatus();
      case 5:
        return this.#readData();
      default:
        return state.drives[state.dor & 3].changed ? 0x80 : 0;
    }
  }

  #write(register: number, value: number): void {
    const { state } = this;
    switch (register) {
      case 2:
        this.#writeDor(value);
        break;
      case 3:
        state.tdr = value & 3;
        break;
      case 4:
        state.dsr = value & 0x1f;
        if (value & DSR_RESET) {
          this.#enterReset();
          if (state.dor & DOR_NOT_RESET) this.#timer.arm(this.#after(RESET_MICROSECONDS));
        }
        break;
      case 5:
        this.#writeData(value);
        break;
      default:
        state.dsr = (state.dsr & ~3) | (value & 3);
    }
  }

  #writeDor(value: number): void {
    const { state } = this;
    const before = state.dor;
    state.dor = value;
    if (!(value & DOR_NOT_RESET)) this.#enterReset();
    else if (!(before & DOR_NOT_RESET)) this.#timer.arm(this.#after(RESET_MICROSECONDS));
    else if (value & ~before & 0xf0) this.#transfer.resume();
    this.#settleIrq();
  }

  #mainStatus(): number {
    const { state } = this;
    let status = 0;
    state.drives.forEach((drive, n) => {
      if (drive.seeking >= 0) status |= 1 << n;
    });
    if (state.phase === "idle") return status | MSR_RQM;
    if (state.phase === "command") return status | MSR_RQM | MSR_BUSY;
    if (state.phase === "result") return status | MSR_RQM | MSR_DIO | MSR_BUSY;
    if (state.phase === "reset") return 0;
    status |= MSR_BUSY;
    if (!this.#transfer.nonDma()) return status;
    return status | MSR_NDMA | (state.moving ? MSR_RQM | (this.#transfer.writes() ? 0 : MSR_DIO) : 0);
  }

  #settleIrq(): void {
    this.#options.irq.set(this.state.interrupt && (this.state.dor & DOR_GATE) !== 0);
  }

  #interrupt(level: boolean): void {
    this.state.interrupt = level;
    this.#settleIrq();
  }

  #enterReset(): void {
    const { state } = this;
    this.#timer.cancel();
    this.#drives.stop();
    Object.assign(state, { phase: "reset", command: [], result: [], interrupts: [], pcn: [0, 0, 0, 0] });
    Object.assign(state, { operation: "", moving: false, position: 0, length: 0 });
    state.perpendicular &= 0x3c;
    if (!state.locked) Object.assign(state, { configure: CONFIG_EFIFO, pretrack: 0 });
    else state.configure &= ~(CONFIG_EIS | CONFIG_NO_POLL);
    this.#dreq.set(false);
    this.#interrupt(false);
  }

  /** The end of a reset: the poll of the drives finds that all changed to ready. */
  #leaveReset(): void {
    const { state } = this;
    state.phase = "idle";
    if (state.configure & CONFIG_NO_POLL) return;
    for (let n = 0; n < 4; n++) state.interrupts.push(ST0_POLLING | n, 0);
    this.#interrupt(true);
  }

  #writeData(value: number): void {
    const { state } = this;
    if (state.phase === "execution" && state.moving && this.#transfer.nonDma() && this.#transfer.writes()) {
      this.#transfer.exchange(value, false);
      return;
    }
    if (state.phase !== "idle" && state.phase !== "command") return;
    state.command.push(value);
    state.phase = "command";
    const decoded = decodeCommand(state.command[0]);
    if (decoded === undefined) this.#answer([ST0_INVALID]);
    else if (state.command.length === decoded.length) this.#execute(decoded.command);
  }

  #readData(): number {
    const { state } = this;
    if (state.phase === "execution" && state.moving && this.#transfer.nonDma() && !this.#transfer.writes()) {
      return this.#transfer.exchange(0, false);
    }
    if (state.phase !== "result") return 0;
    // The first result byte answers the interrupt.
    this.#interrupt(false);
    const value = state.result.shift() ?? 0;
    if (state.result.length === 0) this.#idle();
    return value;
  }

  #idle(): void {
    this.state.phase = "idle";
    this.state.command = [];
    this.state.operation = "";
    // A seek that ended meanwhile has its interrupt now; a reset interrupts once for its four reports.
    const [st0] = this.state.interrupts;
    if (st0 !== undefined && (st0 & ST0_POLLING) !== ST0_POLLING) this.#interrupt(true);
  }

  /** Result phase without an interrupt. */
  #answer(bytes: number[]): void {
    this.state.result = bytes;
    this.state.phase = "result";
  }

  #execute(command: FdcCommand): void {
    const { state } = this;
    const [first, second, third] = state.command;
    switch (command) {
      case "specify":
        state.specify = [second, third];
        this.#idle();
        break;
      case "configure":
        state.configure = third & 0x7f;
        state.pretrack = state.command[3];
        this.#idle();
        break;
      case "perpendicular":
        // OW (bit 7) allows the drive bits to be written.
        state.perpendicular = second & 0x80 ? second & 0x3f : (state.perpendicular & 0x3c) | (second & 3);
        this.#idle();
        break;
      case "lock":
        state.locked = (first & 0x80) !== 0;
        this.#answer([state.locked ? 0x10 : 0]);
        break;
      case "version":
        this.#answer([0x90]);
        break;
      case "dumpReg":
        this.#answer([
          ...state.pcn,
          ...state.specify,
          state.eot,
          (state.locked ? 0x80 : 0) | state.perpendicular,
          state.configure,
          state.pretrack,
        ]);
        break;
      case "senseDrive": {
        const drive = state.drives[second & 3];
        this.#answer([(drive.writeProtected ? 0x40 : 0) | (drive.cylinder === 0 ? 0x10 : 0) | 0x28 | (second & 7)]);
        break;
      }
      case "senseInterrupt":
        this.#senseInterrupt();
        break;
      case "recalibrate":
        this.#drives.recalibrate(second & 3);
        this.#idle();
        break;
      case "seek":
        this.#drives.seek(second & 3, third - state.pcn[second & 3]);
        this.#idle();
        break;
      case "relativeSeek":
        this.#drives.seek(second & 3, first & 0x40 ? third : -third);
        this.#idle();
        break;
      default:
        this.#startTransfer(command);
    }
  }

  #startTransfer(command: FdcCommand): void {
    const { state } = this;
    this.#transfer.start(command);
    const n = state.command[1] & 3;
    const implied = state.configure & CONFIG_EIS && command !== "readId" && command !== "formatTrack";
    if (implied && state.c !== state.pcn[n]) this.#drives.seek(n, state.c - state.pcn[n]);
    else this.#transfer.nextSector();
  }

  #timeout(): void {
    if (this.state.phase === "reset") this.#leaveReset();
    else if (this.state.phase === "execution") this.#transfer.sectorPassed();
  }

  #senseInterrupt(): void {
    const { interrupts } = this.state;
    const [st0, pcn] = interrupts.splice(0, 2);
    this.#interrupt(false);
    this.#answer(st0 === undefined ? [ST0_INVALID] : [st0, pcn]);
  }

  /** Tells once of each thing that an image cannot hold. */
  #report(text: string): void {
    if (this.state.reported.includes(text)) return;
    this.state.reported.push(text);
    this.#log({ kind: "unimplemented", part: this.name, text });
  }

  #arrived(n: number, st0: number): void {
    const { state } = this;
    // An implied seek goes on with its command.
    if (state.phase === "execution" && (state.command[1] & 3) === n) {
      this.#transfer.nextSector();
      return;
    }
    // A drive has one report to make, the last.
    const pending: number[] = [];
    for (let i = 0; i < state.interrupts.length; i += 2) {
      if ((state.interrupts[i] & 3) !== n) pending.push(state.interrupts[i], state.interrupts[i + 1]);
    }
    state.interrupts = [...pending, st0, state.pcn[n]];
    if (state.phase === "idle") this.#interrupt(true);
  }
}
