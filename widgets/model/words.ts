// What machines say of themselves: the bar's text, events' names, and what a step changed. look.md, sections 4, 8, 9.
import type { MachineEvent, MachineStatus, RegisterFile } from "../../engine/index.ts";
import { flagBits, isSet } from "./bits.ts";
import { counted, grouped, hex } from "./number.ts";

/** A machine's state as a page shows it. */
export type ViewState = "asleep" | "waking" | "running" | "paused" | "halted" | "faulted" | "past" | "failed";

/** The state's first word in the bar. */
export const stateWords: Readonly<Record<ViewState, string>> = {
  asleep: "Asleep",
  waking: "Waking",
  running: "Running",
  paused: "Paused",
  halted: "Halted",
  faulted: "Triple fault",
  past: "Past",
  failed: "The emulator failed",
};

/** Why nothing reaches the guest while its past is looked at. */
export const pastWords = "Guest input is closed in the past. Return to now first.";

/** Linear addresses: at least four digits, eight above 1 MiB. */
export function addressText(address: number): string {
  return hex(address, address > 0xfffff ? 8 : address > 0xffff ? 5 : 4);
}

/** CS:IP as the machine names it in real mode, the linear address elsewhere. */
export function placeText(status: MachineStatus): string {
  if (status.mode === "real" || status.mode === "virtual-8086") return `${hex(status.cs, 4)}:${hex(status.ip, 4)}`;
  return addressText(status.address);
}

/** Why a machine stopped, for the bar; empty where the state's word says it all. */
export function reasonText(status: MachineStatus): string {
  const { reason } = status;
  switch (reason.kind) {
    case "breakpoint":
      return `breakpoint at ${addressText(reason.address)}`;
    case "budget":
      return "budget used up";
    case "until":
      // "instruction 1,204" and "address 7c00" would say twice what stands beside them.
      return /^(instruction|tick|address)\b/.test(reason.what) ? "" : reason.what;
    case "halt":
      return reason.forever ? "stopped for good: HLT with IF = 0" : "waiting for an interrupt";
    case "triple fault":
      return reason.chain.join(", ");
    case "exit":
      return `exited with status ${reason.status}`;
    case "power off":
      return "switched off";
    case "failed":
      return reason.message;
    case "restored":
      return "as it was kept";
    case "power on":
      // The reset line does not turn the clock back.
      return status.tick > 0 ? "just reset" : "just powered on";
    default:
      return "";
  }
}

/** Who runs: "ring 0", "ring 3", or in real mode, where there are no rings, "real mode". */
export function whoText(status: MachineStatus): string {
  if (status.mode === "real") return "real mode";
  return `ring ${status.ring}`;
}

/** 12,500,000 a second is "12.5 million/s". */
export function speedText(perSecond: number): string {
  if (perSecond >= 999_500) return `${(perSecond / 1e6).toFixed(perSecond < 9.95e6 ? 1 : 0)} million/s`;
  return `${grouped(Math.round(perSecond))}/s`;
}

/** An event in a few words: "#PF", "INT 10h", "protected 32 mode". */
export function eventText(event: MachineEvent): string {
  switch (event.kind) {
    case "exception":
      return event.name;
    case "interrupt":
      return event.origin === "software" ? `INT ${hex(event.vector, 2)}h` : `interrupt ${hex(event.vector, 2)}h`;
    case "port":
      return `${event.write ? "OUT to" : "IN from"} ${hex(event.port, 2)}h`;
    case "mmio":
      return `${event.write ? "store to" : "load from"} ${hex(event.address, 5)}h`;
    case "dma":
      return `${event.part} ${event.write ? "writes" : "reads"} ${hex(event.address, 5)}h`;
    case "line":
      return `IRQ ${event.line} ${event.level ? "rises" : "falls"}`;
    case "mode":
      return `${event.mode} mode`;
    case "halt":
      return event.forever ? "HLT for good" : "HLT";
    case "triple fault":
      return "triple fault";
    case "reset":
      return "reset";
    default:
      return `${event.part}: ${event.text}`;
  }
}

/** What changed between two stops: names of registers, and how many flags. */
export function changes(before: RegisterFile, after: RegisterFile): { names: string[]; flags: string[] } {
  const names: string[] = [];
  for (const [i, { name, value }] of after.general.entries()) {
    if (before.general[i]?.value !== value) names.push(name);
  }
  for (const [i, { name, selector }] of after.segments.entries()) {
    if (before.segments[i]?.selector !== selector) names.push(name);
  }
  for (const [i, { name, value }] of after.control.entries()) {
    if (before.control[i]?.value !== value) names.push(name);
  }
  const flags = flagBits.filter(({ bit }) => isSet(before.flags, bit) !== isSet(after.flags, bit));
  return { names, flags: flags.map(({ name }) => name) };
}

/** "Stepped to 7c27. EAX is 60000011. 2 flags changed." */
export function stopSpeech(verb: string, status: MachineStatus, before?: RegisterFile, after?: RegisterFile): string {
  const words = [`${verb} ${placeText(status)}.`];
  if (before && after) {
    const { names, flags } = changes(before, after);
    const valued = names.filter((name) => after.general.some((one) => one.name === name)).slice(0, 2);
    for (const name of valued) words.push(`${name} is ${hex(after.general.find((one) => one.name === name)!.value)}.`);
    const others = names.length - valued.length;
    if (others > 0) words.push(`${counted(others, "more register")} changed.`);
    if (flags.length > 0) words.push(`${counted(flags.length, "flag")} changed.`);
  }
  return words.join(" ");
}

/** "1,204 of 9,310, ring 0, after #PF": what the timeline speaks. */
export function timelineSpeech(status: MachineStatus, furthest: number, last: MachineEvent | undefined): string {
  const words = [`${grouped(status.tick)} of ${grouped(Math.max(furthest, status.tick))}`, whoText(status)];
  if (last) words.push(`after ${eventText(last)}`);
  return words.join(", ");
}
