// One instant of a machine as views read it: the running machine itself, or a frame that was recorded at build time.
// Both answer the same questions, so a view draws asleep what it draws awake.
import type {
  BoardMap,
  DisassembledLine,
  MachineEvent,
  MachineHandle,
  MachineStatus,
  PageWalk,
  RegisterFile,
  Screen,
  SegmentView,
  SystemRegisters,
  TextScreen,
  TlbView,
  WalkAccess,
} from "../../engine/index.ts";
import type { RecordedDisk } from "./recorded-disk.ts";

/** A recorded frame: plain JSON, numbers instead of bigints, bytes in base64. Made by `recordFrame`. */
export interface RecordedFrame {
  readonly format: "ring-frame";
  readonly status: MachineStatus;
  /** The furthest instruction of the run, for the timeline. */
  readonly of?: number;
  readonly registers?: RecordedRegisters;
  /** Debug and model-specific registers, and CPUID. */
  readonly system?: unknown;
  readonly code?: readonly (Omit<DisassembledLine, "bytes"> & { readonly bytes: string })[];
  readonly memory?: readonly { readonly space?: "physical"; readonly address: number; readonly bytes: string }[];
  /** States of the devices that its views show, typed arrays as plain ones, without long ones. */
  readonly devices?: Readonly<Record<string, object>>;
  /** What the TLBs held, and walks that were asked for, by `walkKey`. */
  readonly tlb?: unknown;
  readonly walks?: Readonly<Record<string, unknown>>;
  /** Who answers where, where a view shows it; configuration spaces in base64. */
  readonly board?: RecordedBoard;
  /** The newest exceptions and interrupts, oldest first. */
  readonly events?: readonly MachineEvent[];
  readonly screen?: RecordedScreen;
  readonly serial?: string;
  /** What the build assembled for the machine's drives. */
  readonly disks?: readonly RecordedDisk[];
}

interface RecordedRegisters extends Omit<RegisterFile, "general" | "ip" | "control"> {
  readonly general: readonly { readonly name: string; readonly value: string }[];
  readonly ip: string;
  readonly control: readonly { readonly name: "CR0" | "CR2" | "CR3" | "CR4" | "EFER"; readonly value: string }[];
}

interface RecordedBoard extends Omit<BoardMap, "pci"> {
  readonly pci: readonly (Omit<BoardMap["pci"][number], "config"> & { readonly config: string })[];
}

/** A text screen with only the glyphs that stand on it. */
export interface RecordedScreen extends Omit<TextScreen, "cells" | "font" | "palette"> {
  /** 16-bit cells, little-endian, base64. */
  readonly cells: string;
  readonly palette: readonly number[];
  /** By character code in hex: `glyphHeight` bytes, base64. */
  readonly glyphs: Readonly<Record<string, string>>;
}

/** What views ask. `undefined` means: not known here (a recorded frame holds only what its views show). */
export interface Reader {
  registers(): Promise<RegisterFile | undefined>;
  systemRegisters(): Promise<SystemRegisters | undefined>;
  readMemory(space: "physical" | "linear", address: number, length: number): Promise<Uint8Array | undefined>;
  disassemble(address: number | undefined, count: number): Promise<readonly DisassembledLine[]>;
  screen(): Promise<Screen | undefined>;
  /** States of devices by name, those in `names` at least. */
  devices(names: readonly string[]): Promise<Readonly<Record<string, object>> | undefined>;
  tlb(): Promise<TlbView | undefined>;
  walk(linear: bigint, access: WalkAccess): Promise<PageWalk | undefined>;
  board(): Promise<BoardMap | undefined>;
}

/** What views know of an instant besides what they read. */
export interface Instant {
  readonly status: MachineStatus;
  readonly events: readonly MachineEvent[];
}

/** A walk by what was asked. */
function walkKey(linear: bigint, { kind, user }: WalkAccess): string {
  return `${linear.toString(16)} ${kind}${user === undefined ? "" : user ? " user" : " supervisor"}`;
}

/** A value with BigInts as JSON can hold it, and back. */
const packed = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_, one) => (typeof one === "bigint" ? { bigint: one.toString(16) } : one)));
const unpacked = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_, one) => (typeof one?.bigint === "string" ? BigInt(`0x${one.bigint}`) : one));

function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}

/** What to put into a frame besides status, registers, code at the next instruction, screen and serial text. */
export interface RecordWish {
  readonly memory?: readonly { readonly address: number; readonly length: number }[];
  /** What happened up to now; with it, what `views` read is kept. */
  readonly events?: readonly MachineEvent[];
  readonly views?: readonly ((reader: Reader, instant: Instant) => Promise<unknown>)[];
  /** Instructions from the next one on; default 16. */
  readonly codeLines?: number;
  readonly serial?: string;
}

const toText = <T extends { readonly value: bigint }>(one: T) => ({ ...one, value: one.value.toString(16) });
const toWide = <T extends { readonly value: string }>(one: T) => ({ ...one, value: BigInt(`0x${one.value}`) });

/** Records what a machine shows now, for a page's first paint, its print and its readers without script. */
export async function recordFrame(machine: MachineHandle, wish: RecordWish = {}): Promise<RecordedFrame> {
  const registers = await machine.registers();
  const screen = await machine.screen();
  const code = await machine.disassemble(undefined, wish.codeLines ?? 16);
  const memory: { space?: "physical"; address: number; bytes: string }[] = [];
  for (const { address, length } of wish.memory ?? []) {
    memory.push({ address, bytes: toBase64(await machine.readMemory("linear", address, length)) });
  }
  const events = (wish.events ?? []).filter(({ kind }) => kind === "exception" || kind === "interrupt").slice(-8);
  const noted = await noteReads(machine, { status: machine.status, events }, wish.views ?? []);
  return {
    format: "ring-frame",
    status: machine.status,
    registers: {
      ...registers,
      general: registers.general.map(toText),
      ip: registers.ip.toString(16),
      control: registers.control.map(toText),
    },
    ...(noted.system !== undefined && { system: noted.system }),
    code: code.map((line) => ({ ...line, bytes: toBase64(line.bytes) })),
    memory: [...memory, ...noted.memory],
    ...(Object.keys(noted.devices).length > 0 && { devices: noted.devices }),
    ...(noted.tlb !== undefined && { tlb: noted.tlb }),
    ...(Object.keys(noted.walks).length > 0 && { walks: noted.walks }),
    ...(noted.board && { board: noted.board }),
    ...(wish.views?.length && events.length > 0 && { events }),
    ...(screen.kind === "text" ? { screen: packScreen(screen) } : {}),
    ...(wish.serial === undefined ? {} : { serial: wish.serial }),
  };
}

/** What `views` are answered on `machine`: a frame that holds it answers them the same. */
async function noteReads(machine: MachineHandle, instant: Instant, views: NonNullable<RecordWish["views"]>) {
  const memory: { space?: "physical"; address: number; bytes: string }[] = [];
  const devices: Record<string, object> = {};
  const walks: Record<string, unknown> = {};
  let tlb: unknown;
  let board: RecordedBoard | undefined;
  let system: unknown;
  const noting: Reader = {
    registers: () => machine.registers(),
    async systemRegisters() {
      const held = await machine.systemRegisters();
      system = packed(held);
      return held;
    },
    disassemble: (address, count) => machine.disassemble(address, count),
    screen: () => machine.screen(),
    async readMemory(space, address, length) {
      const bytes = await machine.readMemory(space, address, length);
      memory.push({ ...(space === "physical" && { space }), address, bytes: toBase64(bytes) });
      return bytes;
    },
    async devices(names) {
      const all = await machine.devices();
      for (const name of names) if (all[name]) devices[name] = plainState(all[name]);
      return all;
    },
    async tlb() {
      const held = await machine.tlb();
      tlb = packed(held);
      return held;
    },
    async walk(linear, access) {
      const walk = await machine.walk(linear, access);
      walks[walkKey(linear, access)] = packed(walk);
      return walk;
    },
    async board() {
      const map = await machine.board();
      board = { ...map, pci: map.pci.map((one) => ({ ...one, config: toBase64(one.config) })) };
      return map;
    },
  };
  for (const view of views) await view(noting, instant);
  return { memory, devices, tlb, walks, board, system };
}

/** Longer ones are a device's memory, not registers: no view shows them. */
const mostElements = 256;

/** A device's registers as JSON can hold them. */
function plainState(state: object): object {
  const text = JSON.stringify(state, (_, value) => {
    if (!ArrayBuffer.isView(value)) return value;
    const list = value as unknown as ArrayLike<number>;
    return list.length > mostElements ? undefined : Array.from(list);
  });
  return JSON.parse(text) as object;
}

function packScreen(screen: TextScreen): RecordedScreen {
  const { cells, font, palette, ...rest } = screen;
  const used = new Set([...cells].map((cell) => cell & 0xff));
  const glyph = (code: number) => toBase64(font.subarray(code * 32, code * 32 + screen.glyphHeight));
  return {
    ...rest,
    cells: toBase64(new Uint8Array(cells.buffer, cells.byteOffset, cells.byteLength)),
    palette: [...palette],
    glyphs: Object.fromEntries([...used].map((code) => [code.toString(16), glyph(code)])),
  };
}

/** The screen of a frame as the machine would give it; glyphs that do not stand on it are blank. */
export function unpackScreen(packed: RecordedScreen): TextScreen {
  const { cells, glyphs, palette, ...rest } = packed;
  const font = new Uint8Array(256 * 32);
  for (const [code, bytes] of Object.entries(glyphs)) font.set(fromBase64(bytes), Number.parseInt(code, 16) * 32);
  return {
    ...rest,
    cells: new Uint16Array(fromBase64(cells).slice().buffer),
    font,
    palette: Uint32Array.from(palette),
  };
}

/** Reads a frame's JSON; undefined where it is not one. */
export function parseFrame(text: string): RecordedFrame | undefined {
  try {
    const frame = JSON.parse(text) as RecordedFrame;
    return frame?.format === "ring-frame" && typeof frame.status?.tick === "number" ? frame : undefined;
  } catch {
    return undefined;
  }
}

/** A frame, answering as the machine did when it was recorded. */
export class RecordedReader implements Reader {
  private readonly frame: RecordedFrame;
  constructor(frame: RecordedFrame) {
    this.frame = frame;
  }

  async registers(): Promise<RegisterFile | undefined> {
    const { registers } = this.frame;
    if (!registers) return undefined;
    return {
      ...registers,
      general: registers.general.map(toWide),
      ip: BigInt(`0x${registers.ip}`),
      segments: registers.segments as readonly SegmentView[],
      control: registers.control.map(toWide),
    };
  }

  async systemRegisters(): Promise<SystemRegisters | undefined> {
    return this.frame.system === undefined ? undefined : (unpacked(this.frame.system) as SystemRegisters);
  }

  async readMemory(space: "physical" | "linear", address: number, length: number): Promise<Uint8Array | undefined> {
    for (const range of this.frame.memory ?? []) {
      if ((range.space ?? "linear") !== space) continue;
      const bytes = fromBase64(range.bytes);
      const from = address - range.address;
      if (from >= 0 && from + length <= bytes.length) return bytes.subarray(from, from + length);
    }
    return undefined;
  }

  async disassemble(address: number | undefined, count: number): Promise<readonly DisassembledLine[]> {
    const lines = (this.frame.code ?? []).map((line) => ({ ...line, bytes: fromBase64(line.bytes) }));
    const first = address === undefined ? 0 : lines.findIndex((line) => line.address === address);
    return first < 0 ? [] : lines.slice(first, first + count);
  }

  async screen(): Promise<Screen | undefined> {
    return this.frame.screen && unpackScreen(this.frame.screen);
  }

  async devices(): Promise<Readonly<Record<string, object>> | undefined> {
    return this.frame.devices;
  }

  async tlb(): Promise<TlbView | undefined> {
    return this.frame.tlb === undefined ? undefined : (unpacked(this.frame.tlb) as TlbView);
  }

  async walk(linear: bigint, access: WalkAccess): Promise<PageWalk | undefined> {
    const walk = this.frame.walks?.[walkKey(linear, access)];
    return walk === undefined ? undefined : (unpacked(walk) as PageWalk);
  }

  async board(): Promise<BoardMap | undefined> {
    const { board } = this.frame;
    return board && { ...board, pci: board.pci.map((one) => ({ ...one, config: fromBase64(one.config) })) };
  }
}

/** A text screen's rows as text (code page 437's drawing characters included), blanks at their ends removed. */
export function screenRows(screen: Screen): string[] {
  if (screen.kind !== "text") return [];
  return Array.from({ length: screen.rows }, (_, row) => {
    const cells = screen.cells.subarray(row * screen.columns, (row + 1) * screen.columns);
    return [...cells]
      .map((cell) => cp437[cell & 0xff])
      .join("")
      .trimEnd();
  });
}

const low = " ☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼";
const high =
  "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■ ";
/** Code page 437, the PC's own character set, by code. */
export const cp437: readonly string[] = Array.from({ length: 256 }, (_, code) =>
  code < 32 ? [...low][code] : code < 127 ? String.fromCharCode(code) : code === 127 ? "⌂" : [...high][code - 128],
);
