/**
 * A PS/2 keyboard (IBM enhanced, 101 to 104 keys): commands, scan code sets 1 to 3, its 16-byte buffer.
 *
 *   ED leds   EE echo   F0 set   F2 identify   F3 rate   F4 enable   F5 defaults, disable   F6 defaults
 *   F7-FA all keys typematic / make-break / make / all (set 3)   FB-FD the same for the keys that follow
 *   FE resend   FF reset (FA, then AA after the self test)
 *
 * Replies go before scan codes. Repeating a held key is the host's: it calls `key(name, true)` again, and `typematic`
 * tells the rate that the guest asked for. The power-on AA is left out: the keyboard had power before the machine.
 * Not modelled: the fake shift codes around grey keys when Shift is down or Num Lock is on, serial line errors.
 *
 * Source: IBM PS/2 hardware interface technical reference, "Keyboard (101- and 102-key)", 1990.
 */

import type { Bus, Device, Timer } from "./bus.ts";
import { PS2_KEYS, scanCodes } from "./ps2keys.ts";

/** A device at the end of a PS/2 cable, as the keyboard controller sees it. */
export interface Ps2Device {
  /** A command or parameter byte from the controller. */
  receive(byte: number): void;
  /** Whether a byte waits to be sent. */
  hasData(): boolean;
  /** Takes the byte that is sent next. */
  take(): number;
  /** Called when `hasData` becomes true; the controller sets it. */
  dataReady: () => void;
}

const ACK = 0xfa;
const RESEND = 0xfe;
const BAT_OK = 0xaa;
const BUFFER = 16;
/** How long the self test takes. Real ones take 300 to 500 ms; software only waits for the answer. */
const BAT_MICROSECONDS = 2000;
const KEYS = [...PS2_KEYS.values()];
const INDEX = new Map([...PS2_KEYS.keys()].map((name, i) => [name, i]));
const TYPES = { typematic: 0, makeBreak: 1, make: 2 };
const TYPEMATIC_ONLY = 3;

/** The keyboard. */
export class Ps2Keyboard implements Device, Ps2Device {
  readonly name = "ps2keyboard";
  dataReady: () => void = () => {};
  readonly state = {
    set: 2,
    enabled: true,
    /** Scroll lock, num lock, caps lock in bits 0, 1, 2. */
    leds: 0,
    /** Delay (6:5) and rate (4:0) as command F3 takes them. */
    rate: 0x2b,
    /** Answers to commands, which go first. */
    replies: [] as number[],
    /** Scan codes, at most 16 bytes. */
    codes: [] as number[],
    /** The command whose parameter comes next, 0 for none. */
    command: 0,
    last: 0,
    /** By position in PS2_KEYS. */
    down: new Uint8Array(KEYS.length),
    /** By set 3 code: typematic, make-break, make, typematic without break. */
    types: new Uint8Array(256),
  };
  readonly #clock: Bus["clock"];
  readonly #selfTest: Timer;

  constructor(bus: Pick<Bus, "clock">) {
    this.#clock = bus.clock;
    this.#selfTest = bus.clock.timer(`${this.name}.selftest`, () => this.#reply(BAT_OK));
    this.reset();
  }

  /** A key by its KeyboardEvent.code goes down or up; false where the keyboard has no such key. */
  key(name: string, down: boolean): boolean {
    const index = INDEX.get(name);
    if (index === undefined) return false;
    const { state } = this;
    const repeated = down && state.down[index] === 1;
    if (!down && state.down[index] === 0) return true;
    state.down[index] = down ? 1 : 0;
    if (!state.enabled) return true;
    this.#send(state.set === 3 ? this.#set3(KEYS[index].set3, down, repeated) : this.#sets12(name, down, repeated));
    return true;
  }

  /** Releases every key: the host lost sight of the keyboard. */
  releaseAll(): void {
    for (const name of PS2_KEYS.keys()) this.key(name, false);
  }

  /** The repetition that the guest asked for: 250 to 1,000 ms, then 2 to 30 a second. */
  typematic(): { delayMs: number; perSecond: number } {
    const { rate } = this.state;
    const periodMs = (8 + (rate & 7)) * 2 ** ((rate >> 3) & 3) * 4.17;
    return { delayMs: 250 * (1 + ((rate >> 5) & 3)), perSecond: 1000 / periodMs };
  }

  receive(byte: number): void {
    const { state } = this;
    const { command } = state;
    if (command !== 0 && byte < 0xed) {
      this.#parameter(command, byte);
      return;
    }
    state.command = 0;
    this.#command(byte);
  }

  hasData(): boolean {
    return this.state.replies.length > 0 || this.state.codes.length > 0;
  }

  take(): number {
    const { state } = this;
    const byte = state.replies.shift() ?? state.codes.shift() ?? 0;
    if (byte !== RESEND) state.last = byte;
    return byte;
  }

  reset(): void {
    this.#selfTest.cancel();
    Object.assign(this.state, { replies: [], codes: [], command: 0, last: 0, leds: 0 });
    this.state.down.fill(0);
    this.#defaults();
  }

  #defaults(): void {
    Object.assign(this.state, { set: 2, enabled: true, rate: 0x2b, codes: [] });
    for (const key of KEYS) this.state.types[key.set3] = TYPES[key.type];
  }

  #isDown(...names: string[]): boolean {
    return names.some((name) => this.state.down[INDEX.get(name) ?? 0] === 1);
  }

  #sets12(name: string, down: boolean, repeated: boolean): number[] {
    if (repeated && name === "Pause") return [];
    return scanCodes(name, down, this.state.set === 1 ? 1 : 2, {
      shift: this.#isDown("ShiftLeft", "ShiftRight"),
      control: this.#isDown("ControlLeft", "ControlRight"),
      alt: this.#isDown("AltLeft", "AltRight"),
    });
  }

  #set3(code: number, down: boolean, repeated: boolean): number[] {
    const type = this.state.types[code];
    if (code === 0) return [];
    if (!down) return type === TYPES.typematic || type === TYPES.makeBreak ? [0xf0, code] : [];
    return repeated && type !== TYPES.typematic && type !== TYPEMATIC_ONLY ? [] : [code];
  }

  /** Scan codes into the buffer; a sequence that does not fit leaves an overrun code instead. */
  #send(bytes: number[]): void {
    const { codes, set } = this.state;
    if (bytes.length === 0 || codes.length >= BUFFER) return;
    if (codes.length + bytes.length < BUFFER) codes.push(...bytes);
    else codes.push(set === 1 ? 0xff : 0x00);
    this.dataReady();
  }

  #reply(...bytes: number[]): void {
    this.state.replies.push(...bytes);
    // A host that never reads does not make the keyboard remember for ever.
    if (this.state.replies.length > BUFFER) this.state.replies.length = BUFFER;
    this.dataReady();
  }

  #command(byte: number): void {
    const { state } = this;
    if (byte !== RESEND) this.#selfTest.cancel();
    switch (byte) {
      case 0xed:
      case 0xf0:
      case 0xf3:
      case 0xfb:
      case 0xfc:
      case 0xfd:
        state.command = byte;
        if (byte !== 0xed && byte !== 0xf3) state.codes = [];
        this.#reply(ACK);
        break;
      case 0xee:
        this.#reply(0xee);
        break;
      case 0xf2:
        this.#reply(ACK, 0xab, 0x83);
        break;
      case 0xf4:
        state.codes = [];
        state.enabled = true;
        this.#reply(ACK);
        break;
      case 0xf5:
      case 0xf6:
        this.#defaults();
        state.enabled = byte === 0xf6;
        this.#reply(ACK);
        break;
      case 0xf7:
      case 0xf8:
      case 0xf9:
      case 0xfa:
        state.types.fill([TYPEMATIC_ONLY, TYPES.makeBreak, TYPES.make, TYPES.typematic][byte - 0xf7]);
        state.codes = [];
        this.#reply(ACK);
        break;
      case RESEND:
        this.#reply(state.last);
        break;
      case 0xff:
        this.reset();
        this.#reply(ACK);
        this.#selfTest.arm(this.#clock.now + Math.floor((BAT_MICROSECONDS * this.#clock.ticksPerSecond) / 1e6));
        break;
      default:
        this.#reply(RESEND);
    }
  }

  #parameter(command: number, byte: number): void {
    const { state } = this;
    if (command >= 0xfb) {
      // Key codes follow until the next command.
      state.types[byte] = [TYPEMATIC_ONLY, TYPES.makeBreak, TYPES.make][command - 0xfb];
      this.#reply(ACK);
      return;
    }
    state.command = 0;
    if (command === 0xed) state.leds = byte & 7;
    else if (command === 0xf3) state.rate = byte & 0x7f;
    else if (byte === 0) this.#reply(ACK, state.set);
    else if (byte <= 3) state.set = byte;
    else this.#reply(RESEND);
    if (command !== 0xf0 || (byte >= 1 && byte <= 3)) this.#reply(ACK);
  }
}
