/** Wrong solutions, each with what it must lose: the items that do not pass, and their points together. */
import type { WrongSolutions } from "../../widgets/lab/rubric.ts";

export const wrong: WrongSolutions = {
  // Returns to the DIV, which divides by zero again, for ever.
  "no-skip": { items: ["divide"], points: 15 },
  // #BP is a trap: the saved EIP is behind the INT3 already.
  "skips-breakpoint": { items: ["breakpoint"], points: 10 },
  // IRET takes the error code for EIP.
  "keeps-error-code": { items: ["protection"], points: 15 },
  // P = 0 in one gate: #UD becomes #NP, and that has no gate.
  "not-present": { items: ["table", "opcode"], points: 25 },
  // The limit ends inside vector 30h's gate.
  "short-limit": { items: ["table", "service"], points: 25 },
  // One handler uses EDX and does not save it.
  "loses-edx": { items: ["registers"], points: 20 },
  // RET 8 instead of IRET: the flags and the stack are not restored.
  "ret-from-service": { items: ["registers"], points: 20 },
  // The breakpoint is survived, but not counted.
  "counts-nothing": { items: ["breakpoint"], points: 10 },
  // POPA restores EAX as well, which was to be the answer.
  "saves-eax": { items: ["service"], points: 10 },
  // 16-bit gates push words; IRET takes doublewords.
  "sixteen-bit-gates": {
    items: ["table", "divide", "breakpoint", "opcode", "protection", "service", "registers"],
    points: 95,
  },
};
