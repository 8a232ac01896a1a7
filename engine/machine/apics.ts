/**
 * The machine's APICs: one in each processor, the I/O APIC, and the messages between them; where the processors' pages of
 * registers are, and which writes to memory are messages.
 *
 * A processor's access to its own APIC's page stays inside it. Any other write of 32 bits to FEExxxxx is a message, a
 * device's as well as a processor's (as in QEMU); reads from there find an empty bus.
 */
import { ApicBus } from "../chipset/apicbus.ts";
import type { AccessSize, Bus, Device } from "../chipset/bus.ts";
import { IoApic } from "../chipset/ioapic.ts";
import { LocalApic } from "../chipset/lapic.ts";
import { type ApicFeatures, readApicMsr, writeApicMsr } from "../chipset/lapicmsr.ts";
import { readPage, writePage } from "../chipset/lapicregisters.ts";
import type { Cpu } from "./cpu.ts";

const MESSAGES = 0xfee00000;
const MESSAGES_END = 0xfef00000;
/** The time-stamp counter's cycles in a tick. */
const TSC_PER_TICK = 10;

export function isMessage(hpa: number): boolean {
  return hpa >= MESSAGES && hpa < MESSAGES_END;
}

export class Apics {
  readonly messages = new ApicBus();
  readonly local: readonly LocalApic[];
  readonly io: IoApic;
  readonly devices: readonly Device[];
  readonly #features: readonly ApicFeatures[];

  constructor(
    bus: Pick<Bus, "mmio" | "clock">,
    cpus: readonly Cpu[],
    acknowledge8259: () => number,
    baseChanged: () => void,
  ) {
    this.local = cpus.map(
      (cpu, id) =>
        new LocalApic(bus, {
          id,
          boots: id === 0,
          messages: this.messages,
          processor: {
            interrupt: (level) => cpu.setInterrupt(level),
            nmi: () => cpu.nmi(),
            smi: () => cpu.smi(),
            init: () => cpu.init(),
            startup: (vector) => cpu.startup(vector),
          },
          timeStamp: { now: () => cpu.timeStamp, perTick: TSC_PER_TICK },
          acknowledge8259,
          baseChanged,
        }),
    );
    this.#features = cpus.map((cpu) => cpu.apic as ApicFeatures);
    this.io = new IoApic(bus, { messages: this.messages });
    this.devices = [...this.local, this.io];
  }

  /** The 8259's INTR, which is every LINT0. */
  interrupt(level: boolean): void {
    for (const apic of this.local) apic.lint(0).set(level);
  }

  /** Something besides an interrupt, which a processor may not take, can come from a device. */
  get canInterruptMasked(): boolean {
    return this.io.bringsMore || this.local.some((apic) => apic.lint0BringsMore);
  }

  acknowledge(processor: number): number {
    return (this.local[processor] as LocalApic).acknowledge();
  }

  /** CR8. */
  taskPriority(processor: number): number {
    return (this.local[processor] as LocalApic).state.tpr >> 4;
  }

  setTaskPriority(processor: number, priority: number): void {
    this.local[processor]?.writeTaskPriority((priority & 15) << 4);
  }

  msrRead(processor: number, msr: number): bigint | undefined {
    return readApicMsr(this.local[processor] as LocalApic, msr, this.#features[processor] as ApicFeatures);
  }

  msrWrite(processor: number, msr: number, value: bigint): boolean {
    return writeApicMsr(this.local[processor] as LocalApic, msr, value, this.#features[processor] as ApicFeatures);
  }

  /** Whose registers a processor finds at `hpa`, where they are its own APIC's. */
  partAt(processor: number, hpa: number): string | undefined {
    const apic = this.local[processor];
    return apic?.answers(hpa) ? apic.name : undefined;
  }

  /** A read by a processor; undefined where it is not its APIC's. */
  read(processor: number, hpa: number, size: AccessSize): number | undefined {
    const apic = this.local[processor] as LocalApic;
    return apic.answers(hpa) ? readPage(apic, hpa, size) : undefined;
  }

  /** A write by a processor; false where it is not its APIC's. */
  write(processor: number, hpa: number, value: number, size: AccessSize): boolean {
    const apic = this.local[processor] as LocalApic;
    if (!apic.answers(hpa)) return false;
    writePage(apic, hpa, value, size);
    return true;
  }
}
