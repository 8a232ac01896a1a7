/**
 * What every device on an IDE cable has in common: the task file, the phases of a command, PIO and DMA transfers.
 *
 *          read             write              (HOB in the device control register reads the byte written before)
 *   0      data             data
 *   1      error            features           error: 80 ICRC 40 UNC 10 IDNF 04 ABRT
 *   2–5    sector count, LBA low, mid, high
 *   6      device: 6 LBA, 4 device 1, 3:0 head or LBA 27:24
 *   7      status           command            status: 80 BSY 40 DRDY 20 DF 10 DSC 08 DRQ 01 ERR
 *
 * A command is busy for 10 µs before it transfers or ends, and a block of a transfer as long again, or 1 µs for each 512
 * bytes by DMA. Not modelled: overlapped and queued commands, CRC errors, power modes other than by name.
 *
 * Source: ATA/ATAPI-6 (T13/1410D revision 3b), chapters 7, 9.
 */
import type { Clock, Device, StateValue, Timer } from "./bus.ts";

export const ERR = 0x01;
export const DRQ = 0x08;
export const DSC = 0x10;
export const DRDY = 0x40;
export const BSY = 0x80;
export const ABRT = 0x04;
export const IDNF = 0x10;
export const DEVICE_LBA = 0x40;
/** Of the largest block of a PIO transfer: ATAPI's byte count limit. */
const BUFFER = 0x10000;
const COMMAND_MICROSECONDS = 10;
/** Most bytes of DMA that move at one moment. */
export const DMA_CHUNK = 0x10000;

/** What a device sees of its channel. */
export interface IdeCable {
  readonly clock: Clock;
  /** INTRQ has changed. */
  interruptChanged(): void;
  /** The device waits for DMA. */
  dmaWanted(): void;
  /** Moves bytes between `buffer` and memory; how many could be. */
  transfer(buffer: Uint8Array, toMemory: boolean): number;
}

/** Where in a command a device is. */
export type IdePhase = "idle" | "accepted" | "busy" | "packet" | "in" | "out" | "dma";

export type IdeState = ReturnType<typeof newIdeState>;

export function newIdeState() {
  return {
    error: 1,
    features: 0,
    /** Sector count, LBA low, mid, high: as written last, and before. */
    registers: [1, 1, 0, 0],
    previous: [0, 0, 0, 0],
    previousFeatures: 0,
    device: 0,
    status: DRDY | DSC,
    interrupt: false,
    phase: "idle" as IdePhase,
    command: 0,
    /** The block of a PIO transfer, and how far it has moved. */
    buffer: new Uint8Array(BUFFER),
    position: 0,
    length: 0,
    /** What is left of the command: its next sector (or byte) and how many follow. */
    at: 0,
    left: 0,
    /** Sectors of a block that has one interrupt. */
    block: 1,
    /** Told by SET FEATURES: transfer mode as its sector count register had it. */
    mode: 0,
  };
}

/** One device. Subclasses say what its commands do. */
export abstract class IdeDevice implements Device {
  abstract readonly state: IdeState & { [more: string]: StateValue };
  readonly name: string;
  protected readonly cable: IdeCable;
  readonly #timer: Timer;

  constructor(cable: IdeCable, name: string) {
    this.name = name;
    this.cable = cable;
    this.#timer = cable.clock.timer(`${name}.busy`, () => this.#timeIsOver());
  }

  /** What a reset leaves in count, LBA low, mid and high: which kind of device this is. */
  protected abstract readonly signature: readonly number[];
  /** Status of a device that has nothing to do. */
  protected abstract readonly ready: number;
  /** Begins `state.command`. */
  protected abstract begin(): void;
  /** The time that `wait` asked for is over. */
  protected abstract proceed(): void;
  /** The block in the buffer has moved. */
  protected abstract blockMoved(): void;
  /** A DMA transfer goes on. */
  abstract dmaReady(): void;

  reset(): void {
    this.softReset();
    Object.assign(this.state, { device: 0, features: 0, previousFeatures: 0, previous: [0, 0, 0, 0], mode: 0 });
  }

  restored(): void {}

  /** SRST, or the end of EXECUTE DEVICE DIAGNOSTIC. */
  softReset(): void {
    this.#timer.cancel();
    Object.assign(this.state, { error: 1, registers: [...this.signature], status: this.ready, phase: "idle", left: 0 });
    this.state.device &= ~0x0f;
    this.interrupt(false);
  }

  /** SRST is set: busy until it is cleared. */
  holdReset(): void {
    this.#timer.cancel();
    Object.assign(this.state, { status: BSY, phase: "busy" });
    this.interrupt(false);
  }

  /** EXECUTE DEVICE DIAGNOSTIC is over: no fault found. */
  diagnosed(): void {
    this.interrupt(true);
  }

  get isBusy(): boolean {
    return (this.state.status & BSY) !== 0;
  }

  /** Registers 1 to 6. */
  readRegister(register: number, hob: boolean): number {
    const { state } = this;
    if (register === 1) return state.error;
    if (register === 6) return state.device | 0xa0;
    return (hob ? state.previous : state.registers)[register - 2];
  }

  writeRegister(register: number, value: number): void {
    const { state } = this;
    if (this.isBusy) return;
    if (register === 6) state.device = value;
    else if (register === 1) {
      state.previousFeatures = state.features;
      state.features = value;
    } else {
      state.previous[register - 2] = state.registers[register - 2];
      state.registers[register - 2] = value;
    }
  }

  /** Status, which also ends the interrupt. */
  readStatus(): number {
    this.interrupt(false);
    return this.state.status;
  }

  /** The command register, of the device that is selected. */
  command(value: number): void {
    const { state } = this;
    if (this.isBusy && value !== 0x08) return;
    this.interrupt(false);
    Object.assign(state, { command: value, status: BSY | (this.ready & DSC), error: 0, phase: "accepted", left: 0 });
    this.wait(COMMAND_MICROSECONDS);
  }

  /** The data register. */
  readData(size: number): number {
    const { state } = this;
    if (state.phase !== "in") return 0;
    let value = 0;
    for (let i = 0; i < size; i++) value |= (state.buffer[state.position + i] ?? 0) << (8 * i);
    this.#moved(size);
    return value >>> 0;
  }

  writeData(value: number, size: number): void {
    const { state } = this;
    if (state.phase !== "out" && state.phase !== "packet") return;
    for (let i = 0; i < size && state.position + i < BUFFER; i++) state.buffer[state.position + i] = value >>> (8 * i);
    this.#moved(size);
  }

  #moved(size: number): void {
    const { state } = this;
    state.position += size;
    if (state.position >= state.length) this.blockMoved();
  }

  protected interrupt(level: boolean): void {
    if (this.state.interrupt === level) return;
    this.state.interrupt = level;
    this.cable.interruptChanged();
  }

  /** Calls `proceed` so much later. */
  protected wait(microseconds: number): void {
    const { clock } = this.cable;
    this.#timer.arm(clock.now + Math.ceil((microseconds * clock.ticksPerSecond) / 1e6));
  }

  #timeIsOver(): void {
    if (this.state.phase === "accepted") this.begin();
    else this.proceed();
  }

  /** Stays busy, and then goes on with what is left. */
  protected busy(): void {
    Object.assign(this.state, { status: BSY | (this.ready & DSC), phase: "busy" });
    this.wait(COMMAND_MICROSECONDS);
  }

  /** Offers the first `length` bytes of the buffer, or asks for as many. */
  protected block(phase: "in" | "out" | "packet", length: number, interrupts: boolean): void {
    Object.assign(this.state, { phase, length, position: 0, status: this.ready | DRQ });
    if (interrupts) this.interrupt(true);
  }

  /** Waits until the bus master is ready. */
  protected awaitDma(): void {
    Object.assign(this.state, { phase: "dma", status: this.ready | DRQ });
    this.cable.dmaWanted();
  }

  /** The command is over; `error` 0 is success. */
  protected finish(error = 0): void {
    Object.assign(this.state, { phase: "idle", error, status: this.ready | (error ? ERR : 0), left: 0 });
    this.interrupt(true);
  }
}
