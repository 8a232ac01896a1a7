/** What is to be known of a decoded instruction where it faults or is counted: does it access the stack, is it a branch? */
import type { Decoded } from "../isa/decoded.ts";
import { TABLE } from "../isa/table.ts";
import { SS } from "./segments.ts";

/** Rows that access the stack besides their operands. */
const MOVES_STACK_BY_ROW = TABLE.map((row) => /^(PUSH|POP|CALL|RET|ENTER|LEAVE)/.test(row.name));

/** Rows that go on elsewhere; of INT and its like the interrupt does. */
const BRANCHES_BY_ROW = TABLE.map((row) => /^(J|CALL|RET|LOOP|IRET|SYSCALL|SYSRET|SYSENTER|SYSEXIT)/.test(row.name));

export const NAMES_STACK = 1;
export const MOVES_STACK = 2;
export const BRANCHES = 4;

/** How an instruction accesses the stack: by an operand in SS, and besides its operands; and whether it is a branch. */
export function traitsOf(d: Decoded): number {
  const names = d.operands.some((o) => o.kind === "memory" && o.segment === SS);
  const { index } = d.row;
  return (
    (names ? NAMES_STACK : 0) | (MOVES_STACK_BY_ROW[index] ? MOVES_STACK : 0) | (BRANCHES_BY_ROW[index] ? BRANCHES : 0)
  );
}
