/**
 * The person's side of the process: standard input, raw where it is a terminal, and how to leave. Where the terminal is
 * shared (`-nographic`, `mon:stdio`), Ctrl-A is ours and Ctrl-C the guest's:
 *
 *   Ctrl-A x  quit     Ctrl-A c  to the monitor and back     Ctrl-A h  help     Ctrl-A a  a Ctrl-A for the guest
 */
import { Incoming, type LineEnd, type Take } from "./lines.ts";

export interface TerminalUse {
  quit(): void;
  /** Ctrl-A c. */
  switchMonitor?(): void;
}

const CTRL_A = 1;
const CTRL_C = 3;
const HELP = `
Ctrl-A h  this help
Ctrl-A x  quit
Ctrl-A c  to the monitor and back
Ctrl-A a  send Ctrl-A
`.replaceAll("\n", "\r\n");

export class Terminal implements LineEnd {
  readonly isInteractive = process.stdin.isTTY === true;
  readonly #use: TerminalUse;
  readonly #isShared: boolean;
  readonly #incoming = new Incoming(() => process.stdin);
  readonly #bytes: number[] = [];
  #hasEnded = false;
  #isOpen = false;
  #afterCtrlA = false;
  readonly #onData = (chunk: Buffer) => this.#receive(chunk);

  /** `isShared`: Ctrl-A is ours. */
  constructor(use: TerminalUse, isShared: boolean) {
    this.#use = use;
    this.#isShared = isShared;
  }

  /** Something may still be typed. */
  get listens(): boolean {
    return this.#isOpen && !this.#hasEnded;
  }

  /** Begins to read; `taker` gets what is typed. */
  take(taker: Take): void {
    this.#incoming.taker = taker;
    if (this.#isOpen) return;
    this.#isOpen = true;
    if (this.isInteractive) process.stdin.setRawMode(true);
    process.stdin.on("data", this.#onData);
    for (const event of ["end", "error"] as const)
      process.stdin.on(event, () => {
        this.#hasEnded = true;
      });
    process.stdin.resume();
  }

  send(byte: number): void {
    this.#bytes.push(byte);
  }

  flush(): void {
    if (this.#bytes.length > 0) process.stdout.write(Uint8Array.from(this.#bytes.splice(0)));
  }

  /** Gives the terminal back as it was. */
  close(): void {
    this.flush();
    this.#incoming.close();
    if (!this.#isOpen) return;
    process.stdin.off("data", this.#onData);
    if (this.isInteractive) process.stdin.setRawMode(false);
    process.stdin.pause();
    process.stdin.unref?.();
  }

  #receive(chunk: Buffer): void {
    let before: number[] = [];
    for (const byte of chunk) {
      const act = this.#ours(byte);
      if (act === undefined) before.push(byte);
      else {
        // What was typed before it goes first.
        this.#incoming.add(before);
        before = [];
        act();
      }
    }
    this.#incoming.add(before);
  }

  /** What a key does that is not the guest's. */
  #ours(byte: number): (() => void) | undefined {
    if (!this.#isShared) return byte === CTRL_C && this.isInteractive ? () => this.#use.quit() : undefined;
    if (this.#afterCtrlA) {
      this.#afterCtrlA = false;
      switch (String.fromCharCode(byte)) {
        case "\x01":
        case "a":
          return () => this.#incoming.add([CTRL_A]);
        case "x":
          return () => this.#use.quit();
        case "c":
          return () => this.#use.switchMonitor?.();
        case "h":
        case "?":
          return () => void process.stdout.write(HELP);
        default:
          return undefined;
      }
    }
    this.#afterCtrlA = byte === CTRL_A;
    return this.#afterCtrlA ? () => {} : undefined;
  }
}
