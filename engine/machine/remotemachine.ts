/** A machine in the page's worker: each method is a message; what is told goes to who listens here. */

import type * as api from "./api.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { applyChange, changeOf } from "./mirror.ts";
import { type PackedLines, unpackLines } from "./packedlines.ts";
import type { PageMessage, RemoteMethod, Request, WorkerMessage } from "./protocol.ts";

/** What a remote machine needs of its engine. */
export interface Line {
  request(message: Request, id?: string): Promise<unknown>;
  send(message: PageMessage): void;
  forget(id: string): void;
}

type Told = Extract<WorkerMessage, { id: string }>;
type EventListener = (events: readonly api.MachineEvent[]) => void;

export class RemoteMachine implements api.MachineHandle {
  readonly id: string;
  readonly #line: Line;
  #configuration: api.MachineConfiguration;
  #status: api.MachineStatus;
  #speed: api.Speed = "full";
  #breakpoints = new Set<number>();
  #mirror: Checkpoint | undefined;
  #serial = "";
  #numbers = 0;
  readonly #statusListeners = new Set<(status: api.MachineStatus) => void>();
  readonly #screenListeners = new Set<(screen: api.Screen) => void>();
  readonly #serialListeners = new Set<(text: string, again: boolean) => void>();
  readonly #eventListeners = new Map<number, { kinds: readonly api.MachineEvent["kind"][]; listener: EventListener }>();
  #screen: api.Screen | undefined;
  #serialAsked = false;

  constructor(line: Line, id: string, configuration: api.MachineConfiguration, status: api.MachineStatus) {
    this.#line = line;
    this.id = id;
    this.#configuration = configuration;
    this.#status = status;
  }

  get status(): api.MachineStatus {
    return this.#status;
  }

  receive(message: Told): void {
    switch (message.from) {
      case "status":
        this.adopt(message.status);
        return;
      case "screen":
        this.#screen = message.screen;
        for (const listener of this.#screenListeners) listener(message.screen);
        return;
      case "serial":
        this.#serial = message.again ? message.text : (this.#serial + message.text).slice(-MAX_TRANSCRIPT);
        for (const listener of this.#serialListeners) listener(message.text, message.again);
        return;
      case "events":
        this.#eventListeners.get(message.number)?.listener(message.events);
        return;
      case "checkpoint":
        this.#mirror = applyChange(message.change, this.#mirror);
    }
  }

  /** A status from the worker; answers and pushes may overtake each other. */
  adopt(status: api.MachineStatus): void {
    if (status.version < this.#status.version) return;
    const { version, tick, state } = this.#status;
    this.#status = status;
    if (status.version === version && status.tick === tick && status.state === state) return;
    for (const listener of this.#statusListeners) listener(status);
  }

  /** Makes it again in a new worker, as its mirror has it. */
  async revive(): Promise<void> {
    const checkpoint = this.#mirror && changeOf(this.#mirror, undefined);
    const version = this.#status.version + 1;
    const revival = { checkpoint, breakpoints: [...this.#breakpoints], speed: this.#speed, version };
    const message = { to: "create", id: this.id, configuration: this.#configuration, revival } as const;
    this.#mirror = undefined;
    this.adopt((await this.#line.request(message)) as api.MachineStatus);
    if (this.#screenListeners.size > 0) this.#subscribe({ kind: "screen" });
    if (this.#serialAsked) this.#subscribe({ kind: "serial" });
    for (const [number, { kinds }] of this.#eventListeners) this.#subscribe({ kind: "events", number, kinds });
  }

  #subscribe(subscription: Extract<PageMessage, { to: "subscribe" }>["subscription"]): void {
    this.#line.send({ to: "subscribe", id: this.id, subscription });
  }

  #unsubscribe(subscription: Extract<PageMessage, { to: "subscribe" }>["subscription"]): void {
    this.#line.send({ to: "unsubscribe", id: this.id, subscription });
  }

  onStatus(listener: (status: api.MachineStatus) => void): () => void {
    this.#statusListeners.add(listener);
    return () => this.#statusListeners.delete(listener);
  }

  onEvents(kinds: readonly api.MachineEvent["kind"][], listener: EventListener): () => void {
    const number = ++this.#numbers;
    this.#eventListeners.set(number, { kinds, listener });
    this.#subscribe({ kind: "events", number, kinds });
    return () => {
      this.#eventListeners.delete(number);
      this.#unsubscribe({ kind: "events", number, kinds });
    };
  }

  onSerial(listener: (text: string, again: boolean) => void): () => void {
    this.#serialListeners.add(listener);
    if (this.#serialAsked && this.#serial !== "") listener(this.#serial, true);
    if (!this.#serialAsked) this.#subscribe({ kind: "serial" });
    this.#serialAsked = true;
    return () => this.#serialListeners.delete(listener);
  }

  onScreen(listener: (screen: api.Screen) => void): () => void {
    this.#screenListeners.add(listener);
    if (this.#screenListeners.size === 1) this.#subscribe({ kind: "screen" });
    else if (this.#screen !== undefined) listener(this.#screen);
    return () => {
      this.#screenListeners.delete(listener);
      if (this.#screenListeners.size === 0) this.#unsubscribe({ kind: "screen" });
    };
  }

  #call<Method extends RemoteMethod>(
    method: Method,
    ...args: Parameters<api.MachineHandle[Method]>
  ): ReturnType<api.MachineHandle[Method]> {
    const answer = this.#line.request({ to: "call", id: this.id, method, args }, this.id);
    return answer as ReturnType<api.MachineHandle[Method]>;
  }

  run(until?: api.Until) {
    return this.#call("run", until);
  }
  pause() {
    return this.#call("pause");
  }
  step(count?: number) {
    return this.#call("step", count);
  }
  stepOver() {
    return this.#call("stepOver");
  }
  stepOut() {
    return this.#call("stepOut");
  }
  stepBack(count?: number) {
    return this.#call("stepBack", count);
  }
  goTo(tick: number) {
    return this.#call("goTo", tick);
  }
  reset() {
    return this.#call("reset");
  }
  async powerOn(change: Partial<api.MachineConfiguration> = {}) {
    const status = await this.#call("powerOn", change);
    this.#configuration = { ...this.#configuration, ...change };
    this.#mirror = undefined;
    return status;
  }
  setSpeed(speed: api.Speed) {
    this.#speed = speed;
    return this.#call("setSpeed", speed);
  }
  processors() {
    return this.#call("processors");
  }
  registers(processor?: number) {
    return this.#call("registers", processor);
  }
  systemRegisters(processor?: number) {
    return this.#call("systemRegisters", processor);
  }
  ledger(processor?: number) {
    return this.#call("ledger", processor);
  }
  tlb(processor?: number) {
    return this.#call("tlb", processor);
  }
  walk(linear: number | bigint, access: api.WalkAccess, processor?: number) {
    return this.#call("walk", linear, access, processor);
  }
  writeRegister(name: string, value: bigint, processor?: number) {
    return this.#call("writeRegister", name, value, processor);
  }
  readMemory(space: api.AddressSpaceName, address: number, length: number) {
    return this.#call("readMemory", space, address, length);
  }
  writeMemory(space: api.AddressSpaceName, address: number, bytes: Uint8Array) {
    return this.#call("writeMemory", space, address, bytes);
  }
  disassemble(address: number | undefined, count: number) {
    return this.#call("disassemble", address, count);
  }
  screen() {
    return this.#call("screen");
  }
  board() {
    return this.#call("board");
  }
  devices() {
    return this.#call("devices");
  }
  together(reads: readonly api.Read[]) {
    return this.#call("together", reads);
  }
  breakpoints() {
    return this.#call("breakpoints");
  }
  setBreakpoint(address: number, on: boolean) {
    if (on) this.#breakpoints.add(address);
    else this.#breakpoints.delete(address);
    return this.#call("setBreakpoint", address, on);
  }
  key(code: string, down: boolean) {
    return this.#call("key", code, down);
  }
  type(text: string) {
    return this.#call("type", text);
  }
  mouse(action: api.MouseAction) {
    return this.#call("mouse", action);
  }
  serialInput(text: string) {
    return this.#call("serialInput", text);
  }
  snapshot() {
    return this.#call("snapshot");
  }
  restore(snapshot: api.Snapshot) {
    return this.#call("restore", snapshot);
  }
  hash() {
    return this.#call("hash");
  }
  async firmwareLines() {
    return unpackLines((await this.#call("firmwareLines")) as unknown as PackedLines);
  }
  close(): void {
    this.#line.forget(this.id);
  }
}

const MAX_TRANSCRIPT = 2 ** 20;
