/** Runs a few bytes of code on a bare processor, for tests: chosen start states, injected faults, exact budgets. */
import { decode } from "../isa/decode.ts";
import * as at from "./layout.ts";
import { PhysicalMap } from "./physical.ts";
import { Processor } from "./processor.ts";
import { CR4_OSFXSR, CR4_OSXMMEXCPT } from "./registers.ts";
import { CS, DS, ES, FS, GS, SS } from "./segments.ts";

export interface Program {
  readonly codeBits: 16 | 32 | 64;
  /** Instructions in hexadecimal; a HLT is put behind them. */
  readonly hex: string;
}

export interface StartState {
  readonly name: string;
  /** RAX RCX RDX RBX RSP RBP RSI RDI … R15; RBX, RSP, RSI and RDI are set to where the data is. */
  readonly general: readonly bigint[];
  readonly flags: number;
  /** The x87's control word: 37F, all masked and to nearest, where not given. */
  readonly floatControl?: number;
}

export interface Options {
  readonly state: StartState;
  readonly inject: "nothing" | "limit" | "end of RAM" | "crossing";
  readonly ticks: number;
  readonly translate: boolean;
}

export interface Outcome {
  /** First exception's name, `halted` or `budget`. */
  readonly end: string;
  readonly executed: number;
  readonly state: string;
  readonly memory: string;
}

const big = (...values: number[]): bigint[] => values.map(BigInt);

export const STATES: readonly StartState[] = [
  { name: "small", general: [...big(3, 2, 0, 0, 0, 0x40, 0, 0), ...Array(8).fill(7n)], flags: 0x002 },
  {
    name: "edges",
    general: [
      0xffffffff_80000000n,
      0x1_00000021n,
      0x7fffffffn,
      0n,
      0n,
      0xffff_fff0n,
      0n,
      0n,
      ...Array(8).fill(1n << 63n),
    ],
    flags: 0x8d7,
    floatControl: 0x340,
  },
  {
    name: "down",
    general: [0x0123456789abcdefn, 3n, 1n, 0n, 0n, 0x80n, 0n, 0n, ...Array(8).fill(0xfedcba9876543210n)],
    flags: 0x406,
    floatControl: 0xc7f,
  },
];

const RAM = 1 << 21;
const CODE = 0x3000;
const DATA = 0x20000;

function bytesOf(hex: string): Uint8Array {
  return new Uint8Array(
    hex
      .trim()
      .split(/\s+/)
      .map((h) => Number.parseInt(h, 16)),
  );
}

/** The first instruction's mnemonic and bytes, for a test's name. */
export function disassembled(hex: string, codeBits: 16 | 32 | 64): string {
  const bytes = bytesOf(hex);
  const d = decode((i) => bytes[i] ?? -1, 0n, { codeBits, protectedMode: true });
  return `${"row" in d ? d.row.name : "(bad)"}  ${hex}`;
}

const map = new PhysicalMap(RAM, 1);
let exception = "";
const processor = new Processor(
  map,
  {
    portRead: () => 0xff,
    portWrite() {},
    acknowledgeInterrupt: () => 0,
    now: () => 0,
    event(e) {
      if (e.kind === "exception" && !exception) {
        exception = e.name;
        processor.attention();
      }
    },
  },
  0,
  {
    name: "test",
    features: new Set([
      "8086",
      "186",
      "286",
      "386",
      "486",
      "CPUID",
      "CX8",
      "TSC",
      "CMOV",
      "LM",
      "FPU",
      "MMX",
      "SSE",
      "SSE2",
      "SSE3",
      "SSSE3",
      "SSE4.1",
      "SSE4.2",
    ]),
    signature: 0,
    vendor: "",
    brand: "",
    level: 1,
    extendedLevel: 0,
  },
);

/** Where the operands' data lies, by what is to go wrong there. */
function dataOffset(inject: Options["inject"], codeBits: number): number {
  if (inject === "crossing") return 0xffd;
  if (inject === "end of RAM" && codeBits !== 16) return RAM - DATA - 6;
  return 0x200;
}

export function runProgram(program: Program, options: Options): Outcome {
  const p = processor;
  const { codeBits } = program;
  map.ram.fill(0, 0, 0x4000);
  map.ram.fill(0, DATA + 0x4000, DATA + 0x14000);
  for (let i = 0; i < 0x4000; i++) map.ram[DATA + i] = (i * 37 + 11) & 0xff;
  for (let i = 0; i < 64; i++) map.ram[RAM - 64 + i] = (i * 29 + 5) & 0xff;
  exception = "";
  p.reset();
  p.translating = options.translate;
  map.load(CODE, bytesOf(`${program.hex} f4`));
  const base = codeBits === 64 ? 0 : DATA;
  const offset = dataOffset(options.inject, codeBits) + (codeBits === 64 ? DATA : 0);
  const limited = options.inject === "limit";
  const data = (limit: number) => ({
    selector: 0x10,
    base,
    limit: limited ? limit : codeBits === 16 ? 0xffff : 0xffffffff,
    attributes: codeBits === 16 ? 0x93 : 0xc093,
  });
  p.segments.set(CS, {
    selector: 8,
    base: codeBits === 64 ? 0 : CODE,
    limit: codeBits === 16 ? 0xffff : 0xffffffff,
    attributes: codeBits === 64 ? 0xa09b : codeBits === 32 ? 0xc09b : 0x9b,
  });
  for (const n of [DS, FS, GS]) p.segments.set(n, data(offset + 5));
  p.segments.set(ES, data(offset + 0x105));
  p.segments.set(SS, data(offset + 0x301));
  options.state.general.forEach((v, n) => {
    p.view.setBigUint64(at.GPR + n * 8, v, true);
  });
  const beyond = limited && codeBits === 64 ? 1n << 40n : 0n;
  for (const [n, delta] of [
    [3, 0],
    [6, 0],
    [7, 0x100],
    [4, 0x300],
  ] as const)
    p.view.setBigUint64(at.GPR + n * 8, BigInt(offset + delta) + beyond, true);
  if (codeBits !== 16) p.setControl(0, 0x11);
  if (codeBits === 64) p.view.setUint32(at.EFER, 0x500, true);
  p.flags = options.state.flags;
  p.setControl(4, CR4_OSFXSR | CR4_OSXMMEXCPT);
  p.view.setUint32(at.MXCSR, 0x1f80, true);
  for (let i = 0; i < 256; i++) p.view.setUint8(at.XMM + i, (i * 73 + options.state.flags) & 0xff);
  p.view.setUint16(at.X87_CONTROL, options.state.floatControl ?? 0x37f, true);
  for (const [r, low, top] of [
    [0, 0xc000000000000000n, 0x4000],
    [1, 0x8000000000000001n, 0xbfff],
  ] as const) {
    p.view.setBigUint64(at.X87 + r * 16, low, true);
    p.view.setUint16(at.X87 + r * 16 + 8, top, true);
  }
  p.view.setUint16(at.X87_TAG, 0xfff0, true);
  p.ip = codeBits === 64 ? CODE : 0;
  p.restored();
  const stop = p.run(options.ticks);
  const text = (bytes: Uint8Array) => new TextDecoder("latin1").decode(bytes.slice());
  return {
    end: exception || stop,
    executed: p.executed,
    state: text(p.state),
    memory:
      text(map.ram.subarray(DATA, DATA + 0x2000)) +
      text(map.ram.subarray(RAM - 64)) +
      text(map.ram.subarray(CODE, CODE + 64)),
  };
}
