// Where a run is to stop, as authors write it in an attribute:
//   "0x7c00"  that linear address is next          "1204" or "tick 1204"  that instruction count
//   "halt"    the processor halts                  "int 0x13"             that software or hardware interrupt
//   "exception 6", "exception"                     "port 0x3f8"           an access to that port
//   "mmio 0xb8000", "mmio"  an access to a device's memory, "dma 0x7c00", "dma"  one by a device itself
//   "line 1"  interrupt line 1 is raised
//   "mode", "reset", "triple fault"                "screen: Hello"        that text stands on the screen
//   "serial: ready"  that text went out            "+100"                 so many instructions from here
//   "label done"  that label of the machine's own source is next: it goes along when a reader edits the source
import type { MachineStatus, Until } from "../../engine/index.ts";
import { type Parsed, parseNumber } from "./number.ts";

/** Ten seconds of the machine's own time: no run that a page starts goes on for ever. */
export const runBudget = 2_000_000_000;

const hint = "Write 0x7c00, 1204, label done, halt, int 0x13, port 0x3f8, screen: text, serial: text or +100.";
/** The event that each word means, and what a number after it is. */
const events = {
  int: ["interrupt", "vector"],
  interrupt: ["interrupt", "vector"],
  exception: ["exception", "vector"],
  port: ["port", "port"],
  mmio: ["mmio", "address"],
  dma: ["dma", "address"],
  line: ["line", "line"],
} as const;

function event(word: keyof typeof events, number: string | undefined): Parsed<Until> {
  const [kind, which] = events[word];
  if (number === undefined) return { value: { event: { kind }, ticks: runBudget } };
  const parsed = parseNumber(number);
  if (!("value" in parsed)) return { message: parsed.message, hint };
  return { value: { event: { kind, [which]: Number(parsed.value) }, ticks: runBudget } };
}

/** A source's labels and their addresses. */
export type Labels = Readonly<Record<string, number>>;

/** The label that a place names; undefined where it is a place of another kind. */
export function labelIn(text: string): string | undefined {
  return /^\s*label\s+([.\w$]+)\s*$/.exec(text)?.[1];
}

/** Reads such an attribute. `labels`: what a label may name. */
export function parseUntil(text: string, labels: Labels = {}): Parsed<Until> {
  const wish = text.trim();
  const label = labelIn(wish);
  if (label !== undefined) {
    const address = Object.hasOwn(labels, label) ? labels[label] : undefined;
    if (address !== undefined) return { value: { address, ticks: runBudget } };
    return { message: `The machine's source has no label “${label}”.`, hint: "It may have been edited away." };
  }
  const quoted = /^(screen|serial):\s*(.+)$/s.exec(wish);
  if (quoted) return { value: { [quoted[1]]: quoted[2], ticks: runBudget } };
  const lower = wish.toLowerCase();
  if (lower === "halt" || lower === "mode" || lower === "reset" || lower === "triple fault") {
    return { value: { event: { kind: lower }, ticks: runBudget } };
  }
  const named = /^(int|interrupt|exception|port|mmio|dma|line)(?:\s+(\w+))?$/.exec(lower);
  if (named) return event(named[1] as keyof typeof events, named[2]);
  if (/^\+[\d,_]+$/.test(lower)) return { value: { ticks: Number(lower.replace(/[+,_]/g, "")) } };
  const number = lower.replace(/^tick\s+/, "");
  const parsed = parseNumber(number);
  if (!("value" in parsed)) return { message: `“${wish}” is no place to stop at.`, hint };
  const value = Number(parsed.value);
  return /^0x|h$/.test(number) ? { value: { address: value, ticks: runBudget } } : { value: { tick: value } };
}

/** Whether a machine that stopped stands where the run was to end. */
export function reached(until: Until, status: MachineStatus): boolean {
  if (until.tick !== undefined) return status.tick === until.tick;
  if (until.address !== undefined) return status.address === until.address;
  if (until.event?.kind === "halt") return status.state === "halted" || status.reason.kind === "until";
  if (until.event?.kind === "triple fault") return status.state === "faulted" || status.reason.kind === "until";
  return status.reason.kind === "until";
}
