/**
 * A processor for the machine's own tests: real mode's CS:IP and AL, a dozen one- and two-byte instructions of the 8086,
 * interrupts through the vector table. It exists so that the machine can be tested where the processor is at fault.
 */
import { LEDGER } from "../cpu/layout.ts";
import { Ledger } from "../cpu/ledger.ts";
import type { PhysicalMap } from "../cpu/physical.ts";
import type { PageWalk, TlbView, WalkAccess } from "../cpu/walk.ts";
import type { RegisterFile, SystemRegisters } from "./api.ts";
import type { Cpu, CpuStop, CpuSurroundings } from "./cpu.ts";

const IF = 0x200;
const [IP, CS, AX, SP, FLAGS, HALTED, DX] = [0, 1, 2, 3, 4, 5, 6];

export class TestProcessor implements Cpu {
  readonly apic = undefined;
  readonly timeStamp = 0n;
  readonly waitsForStartup = false;
  readonly waitsForStore = false;
  readonly inSystemManagement = false;
  executed = 0;
  breakpoints: ReadonlySet<number> = new Set();
  watchpoints = [];
  onWatched = () => {};
  readonly retired = 0n;
  readonly state = new Uint8Array(64);
  readonly #words = new Int32Array(this.state.buffer);
  readonly #map: PhysicalMap;
  readonly #outside: CpuSurroundings;
  #interrupt = false;
  #attention = false;

  constructor(map: PhysicalMap, outside: CpuSurroundings) {
    this.#map = map;
    this.#outside = outside;
  }

  get instructionIp(): number {
    return this.#words[IP];
  }
  get codeAddress(): number {
    return this.status().address;
  }
  get halted(): boolean {
    return this.#words[HALTED] === 1;
  }
  get canWake(): boolean {
    return this.#interrupt && (this.#words[FLAGS] & IF) !== 0;
  }

  stopUntilReset(): void {
    this.#words[HALTED] = 1;
    this.#words[FLAGS] &= ~IF;
  }

  reset(): void {
    this.#words.fill(0);
    this.#words[CS] = 0xf000;
    this.#words[IP] = 0xfff0;
  }

  run(ticks: number): CpuStop {
    this.executed = 0;
    this.#attention = false;
    while (this.executed < ticks) {
      if (this.#attention) return "attention";
      const interrupted = this.canWake;
      if (interrupted) this.#deliver(this.#outside.acknowledgeInterrupt());
      if (this.halted) return "halted";
      const begins = this.executed === 0 && !interrupted;
      if (!begins && this.breakpoints.has(this.status().address)) return "breakpoint";
      this.executed++;
      if (!this.#execute()) return "shutdown";
    }
    return this.#attention ? "attention" : "budget";
  }

  #deliver(vector: number): void {
    this.#outside.event({
      kind: "interrupt",
      vector,
      origin: "hardware",
      cs: this.#words[CS],
      ip: this.#words[IP],
      ax: 0,
    });
    for (const word of [FLAGS, CS, IP]) this.#push(this.#words[word]);
    this.#words[HALTED] = 0;
    this.#words[FLAGS] &= ~IF;
    this.#words[IP] = this.#map.read(vector * 4, 2);
    this.#words[CS] = this.#map.read(vector * 4 + 2, 2);
  }

  #push(value: number): void {
    this.#words[SP] = (this.#words[SP] - 2) & 0xffff;
    this.#map.write(this.#words[SP], value & 0xffff, 2);
  }

  #pop(): number {
    const value = this.#map.read(this.#words[SP], 2);
    this.#words[SP] = (this.#words[SP] + 2) & 0xffff;
    return value;
  }

  #byte(): number {
    const value = this.#map.read8(this.status().address);
    this.#words[IP] = (this.#words[IP] + 1) & 0xffff;
    return value;
  }

  #word(): number {
    return this.#byte() | (this.#byte() << 8);
  }

  /** False: it knows no such instruction, and shuts down. */
  #execute(): boolean {
    const words = this.#words;
    const opcode = this.#byte();
    switch (opcode) {
      case 0x90: // NOP
        return true;
      case 0x40: // INC AX
        words[AX] = (words[AX] + 1) & 0xffff;
        return true;
      case 0xa2: // MOV moffs8, AL
        this.#map.write8(this.#word(), words[AX] & 0xff);
        return true;
      case 0xb0: // MOV AL, imm8
        words[AX] = (words[AX] & 0xff00) | this.#byte();
        return true;
      case 0xba: // MOV DX, imm16
        words[DX] = this.#word();
        return true;
      case 0xbc: // MOV SP, imm16
        words[SP] = this.#word();
        return true;
      case 0xcf: // IRET
        words[IP] = this.#pop();
        words[CS] = this.#pop();
        words[FLAGS] = this.#pop();
        return true;
      case 0xe4: // IN AL, imm8
        words[AX] = (words[AX] & 0xff00) | this.#outside.portRead(this.#byte(), 1);
        return true;
      case 0xe6: // OUT imm8, AL
        this.#outside.portWrite(this.#byte(), words[AX] & 0xff, 1);
        return true;
      case 0xee: // OUT DX, AL
        this.#outside.portWrite(words[DX], words[AX] & 0xff, 1);
        return true;
      case 0xea: // JMP ptr16:16
        [words[IP], words[CS]] = [this.#word(), this.#word()];
        return true;
      case 0xeb: // JMP rel8
        words[IP] = ((this.#byte() << 24) >> 24) + words[IP];
        return true;
      case 0xf4: // HLT
        words[HALTED] = 1;
        this.#outside.event({ kind: "halt", forever: (words[FLAGS] & IF) === 0 });
        return true;
      case 0xfa: // CLI
        words[FLAGS] &= ~IF;
        return true;
      case 0xfb: // STI
        words[FLAGS] |= IF;
        return true;
      default:
        this.#outside.event({ kind: "triple fault", chain: ["#UD", "#DF", "shutdown"] });
        return false;
    }
  }

  setInterrupt(level: boolean): void {
    this.#interrupt = level;
    if (level) this.#outside.mayWake();
  }
  get takesInterrupts(): boolean {
    return (this.#words[FLAGS] & IF) !== 0;
  }
  nmi(): void {}
  ignoreNumericError(): void {}
  smi(): void {}
  init(): void {}
  startup(): void {}
  tellsAtOnce = true;
  tellNotes(): void {}

  attention(): void {
    this.#attention = true;
  }
  restored(): void {}
  translate(la: number): number {
    return la;
  }
  readonly costs = new Ledger(new ArrayBuffer(LEDGER + 1024), 0).read();
  tlbs(): TlbView {
    const none = { sets: 0, large: 0 };
    return { data: none, code: none, entries: [] };
  }
  walk(linear: number | bigint, { kind }: WalkAccess): PageWalk {
    const access = { kind, user: false };
    return { linear: BigInt(linear), access, paging: "off", cr3: 0n, steps: [], outcome: { kind: "not canonical" } };
  }
  status() {
    const [ip, cs] = [this.#words[IP], this.#words[CS]];
    return { address: cs * 16 + ip, cs, ip, mode: "real", ring: 0 } as const;
  }
  readonly registerNames = new Set(["EAX", "ESP", "EFLAGS", "CS", "EIP"]);
  readRegister(name: string): bigint {
    return BigInt(this.#words[{ EAX: AX, ESP: SP, EFLAGS: FLAGS, CS, EIP: IP }[name] ?? AX]);
  }
  writeRegister(name: string, value: bigint): void {
    this.#words[{ EAX: AX, ESP: SP, EFLAGS: FLAGS, CS, EIP: IP }[name] ?? AX] = Number(value);
  }
  systemRegisters(): SystemRegisters {
    return { debug: [], writable: { CR0: 0, CR4: 0, EFER: 0 }, msrs: [], cpuid: [] };
  }
  registers(): RegisterFile {
    const table = { base: 0, limit: 0 };
    const general = [
      { name: "EAX", value: this.readRegister("EAX") },
      { name: "ESP", value: this.readRegister("ESP") },
    ];
    return {
      general,
      ip: this.readRegister("EIP"),
      flags: this.#words[FLAGS],
      segments: [],
      gdtr: table,
      idtr: table,
      control: [],
    };
  }
}
