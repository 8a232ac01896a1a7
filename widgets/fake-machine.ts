// A machine for tests of views, without an engine: a boot sector of eleven instructions that prints a line, waits for a
// key, prints it and halts. Deterministic; every instant is computed again from power-on. Not a processor: each
// instruction here is a function. Used by tests/browser/widgets only.
import type {
  DisassembledLine,
  Engine,
  MachineConfiguration,
  MachineEvent,
  MachineHandle,
  MachineStatus,
  RegisterFile,
  Screen,
  Snapshot,
  StopReason,
  Until,
} from "../engine/index.ts";

const names = ["EAX", "ECX", "EDX", "EBX", "ESP", "EBP", "ESI", "EDI"];
const message = "Hello from the fake machine\r\n";

interface State {
  tick: number;
  ip: number;
  general: number[];
  flags: number;
  memory: Uint8Array;
  screen: number[];
  serial: string;
  events: MachineEvent[];
  halted: boolean;
  keys: string[];
}

interface Instruction {
  readonly bytes: string;
  readonly text: string;
  readonly says: string;
  run(state: State): number | undefined;
}

const setLow = (state: State, register: number, value: number) => {
  state.general[register] = (state.general[register] & ~0xff) | value;
};
const setHigh = (state: State, register: number, value: number) => {
  state.general[register] = (state.general[register] & ~0xff00) | (value << 8);
};
const print = (state: State, code: number) => {
  state.serial += String.fromCharCode(code);
  if (code === 10) state.screen.push(...new Array((80 - (state.screen.length % 80)) % 80).fill(32));
  else if (code !== 13) state.screen.push(code);
};

const program: Instruction[] = [
  { bytes: "fa", text: "cli", says: "Clears IF: maskable interrupts wait.", run: (s) => void (s.flags &= ~0x200) },
  {
    bytes: "31 c0",
    text: "xor %ax,%ax",
    says: "Exclusive or.",
    run: (s) => void Object.assign(s, { general: s.general.with(0, 0), flags: s.flags | 0x44 }),
  },
  { bytes: "8e d8", text: "mov %ax,%ds", says: "Copies the second operand to the first.", run: () => undefined },
  {
    bytes: "bc 00 7c",
    text: "mov $0x7c00,%sp",
    says: "Copies the second operand to the first.",
    run: (s) => void (s.general[4] = 0x7c00),
  },
  {
    bytes: "be 20 7c",
    text: "mov $0x7c20,%si",
    says: "Copies the second operand to the first.",
    run: (s) => void (s.general[6] = 0x7c20),
  },
  {
    bytes: "b4 0e",
    text: "mov $0x0e,%ah",
    says: "Copies the second operand to the first.",
    run: (s) => void setHigh(s, 0, 0x0e),
  },
  {
    bytes: "ac",
    text: "lods %ds:(%si),%al",
    says: "Loads AL from [SI] and moves SI on.",
    run: (s) => void setLow(s, 0, s.memory[s.general[6]++]),
  },
  {
    bytes: "84 c0",
    text: "test %al,%al",
    says: "And, for the flags alone.",
    run: (s) => void (s.flags = (s.general[0] & 0xff) === 0 ? s.flags | 0x40 : s.flags & ~0x40),
  },
  { bytes: "74 04", text: "je 0x7c17", says: "Jumps if ZF is 1.", run: (s) => (s.flags & 0x40 ? 11 : undefined) },
  {
    bytes: "cd 10",
    text: "int $0x10",
    says: "Calls an interrupt's handler.",
    run: (s) => {
      s.events.push({
        tick: s.tick,
        kind: "interrupt",
        vector: 0x10,
        origin: "software",
        cs: 0,
        ip: s.ip,
        ax: s.general[0] & 0xffff,
      });
      print(s, s.general[0] & 0xff);
      return undefined;
    },
  },
  { bytes: "eb f6", text: "jmp 0x7c0f", says: "Jumps.", run: () => 6 },
  {
    bytes: "f4",
    text: "hlt",
    says: "Stops until an interrupt.",
    run: (s) => {
      s.halted = true;
      s.events.push({ tick: s.tick, kind: "halt", forever: true });
      return 11;
    },
  },
];
const lengths = program.map(({ bytes }) => bytes.split(" ").length);
const addresses = lengths.map((_, i) => 0x7c00 + lengths.slice(0, i).reduce((sum, one) => sum + one, 0));

function powerOn(): State {
  const memory = new Uint8Array(1 << 20);
  for (const [i, { bytes }] of program.entries())
    memory.set(
      bytes.split(" ").map((byte) => Number.parseInt(byte, 16)),
      addresses[i],
    );
  memory.set(new TextEncoder().encode(message), 0x7c20);
  memory.set([0x55, 0xaa], 0x7dfe);
  const general = [0xaa55, 0, 0x80, 0, 0x7000, 0, 0, 0];
  return { tick: 0, ip: 0, general, flags: 0x202, memory, screen: [], serial: "", events: [], halted: false, keys: [] };
}

function font(): Uint8Array {
  const bytes = new Uint8Array(256 * 32);
  const ink = new OffscreenCanvas(8, 16).getContext("2d", { willReadFrequently: true })!;
  ink.font = "13px monospace";
  for (let code = 33; code < 127; code++) {
    ink.clearRect(0, 0, 8, 16);
    ink.fillText(String.fromCharCode(code), 0, 12);
    const dots = ink.getImageData(0, 0, 8, 16).data;
    for (let y = 0; y < 16; y++)
      for (let x = 0; x < 8; x++) if (dots[(y * 8 + x) * 4 + 3] > 100) bytes[code * 32 + y] |= 0x80 >> x;
  }
  return bytes;
}
let glyphs: Uint8Array | undefined;
const palette = Uint32Array.of(
  0,
  0xaa,
  0xaa00,
  0xaaaa,
  0xaa0000,
  0xaa00aa,
  0xaa5500,
  0xaaaaaa,
  0x555555,
  0x5555ff,
  0x55ff55,
  0x55ffff,
  0xff5555,
  0xff55ff,
  0xffff55,
  0xffffff,
);

export class FakeMachine implements MachineHandle {
  readonly id: string;
  status: MachineStatus;
  private state = powerOn();
  private version = 0;
  private patches: { tick: number; apply: (state: State) => void }[] = [];
  private breaks = new Set<number>();
  private stopping = false;
  private perSecond = 0;
  private reported = 0;
  private statusListeners = new Set<(status: MachineStatus) => void>();
  private eventListeners = new Set<(events: readonly MachineEvent[]) => void>();
  private screenListeners = new Set<(screen: Screen) => void>();
  private serialListeners = new Set<(text: string) => void>();
  /** Keys that were sent, for tests: "KeyA down". */
  readonly sent: string[] = [];

  constructor(id: string) {
    this.id = id;
    this.status = this.read({ kind: "power on" }, "paused");
  }

  private read(reason: StopReason, state: MachineStatus["state"]): MachineStatus {
    const address = addresses[this.state.ip];
    return {
      state,
      reason,
      tick: this.state.tick,
      address,
      cs: 0,
      ip: address,
      mode: "real",
      ring: 0,
      version: ++this.version,
    };
  }

  private one(state: State): void {
    for (const { tick, apply } of this.patches) if (tick === state.tick) apply(state);
    if (state.halted) return;
    const next = program[state.ip].run(state);
    state.ip = next ?? state.ip + 1;
    state.tick++;
  }

  private tell(reason: StopReason, state?: MachineStatus["state"]): MachineStatus {
    this.status = this.read(reason, state ?? (this.state.halted ? "halted" : "paused"));
    for (const listener of this.statusListeners) listener(this.status);
    const fresh = this.state.events.filter(({ tick }) => tick >= this.reported);
    this.reported = Math.max(this.reported, this.state.tick);
    if (fresh.length > 0) for (const listener of this.eventListeners) listener(fresh);
    const screen = this.drawn();
    for (const listener of this.screenListeners) listener(screen);
    return this.status;
  }

  private stopped(): MachineStatus {
    return this.tell(this.state.halted ? { kind: "halt", forever: true } : { kind: "step" });
  }

  private rewind(tick: number): void {
    this.state = powerOn();
    while (this.state.tick < tick && !this.state.halted) this.one(this.state);
  }

  onStatus(listener: (status: MachineStatus) => void) {
    this.statusListeners.add(listener);
    return () => this.statusListeners.delete(listener);
  }
  onEvents(_kinds: readonly string[], listener: (events: readonly MachineEvent[]) => void) {
    this.eventListeners.add(listener);
    return () => this.eventListeners.delete(listener);
  }
  onSerial(listener: (text: string) => void) {
    this.serialListeners.add(listener);
    return () => this.serialListeners.delete(listener);
  }
  onScreen(listener: (screen: Screen) => void) {
    this.screenListeners.add(listener);
    listener(this.drawn());
    return () => this.screenListeners.delete(listener);
  }

  async run(until: Until = {}): Promise<MachineStatus> {
    this.stopping = false;
    this.tell({ kind: "you" }, "running");
    const last = until.tick ?? (until.ticks === undefined ? Number.POSITIVE_INFINITY : this.state.tick + until.ticks);
    let written = this.state.serial.length;
    for (let first = true; ; first = false) {
      if (this.state.tick >= last) return this.tell({ kind: "until", what: `instruction ${last}` });
      const address = addresses[this.state.ip];
      if (!first && until.address === address) return this.tell({ kind: "until", what: address.toString(16) });
      if (!first && this.breaks.has(address)) return this.tell({ kind: "breakpoint", address });
      if (this.stopping) return this.tell({ kind: "you" });
      this.one(this.state);
      for (const listener of this.serialListeners) listener(this.state.serial.slice(written));
      written = this.state.serial.length;
      if (this.state.halted) return this.stopped();
      const slow = this.perSecond > 0 ? 1000 / this.perSecond : 0;
      if (slow > 0 || this.state.tick % 50 === 0) await new Promise((resolve) => setTimeout(resolve, slow));
    }
  }
  async pause() {
    this.stopping = true;
    return this.status;
  }
  async step(count = 1) {
    for (let i = 0; i < count; i++) this.one(this.state);
    return this.stopped();
  }
  async stepOver() {
    return this.step();
  }
  async stepOut() {
    return this.step();
  }
  async stepBack(count = 1) {
    return this.goTo(this.state.tick - count);
  }
  async goTo(tick: number) {
    this.rewind(Math.max(0, tick));
    return this.stopped();
  }
  async reset() {
    return this.powerOn();
  }
  async powerOn() {
    this.state = powerOn();
    this.patches = [];
    this.reported = 0;
    return this.tell({ kind: "power on" });
  }
  async setSpeed(speed: number | "real" | "full") {
    this.perSecond = typeof speed === "number" ? speed : 0;
  }

  async registers(): Promise<RegisterFile> {
    const { general, flags } = this.state;
    const segment = (name: "ES" | "CS" | "SS" | "DS" | "FS" | "GS") => ({
      name,
      selector: 0,
      base: 0,
      limit: 0xffff,
      attributes: name === "CS" ? 0x9b : 0x93,
      present: true,
    });
    return {
      general: general.map((value, i) => ({ name: names[i], value: BigInt(value >>> 0) })),
      ip: BigInt(addresses[this.state.ip]),
      flags,
      segments: [
        ...(["ES", "CS", "SS", "DS", "FS", "GS"] as const).map(segment),
        { name: "LDTR", selector: 0, base: 0, limit: 0xffff, attributes: 0x82, present: true },
        { name: "TR", selector: 0, base: 0, limit: 0xffff, attributes: 0x8b, present: true },
      ],
      gdtr: { base: 0, limit: 0xffff },
      idtr: { base: 0, limit: 0x3ff },
      control: [
        { name: "CR0", value: 0x60000010n },
        { name: "CR2", value: 0n },
        { name: "CR3", value: 0n },
        { name: "CR4", value: 0n },
        { name: "EFER", value: 0n },
      ],
    };
  }
  async writeRegister(name: string, value: bigint) {
    const index = names.indexOf(name);
    const apply = (state: State) => {
      if (index >= 0) state.general[index] = Number(value);
      if (name === "EFLAGS") state.flags = Number(value);
    };
    const { tick } = this.state;
    this.patches = [...this.patches.filter((one) => one.tick <= tick), { tick, apply }];
    apply(this.state);
    return this.tell(this.status.reason);
  }
  async readMemory(_space: string, address: number, length: number) {
    const bytes = new Uint8Array(length).fill(0xff);
    if (address < this.state.memory.length) bytes.set(this.state.memory.subarray(address, address + length));
    return bytes;
  }
  async writeMemory(_space: string, address: number, bytes: Uint8Array) {
    const apply = (state: State) => state.memory.set(bytes, address);
    const { tick } = this.state;
    this.patches = [...this.patches.filter((one) => one.tick <= tick), { tick, apply }];
    apply(this.state);
    return this.tell(this.status.reason);
  }
  async disassemble(address: number | undefined, count: number): Promise<readonly DisassembledLine[]> {
    const first = addresses.indexOf(address ?? addresses[this.state.ip]);
    if (first < 0) return [];
    return program.slice(first, first + count).map(({ bytes, text, says }, i) => ({
      address: addresses[first + i],
      ip: addresses[first + i],
      bytes: Uint8Array.from(bytes.split(" "), (byte) => Number.parseInt(byte, 16)),
      text,
      mnemonic: text.split(" ")[0].toUpperCase(),
      says,
      source: "AMD APM vol. 3",
    }));
  }
  private drawn(): Screen {
    glyphs ??= font();
    const cells = new Uint16Array(2000).fill(0x720);
    for (const [i, code] of this.state.screen.entries()) cells[i] = 0x700 | code;
    const at = this.state.screen.length;
    return {
      kind: "text",
      columns: 80,
      rows: 25,
      cells,
      font: glyphs,
      glyphHeight: 16,
      palette,
      blink: true,
      cursor: { row: Math.floor(at / 80), column: at % 80, visible: true, start: 14, end: 15 },
    };
  }
  async screen() {
    return this.drawn();
  }
  async devices() {
    return {};
  }
  async breakpoints() {
    return [...this.breaks];
  }
  async setBreakpoint(address: number, on: boolean) {
    if (on) this.breaks.add(address);
    else this.breaks.delete(address);
  }
  async key(code: string, down: boolean) {
    this.sent.push(`${code} ${down ? "down" : "up"}`);
  }
  async type(text: string) {
    this.sent.push(`type ${text}`);
  }
  async serialInput(text: string) {
    this.sent.push(`serial ${text}`);
  }
  async snapshot(): Promise<Snapshot> {
    return { format: "ring-snapshot", engine: "fake", tick: this.state.tick, data: new Uint8Array() };
  }
  async restore(snapshot: Snapshot) {
    return this.goTo(snapshot.tick);
  }
  async hash() {
    return "0".repeat(64);
  }
  async firmwareLines() {
    return [];
  }
  close() {}
}

/** An engine of fake machines; `assemble` answers eleven lines of listing for whatever it is given. */
export async function createEngine(): Promise<Engine> {
  const machines = new Map<string, MachineHandle>();
  return {
    async create(id: string, _configuration: MachineConfiguration) {
      const machine = new FakeMachine(id);
      machines.set(id, machine);
      return machine;
    },
    get: (id) => machines.get(id),
    async assemble(_source, { file }) {
      return {
        bytes: powerOn().memory.slice(0x7c00, 0x7e00),
        symbols: {},
        lines: addresses.map((address, i) => ({ address, length: lengths[i], file, line: i + 1 })),
        diagnostics: [],
      };
    },
    onNotice: () => () => {},
  };
}
