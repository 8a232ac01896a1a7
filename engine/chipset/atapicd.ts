/**
 * A CD-ROM (or DVD-ROM) drive on an IDE cable: the packet protocol of ATA/ATAPI-6. What the packets mean is in
 * cdcommands.ts.
 *
 *   PACKET (A0h)  features: 0 DMA      LBA mid, high: most bytes of a block of PIO
 *                 sector count: 0 C/D (the device wants a packet, or is done)   1 I/O (to the host)
 *                 error: 7:4 sense key   2 ABRT
 *
 * Source: ATA/ATAPI-6, 8.23, 9.8.
 */
import { identifyCd } from "./ataidentify.ts";
import { CdCommands, type CdState, newCdState } from "./cdcommands.ts";
import { ABRT, DMA_CHUNK, DRDY, DRQ, DSC, ERR, type IdeCable, IdeDevice, newIdeState } from "./idedevice.ts";

const PACKET_BYTES = 12;
const REASON_PACKET = 1;
const REASON_IN = 2;
const REASON_DONE = 3;

/** The drive; `insert` and `eject` are its tray. */
export class AtapiCd extends IdeDevice {
  readonly state: ReturnType<typeof newIdeState> & { cd: CdState; dma: boolean; limit: number };
  protected readonly signature = [1, 1, 0x14, 0xeb];
  /** Until a first command other than DEVICE RESET, a packet device is not ready (9.1). */
  protected readonly ready = DRDY | DSC;
  readonly #commands: CdCommands;
  readonly #serial: string;

  /** `library` has the images by name. */
  constructor(cable: IdeCable, name: string, library: (name: string) => Uint8Array | undefined, serial: string) {
    super(cable, name);
    this.state = { ...newIdeState(), cd: newCdState(), dma: false, limit: 0 };
    this.#commands = new CdCommands(() => this.state.cd, library);
    this.#serial = serial;
  }

  /** A disc that is in the drive from power-on. */
  load(name: string): void {
    this.state.cd.image = name;
  }

  /** Closes the tray with a disc; software hears of it as a changed medium. */
  insert(name: string): void {
    this.#commands.insert(name);
  }

  eject(): void {
    this.#commands.eject();
  }

  override reset(): void {
    super.reset();
    this.#commands.reset();
  }

  override softReset(): void {
    super.softReset();
    this.state.status = 0;
  }

  protected begin(): void {
    const { state } = this;
    switch (state.command) {
      case 0xa0:
        state.dma = (state.features & 1) !== 0;
        state.registers[0] = REASON_PACKET;
        this.block("packet", PACKET_BYTES, false);
        return;
      case 0xa1: // IDENTIFY PACKET DEVICE
        state.buffer.set(identifyCd(this.#serial, state.mode));
        this.block("in", 512, true);
        return;
      case 0x08: // DEVICE RESET
        this.softReset();
        return;
      case 0xec: // IDENTIFY DEVICE and READ SECTORS are refused with the signature of a packet device
      case 0x20:
        state.registers = [...this.signature];
        this.finish(ABRT);
        return;
      case 0xef: // SET FEATURES: a transfer mode, or what has no effect here
        if (state.features === 0x03) state.mode = state.registers[0];
        this.finish();
        return;
      case 0xe5: // CHECK POWER MODE: active
        state.registers[0] = 0xff;
        this.finish();
        return;
      case 0xe0: // STANDBY IMMEDIATE, IDLE IMMEDIATE, SLEEP, FLUSH CACHE
      case 0xe1:
      case 0xe6:
      case 0xe7:
        this.finish();
        return;
      default:
        this.finish(ABRT);
    }
  }

  protected blockMoved(): void {
    const { state } = this;
    if (state.phase === "packet") {
      this.#execute();
    } else if (state.command === 0xa1) {
      Object.assign(state, { phase: "idle", status: this.ready });
    } else if (state.phase === "out") {
      this.#commands.take(state.buffer.subarray(0, state.length));
      this.#answer();
    } else {
      state.at += state.length;
      state.left -= state.length;
      this.busy();
    }
  }

  /** The packet is in the buffer. */
  #execute(): void {
    const { state } = this;
    const { registers } = state;
    // 0 is as much as possible, and an odd limit one less (8.23.5).
    state.limit = (registers[2] | (registers[3] << 8) || 0xfffe) & 0xfffe || 2;
    const { length, takes } = this.#commands.execute(state.buffer.slice(0, PACKET_BYTES));
    Object.assign(state, { at: 0, left: length });
    if (takes > 0) {
      this.#offer(takes, "out");
      return;
    }
    if (length > 0 && state.dma) this.awaitDma();
    else this.busy();
  }

  protected proceed(): void {
    const { state } = this;
    if (state.phase === "dma") this.#moveDma();
    else if (state.left > 0) {
      const length = Math.min(state.left, state.limit);
      this.#commands.read(state.at, state.buffer.subarray(0, length));
      this.#offer(length, "in");
    } else {
      this.#answer();
    }
  }

  /** A block of data, with its length in the registers. */
  #offer(length: number, phase: "in" | "out"): void {
    const { registers } = this.state;
    registers.splice(0, 4, phase === "in" ? REASON_IN : 0, registers[1], length & 0xff, length >> 8);
    this.block(phase, length, true);
  }

  /** The command is over: the sense key tells how. */
  #answer(): void {
    const { state } = this;
    const { key } = state.cd;
    const failed = this.#commands.failed;
    state.registers[0] = REASON_DONE;
    this.finish();
    if (failed) Object.assign(state, { error: key << 4, status: this.ready | ERR });
  }

  dmaReady(): void {
    if (this.state.phase === "dma") this.wait(10 + Math.ceil(Math.min(this.state.left, DMA_CHUNK) / 512));
  }

  #moveDma(): void {
    const { state } = this;
    const wanted = Math.min(state.left, DMA_CHUNK);
    const buffer = state.buffer.subarray(0, wanted);
    this.#commands.read(state.at, buffer);
    const moved = this.cable.transfer(buffer, true);
    state.at += moved;
    state.left -= moved;
    if (state.left === 0) this.#answer();
    else if (moved === wanted) this.dmaReady();
    else state.status = this.ready | DRQ;
  }
}
