/**
 * The person's side of the process: standard input, raw where it is a terminal, and how to leave.
 *
 *   Ctrl-A x  quit     Ctrl-A h  help     Ctrl-A Ctrl-A  a Ctrl-A for the guest
 */

export interface TerminalUse {
  /** Bytes for the guest. Answers how many it took; the others are offered again. */
  take(bytes: Uint8Array): number;
  quit(): void;
  /** Ctrl-C is the guest's. */
  readonly ownsInterrupt: boolean;
}

const CTRL_A = 1;
const CTRL_C = 3;
const RETRY_MS = 10;
const HELP = "\r\nCtrl-A h  this help\r\nCtrl-A x  quit\r\nCtrl-A Ctrl-A  send Ctrl-A\r\n";

export class Terminal {
  readonly isInteractive = process.stdin.isTTY === true;
  /** Nothing more will come. */
  hasEnded = false;
  readonly #use: TerminalUse;
  #afterCtrlA = false;
  #left: number[] = [];
  #timer: NodeJS.Timeout | undefined;
  readonly #onData = (chunk: Buffer) => this.#receive(chunk);

  constructor(use: TerminalUse) {
    this.#use = use;
    if (this.isInteractive) process.stdin.setRawMode(true);
    process.stdin.on("data", this.#onData);
    process.stdin.on("end", () => {
      this.hasEnded = true;
    });
    process.stdin.on("error", () => {
      this.hasEnded = true;
    });
    process.stdin.resume();
  }

  /** Gives the terminal back as it was. */
  close(): void {
    process.stdin.off("data", this.#onData);
    clearTimeout(this.#timer);
    if (this.isInteractive) process.stdin.setRawMode(false);
    process.stdin.pause();
    process.stdin.unref?.();
  }

  #receive(chunk: Buffer): void {
    for (const byte of chunk) if (!this.isInteractive || !this.#isOurs(byte)) this.#left.push(byte);
    this.#offer();
  }

  /** Keys that are not the guest's. */
  #isOurs(byte: number): boolean {
    if (this.#afterCtrlA) {
      this.#afterCtrlA = false;
      if (byte === 0x78) this.#use.quit();
      else if (byte === 0x68 || byte === 0x3f) process.stdout.write(HELP);
      return byte !== CTRL_A;
    }
    if (byte === CTRL_A) {
      this.#afterCtrlA = true;
      return true;
    }
    if (byte !== CTRL_C || this.#use.ownsInterrupt) return false;
    this.#use.quit();
    return true;
  }

  #offer(): void {
    clearTimeout(this.#timer);
    const taken = this.#use.take(Uint8Array.from(this.#left));
    this.#left.splice(0, taken);
    if (this.#left.length === 0) {
      process.stdin.resume();
      return;
    }
    process.stdin.pause();
    this.#timer = setTimeout(() => this.#offer(), RETRY_MS);
  }
}
