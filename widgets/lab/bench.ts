/**
 * What a grader may use of the engine: the assembler, and machines whose runs cost ticks of one shared budget. When the
 * budget is gone a run stops at once, so a grading ends whatever a student's program, or a check, does.
 */
import type {
  AssembleAnswer,
  AssembleRequest,
  BoardMap,
  Ledger,
  MachineConfiguration,
  MachineEvent,
  MachineStatus,
  PageWalk,
  RegisterFile,
  Screen,
  Snapshot,
  TlbView,
  Until,
  WalkAccess,
} from "../../engine/index.ts";

/** The part of a machine that checks use. */
export interface BenchMachine {
  readonly status: MachineStatus;
  run(until: Until): MachineStatus;
  registers(): RegisterFile;
  writeRegister(name: string, value: bigint): unknown;
  readPhysical(address: number, length: number): Uint8Array;
  writePhysical(address: number, bytes: Uint8Array): unknown;
  screen(): Screen;
  /** The page walk of a linear address as it would be now; nothing is changed by looking. */
  walk(linear: bigint, access: WalkAccess): PageWalk;
  tlb(): TlbView;
  /** What the run has cost since the last reset. */
  ledger(): Ledger;
  /** Every device's state by its name. */
  devices(): Readonly<Record<string, object>>;
  /** Events since the last call, oldest first. */
  takeEvents(): readonly MachineEvent[];
  /** Tells events of these kinds besides those that are always told: "port", "mmio", "dma", "line". */
  watch(kinds: readonly MachineEvent["kind"][]): void;
  /** Who answers where, now. */
  board(): BoardMap;
  snapshot(): Snapshot;
  restore(snapshot: Snapshot): unknown;
}

export interface Bench {
  /** The engine build; it goes into reports and hand-ins. */
  readonly engine: string;
  assemble(source: string, request: AssembleRequest): AssembleAnswer;
  powerOn(configuration: MachineConfiguration): BenchMachine;
}

/** The same bench, with `ticks` to spend on all its machines together. */
export function limitBench(bench: Bench, ticks: number): Bench {
  let left = ticks;
  return {
    engine: bench.engine,
    assemble: (source, request) => bench.assemble(source, request),
    powerOn(configuration) {
      const machine = bench.powerOn(configuration);
      return {
        ...bindAll(machine),
        get status() {
          return machine.status;
        },
        run(until) {
          const from = machine.status.tick;
          const most = Math.min(until.ticks ?? left, left, (until.tick ?? Number.POSITIVE_INFINITY) - from);
          if (most <= 0) return machine.status;
          const { tick: _, ...rest } = until;
          const status = machine.run({ ...rest, ticks: most });
          left -= Math.max(0, status.tick - from);
          return status;
        },
      };
    },
  };
}

function bindAll(machine: BenchMachine): Omit<BenchMachine, "status" | "run"> {
  return {
    registers: () => machine.registers(),
    writeRegister: (name, value) => machine.writeRegister(name, value),
    readPhysical: (address, length) => machine.readPhysical(address, length),
    writePhysical: (address, bytes) => machine.writePhysical(address, bytes),
    screen: () => machine.screen(),
    walk: (linear, access) => machine.walk(linear, access),
    tlb: () => machine.tlb(),
    ledger: () => machine.ledger(),
    devices: () => machine.devices(),
    takeEvents: () => machine.takeEvents(),
    watch: (kinds) => machine.watch(kinds),
    board: () => machine.board(),
    snapshot: () => machine.snapshot(),
    restore: (snapshot) => machine.restore(snapshot),
  };
}
