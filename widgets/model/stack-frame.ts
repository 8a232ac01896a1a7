// The stack as a handler finds it: what the processor pushed for the newest exception or interrupt whose frame is still
// there, what was pushed below it since, and what lies above. The frame is found by what is known of the event: its CS:IP
// stand next to each other at or above the top of the stack. Sources: AMD APM vol. 2, 8.6.1, 8.7.3 to 8.7.5,
// 8.8 and 8.9.3.
import type { MachineEvent, RegisterFile } from "../../engine/index.ts";
import { decodeErrorCode, type ErrorCodePart, exceptionOf } from "./exceptions.ts";
import { type Gate, isLong, readGate } from "./gate.ts";
import { hex } from "./number.ts";
import type { Instant, Reader } from "./reader.ts";

export type Delivered = Extract<MachineEvent, { kind: "exception" | "interrupt" }>;

/** One slot of a stack. */
export interface Slot {
  /** Linear address. */
  readonly address: number;
  readonly value: bigint;
  /** Who put it there: the processor when it delivered, the handler since, the program before. */
  readonly by: "processor" | "handler" | "before";
  /** "EIP", "error code"; empty where nobody knows. */
  readonly name: string;
  /** What it says, in a few words. */
  readonly says: string;
}

/** What the processor pushed, and why. */
export interface Frame {
  readonly event: Delivered;
  /** "#PF", "IRQ or INT 20h", "NMI". */
  readonly title: string;
  readonly gate: Gate | undefined;
  readonly errorCode: readonly ErrorCodePart[];
  /** The interrupted program ran at another privilege level: SS and the stack pointer were pushed, too. */
  readonly ringChange: boolean;
  /** Linear address of its lowest slot, where the stack pointer stood when the handler began. */
  readonly bottom: number;
}

export interface StackView {
  /** SS:ESP as an address, and bytes of a slot. */
  readonly top: number;
  readonly slot: 2 | 4 | 8;
  /** Low addresses first: the first is the top of the stack. */
  readonly slots: readonly Slot[];
  readonly frame: Frame | undefined;
}

/** How far above the top a frame is looked for, and how many slots a view shows above a frame. */
const searched = 96;
const shownAbove = 2;
/** Events that are tried, newest first. */
const tried = 24;
const VM = 0x20000n;
/** An INT n, INT3 or INTO is at most 15 bytes long, with its prefixes. */
const longestInstruction = 15n;

/** Reads the stack; undefined where it is not known. `words`: slots to show where no frame is there. */
export async function readStack(
  reader: Reader,
  { status, events }: Instant,
  words = 8,
): Promise<StackView | undefined> {
  const registers = await reader.registers();
  if (!registers) return undefined;
  const top = topOfStack(registers, isLong(status));
  const length = Math.min(searched * 8, 0x1_0000_0000 - top);
  const bytes = await reader.readMemory("linear", top, length);
  if (!bytes) return undefined;
  const own = isLong(status)
    ? 8
    : status.mode === "real" || status.mode === "virtual-8086" || status.mode === "protected 16"
      ? 2
      : 4;
  for (const event of newestOf(events, status.tick)) {
    const gate = await readGate(reader, registers, status, event.vector);
    const slot = gate && gate.kind !== "none" && gate.kind !== "task gate" ? gate.slot : own;
    const at = find(bytes, slot, event);
    if (at === undefined) continue;
    return describe({ bytes, top, slot, at, event, gate, ring: status.ring, long: isLong(status) });
  }
  const slots = Array.from({ length: Math.min(words, Math.floor(bytes.length / own)) }, (_, i) => {
    return { address: top + i * own, value: word(bytes, i * own, own), by: "before" as const, name: "", says: "" };
  });
  return { top, slot: own, slots, frame: undefined };
}

function topOfStack({ segments, general }: RegisterFile, long: boolean): number {
  const ss = segments.find(({ name }) => name === "SS");
  const pointer = general[4]?.value ?? 0n;
  if (long) return Number(BigInt.asUintN(48, pointer));
  const wide = ((ss?.attributes ?? 0) & 0x4000) !== 0;
  return ((ss?.base ?? 0) + Number(pointer & (wide ? 0xffffffffn : 0xffffn))) >>> 0;
}

function newestOf(events: readonly MachineEvent[], tick: number): Delivered[] {
  const found: Delivered[] = [];
  for (let i = events.length - 1; i >= 0 && found.length < tried; i--) {
    const event = events[i];
    if (event.tick <= tick && (event.kind === "exception" || event.kind === "interrupt")) found.push(event);
  }
  return found;
}

function word(bytes: Uint8Array, at: number, size: number): bigint {
  let value = 0n;
  for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[at + i] ?? 0);
  return value;
}

/** Offset of the lowest slot of the event's frame. */
function find(bytes: Uint8Array, slot: number, event: Delivered): number | undefined {
  const code = event.kind === "exception" ? event.errorCode : undefined;
  const first = code === undefined ? 0 : 1;
  for (let at = 0; at + (first + 3) * slot <= bytes.length; at += slot) {
    if (code !== undefined && word(bytes, at, slot) !== BigInt(code)) continue;
    const [ip, cs, flags] = [0, 1, 2].map((i) => word(bytes, at + (first + i) * slot, slot));
    // Bit 1 of the flags is always 1, bits 3, 5 and 15 are 0.
    if ((cs & 0xffffn) !== BigInt(event.cs) || (flags & 0x802an) !== 2n) continue;
    const past = ip - BigInt(event.ip);
    const software = event.kind === "interrupt" && event.origin === "software";
    if (past === 0n || (software && past > 0n && past <= longestInstruction)) return at;
  }
  return undefined;
}

interface Found {
  readonly bytes: Uint8Array;
  readonly top: number;
  readonly slot: 2 | 4 | 8;
  readonly at: number;
  readonly event: Delivered;
  readonly gate: Gate | undefined;
  readonly ring: number;
  readonly long: boolean;
}

function describe({ bytes, top, slot, at, event, gate, ring, long }: Found): StackView {
  const code = event.kind === "exception" ? event.errorCode : undefined;
  const offset = code === undefined ? 0 : slot;
  const [cs, flags] = [word(bytes, at + offset + slot, slot), word(bytes, at + offset + 2 * slot, slot)];
  const virtual = slot === 4 && (flags & VM) !== 0n;
  const ringChange = virtual || (slot !== 2 && Number(cs & 3n) > ring);
  const letter = slot === 8 ? "R" : slot === 4 ? "E" : "";
  const names = [
    ...(code === undefined ? [] : ["error code"]),
    `${letter}IP`,
    "CS",
    `${letter}FLAGS`,
    ...(ringChange || long ? [`${letter}SP`, "SS"] : []),
    ...(virtual ? ["ES", "DS", "FS", "GS"] : []),
  ];
  const says: Readonly<Record<string, string>> = {
    "error code": "why",
    [`${letter}IP`]: pointsTo(event, word(bytes, at + offset, slot)),
    CS: gate?.kind === "vector" ? "the segment it was in" : `from ring ${virtual ? 3 : cs & 3n}`,
    [`${letter}FLAGS`]: `IF = ${(flags >> 9n) & 1n}, as they were`,
    [`${letter}SP`]: ringChange ? "the other ring's stack" : "the stack before",
    SS: ringChange ? "its segment" : "",
  };
  const total = at / slot + names.length + shownAbove;
  const slots = Array.from({ length: Math.min(total, Math.floor(bytes.length / slot)) }, (_, i): Slot => {
    const name = names[i - at / slot];
    const by = i < at / slot ? "handler" : name ? "processor" : "before";
    const value = word(bytes, i * slot, slot);
    return { address: top + i * slot, value, by, name: name ?? "", says: (name && says[name]) ?? "" };
  });
  return {
    top,
    slot,
    slots,
    frame: {
      event,
      title: titleOf(event),
      gate,
      errorCode: code === undefined ? [] : decodeErrorCode(event.vector, code),
      ringChange,
      bottom: top + at,
    },
  };
}

function titleOf(event: Delivered): string {
  const vector = hex(event.vector, 2);
  if (event.kind === "exception") return event.name;
  if (event.origin === "nmi") return "NMI";
  return event.origin === "software" ? `INT ${vector}h` : `Interrupt ${vector}h`;
}

/** What the saved instruction pointer points to. */
function pointsTo(event: Delivered, saved: bigint): string {
  if (event.kind === "interrupt") {
    return event.origin === "software" && saved !== BigInt(event.ip)
      ? "the instruction after the INT"
      : "the instruction that comes next";
  }
  const kind = exceptionOf(event.vector)?.class;
  if (kind === "fault") return "the instruction that faulted";
  return kind === "abort" ? "not to be relied on" : "where it will go on";
}
