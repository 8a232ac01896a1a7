/**
 * The serial EEPROM of the 82540EM: 64 words, read by EERD, read and written bit by bit through EECD (Microwire).
 *
 *   EECD  0 SK  1 CS  2 DI  3 DO  6 request  7 grant, always  8 present        EERD  0 start  4 done  15:8 word  31:16 data
 *   a command is 1, two bits, six of address: 10 read, 01 write (16 more), 11 erase, 00 11xxxx enable, 00 00xxxx disable
 *
 * Source: Intel 317453, 5.6, 13.4.3, 13.4.4; Microchip 93C46 data sheet.
 */

/** What a snapshot keeps of it. */
export type EepromState = {
  words: Uint16Array;
  /** Of EECD, what software drives. */
  pins: number;
  /** Bits shifted in since CS rose; bits to shift out, the highest first, with how many. */
  input: number;
  count: number;
  output: number;
  outputs: number;
  writable: boolean;
};

const SK = 1;
const CS = 2;
const DI = 4;
const DO = 8;
const REQUEST = 0x40;
const GRANT = 0x80;
const PRESENT = 0x100;
const CHECKSUM = 0xbaba;
const COMMAND_BITS = 9;

/** Words 3 to 30h as a network card of this type has them; what is not here is FFFFh. */
const CONTENTS: readonly number[] = [
  ...[0x0000, 0xffff, 0x0000, 0x0000, 0x0000, 0x3000, 0x1000, 0x6403, 0x100e, 0x8086, 0x100e, 0x8086, 0x3040, 0x0008],
  ...[0x2000, 0x7e14, 0x0048, 0x1000, 0x00d8, 0x0000, 0x2700, 0x6cc9, 0x3150, 0x0722, 0x040b, 0x0984, 0x0000, 0xc000],
  ...[0x0706, 0x1008, 0x0000, 0x0f04, 0x7fff, 0x4d01],
];
const PXE_WORDS = [0x0100, 0x4000, 0x121c];

export function newEeprom(mac: Uint8Array): EepromState {
  const words = new Uint16Array(64).fill(0xffff);
  for (let i = 0; i < 3; i++) words[i] = mac[2 * i] | (mac[2 * i + 1] << 8);
  words.set(CONTENTS, 3);
  words.set(PXE_WORDS, 0x30);
  words[63] = CHECKSUM - words.subarray(0, 63).reduce((sum, word) => sum + word, 0);
  return { words, pins: 0, input: 0, count: 0, output: 0, outputs: 0, writable: false };
}

export function readEecd({ pins, output, outputs }: EepromState): number {
  const out = outputs > 0 ? (output >>> (outputs - 1)) & 1 : 1;
  return pins | (out ? DO : 0) | GRANT | PRESENT;
}

export function writeEecd(state: EepromState, value: number): void {
  const before = state.pins;
  state.pins = value & (SK | CS | DI | REQUEST);
  if (!(value & CS)) {
    Object.assign(state, { input: 0, count: 0, outputs: 0 });
    return;
  }
  if (!(value & ~before & SK) || !(before & CS)) return;
  if (state.outputs > 0) state.outputs--;
  // Zeros before the start bit do nothing.
  if (state.count === 0 && !(value & DI)) return;
  if (state.count >= COMMAND_BITS + 16) return;
  state.input = (state.input << 1) | (value & DI ? 1 : 0);
  state.count++;
  if (state.count === COMMAND_BITS) command(state);
  else if (state.count === COMMAND_BITS + 16) store(state);
}

function command(state: EepromState): void {
  const operation = (state.input >> 6) & 3;
  const address = state.input & 0x3f;
  if (operation === 2) {
    // A dummy 0 comes first.
    state.output = state.words[address];
    state.outputs = 17;
  } else if (operation === 3 && state.writable) state.words[address] = 0xffff;
  else if (operation === 0 && address >> 4 === 3) state.writable = true;
  else if (operation === 0 && address >> 4 === 0) state.writable = false;
}

function store(state: EepromState): void {
  const operation = (state.input >> 22) & 3;
  if (operation === 1 && state.writable) state.words[(state.input >> 16) & 0x3f] = state.input & 0xffff;
}

/** What EERD holds after `value` was written to it. */
export function startEerd(state: EepromState, value: number): number {
  const address = (value >>> 8) & 0xff;
  if (!(value & 1)) return value & 0xff00;
  return ((address < 64 ? state.words[address] << 16 : 0) | (address << 8) | 0x10) >>> 0;
}
