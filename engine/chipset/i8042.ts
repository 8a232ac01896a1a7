/**
 * Intel 8042 keyboard controller with the PS/2 firmware: keyboard, auxiliary device, A20 gate and processor reset.
 *
 *   0x60  read: output buffer; write: parameter of a command, or a byte to the keyboard
 *   0x64  read: status; write: command
 *
 *   status  PERR TO AUXB KEYL  C/D SYS IBF OBF        command byte  0 XLAT DISAUX DISKBD  0 SYS INTAUX INTKBD
 *   output port  bit 0 processor reset (low)  bit 1 A20  bit 4 output buffer full  bit 5 the same for the auxiliary device
 *
 * A byte takes 250 microseconds on a cable, and none is taken while the output buffer is full. Commands are served at
 * once, so IBF is never seen set. Translation is the controller's table from set 2 to set 1.
 * With no auxiliary device, a byte to it is answered by a time-out (status TO and AUXB, data 0xFE).
 * Not modelled: passwords (the bytes are taken), the test inputs, commands AC, C1 and C2 (logged).
 *
 * Source: IBM PS/2 hardware interface technical reference, "Keyboard/auxiliary device controller", 1990.
 */

import type { Bus, Device, Line, Timer } from "./bus.ts";
import type { Ps2Device } from "./ps2keyboard.ts";

/** Wiring of the controller. */
export interface I8042Options {
  readonly keyboard: Ps2Device;
  readonly mouse?: Ps2Device;
  /** IRQ 1. */
  readonly keyboardIrq: Line;
  /** IRQ 12. */
  readonly mouseIrq: Line;
  /** Output port bit 1; high lets address bit 20 through. */
  readonly a20: Line;
  /** Output port bit 0 went low: the processor is reset. */
  readonly resetCpu: () => void;
}

const OBF = 0x01;
const SYS = 0x04;
const COMMAND = 0x08;
const UNLOCKED = 0x10;
const AUXB = 0x20;
const TIMEOUT = 0x40;
const INT_KEYBOARD = 0x01;
const INT_MOUSE = 0x02;
const MODE_SYS = 0x04;
const DISABLE_KEYBOARD = 0x10;
const DISABLE_MOUSE = 0x20;
const TRANSLATE = 0x40;
const OUT_RESET = 0x01;
const OUT_A20 = 0x02;
const CABLE_MICROSECONDS = 250;

/** The set 1 code of each set 2 code; what is not in the table stays. */
export const TRANSLATION: Uint8Array = translationTable();

function translationTable(): Uint8Array {
  // The 8042's permutation of 0x01 to 0x7F, listed by its result.
  const set2 = [
    118, 22, 30, 38, 37, 46, 54, 61, 62, 70, 69, 78, 85, 102, 13, 21, 29, 36, 45, 44, 53, 60, 67, 68, 77, 84, 91, 90,
    20, 28, 27, 35, 43, 52, 51, 59, 66, 75, 76, 82, 14, 18, 93, 26, 34, 33, 42, 50, 49, 58, 65, 73, 74, 89, 124, 17, 41,
    88, 5, 6, 4, 12, 3, 11, 2, 10, 1, 9, 119, 126, 108, 117, 125, 123, 107, 115, 116, 121, 105, 114, 122, 112, 113, 127,
    96, 97, 120, 7, 15, 23, 31, 39, 47, 55, 63, 71, 79, 86, 94, 8, 16, 24, 32, 40, 48, 56, 64, 72, 80, 87, 111, 19, 25,
    57, 81, 83, 92, 95, 98, 99, 100, 101, 103, 104, 106, 109, 110,
  ];
  const table = Uint8Array.from({ length: 256 }, (_, code) => code);
  set2.forEach((code, i) => {
    table[code] = i + 1;
  });
  table[0x00] = 0xff;
  table[0x83] = 0x41;
  table[0x84] = 0x54;
  return table;
}

/** The controller. */
export class I8042 implements Device {
  readonly name = "i8042";
  readonly state = {
    /** Without OBF and AUXB, which `full` and `aux` hold. */
    status: UNLOCKED,
    output: 0,
    full: false,
    aux: false,
    /** A controller's answer that waits for the output buffer: byte | AUXB << 8 | TIMEOUT << 8, -1 for none. */
    waiting: -1,
    /** 32 bytes; the first is the command byte. */
    ram: new Uint8Array(32),
    /** Port bits 0 and 1. */
    port: OUT_RESET | OUT_A20,
    /** The command whose parameter port 0x60 takes next, 0 for none. */
    command: 0,
    /** F0 came: the next code is a release. */
    release: false,
    /** Commands already reported as missing. */
    reported: [] as number[],
  };
  readonly #options: I8042Options;
  readonly #clock: Bus["clock"];
  readonly #log: Bus["log"];
  readonly #cable: Timer;

  constructor(bus: Pick<Bus, "ports" | "clock" | "log">, options: I8042Options) {
    this.#options = options;
    this.#clock = bus.clock;
    this.#log = bus.log;
    this.#cable = bus.clock.timer(`${this.name}.cable`, () => this.#arrives());
    options.keyboard.dataReady = () => this.#pump();
    if (options.mouse !== undefined) options.mouse.dataReady = () => this.#pump();
    bus.ports.claim(this.name, 0x60, 1, {
      read: () => this.#readOutput(),
      write: (_port, value) => this.#data(value),
    });
    bus.ports.claim(this.name, 0x64, 1, {
      read: () => this.#status(),
      write: (_port, value) => this.#command(value),
    });
    this.reset();
  }

  reset(): void {
    Object.assign(this.state, { status: UNLOCKED | COMMAND, output: 0, full: false, aux: false, waiting: -1 });
    Object.assign(this.state, { port: OUT_RESET | OUT_A20, command: 0, release: false });
    this.state.ram.fill(0);
    this.state.ram[0] = INT_KEYBOARD | INT_MOUSE;
    this.#cable.cancel();
    this.#settle();
    this.#options.a20.set(true);
  }

  #status(): number {
    const { status, full, aux } = this.state;
    return status | (full ? OBF : 0) | (full && aux ? AUXB : 0);
  }

  #settle(): void {
    const { full, aux, ram } = this.state;
    this.#options.keyboardIrq.set(full && !aux && (ram[0] & INT_KEYBOARD) !== 0);
    this.#options.mouseIrq.set(full && aux && (ram[0] & INT_MOUSE) !== 0);
  }

  /** Puts a byte into the output buffer. */
  #fill(byte: number, aux: boolean, timeout = false): void {
    const { state } = this;
    state.output = byte;
    state.full = true;
    state.aux = aux;
    state.status = timeout ? state.status | TIMEOUT : state.status & ~TIMEOUT;
    this.#settle();
  }

  /** An answer of the controller's own: at once, or when the buffer is empty. */
  #answer(byte: number, aux = false, timeout = false): void {
    if (this.state.full) this.state.waiting = byte | (aux ? 0x100 : 0) | (timeout ? 0x200 : 0);
    else this.#fill(byte, aux, timeout);
  }

  #readOutput(): number {
    const { state } = this;
    const { output } = state;
    if (!state.full) return output;
    state.full = false;
    this.#settle();
    const { waiting } = state;
    state.waiting = -1;
    if (waiting >= 0) this.#fill(waiting & 0xff, (waiting & 0x100) !== 0, (waiting & 0x200) !== 0);
    else this.#pump();
    return output;
  }

  #keyboardReady(): boolean {
    return (this.state.ram[0] & DISABLE_KEYBOARD) === 0 && this.#options.keyboard.hasData();
  }

  #mouseReady(): boolean {
    return (this.state.ram[0] & DISABLE_MOUSE) === 0 && (this.#options.mouse?.hasData() ?? false);
  }

  /** Lets a device send its next byte where the buffer is empty and one wants to. */
  #pump(): void {
    if (this.state.full || this.#cable.deadline !== undefined) return;
    if (!this.#keyboardReady() && !this.#mouseReady()) return;
    this.#cable.arm(this.#clock.now + Math.floor((CABLE_MICROSECONDS * this.#clock.ticksPerSecond) / 1e6));
  }

  #arrives(): void {
    const { state } = this;
    if (state.full) return;
    if (this.#keyboardReady()) {
      const byte = this.#options.keyboard.take();
      if (!(state.ram[0] & TRANSLATE)) {
        this.#fill(byte, false);
      } else if (byte === 0xf0) {
        state.release = true;
      } else {
        this.#fill(TRANSLATION[byte] | (state.release ? 0x80 : 0), false);
        state.release = false;
      }
    } else if (this.#mouseReady() && this.#options.mouse !== undefined) {
      this.#fill(this.#options.mouse.take(), true);
    }
    this.#pump();
  }

  #data(value: number): void {
    const { state } = this;
    const { command } = state;
    state.status &= ~COMMAND;
    // A password is loaded until its terminating zero.
    if (command !== 0xa5 || value === 0) state.command = 0;
    if (command === 0) this.#toKeyboard(value);
    else if (command === 0xd1) this.#writePort(value);
    else if (command === 0xd2) this.#answer(value);
    else if (command === 0xd3) this.#answer(value, true);
    else if (command === 0xd4) this.#toMouse(value);
    else if (command >= 0x60 && command < 0x80) this.#writeRam(command & 0x1f, value);
  }

  /** A byte to the keyboard opens its interface again. */
  #toKeyboard(value: number): void {
    this.state.ram[0] &= ~DISABLE_KEYBOARD;
    this.#options.keyboard.receive(value);
    this.#pump();
  }

  #toMouse(value: number): void {
    this.state.ram[0] &= ~DISABLE_MOUSE;
    if (this.#options.mouse === undefined) this.#answer(0xfe, true, true);
    else this.#options.mouse.receive(value);
    this.#pump();
  }

  #writeRam(index: number, value: number): void {
    const { state } = this;
    state.ram[index] = value;
    if (index !== 0) return;
    state.status = (state.status & ~SYS) | (value & MODE_SYS ? SYS : 0);
    this.#settle();
    this.#pump();
  }

  #writePort(value: number): void {
    this.state.port = value & (OUT_RESET | OUT_A20);
    this.#options.a20.set((value & OUT_A20) !== 0);
    if (!(value & OUT_RESET)) this.#resetsCpu();
  }

  #resetsCpu(): void {
    this.state.port |= OUT_RESET;
    this.#options.resetCpu();
  }

  #readPort(): number {
    const { port, full, aux } = this.state;
    return 0xcc | port | (full && !aux ? 0x10 : 0) | (full && aux ? 0x20 : 0);
  }

  #command(value: number): void {
    const { state } = this;
    const mode = state.ram[0];
    state.status |= COMMAND;
    state.command = 0;
    if (value >= 0x20 && value < 0x40) {
      this.#answer(state.ram[value & 0x1f]);
    } else if (value >= 0x60 && value < 0x80) {
      state.command = value;
    } else if (value >= 0xf0) {
      // Pulses the output port's lower four bits that are 0 here; only the reset line is wired.
      if (!(value & 1)) this.#resetsCpu();
    } else {
      this.#controller(value, mode);
    }
  }

  #controller(value: number, mode: number): void {
    const { state } = this;
    switch (value) {
      case 0xa4:
        this.#answer(0xf1); // no password
        break;
      case 0xa5:
      case 0xd1:
      case 0xd2:
      case 0xd3:
      case 0xd4:
        state.command = value;
        break;
      case 0xa7:
        this.#writeRam(0, mode | DISABLE_MOUSE);
        break;
      case 0xa8:
        this.#writeRam(0, mode & ~DISABLE_MOUSE);
        break;
      case 0xa9:
      case 0xab:
        this.#answer(0x00); // the line is in order
        break;
      case 0xaa:
        this.#writeRam(0, mode | MODE_SYS);
        this.#answer(0x55);
        break;
      case 0xad:
        this.#writeRam(0, mode | DISABLE_KEYBOARD);
        break;
      case 0xae:
        this.#writeRam(0, mode & ~DISABLE_KEYBOARD);
        break;
      case 0xc0:
        this.#answer(0x80); // the key lock is open
        break;
      case 0xd0:
        this.#answer(this.#readPort());
        break;
      case 0xdd:
      case 0xdf:
        this.#writePort(value === 0xdf ? OUT_RESET | OUT_A20 : OUT_RESET);
        break;
      case 0xe0:
        this.#answer(0x00);
        break;
      default:
        this.#missing(value);
    }
  }

  #missing(command: number): void {
    const { reported } = this.state;
    if (reported.includes(command)) return;
    reported.push(command);
    this.#log({ kind: "unimplemented", part: this.name, text: `command 0x${command.toString(16)}` });
  }
}
