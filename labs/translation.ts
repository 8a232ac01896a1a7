/**
 * What the labs of lesson 6 ask a machine: how a run of the program ended, which pages its tables map, how an address is
 * walked, and whether its TLBs hold what the tables say. Shared; nothing here knows what a lab wants.
 */
import type { HeldTranslation, MachineEvent, MachineStatus, PageWalk } from "../engine/index.ts";
import type { BenchMachine } from "../widgets/lab/bench.ts";
import type { Context, Finding, Moment } from "../widgets/lab/rubric.ts";
import { readRegister } from "../widgets/model/expression.ts";
import { listMappings, type Mapping, pagingMode, tableBytes, tableValues } from "../widgets/model/page-tables.ts";
import { differences } from "../widgets/model/tlb-rows.ts";
import { contextOf } from "../widgets/model/translation.ts";
import { causeText, errorCodeBits } from "../widgets/model/walk-words.ts";
import { count, endOf, endText, hex, isOver, observeStart, startAgain } from "./bootsector.ts";

/** 10 ms of guest time; the solutions need less than 10,000 instructions. */
export const RUN_TICKS = 2_000_000;

/** A run of the program from 0000:7C00, to a place or to its end. */
export interface Run {
  readonly scenario: string;
  readonly status: MachineStatus;
  readonly events: readonly MachineEvent[];
  /** The machine as it was then. */
  machine(): BenchMachine;
}

/** Runs in the lab's scenario of that name; `to`: the address to stop at, where it comes there. */
export function runProgram(context: Context, scenario: string, to?: number): Run {
  const { machine, snapshot, status: entry } = context.once(observeStart);
  startAgain(machine, snapshot, context.lab.scenarios[scenario]);
  return continueProgram(machine, entry.tick + RUN_TICKS, scenario, to);
}

/** The same from where a machine stands. */
export function continueProgram(machine: BenchMachine, limit: number, scenario: string, to?: number): Run {
  let status: MachineStatus;
  do status = machine.run({ tick: limit, ...(to === undefined ? {} : { address: to }) });
  while (!isOver(status) && status.tick < limit && (to === undefined || status.address !== to));
  const events = machine.takeEvents();
  const after = machine.snapshot();
  const back = () => {
    machine.restore(after);
    return machine;
  };
  return { scenario, status, events, machine: back };
}

/** Whether it ended by HLT with interrupts off, in 64-bit mode. */
export function checkEnds(context: Context, run: Run): Finding {
  const { status } = run;
  const expected = "HLT with IF = 0, in 64-bit mode";
  const { reason } = status;
  if (reason.kind === "halt" && reason.forever && status.mode === "long") {
    return { passed: true, saw: `halted at ${hex(status.address - 1)}` };
  }
  const saw = reason.kind === "halt" ? `halted in ${status.mode} mode` : endText(status, RUN_TICKS) + firstCode(run);
  return { passed: false, expected, saw, ...endOf(context, status, run.scenario) };
}

/** What the first page fault of a triple fault was for: the error code that no handler got. */
function firstCode({ status, events }: Run): string {
  if (status.reason.kind !== "triple fault") return "";
  const first = events.find((one) => one.kind === "exception" && one.vector === 14 && one.ip === status.ip);
  if (first?.kind !== "exception" || first.errorCode === undefined) return "";
  const code = first.errorCode;
  // Of a reserved bit, P says nothing more.
  const words = errorCodeBits(code).filter(({ name, on }) => (name === "P" ? (code & 8) === 0 : on));
  return `; error code ${hex(code, 2)}: ${words.map(({ says }) => says).join(", ")}`;
}

/** The pages that the tables map; undefined while paging is off. `complete`: there are no more than `most` ranges. */
export function mappingsOf(machine: BenchMachine, most = 64) {
  const mode = pagingMode(machine.registers());
  if (!mode) return undefined;
  const known = new Map<number, readonly bigint[]>();
  return listMappings(
    mode,
    (address, depth) => {
      const values = known.get(address) ?? tableValues(mode, machine.readPhysical(address, tableBytes(mode, depth)));
      known.set(address, values);
      return values;
    },
    most,
  );
}

/** Entries of the TLBs that a walk would not find again: stale. */
export function staleEntries(machine: BenchMachine): { held: HeldTranslation; says: string }[] {
  const pcid = contextOf(machine.registers());
  return machine
    .tlb()
    .entries.filter((one) => one.global || one.pcid === pcid)
    .flatMap((held) => {
      const walk = machine.walk(BigInt.asUintN(64, held.linear), { kind: "read", user: false });
      const says = differences(held, walk);
      return says === undefined ? [] : [{ held, says }];
    });
}

/** Whether the TLBs hold nothing that the tables contradict. */
export function checkTlb(run: Run, when: string): Finding {
  const machine = run.machine();
  const [first, ...more] = staleEntries(machine);
  if (!first) return { passed: true, saw: `${count(machine.tlb().entries.length)} entries, all as the tables say` };
  const { held, says } = first;
  const others = more.length > 0 ? `, and ${count(more.length)} more` : "";
  return {
    passed: false,
    expected: `no entry of the TLB that differs from the tables ${when}`,
    saw: `${held.tlb} TLB: ${address(held.linear)} is ${hex(held.physical)}, ${rightsText(held)}; the tables say ${says}${others}`,
    moment: momentOf(run),
  };
}

export const momentOf = ({ scenario, status }: Run, outline?: string): Moment => ({
  scenario,
  tick: status.tick,
  ...(outline ? { outline } : {}),
});

/** A linear address: 8 digits, or 16 where it needs them. */
export function address(la: bigint): string {
  const whole = BigInt.asUintN(64, la);
  return hex(whole, whole >> 32n ? 16 : 8);
}

type Rights = Pick<Mapping, "writable" | "user" | "executable">;

/** "read-only, supervisor, executable". */
export function rightsText({ writable, user, executable }: Rights): string {
  return `${writable ? "writable" : "read-only"}, ${user ? "user" : "supervisor"}, ${executable ? "executable" : "not executable"}`;
}

/** A walk's end in words: "200000, writable, …", or why there is none. */
export function walkText({ outcome, steps }: PageWalk): string {
  if (outcome.kind === "page") return `${hex(outcome.physical)}, ${rightsText(outcome)}`;
  if (outcome.kind === "not canonical") return "no canonical address";
  const last = steps.at(-1);
  return `page fault ${hex(outcome.errorCode, 2)}: ${causeText(outcome.cause)}${last ? `, in ${last.table}[${last.index}]` : ""}`;
}

/** A control register's value. */
export const control = (machine: BenchMachine, name: string): bigint => readRegister(machine.registers(), name) ?? 0n;

/** Little-endian words of 4 bytes of physical memory. */
export function dwords(machine: BenchMachine, at: number, length: number): number[] {
  const bytes = machine.readPhysical(at, length * 4);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length }, (_, i) => view.getUint32(i * 4, true));
}
