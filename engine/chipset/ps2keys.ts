/**
 * The keys of a PC keyboard: scan codes of sets 1, 2 and 3 by the portable name of the key's place.
 *
 * Names are those of the DOM's KeyboardEvent.code. 0xE0xx is the prefix E0 and then xx; 0 means that the set has no code.
 * PrintScreen and Pause, which depend on what else is down, are in `specialKeys`.
 *
 * Source: IBM PS/2 hardware interface technical reference, "Keyboard (101- and 102-key)", 1990; Microsoft, "Keyboard scan
 * code specification", revision 1.3a, 2000.
 */

/** How set 3 reports a key until it is told otherwise. */
export type Set3Type = "typematic" | "makeBreak" | "make";

/** One key. */
export interface Ps2Key {
  readonly set1: number;
  readonly set2: number;
  readonly set3: number;
  readonly type: Set3Type;
}

/** Name, set 1, set 2, set 3, grouped by what set 3 does with the keys at power-on. */
const TYPEMATIC = `
Backquote 29 0e 0e  Digit1 02 16 16  Digit2 03 1e 1e  Digit3 04 26 26  Digit4 05 25 25  Digit5 06 2e 2e
Digit6 07 36 36  Digit7 08 3d 3d  Digit8 09 3e 3e  Digit9 0a 46 46  Digit0 0b 45 45  Minus 0c 4e 4e  Equal 0d 55 55
Backspace 0e 66 66  Tab 0f 0d 0d  KeyQ 10 15 15  KeyW 11 1d 1d  KeyE 12 24 24  KeyR 13 2d 2d  KeyT 14 2c 2c
KeyY 15 35 35  KeyU 16 3c 3c  KeyI 17 43 43  KeyO 18 44 44  KeyP 19 4d 4d  BracketLeft 1a 54 54  BracketRight 1b 5b 5b
Backslash 2b 5d 5c  KeyA 1e 1c 1c  KeyS 1f 1b 1b  KeyD 20 23 23  KeyF 21 2b 2b  KeyG 22 34 34  KeyH 23 33 33
KeyJ 24 3b 3b  KeyK 25 42 42  KeyL 26 4b 4b  Semicolon 27 4c 4c  Quote 28 52 52  Enter 1c 5a 5a  IntlBackslash 56 61 13
KeyZ 2c 1a 1a  KeyX 2d 22 22  KeyC 2e 21 21  KeyV 2f 2a 2a  KeyB 30 32 32  KeyN 31 31 31  KeyM 32 3a 3a
Comma 33 41 41  Period 34 49 49  Slash 35 4a 4a  Space 39 29 29  Delete e053 e071 64  ArrowLeft e04b e06b 61
ArrowUp e048 e075 63  ArrowDown e050 e072 60  ArrowRight e04d e074 6a  NumpadAdd 4e 79 7c  IntlRo 73 51 51
IntlYen 7d 6a 5d  NumpadComma 7e 6d 7b`;
const MAKE_BREAK = `
CapsLock 3a 58 14  ShiftLeft 2a 12 12  ShiftRight 36 59 59  ControlLeft 1d 14 11  AltLeft 38 11 19`;
const MAKE = `
Escape 01 76 08  F1 3b 05 07  F2 3c 06 0f  F3 3d 04 17  F4 3e 0c 1f  F5 3f 03 27  F6 40 0b 2f  F7 41 83 37  F8 42 0a 3f
F9 43 01 47  F10 44 09 4f  F11 57 78 56  F12 58 07 5e  ScrollLock 46 7e 5f  AltRight e038 e011 39
ControlRight e01d e014 58  MetaLeft e05b e01f 8b  MetaRight e05c e027 8c  ContextMenu e05d e02f 8d  Insert e052 e070 67
Home e047 e06c 6e  End e04f e069 65  PageUp e049 e07d 6f  PageDown e051 e07a 6d  NumLock 45 77 76  Numpad7 47 6c 6c
Numpad4 4b 6b 6b  Numpad1 4f 69 69  NumpadDivide e035 e04a 77  Numpad8 48 75 75  Numpad5 4c 73 73  Numpad2 50 72 72
Numpad0 52 70 70  NumpadMultiply 37 7c 7e  Numpad9 49 7d 7d  Numpad6 4d 74 74  Numpad3 51 7a 7a  NumpadDecimal 53 71 71
NumpadSubtract 4a 7b 84  NumpadEnter e01c e05a 79  Convert 79 64 86  NonConvert 7b 67 85  KanaMode 70 13 87
PrintScreen e037 e07c 57  Pause e046 e07e 62  Power e05e e037 0  Sleep e05f e03f 0  WakeUp e063 e05e 0
AudioVolumeMute e020 e023 9c  AudioVolumeDown e02e e021 9d  AudioVolumeUp e030 e032 95  MediaPlayPause e022 e034 0
MediaStop e024 e03b 98  MediaTrackPrevious e010 e015 94  MediaTrackNext e019 e04d 93`;

function* parse(text: string, type: Set3Type): Generator<[string, Ps2Key]> {
  const words = text.trim().split(/\s+/);
  for (let i = 0; i < words.length; i += 4) {
    const [set1, set2, set3] = words.slice(i + 1, i + 4).map((code) => Number.parseInt(code, 16));
    yield [words[i], { set1, set2, set3, type }];
  }
}

/** Every key by its name; names have the order of the table, so a key's position is stable. */
export const PS2_KEYS: ReadonlyMap<string, Ps2Key> = new Map([
  ...parse(TYPEMATIC, "typematic"),
  ...parse(MAKE_BREAK, "makeBreak"),
  ...parse(MAKE, "make"),
]);

/** Which other keys are down, as far as a key's codes depend on it. */
export interface Modifiers {
  readonly shift: boolean;
  readonly control: boolean;
  readonly alt: boolean;
}

/** The bytes that a key sends in set 1 or 2 when it goes down (`down`) or up. */
export function scanCodes(name: string, down: boolean, set: 1 | 2, modifiers: Modifiers): number[] {
  const key = PS2_KEYS.get(name);
  if (key === undefined) return [];
  const one = (code: number, pressed: boolean): number[] => {
    const prefix = code > 0xff ? [code >> 8] : [];
    if (set === 1) return [...prefix, (code & 0xff) | (pressed ? 0 : 0x80)];
    return [...prefix, ...(pressed ? [] : [0xf0]), code & 0xff];
  };
  const code = set === 1 ? key.set1 : key.set2;
  if (name === "Pause") {
    if (!down) return [];
    // With Ctrl it is Break; both send their own release at once and nothing later.
    if (modifiers.control) return [...one(code, true), ...one(code, false)];
    return set === 1 ? [0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5] : [0xe1, 0x14, 0x77, 0xe1, 0xf0, 0x14, 0xf0, 0x77];
  }
  if (name === "PrintScreen") {
    if (modifiers.alt) return one(set === 1 ? 0x54 : 0x84, down);
    if (modifiers.shift || modifiers.control) return one(code, down);
    const shift = one(set === 1 ? 0xe02a : 0xe012, down);
    return down ? [...shift, ...one(code, true)] : [...one(code, false), ...shift];
  }
  return one(code, down);
}
