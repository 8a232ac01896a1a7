/**
 * `-d`: what happens, in lines like QEMU's. `in_asm` shows each instruction when it is met for the first time, and runs
 * the guest one instruction at a time.
 */
import { writeSync } from "node:fs";
import { disassembleAt } from "../machine/disassembly.ts";
import type { Machine } from "../machine/machine.ts";
import { registerText } from "./registertext.ts";

const hex = (value: number | bigint, digits: number) => value.toString(16).padStart(digits, "0");

export class Trace {
  readonly #file: number;
  readonly #kinds: ReadonlySet<string>;
  readonly #seen = new Set<number>();
  #count = 0;

  /** `file`: a file descriptor. */
  constructor(machine: Machine, kinds: ReadonlySet<string>, file: number) {
    this.#kinds = kinds;
    this.#file = file;
    machine.onEvent = (event) => {
      if (event.kind === "exception" && kinds.has("int")) {
        const code = event.errorCode === undefined ? "----" : hex(event.errorCode, 4);
        this.#interrupt(machine, event.vector, code, event.cs, event.ip, event.name);
      } else if (event.kind === "interrupt" && kinds.has("int")) {
        this.#interrupt(machine, event.vector, "----", event.cs, event.ip, event.origin);
      } else if (event.kind === "triple fault" && (kinds.has("cpu_reset") || kinds.has("int"))) {
        this.#write(`Triple fault: ${event.chain.join(", ")}\n`);
        this.#registers(machine);
      } else if (event.kind === "reset" && kinds.has("cpu_reset")) {
        this.#write("CPU Reset (CPU 0)\n");
        this.#registers(machine);
      } else if (event.kind === "unimplemented" && (kinds.has("unimp") || kinds.has("guest_errors"))) {
        this.#write(`unimplemented: ${event.part}: ${event.text}\n`);
      }
    };
    if (kinds.has("cpu_reset")) {
      this.#write("CPU Reset (CPU 0)\n");
      this.#registers(machine);
    }
  }

  /** One instruction at a time is needed. */
  get stepsSingly(): boolean {
    return this.#kinds.has("in_asm");
  }

  /** Shows the next instruction, where it is new. */
  meet(machine: Machine): void {
    const { address } = machine.status();
    if (this.#seen.has(address)) return;
    this.#seen.add(address);
    const [line] = disassembleAt(machine, address, 1);
    const bytes = Array.from(line.bytes, (byte) => hex(byte, 2)).join(" ");
    this.#write(`0x${hex(address, 8)}:  ${bytes.padEnd(24)} ${line.text}\n`);
  }

  #interrupt(machine: Machine, vector: number, code: string, cs: number, ip: number, what: string): void {
    const count = String(this.#count++).padStart(6);
    const place = `cpl=${machine.status().ring} IP=${hex(cs, 4)}:${hex(ip, 8)}`;
    this.#write(`${count}: v=${hex(vector, 2)} e=${code} ${place} ${what} tick=${machine.tick}\n`);
  }

  #registers(machine: Machine): void {
    this.#write(registerText(machine.registers(), machine.status().ring));
  }

  #write(text: string): void {
    writeSync(this.#file, text);
  }
}
