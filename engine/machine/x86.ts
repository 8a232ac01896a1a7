/**
 * A processor of engine/cpu as the machine and its views see it: registers by name, status, without effect on the guest.
 */
import type { ApicFeatures } from "../chipset/lapicmsr.ts";
import { physicalAddressBits } from "../cpu/cpuid.ts";
import * as at from "../cpu/layout.ts";
import type { LedgerCounts } from "../cpu/ledger.ts";
import { DEFAULT_MODEL, parseModel } from "../cpu/models.ts";
import type { PhysicalMap } from "../cpu/physical.ts";
import { Processor, type Surroundings } from "../cpu/processor.ts";
import { IF, IN_SMM, NMI_BLOCKED, NMI_PENDING, SHADOW_SS, SHADOW_STI } from "../cpu/registers.ts";
import { CS } from "../cpu/segments.ts";
import { timeStamp } from "../cpu/system/timestamp.ts";
import { explainWalk, type PageWalk, type TlbView, viewTlbs, type WalkAccess } from "../cpu/walk.ts";
import type { MachineStatus, RegisterFile, SegmentView, SystemRegisters } from "./api.ts";
import type { Cpu } from "./cpu.ts";
import { REGISTERS, SEGMENT_NAMES } from "./registernames.ts";
import { systemRegisters } from "./systemregisters.ts";

const GENERAL = ["EAX", "ECX", "EDX", "EBX", "ESP", "EBP", "ESI", "EDI"];
const GENERAL64 = [
  "RAX",
  "RCX",
  "RDX",
  "RBX",
  "RSP",
  "RBP",
  "RSI",
  "RDI",
  ...Array.from({ length: 8 }, (_, i) => `R${i + 8}`),
];
const CONTROLS = { CR0: at.CR0, CR2: at.CR2, CR3: at.CR3, CR4: at.CR4, EFER: at.EFER } as const;
const NAMES: ReadonlySet<string> = new Set(REGISTERS.keys());
const TRANSLATING: ReadonlySet<string> = new Set(["CR0", "CR3", "CR4", "EFER"]);
const PRESENT = 0x80;

export class X86 extends Processor implements Cpu {
  /** `cpu`: its model, which the configuration's check has passed. */
  constructor(map: PhysicalMap, surroundings: Surroundings, number = 0, cpu?: string) {
    const choice = cpu === undefined ? undefined : parseModel(cpu);
    super(map, surroundings, number, choice && "model" in choice ? choice.model : DEFAULT_MODEL);
  }

  get apic(): ApicFeatures | undefined {
    const { features } = this.model;
    if (!features.has("APIC")) return undefined;
    return {
      x2apic: features.has("X2APIC"),
      tscDeadline: features.has("TSC_DEADLINE"),
      physicalBits: physicalAddressBits(this.model),
    };
  }

  get takesInterrupts(): boolean {
    const waits = this.view.getUint32(at.HALTED, true);
    return waits !== at.WAITS_FOR_STARTUP && ((this.flags & IF) !== 0 || waits >= at.WAITS_FOR_STORE);
  }

  get inSystemManagement(): boolean {
    return (this.view.getUint32(at.SHADOW, true) & IN_SMM) !== 0;
  }

  get timeStamp(): bigint {
    return timeStamp(this);
  }

  status(): Pick<MachineStatus, "address" | "cs" | "ip" | "mode" | "ring"> {
    const cs = this.segments.selector(CS);
    // In 64-bit mode CS has no base; of an address in the higher half a Number has room for the low word alone.
    const ip = this.long && this.rip < 2n ** 53n ? Number(this.rip) : this.ip;
    const address = this.long ? ip : (this.segments.base(CS) + ip) >>> 0;
    return { address, cs, ip, mode: this.modeNow, ring: this.cpl as MachineStatus["ring"] };
  }

  registers(): RegisterFile {
    const wide = (offset: number) => this.view.getBigUint64(offset, true);
    const names = Object.keys(CONTROLS) as (keyof typeof CONTROLS)[];
    return {
      general: this.longMode
        ? GENERAL64.map((name, n) => ({ name, value: this.register64(n) }))
        : GENERAL.map((name, n) => ({ name, value: BigInt(this.register(n)) })),
      ip: this.rip,
      flags: this.flags,
      segments: SEGMENT_NAMES.map((name, n) => this.#segment(name, n)),
      gdtr: { base: this.#word(at.GDTR_BASE), limit: this.#word(at.GDTR_LIMIT) },
      idtr: { base: this.#word(at.IDTR_BASE), limit: this.#word(at.IDTR_LIMIT) },
      control: names.map((name) => ({ name, value: wide(CONTROLS[name]) })),
      ...this.#holds(),
    };
  }

  #holds(): Pick<RegisterFile, "holds"> {
    const shadow = this.#word(at.SHADOW);
    if (!(shadow & (SHADOW_STI | SHADOW_SS | NMI_BLOCKED))) return {};
    return {
      holds: {
        ...(shadow & SHADOW_SS ? { shadow: "MOV SS" } : shadow & SHADOW_STI && { shadow: "STI" }),
        nmi: (shadow & NMI_BLOCKED) !== 0,
        nmiWaits: (this.#word(at.INTERRUPT) & NMI_PENDING) !== 0,
      },
    };
  }

  systemRegisters(): SystemRegisters {
    return systemRegisters(this);
  }

  #word(offset: number): number {
    return this.view.getUint32(offset, true);
  }

  #segment(name: SegmentView["name"], n: number): SegmentView {
    const { selector, base, limit, attributes } = this.segments.get(n);
    return { name, selector, base, limit, attributes, present: (attributes & PRESENT) !== 0 };
  }

  /** By the names of registernames.ts; 0 for any other. */
  readRegister(name: string): bigint {
    return REGISTERS.get(name)?.read(this) ?? 0n;
  }

  /** Without the checks that an instruction makes; a selector is loaded as in real mode (base = selector × 16). */
  writeRegister(name: string, value: bigint): void {
    REGISTERS.get(name)?.write(this, value);
    // What translation depends on: instructions that write it forget the TLBs, too (AMD APM vol. 2, 5.5).
    if (TRANSLATING.has(name)) for (const tlb of [this.memory.data, this.memory.code]) tlb.flushAll();
    this.registersAssigned();
  }

  readonly registerNames = NAMES;

  /** Physical address of a linear one, −1 where unmapped. */
  translate(la: number): number {
    return this.memory.peekTranslate(la);
  }

  get costs(): LedgerCounts {
    return this.ledger.read();
  }

  tlbs(): TlbView {
    return viewTlbs(this);
  }

  walk(linear: number | bigint, access: WalkAccess): PageWalk {
    return explainWalk(this, linear, access);
  }
}
