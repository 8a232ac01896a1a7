/**
 * One machine from power-on to its end: driven in slices, so that what it says appears as it says it and what is typed
 * reaches it; paced by real time only while somebody could type.
 */
import { writeFileSync } from "node:fs";
import type { StopReason, Until } from "../machine/api.ts";
import type { Job } from "../machine/job.ts";
import type { Machine } from "../machine/machine.ts";
import { Pacer } from "../machine/pacing.ts";
import { type Debugged, GdbServer } from "./gdb.ts";
import { openOutput } from "./images.ts";
import { terminalKeys } from "./keys.ts";
import type { Line } from "./lineflags.ts";
import { type LineEnd, openLine, type Take } from "./lines.ts";
import { MonitorConsole } from "./monitor.ts";
import type { Options } from "./options.ts";
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

export class Session implements Debugged {
  readonly machine: Machine;
  readonly #options: Options;
  readonly #pacer: Pacer;
  readonly #display: TextDisplay | undefined;
  readonly #terminal: Terminal;
  readonly #trace: Trace | undefined;
  readonly #ends = new Map<Line, LineEnd>();
  readonly #started = performance.now();
  /** What is typed at a shared terminal is the monitor's. */
  #inMonitor = false;
  #isStopped: boolean;
  #drawnAt = 0;
  #pace = 20_000;
  #isQuit = false;
  #wake: (() => void) | undefined;
  #run: Job;
  #gdb: GdbServer | undefined;

  constructor(machine: Machine, options: Options) {
    this.machine = machine;
    this.#options = options;
    this.#isStopped = options.paused;
    this.#pacer = new Pacer(machine.configuration.ticksPerSecond);
    this.#pacer.anchor(performance.now(), 0, 0);
    const looksOn = options.display === "text" || (options.display === undefined && process.stdout.isTTY);
    if (looksOn && process.stdout.isTTY) this.#display = new TextDisplay((text) => process.stdout.write(text));
    if (options.trace.size > 0) {
      const file = options.traceFile === undefined ? 2 : openOutput("-D", options.traceFile);
      this.#trace = new Trace(machine, options.trace, file);
    }
    const lines = [...options.serial, ...options.ports.map((port) => port.line)];
    const isShared = lines.some((line) => line.kind === "stdio" && line.isMuxed);
    this.#terminal = new Terminal(this, isShared);
    this.#tellWhatIsLacking();
    this.#run = this.#begin();
    process.on("SIGINT", () => this.quit());
    process.on("SIGTERM", () => this.quit());
    process.stdout.on("error", () => this.quit());
  }

  /** An instruction that the engine lacks looks to the guest like one that its processor lacks: say so, each once. */
  #tellWhatIsLacking(): void {
    const told = new Set<string>();
    const others = this.machine.onEvent;
    // Without a trace nothing is asked of the machine where an event was.
    this.machine.hearsAtOnce = others !== undefined;
    this.machine.onEvent = (event) => {
      others?.(event);
      if (event.kind !== "unimplemented" || event.part !== "processor") return;
      if (told.has(event.text) || told.size >= MAX_TOLD) return;
      told.add(event.text);
      process.stderr.write(`ring: the processor lacks this: ${event.text}\n`);
    };
  }

  // Lines ------------------------------------------------------------------------------------------------------------------

  /** The guest's lines of characters to where the options say. */
  async #connect(): Promise<void> {
    const { serial, debugConsoles, ports, monitor } = this.#options;
    const { machine } = this;
    for (const [port, line] of serial.entries()) {
      const end = await this.#open("-serial", line);
      const said = machine.guest.serial[port];
      if (said) said.said = (byte) => this.#isNews && end.send(byte);
      this.#listen(line, end, (bytes) => machine.serialInput(bytes, port));
    }
    const said = new Map<string, LineEnd>();
    machine.guest.onConsole = (card, port, bytes) => {
      if (this.#isNews) for (const byte of bytes) said.get(`${card}.${port}`)?.send(byte);
    };
    for (const { card, port, line } of ports) {
      const end = await this.#open("-chardev", line);
      said.set(`${card}.${port}`, end);
      this.#listen(line, end, (bytes) => machine.consoleInput(card, port, bytes));
    }
    const consoles: { iobase: number; end: LineEnd }[] = [];
    for (const { iobase, line } of debugConsoles) consoles.push({ iobase, end: await this.#open("-debugcon", line) });
    machine.guest.onDebug = (byte, port) => {
      if (this.#isNews) for (const { iobase, end } of consoles) if (iobase === port) end.send(byte);
    };
    if (monitor !== undefined) {
      const end = await this.#open("-monitor", monitor);
      const own = monitorOn(this, end);
      own.greet();
      end.take((bytes) => own.take(bytes));
    }
    if (this.#display !== undefined && process.stdin.isTTY) this.#terminal.take((bytes) => this.#typed(bytes));
  }

  /** The guest is not on its way back, where it says again what it said. */
  get #isNews(): boolean {
    return !this.machine.guest.events.muted;
  }

  /** What comes in by a line goes to the guest, unless the monitor shares it and has the word. */
  #listen(line: Line, end: LineEnd, take: Take): void {
    const isShared = line.kind === "stdio" && line.isMuxed;
    const sharer = monitorOn(this, end);
    end.take((bytes) => {
      this.#wake?.();
      if (isShared && this.#inMonitor) return sharer.take(bytes);
      return this.#isNews ? take(bytes) : 0;
    });
    if (isShared)
      this.switchMonitor = () => {
        this.#inMonitor = !this.#inMonitor;
        if (this.#inMonitor) sharer.greet();
      };
  }

  async #open(flag: string, line: Line): Promise<LineEnd> {
    const end = this.#ends.get(line) ?? (await openLine(flag, line, this.#terminal));
    this.#ends.set(line, end);
    return end;
  }

  #typed(bytes: Uint8Array): number {
    this.#wake?.();
    for (const { code, down } of terminalKeys(bytes)) this.machine.key(code, down);
    return bytes.length;
  }

  #flush(): void {
    for (const end of this.#ends.values()) end.flush();
    this.#terminal.flush();
  }

  // What the terminal and the monitor ask --------------------------------------------------------------------------------

  switchMonitor: () => void = () => {};

  quit(): void {
    this.#isQuit = true;
    this.#wake?.();
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  set isStopped(value: boolean) {
    this.#isStopped = value;
    if (value) this.#gdb?.halted();
    else if (this.machine.job === undefined) this.#run = this.#begin();
    this.#pacer.anchor(performance.now(), this.machine.tick, this.machine.instructions);
    this.#wake?.();
  }

  drive(job: Job | undefined): void {
    if (job) this.#run = job;
    else this.#run = this.#begin();
    this.isStopped = false;
  }

  reset(): void {
    if (this.#options.noReboot) {
      this.quit();
      return;
    }
    this.machine.reset();
    this.#run = this.#begin();
    this.#wake?.();
  }

  screendump(path: string): void {
    const { width, height, pixels } = this.machine.guest.pc.board.vga.frame();
    writeFileSync(path, encodePng(width, height, pixels));
  }

  // Running --------------------------------------------------------------------------------------------------------------

  /** To the end; answers the exit status of the process. */
  async run(): Promise<number> {
    let status = 1;
    try {
      await this.#connect();
      if (this.#options.gdb) this.#gdb = await GdbServer.open(this, this.#options.gdb);
      status = await this.#drive();
      this.#display?.draw(this.machine.screen());
      return status;
    } finally {
      this.#flush();
      this.#gdb?.close(status);
      this.#display?.end();
      for (const end of this.#ends.values()) end.close();
      this.#terminal.close();
    }
  }

  get until(): Until {
    const { maxTicks, noReboot } = this.#options;
    return {
      ...(maxTicks === undefined ? {} : { tick: maxTicks }),
      ...(noReboot ? { event: { kind: "reset" as const } } : {}),
    };
  }

  #begin(): Job {
    return this.machine.begin(this.until);
  }

  async #drive(): Promise<number> {
    while (!this.#isQuit) {
      if (this.#isStopped) {
        this.#flush();
        await this.#pause(1000);
        continue;
      }
      const start = performance.now();
      const stop = this.#trace?.stepsSingly ? this.#traced() : this.#slice(start);
      this.#flush();
      if (start - this.#drawnAt >= FRAME_MS) {
        this.#drawnAt = start;
        this.#display?.draw(this.machine.screen());
      }
      if (stop === undefined) await new Promise((resolve) => setImmediate(resolve));
      else if (stop === "idle") await this.#pause(this.#untilNext());
      else {
        this.#display?.draw(this.machine.screen());
        this.#isStopped = true;
        if (this.#gdb?.stopped(stop)) continue;
        const status = this.#ended(stop);
        if (status !== undefined) return status;
        if (stop.kind !== "halt") this.#gdb?.ceased();
      }
    }
    return 0;
  }

  #slice(start: number): StopReason | "idle" | undefined {
    const { machine } = this;
    const before = machine.instructions;
    const { idleEnd } = this.#pacer.allowance(start, machine.tick, before);
    const stop = this.#run.slice(this.#pace * SLICE_MS, this.#isPaced() ? idleEnd : undefined);
    const pace = (machine.instructions - before) / Math.max(0.05, performance.now() - start);
    if (pace > 0) this.#pace = Math.max(1000, Math.min(this.#pace * 2, pace));
    return stop;
  }

  /** Somebody may still type, or looks on: guest time is real time then, where the guest waits. */
  #isPaced(): boolean {
    if (this.#options.skipsIdle) return false;
    return this.#display !== undefined || [...this.#ends.values()].some((end) => end.listens);
  }

  #untilNext(): number {
    const { clock } = this.machine.guest.pc;
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

  #traced(): StopReason | undefined {
    const { machine } = this;
    const { maxTicks, noReboot } = this.#options;
    const { events } = machine.guest;
    for (let i = 0; i < TRACED; i++) {
      this.#trace?.meet(machine);
      const from = events.next;
      const { reason } = machine.step();
      const wasReset = events.since(from).some((event) => event.kind === "reset");
      if (wasReset && noReboot) return { kind: "until", what: "reset" };
      if (reason.kind !== "step" && !(reason.kind === "halt" && !reason.forever)) return reason;
      if (maxTicks !== undefined && machine.tick >= maxTicks) return { kind: "budget" };
    }
    return undefined;
  }

  /** The exit status; undefined where the process stays and the machine is stopped. */
  #ended(stop: StopReason): number | undefined {
    const { noShutdown, maxTicks } = this.#options;
    switch (stop.kind) {
      case "exit":
        return stop.status & 0xff;
      case "power off":
        return noShutdown ? undefined : 0;
      case "failed":
        throw new Error(stop.message);
      case "halt":
        if (this.#wantsResults()) return 0;
        if (process.stderr.isTTY)
          process.stderr.write("\r\nThe machine has halted for good: HLT with interrupts off.\r\n");
        return undefined;
      case "until":
        return noShutdown && maxTicks === undefined ? undefined : 0;
      default:
        return 0;
    }
  }

  /** Something is to be told at the end, so there must be one. */
  #wantsResults(): boolean {
    const { stats, hash, screenshot, maxTicks } = this.#options;
    return stats || hash || screenshot !== undefined || maxTicks !== undefined;
  }

  // The end ----------------------------------------------------------------------------------------------------------------

  /** What was asked to be told at the end. */
  report(): void {
    const { machine } = this;
    const { stats, hash, screenshot, display } = this.#options;
    if (screenshot !== undefined) this.screendump(screenshot);
    if (display === "text" && this.#display === undefined) process.stdout.write(`${machine.screenText()}\n`);
    if (hash) process.stdout.write(`${machine.hash()}\n`);
    if (stats) process.stderr.write(statistics(machine, (performance.now() - this.#started) / 1000));
  }
}

function monitorOn(session: Session, end: LineEnd): MonitorConsole {
  return new MonitorConsole(session, (text) => {
    for (const character of text) end.send(character.charCodeAt(0));
    end.flush();
  });
}

function statistics(machine: Machine, seconds: number): string {
  const count = machine.instructions;
  const mips = count / seconds / 1e6;
  return `${count.toLocaleString("en")} instructions, ${seconds.toFixed(3)} s, ${mips.toFixed(1)} MIPS, tick ${machine.tick.toLocaleString("en")}\n`;
}
