/**
 * Typing text on the machine's keyboard: a person who waits until the keyboard has taken a key before pressing the next.
 * Part of the machine's state, so a snapshot taken in the middle of a word goes on with the word.
 */
import type { Bus, Device, Timer } from "../chipset/bus.ts";

/** A US keyboard: the code of each key, what it types alone, and what it types with Shift. */
const KEYS = [
  ..."abcdefghijklmnopqrstuvwxyz".split("").map((c) => [`Key${c.toUpperCase()}`, c, c.toUpperCase()]),
  ...["1!", "2@", "3#", "4$", "5%", "6^", "7&", "8*", "9(", "0)"].map((p) => [`Digit${p[0]}`, p[0], p[1]]),
  ["Minus", "-", "_"],
  ["Equal", "=", "+"],
  ["BracketLeft", "[", "{"],
  ["BracketRight", "]", "}"],
  ["Backslash", "\\", "|"],
  ["Semicolon", ";", ":"],
  ["Quote", "'", '"'],
  ["Backquote", "`", "~"],
  ["Comma", ",", "<"],
  ["Period", ".", ">"],
  ["Slash", "/", "?"],
  ["Space", " ", ""],
  ["Enter", "\n", ""],
  ["Tab", "\t", ""],
  ["Backspace", "\b", ""],
  ["Escape", "\x1b", ""],
] as const;

const PLAIN = new Map(KEYS.map(([code, plain]) => [plain, code]));
const SHIFTED = new Map(KEYS.filter((key) => key[2] !== "").map(([code, , shifted]) => [shifted, code]));

/** Keys that `text` takes, as `+Code` (down) and `-Code` (up). Characters that no key types are left out. */
export function keystrokes(text: string): string[] {
  const strokes: string[] = [];
  for (const character of text.replaceAll("\r\n", "\n").replaceAll("\r", "\n")) {
    const plain = PLAIN.get(character);
    const shifted = SHIFTED.get(character);
    if (plain !== undefined) strokes.push(`+${plain}`, `-${plain}`);
    else if (shifted !== undefined) strokes.push("+ShiftLeft", `+${shifted}`, `-${shifted}`, "-ShiftLeft");
  }
  return strokes;
}

/** Between two movements of a finger: fast, and slower than a controller takes bytes. */
const MICROSECONDS = 2000;
/** Strokes that wait at most; more are dropped. */
const MAX_STROKES = 20_000;

/** The person at the keyboard. */
export class Typist implements Device {
  readonly name = "typist";
  readonly state = { strokes: [] as string[] };
  readonly #press: (code: string, down: boolean) => void;
  readonly #isReady: () => boolean;
  readonly #clock: Bus["clock"];
  readonly #timer: Timer;

  /** `isReady`: the keyboard has room for a key's bytes. */
  constructor(bus: Pick<Bus, "clock">, press: (code: string, down: boolean) => void, isReady: () => boolean) {
    this.#clock = bus.clock;
    this.#press = press;
    this.#isReady = isReady;
    this.#timer = bus.clock.timer(this.name, () => this.#next());
  }

  /** Adds strokes to what is still to be typed. */
  type(strokes: readonly string[]): void {
    const room = MAX_STROKES - this.state.strokes.length;
    for (const stroke of strokes.slice(0, Math.max(0, room))) this.state.strokes.push(stroke);
    if (this.#timer.deadline === undefined) this.#next();
  }

  reset(): void {}

  #next(): void {
    const { strokes } = this.state;
    if (strokes.length > 0 && this.#isReady()) {
      const stroke = strokes.shift() as string;
      this.#press(stroke.slice(1), stroke.startsWith("+"));
    }
    const pause = Math.ceil((MICROSECONDS * this.#clock.ticksPerSecond) / 1_000_000);
    if (strokes.length > 0) this.#timer.arm(this.#clock.now + pause);
  }
}
