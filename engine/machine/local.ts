/** The engine in this thread: all machines of a process or of a page's worker, taking turns. */
import type { Tick } from "../chipset/bus.ts";
import { EngineError } from "../wasm/error.ts";
import type {
  AssembleAnswer,
  AssembleRequest,
  CardPlace,
  Engine,
  InstructionCard,
  MachineConfiguration,
} from "./api.ts";
import { Cabling } from "./cabling.ts";
import { LocalMachine, type Surrounding } from "./localmachine.ts";
import type { Machine } from "./machine.ts";
import { loadResources, powerOn, type Resources } from "./resources.ts";
import { sameConfiguration } from "./sameconfiguration.ts";

/** After so long the thread answers whoever waits for it. */
const TURN_MS = 8;

/** A machine that was made before it was asked for. */
interface Ahead {
  readonly id: string;
  readonly configuration: MachineConfiguration;
  readonly machine: LocalMachine;
}

export class LocalEngine implements Engine {
  readonly #resources: Promise<Resources>;
  readonly #defer: (work: () => void) => void;
  readonly #machines = new Map<string, LocalMachine>();
  readonly #cabling = new Cabling(
    (id) => this.#machines.get(id),
    () => this.#wake(),
  );
  #scheduled = false;
  /** A machine was asked for. */
  #isWanted = false;
  #ahead: Ahead | undefined;
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
    const machine = this.#make(id, configuration, resources, this.#takeAhead(id, configuration));
    this.#machines.set(id, machine);
    return machine;
  }

  /** `ready`: the machine that was prepared, in place of one at tick 0. */
  #make(id: string, configuration: MachineConfiguration, resources: Resources, ready?: Machine): LocalMachine {
    let first = ready;
    const surrounding: Surrounding = {
      powerOn: (changed) => {
        const machine = first ?? powerOn(changed, resources);
        first = undefined;
        this.#cabling.plugIn(id, machine);
        return machine;
      },
      firmwareLines: () => resources.firmwareLines(),
      wake: () => this.#wake(),
      closed: (machine) => {
        this.#machines.delete(machine.id);
        this.#cabling.forget(machine.id);
      },
    };
    return new LocalMachine(id, configuration, surrounding);
  }

  /**
   * Makes a machine before it is asked for and runs it on to `tick`. A first `create` with this id and an equal
   * configuration gets it as it then is; with another, one at tick 0.
   */
  async prepare(id: string, configuration: MachineConfiguration, tick: Tick): Promise<void> {
    const resources = await this.#resources;
    if (this.#isWanted) return;
    this.#isWanted = true;
    const machine = this.#make(id, configuration, resources);
    this.#ahead = { id, configuration, machine };
    if (tick > 0) void machine.run({ tick });
  }

  #takeAhead(id: string, configuration: MachineConfiguration): Machine | undefined {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    if (ahead?.id !== id || !sameConfiguration(ahead.configuration, configuration)) return undefined;
    const { machine } = ahead.machine;
    // The run to `tick` that may not be over is not one that the page began.
    if (machine.job !== undefined) machine.finish({ kind: "you" });
    return machine;
  }

  get(id: string): LocalMachine | undefined {
    return this.#machines.get(id);
  }

  async connect(places: readonly CardPlace[]): Promise<void> {
    this.#cabling.connect(places);
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
    const machines = [...(this.#ahead ? [this.#ahead.machine] : []), ...this.#machines.values()];
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
