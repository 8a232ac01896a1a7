/**
 * The names that QEMU's `sendkey` has for keys, by KeyboardEvent.code.
 */

const NAMES = `
Backquote grave_accent  Minus minus  Equal equal  Backspace backspace  Tab tab  BracketLeft bracket_left
BracketRight bracket_right  Backslash backslash  CapsLock caps_lock  Semicolon semicolon  Quote apostrophe  Enter ret
ShiftLeft shift  ShiftRight shift_r  ControlLeft ctrl  ControlRight ctrl_r  AltLeft alt  AltRight alt_r  MetaLeft meta_l
MetaRight meta_r  ContextMenu compose  Space spc  Comma comma  Period dot  Slash slash  IntlBackslash less  Escape esc
PrintScreen print  ScrollLock scroll_lock  Pause pause  Insert insert  Home home  PageUp pgup  Delete delete  End end
PageDown pgdn  ArrowUp up  ArrowLeft left  ArrowDown down  ArrowRight right  NumLock num_lock  NumpadDivide kp_divide
NumpadMultiply kp_multiply  NumpadSubtract kp_subtract  NumpadAdd kp_add  NumpadEnter kp_enter  NumpadDecimal kp_decimal
IntlYen yen  IntlRo ro  Convert henkan  NonConvert muhenkan  KanaMode katakanahiragana  NumpadComma kp_comma  Power power
Sleep sleep  WakeUp wake  AudioVolumeMute audiomute  AudioVolumeDown volumedown  AudioVolumeUp volumeup
MediaPlayPause audioplay  MediaStop audiostop  MediaTrackPrevious audioprev  MediaTrackNext audionext`;

/** `[code, QEMU's name]` of every key that both have. */
export const QEMU_KEYS: readonly (readonly [string, string])[] = [
  ...[..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"].map((letter) => [`Key${letter}`, letter.toLowerCase()] as const),
  ...[..."0123456789"].flatMap((digit) => [
    [`Digit${digit}`, digit] as const,
    [`Numpad${digit}`, `kp_${digit}`] as const,
  ]),
  ...Array.from({ length: 12 }, (_, i) => [`F${i + 1}`, `f${i + 1}`] as const),
  ...(NAMES.trim()
    .split(/\s{2,}|\n/)
    .map((pair) => pair.split(" ")) as [string, string][]),
];

/** How the keyboard and its controller are set up, as scripts; each key's bytes are recorded under these names. */
export const KEY_SETUPS: { readonly [name: string]: string } = {
  translated: "out 64 60; out 60 40; out 60 f4; poll 64 1 1; in 60",
  "set 2": "out 64 60; out 60 0; out 60 f4; poll 64 1 1; in 60",
  "set 1": "out 64 60; out 60 0; out 60 f0; poll 64 1 1; in 60; out 60 1; poll 64 1 1; in 60",
  "set 3":
    "out 64 60; out 60 0; out 60 f0; poll 64 1 1; in 60; out 60 3; poll 64 1 1; in 60; out 60 f8; poll 64 1 1; in 60",
};

/**
 * Where QEMU's keyboard is not the judge: in set 3 it gives two keypad keys the codes of "/" and "-" in the main block
 * (Microsoft's specification has 77 and 84), and has none for two others.
 */
export const KEYS_NOT_COMPARED: { readonly [setup: string]: readonly string[] } = {
  "set 3": ["NumpadDivide", "NumpadSubtract", "IntlRo", "NumpadComma"],
};
