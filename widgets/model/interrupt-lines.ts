// What the interrupt controllers' states mean: which request is next, what masks it, how urgent it is. The states are the
// devices' own (engine/chipset: i8259.ts, lapic.ts, ioapic.ts); in a recorded frame their arrays are plain ones.
// Sources: Intel 8259A data sheet, 231468-003; AMD APM vol. 2, 16.6 (priorities of the local APIC) and table 16-2; Intel
// 82093AA data sheet, 290566-001, 3.2.4.

/** The part of an 8259's state that a view shows. */
export interface PicState {
  readonly inputs: number;
  readonly irr: number;
  readonly isr: number;
  readonly imr: number;
  readonly elcr: number;
  readonly icw1: number;
  readonly icw2: number;
  readonly icw3: number;
  readonly icw4: number;
  readonly expects: number;
  readonly lowest: number;
  readonly specialMask: boolean;
  readonly readIsr: boolean;
  readonly output: boolean;
}

export interface LocalApicState {
  readonly base: number;
  readonly enabled: boolean;
  readonly x2apic: boolean;
  readonly id: number;
  readonly tpr: number;
  readonly ldr: number;
  readonly dfr: number;
  readonly svr: number;
  readonly isr: ArrayLike<number>;
  readonly tmr: ArrayLike<number>;
  readonly irr: ArrayLike<number>;
  readonly esr: number;
  readonly errors: number;
  readonly icr: number;
  readonly icrHigh: number;
  readonly lvt: ArrayLike<number>;
  readonly timer: { readonly initial: number; readonly divide: number; readonly count: number };
  readonly lint: readonly boolean[];
  readonly extInt: boolean;
}

export interface IoApicState {
  readonly id: number;
  readonly low: ArrayLike<number>;
  readonly high: ArrayLike<number>;
  readonly inputs: number;
}

/** Who drives IRQ 0 to 15 on a PC's board; 2 is the second controller. */
export const lineNames: readonly string[] = [
  "timer",
  "keyboard",
  "second PIC",
  "COM2",
  "COM1",
  "PCI, LPT2",
  "floppy",
  "LPT1",
  "clock",
  "ACPI",
  "PCI",
  "PCI",
  "mouse",
  "x87 error",
  "disk 1",
  "disk 2",
];

const bit = (value: number, n: number) => ((value >> n) & 1) === 1;
/** How far from the highest priority input `n` stands: 0 is first. */
export const rankOf = ({ lowest }: Pick<PicState, "lowest">, n: number): number => (n - lowest - 1) & 7;

function first(state: PicState, set: number): number {
  const inputs = [0, 1, 2, 3, 4, 5, 6, 7].filter((n) => bit(set, n));
  return inputs.sort((a, b) => rankOf(state, a) - rankOf(state, b))[0] ?? -1;
}

/** The vector that input `n` asks for. */
export const picVector = ({ icw2 }: Pick<PicState, "icw2">, n: number): number => (icw2 & 0xf8) | n;

/** The input that a controller would announce now, -1 where none; `master`: slaves may nest in special fully nested mode. */
export function nextInput(state: PicState, master: boolean): number {
  if (state.expects !== 0) return -1;
  const n = first(state, state.irr & ~state.imr);
  if (n < 0) return -1;
  let served = state.specialMask ? state.isr & ~state.imr : state.isr;
  if (state.icw4 & 0x10 && master) served &= ~(state.icw3 & (1 << n));
  const current = first(state, served);
  return current < 0 || rankOf(state, n) < rankOf(state, current) ? n : -1;
}

/** Why a request of input `n` is not announced; empty where it is, or where there is none. */
export function whyNot(state: PicState, n: number, master: boolean): string {
  if (!bit(state.irr, n)) return "";
  if (state.expects !== 0) return "waits: being initialized";
  if (bit(state.imr, n)) return "masked";
  const next = nextInput(state, master);
  if (next === n) return "";
  return next >= 0 ? `after IR${next}` : `waits: IR${first(state, state.isr)} is in service`;
}

/** What the controller was told, in words: ICW1 to ICW4 and what OCWs changed since. */
export function describePic(state: PicState): readonly string[] {
  if (state.expects !== 0) return [`waits for ICW${state.expects}`];
  const words = [state.icw1 & 8 ? "level triggered" : "edge triggered"];
  if (state.icw4 & 2) words.push("automatic EOI");
  if (state.icw4 & 0x10) words.push("special fully nested");
  if (!(state.icw4 & 1)) words.push("8080 mode");
  if (state.specialMask) words.push("special mask");
  if (state.lowest !== 7) words.push(`lowest priority IR${state.lowest}`);
  words.push(`a read gives the ${state.readIsr ? "ISR" : "IRR"}`);
  return words;
}

/** The vectors of a local APIC's 256-bit register, highest first. */
export function vectorsIn(set: ArrayLike<number>): readonly number[] {
  const found: number[] = [];
  for (let vector = 255; vector >= 0; vector--) if ((set[vector >> 5] >>> (vector & 31)) & 1) found.push(vector);
  return found;
}

/** The processor-priority register: the higher class of TPR and of what is in service. */
export function processorPriority({ tpr, isr }: Pick<LocalApicState, "tpr" | "isr">): number {
  const served = (vectorsIn(isr)[0] ?? 0) & 0xf0;
  return (tpr & 0xf0) >= served ? tpr : served;
}

/** The vector that a local APIC would deliver now; undefined where none. */
export function nextVector(state: LocalApicState): number | undefined {
  const [highest] = vectorsIn(state.irr);
  if (!state.enabled || highest === undefined) return undefined;
  return (highest & 0xf0) > (processorPriority(state) & 0xf0) ? highest : undefined;
}

/** Whether the 8259's INTR goes past the local APIC to the processor: disabled, or LINT0 set to ExtINT. */
export function passesExternal({ enabled, lvt }: Pick<LocalApicState, "enabled" | "lvt">): boolean {
  return !enabled || ((lvt[lint0] & 0x10000) === 0 && ((lvt[lint0] >> 8) & 7) === 7);
}

const lint0 = 3;
export const lvtNames = ["timer", "thermal", "performance", "LINT0", "LINT1", "error"] as const;
export const deliveryNames = ["fixed", "lowest", "SMI", "3", "NMI", "INIT", "start-up", "ExtINT"] as const;

/** An LVT entry or a redirection entry, in words. */
export interface EntryText {
  readonly masked: boolean;
  readonly vector: number;
  readonly delivery: string;
  readonly trigger: "edge" | "level";
  readonly remoteIrr: boolean;
  readonly activeLow: boolean;
}

export function readEntry(low: number): EntryText {
  return {
    masked: (low & 0x10000) !== 0,
    vector: low & 0xff,
    delivery: deliveryNames[(low >> 8) & 7],
    trigger: low & 0x8000 ? "level" : "edge",
    remoteIrr: (low & 0x4000) !== 0,
    activeLow: (low & 0x2000) !== 0,
  };
}

/** "one-shot", "periodic", "TSC deadline": bits 18:17 of the timer's LVT entry. */
export const timerMode = (lvt: number): string => ["one-shot", "periodic", "TSC deadline", "periodic"][(lvt >> 17) & 3];

/** The timer counts every so many cycles of its clock: bits 3, 1 and 0 of the divide configuration. */
export const timerDivisor = (divide: number): number => 1 << (((((divide >> 1) & 4) | (divide & 3)) + 1) & 7);
