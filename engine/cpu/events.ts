/**
 * What comes between two instructions, and what an exception in the delivery of another makes.
 * Source: AMD APM vol. 2, 8.5 "Priorities", 8.2.9 "#DF"; Intel SDM vol. 3A, 6.9 and 6.15.
 */
import { Core } from "./core.ts";
import * as fault from "./fault.ts";
import { type Fault, GuestFault } from "./fault.ts";
import * as at from "./layout.ts";
import {
  CR0_NE,
  IF,
  IN_SMM,
  INIT_PENDING,
  INTR,
  NMI_BLOCKED,
  NMI_PENDING,
  SHADOW_SS,
  SHADOWS,
  SMI_PENDING,
  STARTUP_PENDING,
  STARTUP_VECTOR,
} from "./registers.ts";
import { CS } from "./segments.ts";
import { endRecord } from "./system/branchrecord.ts";
import { deliver } from "./system/interrupts.ts";
import { enterSystemManagement, takesSmi } from "./system/smm.ts";

/** Exceptions one in delivery of the other: no other chain than one that never ends is as long. */
const LONGEST_CHAIN = 16;

/** A processor that takes interrupts and exceptions. */
export abstract class EventTaker extends Core {
  /** An exception was raised since the instruction in progress began. */
  protected faulted = false;

  /**
   * What comes between two instructions, the most urgent first (AMD APM vol. 2, table 8-8): SMI, traps of the last one,
   * INIT, NMI, interrupts. Whether there was something.
   */
  protected takeEvents(): boolean {
    if (!this.waitsForStartup && takesSmi(this)) {
      enterSystemManagement(this);
      return true;
    }
    const trapped = this.debug.pending !== 0 && !(this.view.getUint32(at.SHADOW, true) & SHADOW_SS);
    if (trapped) {
      this.halted = false;
      this.fault({ vector: fault.DB });
      if (this.isShutDown) return true;
    }
    if (this.view.getUint32(at.SHADOW, true) & SHADOWS) return trapped;
    return this.takeInterrupts() || trapped;
  }

  /** INIT, NMI and SMI bring a processor out of shutdown (AMD APM vol. 2, 8.2.9; Intel SDM vol. 3A, 6.15, interrupt 8). */
  protected leavesShutdown(): boolean {
    const pins = this.view.getUint32(at.INTERRUPT, true);
    const shadow = this.view.getUint32(at.SHADOW, true);
    const wakes =
      (pins & (INIT_PENDING | SMI_PENDING) && !(shadow & IN_SMM)) || (pins & NMI_PENDING && !(shadow & NMI_BLOCKED));
    if (!wakes) return false;
    this.view.setUint32(at.SHUTDOWN, 0, true);
    return this.takeEvents();
  }

  /** Takes what waits and is not masked; whether there was something. */
  private takeInterrupts(): boolean {
    const v = this.view;
    const pins = v.getUint32(at.INTERRUPT, true);
    if (!pins) return false;
    if (pins & INIT_PENDING && !(v.getUint32(at.SHADOW, true) & IN_SMM)) {
      this.initialize();
      this.takeInterrupts();
      return true;
    }
    if (this.waitsForStartup) {
      if (pins & STARTUP_PENDING) this.start((pins & STARTUP_VECTOR) >> 8);
      return true;
    }
    if (pins & NMI_PENDING && !(v.getUint32(at.SHADOW, true) & NMI_BLOCKED)) {
      v.setUint32(at.INTERRUPT, pins & ~NMI_PENDING, true);
      v.setUint32(at.SHADOW, v.getUint32(at.SHADOW, true) | NMI_BLOCKED, true);
      this.halted = false;
      this.interrupt(fault.NMI, "nmi");
      return true;
    }
    if (!(pins & INTR)) return false;
    if (!(v.getUint32(at.SYSTEM_FLAGS, true) & IF)) {
      if (v.getUint32(at.HALTED, true) === at.WAITS_FOR_STORE_OR_INTERRUPT) this.halted = false;
      return false;
    }
    this.halted = false;
    this.interrupt(this.surroundings.acknowledgeInterrupt(), "hardware");
    return true;
  }

  /** Source: AMD APM vol. 2, 16.5 "Startup IPI"; Intel SDM vol. 3, 9.4.3. */
  private start(vector: number): void {
    const v = this.view;
    v.setUint32(at.INTERRUPT, v.getUint32(at.INTERRUPT, true) & ~(STARTUP_PENDING | STARTUP_VECTOR), true);
    this.segments.set(CS, { ...this.segments.get(CS), selector: vector << 8, base: vector << 12 });
    this.ip = 0;
    this.halted = false;
    this.updateMode();
  }

  private interrupt(vector: number, origin: "hardware" | "nmi"): void {
    this.ledger.add("interrupts");
    this.tell({
      kind: "interrupt",
      vector,
      origin,
      cs: this.segments.selector(CS),
      ip: this.ip,
      ax: this.register(0, 16),
    });
    try {
      deliver(this, { vector, kind: origin });
    } catch (e) {
      if (!(e instanceof GuestFault)) throw e;
      this.fault(e.fault);
    }
  }

  /**
   * An x87 exception waits and CR0.NE is clear: the processor stands at the instruction that met it until an interrupt, which
   * FERR# asks for. Source: Intel SDM vol. 1, 8.7.2 "MS-DOS Compatibility Sub-mode".
   */
  private freeze(): void {
    this.faulted = true;
    this.halted = true;
    this.mustLeave = true;
    this.surroundings.numericError?.();
  }

  /**
   * Delivers an exception whose instruction RIP points to (or, for a trap, the next). Exceptions while delivering become
   * a double fault, then shutdown (AMD APM vol. 2, 8.2.9).
   */
  fault(first: Fault): void {
    if (first.vector === fault.MF && !(this.control(0) & CR0_NE)) {
      this.freeze();
      return;
    }
    const chain: string[] = [];
    if (first.vector === fault.PF) this.ledger.pageFault();
    let current = first;
    this.faulted = true;
    for (;;) {
      this.ledger.add("exceptions");
      chain.push(fault.exceptionName(current.vector));
      if (current.vector === fault.DB) {
        this.debug.raised();
        endRecord(this);
      }
      this.tell({
        kind: "exception",
        vector: current.vector,
        name: fault.exceptionName(current.vector),
        ...(current.errorCode === undefined ? {} : { errorCode: current.errorCode }),
        cs: this.segments.selector(CS),
        ip: this.ip,
      });
      try {
        deliver(this, {
          vector: current.vector,
          kind: "exception",
          ...(current.errorCode === undefined ? {} : { errorCode: current.errorCode }),
        });
        return;
      } catch (e) {
        if (!(e instanceof GuestFault)) throw e;
        if (e.fault.vector === fault.PF) this.ledger.pageFault();
        if (chain.length > LONGEST_CHAIN) {
          // Delivering #AC may raise #AC without end: hardware hangs. Here it takes time, and can be looked at.
          this.executed++;
          return;
        }
        if (current.vector === fault.DF) {
          chain.push(fault.exceptionName(e.fault.vector), "shutdown");
          this.view.setUint32(at.SHUTDOWN, 1, true);
          this.tell({ kind: "triple fault", chain });
          return;
        }
        current = fault.makesDoubleFault(current.vector, e.fault.vector) ? { vector: fault.DF, errorCode: 0 } : e.fault;
      }
    }
  }
}
