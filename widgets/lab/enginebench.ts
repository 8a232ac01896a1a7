/** The grader's bench on the real engine, in a worker of a page or in Node. */
import { type Machine, type MachineEvent, openBench } from "../../engine/index.ts";
import type { Bench, BenchMachine } from "./bench.ts";

/** Events kept a run: a program that prints for ever fills no memory. What a check looks for comes first. */
const MOST_EVENTS = 100_000;

let bench: Promise<Bench> | undefined;

/** Loads the engine into this thread, once. */
export function engineBench(): Promise<Bench> {
  bench ??= openBench().then(({ engine, assemble, powerOn }) => {
    return { engine, assemble, powerOn: (configuration) => adapt(powerOn(configuration)) };
  });
  return bench;
}

function adapt(machine: Machine): BenchMachine {
  let events: MachineEvent[] = [];
  machine.onEvent = (event) => {
    if (events.length < MOST_EVENTS) events.push(event);
  };
  return {
    get status() {
      return machine.status();
    },
    run: (until) => machine.run(until),
    registers: () => machine.registers(),
    writeRegister: (name, value) => machine.writeRegister(name, value),
    readPhysical: (address, length) => machine.readMemory("physical", address, length),
    writePhysical: (address, bytes) => machine.writeMemory("physical", address, bytes),
    screen: () => machine.screen(),
    walk: (linear, access) => machine.walk(linear, access),
    tlb: () => machine.tlb(),
    ledger: () => machine.ledger(),
    devices: () => machine.devices(),
    takeEvents() {
      const taken = events;
      events = [];
      return taken;
    },
    watch(kinds) {
      machine.busEvents = new Set(kinds);
    },
    board: () => machine.board(),
    snapshot: () => machine.snapshot(),
    restore(snapshot) {
      const fault = machine.restore(snapshot);
      if (fault) throw new Error(`a snapshot of the same machine does not fit: ${fault.message}`);
    },
  };
}
