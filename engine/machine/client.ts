/**
 * The engine of a page: its worker, watched. A worker that does not answer for some seconds is ended; a new one gets
 * every machine back as it was when its mirror was last brought up to date.
 */
import { EngineError } from "../wasm/error.ts";
import type {
  AssembleAnswer,
  AssembleRequest,
  CardPlace,
  Engine,
  InstructionCard,
  MachineConfiguration,
  MachineHandle,
  MachineStatus,
} from "./api.ts";
import type { PageMessage, Request, WorkerMessage } from "./protocol.ts";
import { RemoteMachine } from "./remotemachine.ts";

const PING_MS = 1000;
/** Pings without an answer after which a worker has hung. Counted, not timed: a laptop that slept has not hung. */
const MISSED_PINGS = 4;

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: EngineError) => void;
  readonly id: string | undefined;
  readonly method: string | undefined;
}

type Notice = { readonly kind: "restarted"; readonly message: string };
/** Calls that answer with the machine's status: after a restart they do, with that of the machine brought back. */
const STATUS_CALLS: ReadonlySet<string> = new Set(
  "run pause step stepOver stepOut stepBack goTo reset powerOn restore writeRegister writeMemory".split(" "),
);

export class WorkerEngine implements Engine {
  readonly #makeWorker: () => Worker;
  #worker: Worker;
  #isReady = false;
  #calls = 0;
  #missed = 0;
  readonly #pending = new Map<number, Pending>();
  readonly #machines = new Map<string, RemoteMachine>();
  readonly #notices = new Set<(notice: Notice) => void>();
  /** What was connected, for a new worker. */
  #switches: (readonly CardPlace[])[] = [];

  constructor(makeWorker: () => Worker, early?: Worker) {
    this.#makeWorker = makeWorker;
    this.#worker = this.#start(early);
    // It may have said that it is ready before anybody listened: any answer says so, too.
    if (early !== undefined) this.send({ to: "ping" });
    setInterval(() => this.#watch(), PING_MS);
  }

  async create(id: string, configuration: MachineConfiguration): Promise<MachineHandle> {
    if (this.#machines.has(id)) throw new EngineError(`there is a machine ${id} already`, { id });
    const status = (await this.request({ to: "create", id, configuration })) as MachineStatus;
    const machine = new RemoteMachine(this, id, configuration, status);
    this.#machines.set(id, machine);
    return machine;
  }

  get(id: string): MachineHandle | undefined {
    return this.#machines.get(id);
  }

  async assemble(source: string, request: AssembleRequest): Promise<AssembleAnswer> {
    return (await this.request({ to: "assemble", source, request })) as AssembleAnswer;
  }

  async instruction(mnemonic: string): Promise<InstructionCard | undefined> {
    return (await this.request({ to: "instruction", mnemonic })) as InstructionCard | undefined;
  }

  async connect(places: readonly CardPlace[]): Promise<void> {
    await this.request({ to: "connect", places });
    this.#switches.push(places);
  }

  onNotice(listener: (notice: Notice) => void): () => void {
    this.#notices.add(listener);
    return () => this.#notices.delete(listener);
  }

  /** Sends a message that will be answered; `id` is the machine that it is about. */
  request(message: Request, id?: string): Promise<unknown> {
    const call = ++this.#calls;
    return new Promise((resolve, reject) => {
      const method = message.to === "call" ? message.method : undefined;
      this.#pending.set(call, { resolve, reject, id, method });
      this.#worker.postMessage({ ...message, call });
    });
  }

  send(message: PageMessage): void {
    this.#worker.postMessage(message);
  }

  forget(id: string): void {
    this.send({ to: "close", id });
    this.#machines.delete(id);
    for (const [call, pending] of this.#pending) {
      if (pending.id !== id) continue;
      this.#pending.delete(call);
      pending.reject(new EngineError("the machine was closed", { id }));
    }
  }

  #start(early?: Worker): Worker {
    const worker = early ?? this.#makeWorker();
    this.#isReady = false;
    this.#missed = 0;
    worker.onmessage = ({ data }: { data: WorkerMessage }) => this.#receive(data);
    worker.onerror = (event) => {
      if (!this.#isReady) this.#refuseAll(`the engine could not be loaded: ${event.message || "no message"}`);
    };
    return worker;
  }

  #receive(message: WorkerMessage): void {
    this.#missed = 0;
    this.#isReady = true;
    switch (message.from) {
      case "ready":
      case "pong":
        return;
      case "answer":
      case "refusal":
        this.#settle(message);
        return;
      default:
        this.#machines.get(message.id)?.receive(message);
    }
  }

  #settle(message: Extract<WorkerMessage, { from: "answer" | "refusal" }>): void {
    const pending = this.#pending.get(message.call);
    this.#pending.delete(message.call);
    if (pending === undefined) return;
    if (message.from === "refusal") {
      pending.reject(new EngineError(message.message, message.details));
      return;
    }
    if (pending.id !== undefined && message.status) this.#machines.get(pending.id)?.adopt(message.status);
    pending.resolve(message.value);
  }

  #refuseAll(message: string): void {
    for (const pending of this.#pending.values()) pending.reject(new EngineError(message));
    this.#pending.clear();
  }

  #watch(): void {
    if (!this.#isReady) return;
    if (++this.#missed > MISSED_PINGS) void this.#restart();
    else this.send({ to: "ping" });
  }

  async #restart(): Promise<void> {
    this.#worker.terminate();
    const lost = [...this.#pending.values()];
    this.#pending.clear();
    this.#worker = this.#start();
    const machines = [...this.#machines.values()];
    await Promise.all(machines.map((machine) => machine.revive()));
    for (const places of this.#switches) {
      const open = places.filter(({ machine }) => this.#machines.has(machine));
      await this.request({ to: "connect", places: open }).catch(() => undefined);
    }
    const gone = new EngineError("the engine stopped answering, and was started again");
    for (const { id, method, resolve, reject } of lost) {
      const machine = id === undefined ? undefined : this.#machines.get(id);
      if (machine !== undefined && method !== undefined && STATUS_CALLS.has(method)) resolve(machine.status);
      else reject(gone);
    }
    const message = "The engine stopped answering. It was started again, with every machine as it was a moment before.";
    for (const listener of this.#notices) listener({ kind: "restarted", message });
  }
}
