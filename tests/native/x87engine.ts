/** One x87 instruction on the engine: a state as FNSAVE has it goes in, and one comes out. */
import * as at from "../../engine/cpu/layout.ts";
import { PhysicalMap } from "../../engine/cpu/physical.ts";
import { Processor } from "../../engine/cpu/processor.ts";
import { CS, DS, ES, FS, GS, SS } from "../../engine/cpu/segments.ts";
import { fullTags } from "../../engine/cpu/system/x87control.ts";
import { CODE, DATA, DATA_BYTES, type FloatCase, STATE_BYTES } from "./x87cases.ts";

export interface Outcome {
  /** As FNSAVE stores it. */
  readonly state: Uint8Array;
  readonly eax: number;
  readonly eflags: number;
  readonly exception: string;
  readonly data: Uint8Array;
}

const map = new PhysicalMap(4 << 20, 1);
let exception = "none";
/** Ends a run at its first exception, before anything of its delivery shows. */
class Stopped extends Error {}
const processor = new Processor(
  map,
  {
    portRead: () => 0xff,
    portWrite() {},
    acknowledgeInterrupt: () => 0,
    now: () => 0,
    event(e) {
      if (e.kind !== "exception" || exception !== "none") return;
      exception = e.name;
      throw new Stopped();
    },
  },
  0,
  {
    name: "test",
    features: new Set(["8086", "186", "286", "386", "486", "CMOV", "FPU", "SSE3", "LM"]),
    signature: 0,
    vendor: "",
    brand: "",
  } as never,
);

/** Before the first case: a processor at privilege level 3 in flat segments of `bits`. */
export function prepare(bits: 32 | 64): void {
  processor.reset();
  processor.setControl(0, 0x31);
  // Long mode is active.
  if (bits === 64) processor.view.setUint32(at.EFER, 0x500, true);
  processor.segments.set(CS, { selector: 0x23, base: 0, limit: 0xffffffff, attributes: bits === 64 ? 0xa0fb : 0xc0fb });
  for (const n of [DS, ES, SS, FS, GS])
    processor.segments.set(n, { selector: 0x2b, base: 0, limit: 0xffffffff, attributes: 0xc0f3 });
  map.load(CODE, new Uint8Array(64).fill(0xf4));
  processor.restored();
}

/** The state as FRSTOR takes it over. */
function loadState(state: Uint8Array): void {
  const s = new DataView(state.buffer, state.byteOffset);
  const { view } = processor;
  const status = s.getUint16(4, true);
  view.setUint16(at.X87_STATUS, status & 0x7f7f, true);
  for (let r = 0, tags = s.getUint16(8, true); r < 8; r++) {
    const empty = ((tags >> (2 * r)) & 3) === 3;
    const old = view.getUint16(at.X87_TAG, true) & ~(3 << (2 * r));
    view.setUint16(at.X87_TAG, old | (empty ? 3 << (2 * r) : 0), true);
  }
  processor.x87.setControl(processor.cpu, s.getUint16(0, true));
  for (let n = 0; n < 8; n++) {
    const to = at.X87 + (((status >> 11) + n) & 7) * 16;
    view.setBigUint64(to, s.getBigUint64(28 + n * 10, true), true);
    view.setUint16(to + 8, s.getUint16(36 + n * 10, true), true);
  }
  for (const [field, value] of [
    [at.X87_IP, 0n],
    [at.X87_DP, 0n],
  ] as const)
    view.setBigUint64(field, value, true);
  for (const field of [at.X87_CS, at.X87_DS, at.X87_OPCODE]) view.setUint16(field, 0, true);
}

function storedState(): Uint8Array {
  const state = new Uint8Array(STATE_BYTES);
  const s = new DataView(state.buffer);
  const { view } = processor;
  const status = view.getUint16(at.X87_STATUS, true);
  s.setUint16(0, view.getUint16(at.X87_CONTROL, true), true);
  s.setUint16(4, status, true);
  s.setUint16(8, fullTags(processor), true);
  s.setUint32(12, view.getUint32(at.X87_IP, true), true);
  s.setUint16(18, view.getUint16(at.X87_OPCODE, true), true);
  s.setUint32(20, view.getUint32(at.X87_DP, true), true);
  for (let n = 0; n < 8; n++) {
    const from = at.X87 + (((status >> 11) + n) & 7) * 16;
    s.setBigUint64(28 + n * 10, view.getBigUint64(from, true), true);
    s.setUint16(36 + n * 10, view.getUint16(from + 8, true), true);
  }
  return state;
}

export function runEngine(c: FloatCase): Outcome {
  const p = processor;
  exception = "none";
  map.load(CODE, c.code);
  map.ram.set(c.data, DATA);
  loadState(c.state);
  p.setRegister(0, c.eax);
  p.flags = c.eflags;
  p.ip = CODE;
  try {
    p.run(1);
  } catch (e) {
    if (!(e instanceof Stopped)) throw e;
  }
  return {
    state: storedState(),
    eax: p.register(0),
    eflags: p.flags,
    exception,
    data: map.ram.slice(DATA, DATA + DATA_BYTES),
  };
}
