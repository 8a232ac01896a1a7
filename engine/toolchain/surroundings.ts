/** What expressions, operands and instructions see of the assembly around them. */
import type { Syntax } from "../isa/spelling.ts";
import type { Location } from "./diagnostic.ts";
import type { Place } from "./program.ts";
import type { Section } from "./sections.ts";
import type { SymbolTable } from "./symbols.ts";

/** What an expression's names mean where it stands. */
export interface Surroundings {
  readonly symbols: SymbolTable;
  readonly location: Location;
  /** `.` */
  here(): Place;
  /** Names of registers are registers, and words are operators. */
  readonly isIntel: boolean;
}

export interface OperandSurroundings extends Surroundings {
  readonly codeBits: 16 | 32 | 64;
}

export interface InstructionSurroundings extends OperandSurroundings {
  readonly syntax: Syntax;
  readonly section: Section;
  readonly isGcc16: boolean;
  warn(message: string, hint: string, position: number): void;
}
