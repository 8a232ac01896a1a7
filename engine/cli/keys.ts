/** What a terminal sends for a key, as movements of keys on the PC's keyboard. */
import { keystrokes } from "../machine/typing.ts";

/** Sequences of keys that type nothing. Source: ECMA-48; xterm, "PC-Style Function Keys". */
const SEQUENCES: Readonly<Record<string, string>> = {
  "\x1b[A": "ArrowUp",
  "\x1b[B": "ArrowDown",
  "\x1b[C": "ArrowRight",
  "\x1b[D": "ArrowLeft",
  "\x1b[H": "Home",
  "\x1b[F": "End",
  "\x1b[2~": "Insert",
  "\x1b[3~": "Delete",
  "\x1b[5~": "PageUp",
  "\x1b[6~": "PageDown",
  "\x1bOP": "F1",
  "\x1bOQ": "F2",
  "\x1bOR": "F3",
  "\x1bOS": "F4",
  "\x1b[15~": "F5",
  "\x1b[17~": "F6",
  "\x1b[18~": "F7",
  "\x1b[19~": "F8",
  "\x1b[20~": "F9",
  "\x1b[21~": "F10",
  "\x1b[23~": "F11",
  "\x1b[24~": "F12",
  "\x7f": "Backspace",
};

/** The movements that `bytes`, read at once, stand for. */
export function terminalKeys(bytes: Uint8Array): { code: string; down: boolean }[] {
  const text = String.fromCharCode(...bytes);
  const special = SEQUENCES[text];
  if (special !== undefined) return press(special);
  const control = bytes.length === 1 && bytes[0] < 27 && ![8, 9, 10, 13].includes(bytes[0]);
  if (control) {
    const letter = press(`Key${String.fromCharCode(64 + bytes[0])}`);
    return [{ code: "ControlLeft", down: true }, ...letter, { code: "ControlLeft", down: false }];
  }
  return keystrokes(text).map((stroke) => ({ code: stroke.slice(1), down: stroke.startsWith("+") }));
}

function press(code: string): { code: string; down: boolean }[] {
  return [
    { code, down: true },
    { code, down: false },
  ];
}
