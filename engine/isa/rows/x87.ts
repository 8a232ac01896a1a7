/** x87 floating point. So far the one row that proves the table's third operand file; no processor model claims an x87. */
import { instruction } from "../row.ts";

instruction("FADD", {
  encodings: ["D8 /0  Md", "DC /0  Mq", "D8 C0+i  ST0 STi", "DC C0+i  STi ST0"],
  feature: "FPU",
  says: "Adds a number in memory to ST(0), or two registers of the stack; 80 bits wide.",
  does: (x) => x.system(),
});

// Programs find out that there is no x87 by storing its status word and seeing that nothing was stored.
instruction("ESC", {
  encodings: ["D8", "D9", "DA", "DB", "DC", "DD", "DE", "DF"].map((opcode) => `${opcode}  Eb  absent alias`),
  source: "Intel SDM vol. 3A, 22.18.1 (x87 FPU: no coprocessor)",
  says: "An x87 instruction on a processor without one: #NM where CR0.EM or CR0.TS is set, else nothing.",
  does: (x) => x.system(),
});
