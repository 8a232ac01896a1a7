/**
 * One machine from power-on to its end: driven in slices, so that what it says appears as it says it and what is typed
 * reaches it; paced by real time only while somebody could type.
 */
import { closeSync, writeFileSync, writeSync } from "node:fs";
import type { MachineStatus, StopReason } from "../machine/api.ts";
import type { Machine } from "../machine/machine.ts";
import { Pacer } from "../machine/pacing.ts";
import type { Line, Options } from "./flags.ts";
import { openOutput } from "./images.ts";
import { terminalKeys } from "./keys.ts";
import { encodePng } from "./png.ts";
import { Terminal } from "./terminal.ts";
import { TextDisplay } from "./textdisplay.ts";
import { Trace } from "./trace.ts";

const SLICE_MS = 10;
const FRAME_MS = 50;
const MAX_WAIT_MS = 50;
/** Things the engine lacks that are told of in one run. */
const MAX_TOLD = 8;
/** Steps of a traced run between looks at the outside. */
const TRACED = 20_000;

export class Session {
  readonly #machine: Machine;
  readonly #options: Options;
  readonly #pacer: Pacer;
  readonly #display: TextDisplay | undefined;
  readonly #terminal: Terminal | undefined;
  readonly #trace: Trace | undefined;
  /** Bytes for each output, gathered for a slice. */
  readonly #outputs = new Map<number, number[]>();
  readonly #started = performance.now();
  #drawnAt = 0;
  #pace = 20_000;
  #isQuit = false;
  #wake: (() => void) | undefined;

  constructor(machine: Machine, options: Options) {
    this.#machine = machine;
    this.#options = options;
    this.#pacer = new Pacer(machine.configuration.ticksPerSecond);
    this.#pacer.anchor(performance.now(), 0, 0);
    this.#connect();
    const looksOn = options.display === "text" || (options.display === undefined && process.stdout.isTTY);
    if (looksOn && process.stdout.isTTY) this.#display = new TextDisplay((text) => process.stdout.write(text));
    if (this.#usesStdin()) this.#terminal = new Terminal(this);
    if (options.trace.size > 0) {
      const file = options.traceFile === undefined ? 2 : openOutput("-D", options.traceFile);
      this.#trace = new Trace(machine, options.trace, file);
    }
    this.#tellWhatIsLacking();
    process.on("SIGINT", () => this.quit());
    process.on("SIGTERM", () => this.quit());
    process.stdout.on("error", () => this.quit());
  }

  /** An instruction that the engine lacks looks to the guest like one that its processor lacks: say so, each once. */
  #tellWhatIsLacking(): void {
    const told = new Set<string>();
    const others = this.#machine.onEvent;
    this.#machine.onEvent = (event) => {
      others(event);
      if (event.kind !== "unimplemented" || event.part !== "processor") return;
      if (told.has(event.text) || told.size >= MAX_TOLD) return;
      told.add(event.text);
      process.stderr.write(`ring: the processor lacks this: ${event.text}\n`);
    };
  }

  #usesStdin(): boolean {
    return (
      this.#options.serial.some((line) => line.kind === "stdio") || (this.#display !== undefined && process.stdin.isTTY)
    );
  }

  /** The guest's lines of characters to where the options say. */
  #connect(): void {
    const { serial, debugConsoles } = this.#options;
    for (const port of [0, 1] as const) {
      const send = this.#sender("-serial", serial[port] ?? { kind: "null" });
      this.#machine.guest.serial[port].said = send;
    }
    const consoles = debugConsoles.map(({ iobase, line }) => ({ iobase, send: this.#sender("-debugcon", line) }));
    this.#machine.guest.onDebug = (byte, port) => {
      for (const { iobase, send } of consoles) if (iobase === port) send(byte);
    };
  }

  #sender(flag: string, line: Line): (byte: number) => void {
    if (line.kind === "null") return () => {};
    const file = line.kind === "stdio" ? 1 : openOutput(flag, line.path);
    const bytes = this.#outputs.get(file) ?? [];
    this.#outputs.set(file, bytes);
    return (byte) => bytes.push(byte);
  }

  #flush(): void {
    for (const [file, bytes] of this.#outputs) {
      if (bytes.length === 0) continue;
      const chunk = Uint8Array.from(bytes.splice(0));
      if (file === 1) process.stdout.write(chunk);
      else writeSync(file, chunk);
    }
  }

  // What the terminal asks -----------------------------------------------------------------------------------------------

  get ownsInterrupt(): boolean {
    return this.#options.monitorKeys;
  }

  quit(): void {
    this.#isQuit = true;
    this.#wake?.();
  }

  take(bytes: Uint8Array): number {
    const port = this.#options.serial.findIndex((line) => line.kind === "stdio");
    this.#wake?.();
    if (port >= 0) return this.#machine.serialInput(bytes, port as 0 | 1);
    for (const { code, down } of terminalKeys(bytes)) this.#machine.key(code, down);
    return bytes.length;
  }

  // Running --------------------------------------------------------------------------------------------------------------

  /** To the end; answers the exit status of the process. */
  async run(): Promise<number> {
    try {
      const status = this.#options.paused ? await this.#wait() : await this.#drive();
      this.#flush();
      this.#display?.draw(this.#machine.screen());
      return status;
    } finally {
      this.#display?.end();
      this.#terminal?.close();
      for (const file of this.#outputs.keys()) if (file > 2) closeSync(file);
    }
  }

  async #drive(): Promise<number> {
    const machine = this.#machine;
    const { maxTicks, noReboot } = this.#options;
    const until = {
      ...(maxTicks === undefined ? {} : { tick: maxTicks }),
      ...(noReboot ? { event: { kind: "reset" as const } } : {}),
    };
    const run = machine.begin(until);
    while (!this.#isQuit) {
      const start = performance.now();
      const stop = this.#trace?.stepsSingly ? this.#traced(maxTicks) : this.#slice(run, start);
      this.#flush();
      if (start - this.#drawnAt >= FRAME_MS) {
        this.#drawnAt = start;
        this.#display?.draw(machine.screen());
      }
      if (stop === undefined) await new Promise((resolve) => setImmediate(resolve));
      else if (stop === "idle") await this.#pause(this.#untilNext());
      else return this.#ended(stop);
    }
    return 0;
  }

  #slice(run: ReturnType<Machine["begin"]>, start: number): StopReason | "idle" | undefined {
    const machine = this.#machine;
    const before = machine.instructions;
    const { idleEnd } = this.#pacer.allowance(start, machine.tick, before);
    const stop = run.slice(this.#pace * SLICE_MS, this.#isPaced() ? idleEnd : undefined);
    const pace = (machine.instructions - before) / Math.max(0.05, performance.now() - start);
    if (pace > 0) this.#pace = Math.max(1000, Math.min(this.#pace * 2, pace));
    return stop;
  }

  /** Somebody may still type, or looks on: guest time is real time then, where the guest waits. */
  #isPaced(): boolean {
    if (this.#options.skipsIdle) return false;
    return this.#display !== undefined || (this.#terminal !== undefined && !this.#terminal.hasEnded);
  }

  #untilNext(): number {
    const { clock } = this.#machine.guest.pc;
    return Math.min(MAX_WAIT_MS, Math.max(1, ((clock.nextDeadline - clock.now) * 1000) / clock.ticksPerSecond));
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #traced(maxTicks: number | undefined): StopReason | undefined {
    const machine = this.#machine;
    const { events } = machine.guest;
    for (let i = 0; i < TRACED; i++) {
      this.#trace?.meet(machine);
      const from = events.next;
      const { reason } = machine.step();
      const wasReset = events.since(from).some((event) => event.kind === "reset");
      if (wasReset && this.#options.noReboot) return { kind: "until", what: "reset" };
      if (reason.kind !== "step" && !(reason.kind === "halt" && !reason.forever)) return reason;
      if (maxTicks !== undefined && machine.tick >= maxTicks) return { kind: "budget" };
    }
    return undefined;
  }

  async #ended(stop: StopReason): Promise<number> {
    switch (stop.kind) {
      case "exit":
        return stop.status & 0xff;
      case "power off":
        return this.#options.noShutdown ? this.#wait() : 0;
      case "failed":
        throw new Error(stop.message);
      case "halt":
        return this.#wantsResults() ? 0 : this.#wait("The machine has halted for good: HLT with interrupts off.");
      case "until":
        return this.#options.noShutdown && this.#options.maxTicks === undefined ? this.#wait() : 0;
      default:
        return 0;
    }
  }

  /** Something is to be told at the end, so there must be one. */
  #wantsResults(): boolean {
    const { stats, hash, screenshot, maxTicks } = this.#options;
    return stats || hash || screenshot !== undefined || maxTicks !== undefined;
  }

  /** Stays, without work, until somebody ends it. */
  async #wait(why?: string): Promise<number> {
    this.#flush();
    this.#display?.draw(this.#machine.screen());
    if (why !== undefined && process.stderr.isTTY) process.stderr.write(`\r\n${why} Ctrl-C ends it.\r\n`);
    while (!this.#isQuit) await this.#pause(1000);
    return 0;
  }

  // The end ----------------------------------------------------------------------------------------------------------------

  /** What was asked to be told at the end. */
  report(): void {
    const machine = this.#machine;
    const { stats, hash, screenshot, display } = this.#options;
    if (screenshot !== undefined) {
      const { width, height, pixels } = machine.guest.pc.board.vga.frame();
      writeFileSync(screenshot, encodePng(width, height, pixels));
    }
    if (display === "text" && this.#display === undefined) process.stdout.write(`${machine.screenText()}\n`);
    if (hash) process.stdout.write(`${machine.hash()}\n`);
    if (stats) process.stderr.write(statistics(machine, (performance.now() - this.#started) / 1000));
  }

  get status(): MachineStatus {
    return this.#machine.status();
  }
}

function statistics(machine: Machine, seconds: number): string {
  const count = machine.instructions;
  const mips = count / seconds / 1e6;
  return `${count.toLocaleString("en")} instructions, ${seconds.toFixed(3)} s, ${mips.toFixed(1)} MIPS, tick ${machine.tick.toLocaleString("en")}\n`;
}
