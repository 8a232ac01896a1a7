/** QEMU as the PC a BIOS is tested on: started with an image, driven through QMP, watched through its serial port. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface QemuOptions {
  /** Our ROM; QEMU's own SeaBIOS if not given. */
  readonly bios?: Uint8Array;
  readonly floppy?: Uint8Array;
  /** Written to files before the start; `{name}` in `args` becomes the path. */
  readonly files?: { readonly [name: string]: Uint8Array };
  readonly memory?: string;
  readonly args?: readonly string[];
}

export class Qemu {
  readonly folder = mkdtempSync(join(tmpdir(), "qemu-"));
  private readonly process: ChildProcess;
  private answers = "";
  private errors = "";

  constructor({ bios, floppy, files = {}, memory = "64", args = [] }: QemuOptions) {
    const line = ["-display", "none", "-nic", "none", "-no-shutdown", "-m", memory, "-qmp", "stdio"];
    line.push("-serial", `file:${this.path("serial")}`);
    line.push("-debugcon", `file:${this.path("debug")}`, "-global", "isa-debugcon.iobase=0x402");
    if (bios) {
      writeFileSync(this.path("bios"), bios);
      // Our BIOS drives the display itself, unless the adapter brings its own.
      line.push("-bios", this.path("bios"), "-vga", "none", "-device", "VGA,romfile=");
    }
    if (floppy) {
      writeFileSync(this.path("floppy"), floppy);
      line.push("-drive", `file=${this.path("floppy")},format=raw,if=floppy`);
    }
    for (const [name, bytes] of Object.entries(files)) writeFileSync(this.path(name), bytes);
    const given = args.map((arg) => arg.replace(/\{(\w+)\}/g, (_, name) => this.path(name)));
    this.process = spawn("qemu-system-i386", [...line, ...given], { stdio: ["pipe", "pipe", "pipe"] });
    this.process.stdout?.on("data", (text) => {
      this.answers += text;
    });
    this.process.stderr?.on("data", (text) => {
      this.errors += text;
    });
    this.send({ execute: "qmp_capabilities" });
  }

  private path(name: string): string {
    return join(this.folder, name);
  }

  private send(command: object): void {
    this.process.stdin?.write(`${JSON.stringify(command)}\n`);
  }

  private read(name: string): string {
    return existsSync(this.path(name)) ? readFileSync(this.path(name), "latin1") : "";
  }

  /** What the guest sent to COM1 so far. */
  get serial(): string {
    return this.read("serial");
  }

  /** What it wrote to port 402h. */
  get debug(): string {
    return this.read("debug");
  }

  /** The floppy image as it is now. */
  get floppy(): Uint8Array {
    return new Uint8Array(readFileSync(this.path("floppy")));
  }

  /** Waits until `condition` holds; an error with all that was seen after `seconds`. */
  async until(condition: () => boolean, seconds = 40): Promise<void> {
    const end = Date.now() + seconds * 1000;
    while (!condition()) {
      if (Date.now() > end || this.process.exitCode !== null) {
        throw new Error(`waited in vain\nserial: ${this.serial}\ndebug: ${this.debug}\nqemu: ${this.errors}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }

  /** A command of QEMU's monitor (`sendkey a`), after it was done. */
  async monitor(command: string): Promise<void> {
    const before = this.answers.split('"return"').length;
    this.send({ execute: "human-monitor-command", arguments: { "command-line": command } });
    await this.until(() => this.answers.split('"return"').length > before);
  }

  /** Physical memory. */
  async memory(address: number, bytes: number): Promise<Uint8Array> {
    await this.until(() => this.answers.includes('"return"'));
    await this.monitor(`pmemsave ${address} ${bytes} "${this.path("memory")}"`);
    return new Uint8Array(readFileSync(this.path("memory")));
  }

  /** The characters of a text screen of 80 columns, 25 lines without trailing blanks. */
  async screen(): Promise<string[]> {
    const cells = await this.memory(0xb8000, 4000);
    return Array.from({ length: 25 }, (_, row) =>
      Array.from({ length: 80 }, (_, column) => String.fromCharCode(cells[(row * 80 + column) * 2]))
        .join("")
        .trimEnd(),
    );
  }

  stop(): void {
    this.process.kill("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }
}
