/** The engine in this thread: all machines of a process or of a page's worker, taking turns. */
import { EngineError } from "../wasm/error.ts";
import type { AssembleAnswer, AssembleRequest, Engine, InstructionCard, MachineConfiguration } from "./api.ts";
import { LocalMachine, type Surrounding } from "./localmachine.ts";
import { loadResources, powerOn, type Resources } from "./resources.ts";

/** After so long the thread answers whoever waits for it. */
const TURN_MS = 8;
/** Instructions after reset that reach every part of a processor. */
const WARMING_STEPS = 8;

export class LocalEngine implements Engine {
  readonly #resources: Promise<Resources>;
  readonly #defer: (work: () => void) => void;
  readonly #machines = new Map<string, LocalMachine>();
  #scheduled = false;
  /** A machine was asked for. */
  #isWanted = false;
  /** Whose turn it is. */
  #next = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `defer` calls back as soon as the thread has done what else it has to do. */
  constructor(defer: (work: () => void) => void = (work) => setTimeout(work, 0)) {
    this.#resources = loadResources();
    this.#defer = defer;
  }

  /** The engine's build. */
  async build(): Promise<string> {
    return (await this.#resources).build;
  }

  async create(id: string, configuration: MachineConfiguration): Promise<LocalMachine> {
    this.#isWanted = true;
    const resources = await this.#resources;
    if (this.#machines.has(id)) throw new EngineError(`there is a machine ${id} already`, { id });
    const surrounding: Surrounding = {
      powerOn: (changed) => powerOn(changed, resources),
      firmwareLines: () => resources.firmwareLines(),
      wake: () => this.#wake(),
      closed: (machine) => this.#machines.delete(machine.id),
    };
    const machine = new LocalMachine(id, configuration, surrounding);
    this.#machines.set(id, machine);
    return machine;
  }

  /** Makes what machines share, ahead of the first: a machine of the least memory that takes its first steps. */
  async warmUp(): Promise<void> {
    const resources = await this.#resources;
    if (this.#isWanted) return;
    const machine = powerOn({ memoryMiB: 1 }, resources);
    machine.step(WARMING_STEPS);
    machine.registers();
    machine.status();
  }

  get(id: string): LocalMachine | undefined {
    return this.#machines.get(id);
  }

  get machines(): Iterable<LocalMachine> {
    return this.#machines.values();
  }

  async assemble(source: string, request: AssembleRequest): Promise<AssembleAnswer> {
    // Loaded when first asked for: most pages run before they assemble.
    const { assembleSource } = await import("./assembling.ts");
    return assembleSource(source, request);
  }

  async instruction(mnemonic: string): Promise<InstructionCard | undefined> {
    const { instructionCard } = await import("../isa/card.ts");
    return instructionCard(mnemonic);
  }

  /** Nothing happens to an engine that its page shares a thread with. */
  onNotice(): () => void {
    return () => {};
  }

  #wake(): void {
    if (this.#scheduled) return;
    clearTimeout(this.#timer);
    this.#scheduled = true;
    this.#defer(() => this.#turn());
  }

  /** A slice for one machine after the other, beginning with whose turn it is, until the turn's time is used. */
  #turn(): void {
    this.#scheduled = false;
    const end = performance.now() + TURN_MS;
    const machines = [...this.#machines.values()];
    let wait = 0;
    let waiting = 0;
    for (let i = this.#next; machines.length > 0; i++) {
      const ms = machines[i % machines.length].work();
      this.#next = (i + 1) % machines.length;
      wait = waiting === 0 ? ms : Math.min(wait, ms);
      waiting = ms === 0 ? 0 : waiting + 1;
      if (waiting >= machines.length || performance.now() >= end) break;
    }
    if (waiting < machines.length) this.#wake();
    else if (wait < Number.POSITIVE_INFINITY) this.#timer = setTimeout(() => this.#wake(), wait);
  }
}
