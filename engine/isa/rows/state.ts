/** What saves and controls the state of x87, MMX and SSE, and instructions of SSE that need plain TypeScript (cpu/). */
import * as w from "../../wasm/expression.ts";
import { splat, v } from "../../wasm/vector.ts";
import type { Value } from "../meaning.ts";
import { type Feature, instruction } from "../row.ts";
import { choose, moved } from "./media.ts";

const system = (name: string, encodings: readonly string[], feature: Feature, says: string, more: { flags?: string; source?: string; aliases?: string[] } = {}) =>
  instruction(name, { encodings, says, feature, source: `AMD APM vol. 4, ${name}`, ...more, does: (x) => x.system() });

system("LDMXCSR", ["NP 0F AE /2  Md"], "SSE", "Loads MXCSR; #GP(0) where a reserved bit is set.");
system("STMXCSR", ["NP 0F AE /3  Md"], "SSE", "Stores MXCSR.");

for (const [name, opcode, memory, feature, says] of [
  ["FXSAVE", "NP 0F AE /0", "Mfx", "FXSR", "Stores the x87's, MMX's and SSE's state in 512 bytes."],
  ["FXRSTOR", "NP 0F AE /1", "Mfx", "FXSR", "Loads the x87's, MMX's and SSE's state from 512 bytes."],
  ["XSAVE", "NP 0F AE /4", "M", "XSAVE", "Stores the components of state that EDX:EAX and XCR0 name."],
  ["XRSTOR", "NP 0F AE /5", "M", "XSAVE", "Loads the components of state that EDX:EAX and XCR0 name, or their first values."],
  ["XSAVEOPT", "NP 0F AE /6", "M", "XSAVEOPT", "As XSAVE, but leaves out components that have their first values."],
  ["XSAVEC", "NP 0F C7 /4", "M", "XSAVEC", "As XSAVEOPT, with the components one behind the other."],
  ["XSAVES", "NP 0F C7 /5", "M", "XSAVES", "As XSAVEC, of a supervisor's components too, at privilege level 0."],
  ["XRSTORS", "NP 0F C7 /3", "M", "XSAVES", "Loads what XSAVES stored, at privilege level 0."],
] as const) {
  const source = name.startsWith("FX") ? `AMD APM vol. 5, ${name}` : `AMD APM vol. 4, ${name}`;
  system(`${name}64`, [`${opcode}  ${memory}  oq`], feature, `${says.slice(0, -1)}, with 64-bit addresses of the x87's last instruction.`, {
    source,
    aliases: ["XSAVEC", "XSAVES", "XRSTORS"].includes(name) ? [] : [`${name}Q`],
  });
  system(name, [`${opcode}  ${memory}`], feature, says, { source });
}
system("XGETBV", ["NP 0F 01 D0  -"], "XSAVE", "Loads the extended control register that ECX names into EDX:EAX.");
system("XSETBV", ["NP 0F 01 D1  -  ends"], "XSAVE", "Stores EDX:EAX to the extended control register that ECX names.");

for (const [name, first, feature, says] of [
  ["LFENCE", 0xe8, "SSE2", "Waits until all earlier instructions are done."],
  ["MFENCE", 0xf0, "SSE2", "Orders all loads and stores before it against those behind."],
  ["SFENCE", 0xf8, "SSE", "Orders all stores before it against those behind."],
] as const)
  instruction(name, {
    encodings: Array.from({ length: 8 }, (_, i) => `NP 0F AE ${(first + i).toString(16).toUpperCase()}  -${i ? "  alias" : ""}`),
    feature,
    says,
    does() {},
  });

system("MASKMOVQ", ["NP 0F F7  Pq Nq"], "SSE", "Stores those bytes of an MMX register at DS:rDI whose byte in the second operand has its top bit set.", { source: "AMD APM vol. 5, MASKMOVQ" });
system("MASKMOVDQU", ["66 0F F7  Vdq Udq"], "SSE2", "Stores those bytes of an XMM register at DS:rDI whose byte in the second operand has its top bit set.");

for (const [name, opcode, says] of [
  ["PCMPESTRM", "60", "Compares two strings of given lengths into a mask in XMM0."],
  ["PCMPESTRI", "61", "Compares two strings of given lengths into a place in ECX."],
  ["PCMPISTRM", "62", "Compares two strings that a zero ends into a mask in XMM0."],
  ["PCMPISTRI", "63", "Compares two strings that a zero ends into a place in ECX."],
] as const) {
  const flags = "OF SF ZF AF PF CF";
  const wide = { flags, aliases: [`${name}Q`], source: `AMD APM vol. 4, ${name}` };
  if (name.startsWith("PCMPE")) system(`${name}64`, [`66 0F 3A ${opcode}  Vdq Wdq Ib  oq`], "SSE4.2", says.replace("lengths", "64-bit lengths"), wide);
  system(name, [`66 0F 3A ${opcode}  Vdq Wdq Ib`], "SSE4.2", says, { flags });
}

/** CRC-32C of `bits` more bits, the lowest first: the polynomial 11EDC6F41, its bits turned round. */
function crc(let_: (value: Value) => Value, start: Value, data: Value, bits: number): Value {
  let value = let_(w.xor(start, data));
  for (let i = 0; i < bits; i++) {
    const out = w.sub(w.i32(0), w.and(value, w.i32(1)));
    value = let_(w.xor(w.shru(value, w.i32(1)), w.and(out, w.i32(0x82f63b78 | 0))));
  }
  return value;
}

instruction("CRC32", {
  encodings: ["F2 0F 38 F1  Gy Ev", "F2 0F 38 F0  Gy Eb"],
  feature: "SSE4.2",
  says: "Adds the second operand to a CRC-32C in the first.",
  does(x, dst, src) {
    const data = x.let(src.get());
    const start = w.wrap(dst.get());
    const more = (value: Value, part: Value, bits: number) => crc((e) => x.let(e), value, part, bits);
    let value = more(start, w.wrap(data), Math.min(src.bits, 32));
    if (src.bits === 64) value = more(value, w.wrap(w.shru(data, w.i64(32))), 32);
    dst.set(dst.bits === 64 ? w.extendU(value) : value);
  },
});

instruction("MPSADBW", {
  encodings: ["66 0F 3A 42  Vdq Wdq Ib"],
  feature: "SSE4.1",
  source: "AMD APM vol. 4, MPSADBW",
  says: "Adds up the absolute differences of four bytes of the second operand and eight runs of four in the first.",
  does(x, dst, src, immediate) {
    x.media("sse");
    const b = src.get();
    const n = x.let(immediate.get());
    const block = x.let(
      choose(
        x,
        b,
        4,
        Array.from({ length: 4 }, () => w.and(n, w.i32(3))),
      ),
    );
    const a = x.let(moved(dst.get(), x.let(w.and(n, w.i32(4)))));
    let sum: Value | undefined;
    for (let i = 0; i < 4; i++) {
      const run = x.let(moved(a, w.i32(i)));
      const byte = x.let(v("i8x16.swizzle", block, splat("i8x16.splat", w.i32(i))));
      const difference = v("i8x16.sub", v("i8x16.max_u", run, byte), v("i8x16.min_u", run, byte));
      const words = v("i16x8.extend_low_i8x16_u", difference);
      sum = sum ? v("i16x8.add", sum, words) : words;
    }
    dst.set(x.let(sum as Value));
  },
});
