/**
 * A PS/2 mouse with a wheel and five buttons.
 *
 *   E6/E7 scaling 1:1, 2:1   E8 resolution   E9 status   EA stream mode   EB read data   EC/EE leave and enter wrap mode
 *   F0 remote mode   F2 identify   F3 sample rate   F4/F5 enable, disable   F6 defaults   FE resend   FF reset
 *
 *   packet   YV XV YS XS 1 M R L   X   Y   (identity 3: Z; identity 4: 0 0 B5 B4 Z3..0)
 *
 * Rates 200, 100, 80 in a row make it identity 3 (wheel), 200, 200, 80 then identity 4 (five buttons). Movement adds up
 * until a packet can go; one waits at a time. What it cannot hold goes with the next, and each change of the buttons has a
 * packet of its own, as in QEMU: nothing is lost, and the overflow bits stay 0. The power-on AA 00 is left out, as the
 * keyboard's.
 * Not modelled: the pace of the sample rate (the cable's is the limit).
 *
 * Source: IBM PS/2 hardware interface technical reference, "Mouse", 1990; Microsoft, "IntelliMouse" protocol notes, 1998.
 */

import type { Bus, Device, Timer } from "./bus.ts";
import type { Ps2Device } from "./ps2keyboard.ts";

const ACK = 0xfa;
const RESEND = 0xfe;
const ERROR = 0xfc;
const BAT_OK = 0xaa;
const BAT_MICROSECONDS = 2000;
const MAX_REPLIES = 16;
/** Changes of the buttons that wait at most; then the last one counts. */
const MAX_MOVES = 16;
/** Numbers of one in `moves`. */
const MOVE = 4;

const clip = (value: number, low: number, high: number) => Math.max(low, Math.min(high, value));

/** Scaling 2:1. */
function double(counts: number): number {
  const small = [0, 1, 1, 3, 6, 9][Math.abs(counts)];
  return small === undefined ? 2 * counts : Math.sign(counts) * small;
}

/** The mouse. */
export class Ps2Mouse implements Device, Ps2Device {
  readonly name = "ps2mouse";
  dataReady: () => void = () => {};
  readonly state = {
    identity: 0,
    stream: true,
    enabled: false,
    wrap: false,
    doubled: false,
    resolution: 2,
    rate: 100,
    /** The last three sample rates, which choose the identity. */
    rates: [0, 0, 0],
    /** Left, right, middle, fourth, fifth in bits 0 to 4. */
    buttons: 0,
    /** What no packet has told yet, in fours, the oldest first: right, up, wheel towards the user, buttons meanwhile. */
    moves: [] as number[],
    replies: [] as number[],
    /** What is left of a packet. */
    packet: [] as number[],
    command: 0,
    last: 0,
  };
  readonly #clock: Bus["clock"];
  readonly #selfTest: Timer;

  constructor(bus: Pick<Bus, "clock">) {
    this.#clock = bus.clock;
    this.#selfTest = bus.clock.timer(`${this.name}.selftest`, () => this.#reply(BAT_OK, this.state.identity));
    this.reset();
  }

  /** The mouse moved (counts: right, up, wheel towards the user) with these buttons down (bit 0 left, 1 right, 2 middle). */
  move(dx: number, dy: number, dz: number, buttons: number): void {
    const { moves, buttons: before } = this.state;
    const held = buttons & 31;
    const limit = (value: number) => clip(Math.trunc(value), -32768, 32767);
    const last = moves.length - MOVE;
    if (last >= 0 && (held === before || moves.length === MAX_MOVES * MOVE)) {
      const [right, up, back] = moves.slice(last);
      moves.splice(last, MOVE, limit(right + dx), limit(up + dy), limit(back + dz), held);
    } else if (dx !== 0 || dy !== 0 || dz !== 0 || held !== before) {
      moves.push(limit(dx), limit(dy), limit(dz), held);
    }
    this.state.buttons = held;
    this.#offer();
  }

  /** The guest has it report movement, or asks for it. */
  get isInUse(): boolean {
    return this.state.enabled || !this.state.stream;
  }

  hasData(): boolean {
    return this.state.replies.length > 0 || this.state.packet.length > 0;
  }

  take(): number {
    const { state } = this;
    const byte = state.replies.shift() ?? state.packet.shift() ?? 0;
    if (byte !== RESEND) state.last = byte;
    if (!this.hasData()) this.#offer();
    return byte;
  }

  receive(byte: number): void {
    const { state } = this;
    // A command ends the packet that was on its way.
    state.packet = [];
    if (state.wrap && byte !== 0xff && byte !== 0xec) {
      this.#reply(byte);
      return;
    }
    const { command } = state;
    state.command = 0;
    if (command === 0xe8) this.#setResolution(byte);
    else if (command === 0xf3) this.#setRate(byte);
    else this.#command(byte);
  }

  reset(): void {
    this.#selfTest.cancel();
    Object.assign(this.state, {
      identity: 0,
      wrap: false,
      rates: [0, 0, 0],
      buttons: 0,
      replies: [],
      command: 0,
      last: 0,
    });
    this.#defaults();
  }

  #defaults(): void {
    Object.assign(this.state, { stream: true, enabled: false, doubled: false, resolution: 2, rate: 100 });
    this.#forget();
  }

  #forget(): void {
    Object.assign(this.state, { moves: [], packet: [] });
  }

  #reply(...bytes: number[]): void {
    this.state.replies.push(...bytes);
    if (this.state.replies.length > MAX_REPLIES) this.state.replies.length = MAX_REPLIES;
    this.dataReady();
  }

  /** Stream mode: a packet where there is something to tell and none is under way. */
  #offer(): void {
    const { state } = this;
    if (!state.stream || !state.enabled || state.moves.length === 0 || state.wrap || this.hasData()) return;
    state.packet = this.#packet();
    this.dataReady();
  }

  #packet(): number[] {
    const { state } = this;
    const [dx = 0, dy = 0, dz = 0, buttons = state.buttons] = state.moves;
    // Scaling 2:1 holds for what the mouse sends by itself, not for what it is asked for.
    const isScaled = state.doubled && state.stream;
    // Not -256, though nine bits hold it: Linux takes a byte of 0 for no movement.
    const most = isScaled ? 127 : 255;
    const [right, up] = [clip(dx, -most, most), clip(dy, -most, most)];
    const [x, y] = isScaled ? [double(right), double(up)] : [right, up];
    const back = state.identity === 4 ? clip(dz, -8, 7) : clip(dz, -128, 127);
    const signs = (x < 0 ? 0x10 : 0) | (y < 0 ? 0x20 : 0);
    const packet = [signs | 0x08 | (buttons & 7), x & 0xff, y & 0xff];
    if (state.identity === 3) packet.push(back & 0xff);
    else if (state.identity === 4) packet.push((back & 15) | ((buttons & 0x18) << 1));
    const rest = [dx - right, dy - up, state.identity === 0 ? 0 : dz - back];
    if (rest.every((count) => count === 0)) state.moves.splice(0, MOVE);
    else state.moves.splice(0, rest.length, ...rest);
    state.packet = [];
    return packet;
  }

  #status(): number[] {
    const { stream, enabled, doubled, buttons, resolution, rate } = this.state;
    const flags = (stream ? 0 : 0x40) | (enabled ? 0x20 : 0) | (doubled ? 0x10 : 0);
    // Left is bit 2 and right bit 0 here, the other way round than in a packet.
    return [flags | ((buttons & 1) << 2) | ((buttons & 4) >> 1) | ((buttons & 2) >> 1), resolution, rate];
  }

  #setResolution(value: number): void {
    if (value > 3) {
      this.#reply(ERROR);
      return;
    }
    this.state.resolution = value;
    this.#reply(ACK);
  }

  #setRate(value: number): void {
    const { state } = this;
    if (![10, 20, 40, 60, 80, 100, 200].includes(value)) {
      this.#reply(ERROR);
      return;
    }
    state.rate = value;
    state.rates = [...state.rates.slice(1), value];
    const knock = state.rates.join();
    if (knock === "200,100,80") state.identity = 3;
    else if (knock === "200,200,80" && state.identity === 3) state.identity = 4;
    this.#reply(ACK);
  }

  #command(byte: number): void {
    const { state } = this;
    switch (byte) {
      case 0xe6:
      case 0xe7:
        state.doubled = byte === 0xe7;
        this.#reply(ACK);
        break;
      case 0xe8:
      case 0xf3:
        state.command = byte;
        this.#reply(ACK);
        break;
      case 0xe9:
        this.#reply(ACK, ...this.#status());
        break;
      case 0xea:
      case 0xf0:
        state.stream = byte === 0xea;
        this.#forget();
        this.#reply(ACK);
        break;
      case 0xeb:
        this.#reply(ACK, ...this.#packet());
        break;
      case 0xec:
      case 0xee:
        state.wrap = byte === 0xee;
        this.#reply(ACK);
        break;
      case 0xf2:
        this.#reply(ACK, state.identity);
        break;
      case 0xf4:
      case 0xf5:
        state.enabled = byte === 0xf4;
        this.#forget();
        this.#reply(ACK);
        break;
      case 0xf6:
        this.#defaults();
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
}
