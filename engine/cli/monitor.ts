/**
 * The monitor: a line of text typed, what it does to the machine, lines of text back. Its commands are spelled as QEMU's, and
 * so is its prompt, which scripts wait for.
 *
 * Source: QEMU 8.2, docs/system/monitor.rst.
 */
import { disassembleAt } from "../machine/disassembly.ts";
import type { Machine } from "../machine/machine.ts";
import { nearest } from "../toolchain/diagnostic.ts";
import { registerText } from "./registertext.ts";

/** What the monitor can do to the run. */
export interface Monitored {
  readonly machine: Machine;
  isStopped: boolean;
  reset(): void;
  quit(): void;
  /** Writes a picture of the screen. */
  screendump(path: string): void;
}

const PROMPT = "(qemu) ";
const MAX_UNITS = 65536;
const SIZES = { b: 1, h: 2, w: 4, g: 8 } as const;

interface Command {
  readonly usage: string;
  readonly help: string;
  does(run: Monitored, args: string): string;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  help: { usage: "help", help: "this list", does: () => helpText() },
  info: { usage: "info registers|status|cpus", help: "what the machine is doing", does: info },
  x: {
    usage: "x /FMT ADDRESS",
    help: "memory at a linear address: /8xw, /4i, /16xb",
    does: (r, a) => dump(r, "linear", a),
  },
  xp: { usage: "xp /FMT ADDRESS", help: "the same at a physical address", does: (r, a) => dump(r, "physical", a) },
  stop: { usage: "stop", help: "stop the machine", does: (r) => silently(() => (r.isStopped = true)) },
  cont: { usage: "cont", help: "let it go on (c)", does: (r) => silently(() => (r.isStopped = false)) },
  system_reset: { usage: "system_reset", help: "pull the reset line", does: (r) => silently(() => r.reset()) },
  sendkey: { usage: "sendkey KEYS", help: "press keys together: sendkey ctrl-alt-delete", does: sendkey },
  mouse_move: { usage: "mouse_move DX DY [DZ]", help: "move the mouse, turn its wheel", does: mouseMove },
  mouse_button: { usage: "mouse_button STATE", help: "1 left, 2 middle, 4 right, or their sum", does: mouseButton },
  screendump: { usage: "screendump FILE.png", help: "a picture of the screen", does: screendump },
  quit: { usage: "quit", help: "end the process (q)", does: (r) => silently(() => r.quit()) },
};
const SHORT: Readonly<Record<string, string>> = { c: "cont", q: "quit", "?": "help", h: "help", i: "info" };

/** Carries out one line; what it prints ends with a line feed. */
export function carryOut(run: Monitored, line: string): string {
  const [, word = "", args = ""] = /^\s*([^\s/]*)\s*(.*?)\s*$/.exec(line) ?? [];
  if (word === "") return "";
  const name = Object.hasOwn(SHORT, word) ? SHORT[word] : word;
  const command = Object.hasOwn(COMMANDS, name as string) ? COMMANDS[name as string] : undefined;
  if (command !== undefined) return command.does(run, args);
  return `unknown command: '${word}'; the nearest is ${nearest(word, Object.keys(COMMANDS)) ?? "help"}\n`;
}

function silently(act: () => unknown): string {
  act();
  return "";
}

function helpText(): string {
  return Object.values(COMMANDS)
    .map(({ usage, help }) => `${usage.padEnd(28)} ${help}\n`)
    .join("");
}

function info({ machine, isStopped }: Monitored, what: string): string {
  const { state, ring } = machine.status();
  switch (what) {
    case "registers":
      return registerText(machine.registers(), ring);
    case "status":
      return `VM status: ${isStopped ? "paused" : state === "halted" ? "running (halted)" : state}, tick ${machine.tick}\n`;
    case "cpus":
      return machine
        .processors()
        .map(
          (cpu) => `${cpu.current ? "*" : " "} CPU #${cpu.processor}: pc=0x${cpu.address.toString(16)} ${cpu.state}\n`,
        )
        .join("");
  }
  return `info ${what}: expected registers, status or cpus\n`;
}

/** `/8xw 0x7c00`: so many units of this form and size. */
function dump({ machine }: Monitored, space: "linear" | "physical", args: string): string {
  const [, count = "1", letters = "xw", place = ""] = /^(?:\/(\d*)([a-z]*)\s+)?(\S+)$/.exec(args) ?? [];
  const form = [...letters].find((letter) => "xduoci".includes(letter)) ?? "x";
  const sizeLetter =
    [...letters].find((letter): letter is keyof typeof SIZES => letter in SIZES) ?? (form === "c" ? "b" : "w");
  const units = Math.min(Number(count || "1"), MAX_UNITS);
  const address = addressOf(machine, place);
  if (address === undefined || [...letters].some((letter) => !"xduocibhwg".includes(letter)))
    return `x ${args}: expected /COUNT, a form of x d u o c i, a size of b h w g, and an address as 0x7c00 or $pc\n`;
  if (form === "i") {
    return disassembleAt(machine, address, Math.min(units, 1000))
      .map((line) => `0x${line.address.toString(16).padStart(8, "0")}:  ${line.text}\n`)
      .join("");
  }
  const size = SIZES[sizeLetter];
  const bytes = machine.readMemory(space, address, units * size);
  const perLine = form === "c" ? 8 : Math.max(1, 16 / size);
  let text = "";
  for (let i = 0; i < units; i += perLine) {
    const values = Array.from({ length: Math.min(perLine, units - i) }, (_, j) =>
      unit(bytes, (i + j) * size, size, form),
    );
    text += `${(address + i * size).toString(16).padStart(16, "0")}: ${values.join(" ")}\n`;
  }
  return text;
}

/** A little-endian number, written. */
function unit(bytes: Uint8Array, at: number, size: number, form: string): string {
  let value = 0n;
  for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[at + i] ?? 0xff);
  if (form === "x") return `0x${value.toString(16).padStart(2 * size, "0")}`;
  if (form === "o") return `0${value.toString(8)}`;
  if (form === "c")
    return `'${value >= 32n && value < 127n ? String.fromCharCode(Number(value)) : `\\x${value.toString(16).padStart(2, "0")}`}'`;
  return (form === "d" ? BigInt.asIntN(8 * size, value) : value).toString();
}

/** A number, or a register by name. */
function addressOf(machine: Machine, text: string): number | undefined {
  if (/^(0x[0-9a-fA-F]+|\d+)$/.test(text)) return Number(text);
  if (text === "$pc" || text === "$eip" || text === "$rip") return machine.status().address;
  const register = machine.registers().general.find(({ name }) => `$${name.toLowerCase()}` === text);
  return register === undefined ? undefined : Number(register.value);
}

/** QEMU's names of keys that are not those of `KeyboardEvent.code` in lower case. */
const KEYS: Readonly<Record<string, string>> = {
  ...{
    ctrl: "ControlLeft",
    ctrl_r: "ControlRight",
    shift: "ShiftLeft",
    shift_r: "ShiftRight",
    alt: "AltLeft",
    alt_r: "AltRight",
  },
  ...{
    ret: "Enter",
    spc: "Space",
    tab: "Tab",
    esc: "Escape",
    backspace: "Backspace",
    delete: "Delete",
    insert: "Insert",
  },
  ...{ up: "ArrowUp", down: "ArrowDown", left: "ArrowLeft", right: "ArrowRight", home: "Home", end: "End" },
  ...{
    pgup: "PageUp",
    pgdn: "PageDown",
    minus: "Minus",
    equal: "Equal",
    comma: "Comma",
    dot: "Period",
    slash: "Slash",
  },
  ...{ semicolon: "Semicolon", apostrophe: "Quote", backslash: "Backslash", grave_accent: "Backquote" },
  ...{ bracket_left: "BracketLeft", bracket_right: "BracketRight", caps_lock: "CapsLock" },
};

function sendkey({ machine }: Monitored, args: string): string {
  const codes: string[] = [];
  for (const key of args.split(/\s/)[0]?.split("-") ?? []) {
    const code =
      KEYS[key] ??
      (/^[a-z]$/.test(key)
        ? `Key${key.toUpperCase()}`
        : /^\d$/.test(key)
          ? `Digit${key}`
          : /^f([1-9]|1[0-2])$/.test(key)
            ? key.toUpperCase()
            : undefined);
    if (code === undefined)
      return `sendkey ${args}: no key ${key}; expected a to z, 0 to 9, f1 to f12, ${Object.keys(KEYS).join(", ")}\n`;
    codes.push(code);
  }
  for (const code of codes) machine.key(code, true);
  for (const code of codes.reverse()) machine.key(code, false);
  return "";
}

function mouseMove({ machine }: Monitored, args: string): string {
  const words = args.split(/\s+/);
  const [right, down, wheel = 0] = words.map((word) => (/^[+-]?\d{1,5}$/.test(word) ? Number(word) : Number.NaN));
  if (words.length < 2 || words.length > 3 || [right, down, wheel].some(Number.isNaN))
    return `mouse_move ${args}: expected counts to the right and down, as mouse_move 10 -3, and notches of the wheel\n`;
  // QEMU's wheel turns one notch, whatever the count, and away from the user where it is positive.
  machine.mouse({ right, down, back: -Math.sign(wheel) });
  return "";
}

function mouseButton({ machine }: Monitored, args: string): string {
  if (!/^[0-7]$/.test(args)) return `mouse_button ${args}: expected 0 to 7: 1 left, 2 middle, 4 right, or their sum\n`;
  const state = Number(args);
  machine.mouse({ buttons: (state & 1) | ((state & 4) >> 1) | ((state & 2) << 1) });
  return "";
}

function screendump(run: Monitored, path: string): string {
  if (path === "") return "screendump: expected a file's name\n";
  try {
    run.screendump(path);
    return "";
  } catch (error) {
    return `screendump ${path}: ${(error as Error).message}\n`;
  }
}

/** The monitor on a line of characters: echo, erasing, one command a line. */
export class MonitorConsole {
  readonly #run: Monitored;
  readonly #say: (text: string) => void;
  #line = "";

  constructor(run: Monitored, say: (text: string) => void) {
    this.#run = run;
    this.#say = say;
  }

  greet(): void {
    this.#say(`ring monitor - type 'help' for more information\r\n${PROMPT}`);
  }

  take(bytes: Uint8Array): number {
    for (const byte of bytes) this.#key(byte);
    return bytes.length;
  }

  #key(byte: number): void {
    if (byte === 13 || byte === 10) {
      this.#say("\r\n");
      const line = this.#line;
      this.#line = "";
      this.#say(carryOut(this.#run, line).replaceAll("\n", "\r\n") + PROMPT);
    } else if (byte === 8 || byte === 127) {
      if (this.#line !== "") this.#say("\b \b");
      this.#line = this.#line.slice(0, -1);
    } else if (byte >= 32 && this.#line.length < 1000) {
      this.#line += String.fromCharCode(byte);
      this.#say(String.fromCharCode(byte));
    }
  }
}
