/** The stack: PUSH and POP in all forms, flags on the stack, frames. */
import { instruction } from "../row.ts";

instruction("PUSH", {
  encodings: ["50+r  Zv  stack d64", "6A  Ibs  stack d64", "68  Iz  stack d64", "FF /6  Ev  stack d64"],
  says: "Decrements the stack pointer and stores the operand there.",
  does(x, src) {
    const bits = src.bits;
    x.push(src.get(), bits);
  },
});

instruction("POP", {
  encodings: ["58+r  Zv  stack d64", "8F /0  Ev  stack d64"],
  says: "Loads the operand from the top of the stack and increments the stack pointer.",
  does(x, dst) {
    // A memory operand that is addressed with the stack pointer uses its value after the pop, which needs an order of its own.
    if (dst.isMemory) return x.system();
    const value = x.top(dst.bits);
    x.commitPop(dst.bits);
    dst.set(value);
  },
});

const segments: readonly [string, string, string][] = [
  ["ES", "06", "07"],
  ["CS", "0E", ""],
  ["SS", "16", "17"],
  ["DS", "1E", "1F"],
  ["FS", "0F A0", "0F A1"],
  ["GS", "0F A8", "0F A9"],
];
for (const [segment, push, pop] of segments) {
  const i64 = push.length === 2 ? " i64" : "";
  const feature = push.length === 2 ? "8086" : "386";
  instruction("PUSH", {
    encodings: [`${push}  ${segment}  stack ends d64${i64}`],
    feature,
    source: "AMD APM vol. 3, PUSH",
    says: `Stores the selector of ${segment} on the stack.`,
    does: (x, src) => x.pushSelector(src.get()),
  });
  if (pop) {
    instruction("POP", {
      encodings: [`${pop}  ${segment}  stack ends d64${i64}`],
      feature,
      source: "AMD APM vol. 3, POP",
      says: `Loads ${segment} from the stack.`,
      does(x, dst) {
        const bits = x.operandBits;
        x.loadSegment(dst, x.top(bits));
        x.commitPop(bits);
      },
    });
  }
}

for (const [size, attribute, suffix, feature] of [
  [16, "o16", "", "8086"],
  [32, "o32", "D", "386"],
  [64, "oq", "Q", "LM"],
] as const) {
  const d64 = size === 32 ? "i64" : "d64";
  instruction(`PUSHF${suffix}`, {
    encodings: [`9C  -  ${attribute} stack prefix ${d64} ends`],
    feature,
    source: "AMD APM vol. 3, PUSHF",
    says: "Stores the flags on the stack.",
    does: (x) => x.system(),
  });
  instruction(`POPF${suffix}`, {
    encodings: [`9D  -  ${attribute} stack prefix ${d64} ends`],
    flags: "OF DF IF TF SF ZF AF PF CF NT RF",
    feature,
    source: "AMD APM vol. 3, POPF",
    says: "Loads the flags from the stack; IOPL and IF change only with the privilege to.",
    does: (x) => x.system(),
  });
  if (size === 64) continue;
  instruction(`PUSHA${suffix}`, {
    encodings: [`60  -  ${attribute} stack prefix i64`],
    feature: size === 16 ? "186" : "386",
    source: "AMD APM vol. 3, PUSHA",
    says: "Stores all eight general registers on the stack.",
    does: (x) => x.pushAll(),
  });
  instruction(`POPA${suffix}`, {
    encodings: [`61  -  ${attribute} stack prefix i64`],
    feature: size === 16 ? "186" : "386",
    source: "AMD APM vol. 3, POPA",
    says: "Loads all general registers but the stack pointer from the stack.",
    does: (x) => x.popAll(),
  });
}

instruction("ENTER", {
  encodings: ["C8  Iw Ib  stack d64 ends"],
  feature: "186",
  says: "Makes a stack frame of the given size, with up to 31 links to enclosing frames.",
  does: (x) => x.system(),
});

instruction("LEAVE", {
  encodings: ["C9  -  stack d64"],
  feature: "186",
  says: "Undoes a stack frame: the stack pointer becomes rBP, and rBP is popped.",
  does(x) {
    const bits = x.operandBits;
    const saved = x.atFrame(bits);
    x.commitLeave(bits);
    x.register(5, bits).set(saved);
  },
});
