/**
 * A program while it is assembled: expressions, symbols, and the fragments of sections, which refer to each other.
 */
import type { Fixup } from "../isa/encode.ts";
import type { RegisterOperand } from "../isa/registers.ts";
import type { Location } from "./diagnostic.ts";

export type Expression =
  | { readonly kind: "number"; readonly value: bigint }
  | { readonly kind: "symbol"; readonly symbol: SourceSymbol; readonly position: number }
  /** The place of a statement: `.` */
  | Place
  | { readonly kind: "unary"; readonly operator: string; readonly value: Expression }
  | { readonly kind: "binary"; readonly operator: string; readonly left: Expression; readonly right: Expression }
  /** Intel syntax only: a register inside brackets. */
  | { readonly kind: "register"; readonly register: RegisterOperand; readonly position: number };

export interface Place {
  readonly kind: "place";
  readonly section: Placed;
  readonly fragment: Fragment;
  readonly offset: number;
}

/** What an expression comes to after layout: a number, or a place `value` bytes into a section. */
export interface Evaluated {
  readonly value: bigint;
  readonly section: Placed | undefined;
  /** A symbol without definition that it needs. */
  readonly missing: SourceSymbol | undefined;
}

export interface SourceSymbol {
  readonly name: string;
  /** A place in a section, a value, or nothing yet. */
  definition:
    | { readonly kind: "label"; readonly section: Placed; readonly fragment: Fragment; readonly offset: number }
    | { readonly kind: "value"; readonly value: Expression }
    | undefined;
  /** Where it was defined, or first used. */
  location: Location;
  isGlobal: boolean;
  /** Defined by .set or =, not as a label. */
  isSet: boolean;
  /** Guards against symbols defined through each other. */
  busy: boolean;
  /** Its value in a pass of layout. */
  cached: { readonly pass: number; readonly value: Evaluated } | undefined;
}

/** A section, as what lies in it sees it. */
export interface Placed {
  readonly name: string;
  /** Address of its first byte, from layout. */
  readonly address: number;
}

/** A value that bytes of a section wait for. */
export interface Reference {
  readonly expression: Expression;
  readonly location: Location;
  /** What holds it, for messages: "immediate", ".word". */
  readonly what: string;
}

export interface Patch {
  readonly fragment: Fragment;
  readonly offset: number;
  readonly bytes: number;
  readonly reference: Reference;
  /** Relative to this many bytes after `offset`; undefined: absolute. */
  readonly end: number | undefined;
  readonly extendedTo: 0 | 16 | 32 | 64;
  /** Branches in 16-bit code wrap at 64 KiB. */
  readonly wraps: boolean;
}

export type Tail =
  | {
      readonly kind: "jump";
      readonly target: Reference;
      readonly short: readonly number[];
      readonly near: readonly number[];
      readonly nearFixup: Fixup<Reference>;
      isNear: boolean;
      readonly wraps: boolean;
    }
  | {
      readonly kind: "align";
      readonly alignment: number;
      readonly fill: readonly number[] | undefined;
      readonly most: number;
      readonly codeBits: 16 | 32 | 64;
    }
  | { readonly kind: "org"; readonly target: Reference; readonly fill: number }
  | { readonly kind: "space"; readonly count: Reference; readonly unit: readonly number[] };

export interface Fragment {
  readonly section: Placed;
  /** Where its bytes begin in the section's `data`. */
  readonly start: number;
  length: number;
  tail: Tail | undefined;
  tailLength: number;
  /** Offset in the section, from layout. */
  offset: number;
  /** Position in the section's chain. */
  order: number;
  /** Alignments and `.org`s before it. */
  region: number;
}

/** Where a statement's bytes begin and end, for the table of lines. */
export interface LineMark {
  readonly location: Location;
  readonly fragment: Fragment;
  readonly offset: number;
  endFragment: Fragment;
  endOffset: number;
}
