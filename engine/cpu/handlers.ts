/**
 * The interpreter's handlers of one machine: emitted from the table when an instruction of their kind is first decoded,
 * compiled in batches, and put into the function table. Compiled modules are shared by all machines of the process.
 */
import type { Decoded } from "../isa/decoded.ts";
import type { Bits } from "../isa/meaning.ts";
import { EngineError } from "../wasm/error.ts";
import * as w from "../wasm/expression.ts";
import type { FunctionBuilder, Signature } from "../wasm/module.ts";
import { assembleModule, FunctionBuilder as Builder, importedFunction } from "../wasm/module.ts";
import type { Imports, Shape } from "./emitter.ts";
import { IMPORTS, type ImportFunctions } from "./importfunctions.ts";
import {
  emitBlockEnd,
  emitDropped,
  emitGuard,
  emitHandler,
  emitLeave,
  emitWarming,
  HANDLER_SIGNATURE,
  type OperandShape,
} from "./interpret.ts";
import * as at from "./layout.ts";
import { emitSequence, type Kind } from "./sequence.ts";
import { instantiateX87, X87_SIGNATURES, type X87Functions } from "./x87/functions.ts";

const i32s = (n: number): Signature => ({
  parameters: Array.from({ length: n }, () => "i32" as const),
  results: ["i32"],
});
const TYPES: readonly Signature[] = [HANDLER_SIGNATURE, i32s(3), i32s(4), i32s(5)];

const shape = { types: TYPES, imports: IMPORTS };
/** What modules with x87 instructions import besides. */
const x87Shape = {
  types: [...TYPES, ...X87_SIGNATURES.map((s) => s.signature)],
  imports: [...IMPORTS, ...X87_SIGNATURES.map((s, n) => ({ name: `x87.${s.name}`, type: TYPES.length + n }))],
};
const x87Callees = new Map(X87_SIGNATURES.map((s) => [s.name, importedFunction(x87Shape, `x87.${s.name}`)]));
const CALLEES: Imports = {
  ...(Object.fromEntries(IMPORTS.map((i) => [i.name, importedFunction(shape, i.name)])) as unknown as Imports),
  x87(name) {
    const callee = x87Callees.get(name);
    if (!callee) throw new EngineError(`x87 library: no function ${name}`);
    return callee;
  },
};

/** The same, with whether code that calls the x87's library was emitted: the library is made for the first that does. */
function watchedCallees(): { readonly imports: Imports; used(): boolean } {
  let used = false;
  const x87 = (name: string) => {
    used = true;
    return CALLEES.x87(name);
  };
  return { imports: { ...CALLEES, x87 }, used: () => used };
}

export interface Handler {
  /** Index in the function table. */
  readonly index: number;
  /** It never goes on to the next record. */
  readonly ended: boolean;
  /** It calls the row's operation in TypeScript; the x87's library. */
  readonly operates: boolean;
  readonly x87: boolean;
  /** Absent where it is no instruction's. */
  readonly kind?: Kind;
}

interface Emitted {
  readonly builder: FunctionBuilder;
  readonly ended: boolean;
  readonly operates?: boolean;
  readonly kind?: Kind;
  /** It calls the x87's library. */
  readonly x87?: boolean;
}

/** Handlers emitted so far in this process, by key; and compiled modules by the keys in them. */
const emitted = new Map<string, Emitted>();
const modules = new Map<string, WebAssembly.Module>();
const sequenceModules = new Map<string, WebAssembly.Module>();

let emittedBytes = 0;
let emitMilliseconds = 0;

/** How many handlers were emitted, into how many bytes of WebAssembly, and the time that took: for `npm run bench`. */
export function handlerStatistics(): { handlers: number; bytes: number; milliseconds: number } {
  return { handlers: emitted.size, bytes: emittedBytes, milliseconds: emitMilliseconds };
}

/** The table grows by as much; handlers are as many as the table of instructions has forms, so there is an end to it. */
const TABLE_STEP = 1024;
/** Translations take turns in as many places. */
const TRANSLATIONS = 1024;
/** Sequences are kept in as many, until `dropSequences`. */
const SEQUENCES = 4096;
/** Compiled sequences that are kept for other machines. */
const MAX_SHARED = 8192;

export class Handlers {
  readonly table = new WebAssembly.Table({ initial: TRANSLATIONS + SEQUENCES + TABLE_STEP, element: "anyfunc" });
  readonly enter: (cpu: number, record: number, ticks: number) => void;
  /** Table indexes of the fixed handlers. */
  readonly redecode: number;
  readonly breakpoint: number;
  readonly budget: number;
  readonly warming: number;
  readonly guard: number;
  private readonly memory: WebAssembly.Memory;
  private readonly functions: ImportFunctions;
  private readonly known = new Map<string, Handler>();
  private readonly byIndex = new Map<number, { readonly key: string; readonly handler: Handler }>();
  private readonly sequences = new Map<string, number>();
  private next = TRANSLATIONS + SEQUENCES;
  private nextTranslation = 0;
  private x87Instance: WebAssembly.Instance | undefined;

  constructor(memory: WebAssembly.Memory, functions: ImportFunctions) {
    this.memory = memory;
    this.functions = functions;
    this.redecode = this.get("redecode", () => ({ builder: emitDropped(CALLEES), ended: true })).index;
    this.breakpoint = this.get("breakpoint", () => ({ builder: emitLeave(at.EXIT_BREAKPOINT), ended: true })).index;
    this.budget = this.get("budget", () => ({ builder: emitLeave(at.EXIT_BUDGET), ended: true })).index;
    this.warming = this.get("warming", () => ({ builder: emitWarming(CALLEES), ended: true })).index;
    this.guard = this.get("guard", () => ({ builder: emitGuard(CALLEES), ended: true })).index;
    const enter = new Builder(HANDLER_SIGNATURE);
    const [cpu, record, ticks] = [enter.parameter(0), enter.parameter(1), enter.parameter(2)];
    enter.returnCallIndirect(0, w.load("i32", 32, record, at.R_HANDLER), cpu, record, ticks);
    this.enter = this.instantiate(modules, "enter", enter) as typeof this.enter;
  }

  /** The handler of an instruction in `shape`. */
  of(d: Decoded, s: Shape): Handler {
    const operands = operandShapes(d);
    const key = `${d.row.index} ${s.operandBits} ${s.addressBits} ${s.stackBits} ${s.addressing} ${s.operandAddressing} ${s.repeat} ${operands.map(nameOf).join(" ")}`;
    return this.get(key, () => {
      const watched = watchedCallees();
      const handler = emitHandler(d.row, s, operands, watched.imports);
      return { ...handler, x87: watched.used(), kind: { row: d.row, shape: s, operands } };
    });
  }

  /** The handler at a place of the table. */
  at(index: number): Handler | undefined {
    return this.byIndex.get(index)?.handler;
  }

  /** The handler of instructions that follow each other, by their handlers' places; undefined where there is no room. */
  sequence(indexes: readonly number[]): number | undefined {
    const parts = indexes.map((index) => this.byIndex.get(index));
    const key = parts.map((part) => part?.key).join(" + ");
    const known = this.sequences.get(key);
    if (known !== undefined) return known;
    const kinds = parts.flatMap((part) => part?.handler.kind ?? []);
    if (kinds.length < indexes.length || this.sequences.size === SEQUENCES) return undefined;
    const index = TRANSLATIONS + this.sequences.size;
    if (sequenceModules.size === MAX_SHARED) sequenceModules.clear();
    const emit = () => emitSequence(kinds, CALLEES);
    const usesX87 = parts.some((part) => part?.handler.x87);
    this.table.set(index, this.instantiate(sequenceModules, key, emit, usesX87));
    this.sequences.set(key, index);
    return index;
  }

  get hasRoom(): boolean {
    return this.sequences.size < SEQUENCES;
  }

  /** To be called when no record refers to one. */
  dropSequences(): void {
    this.sequences.clear();
  }

  /** What stands behind a block's last instruction where that does not leave: it follows the link to what comes next. */
  blockEnd(): Handler {
    return this.get("block end", () => ({ builder: emitBlockEnd(CALLEES), ended: true }));
  }

  /** The x87's library, made when it is first asked for. */
  get x87(): X87Functions {
    return this.x87Exports() as unknown as X87Functions;
  }

  private x87Exports(): WebAssembly.Exports {
    this.x87Instance ??= instantiateX87(this.memory, this.table);
    return this.x87Instance.exports;
  }

  /** Puts a translated block into the table; undefined where there is no room before the next `dropTranslations`. */
  add(emit: (imports: Imports) => FunctionBuilder): number | undefined {
    if (this.nextTranslation === TRANSLATIONS) return undefined;
    const index = this.nextTranslation++;
    const watched = watchedCallees();
    const builder = emit(watched.imports);
    this.table.set(index, this.instantiate(undefined, "", builder, watched.used()));
    return index;
  }

  dropTranslations(): void {
    this.nextTranslation = 0;
  }

  private get(key: string, emit: () => Emitted): Handler {
    let handler = this.known.get(key);
    if (!handler) {
      let e = emitted.get(key);
      if (!e) {
        e = emit();
        emitted.set(key, e);
      }
      if (this.next === this.table.length) this.table.grow(TABLE_STEP);
      const { ended, operates = false, x87 = false } = e;
      handler = { index: this.next++, ended, operates, x87, ...(e.kind ? { kind: e.kind } : {}) };
      this.table.set(handler.index, this.instantiate(modules, key, e.builder, e.x87));
      this.known.set(key, handler);
      this.byIndex.set(handler.index, { key, handler });
    }
    return handler;
  }

  /** The function that `emitted` is, in this machine; its module is looked for in `shared` first. */
  private instantiate(
    shared: Map<string, WebAssembly.Module> | undefined,
    key: string,
    emitted: FunctionBuilder | (() => FunctionBuilder),
    x87 = false,
  ): (cpu: number, record: number, ticks: number) => void {
    let module = shared?.get(key);
    if (!module) {
      const from = performance.now();
      const builder = typeof emitted === "function" ? emitted() : emitted;
      const exports = [{ name: "handler", function: 0 }];
      const bytes = assembleModule({ ...(x87 ? x87Shape : shape), functions: [{ type: 0, builder }], exports });
      module = new WebAssembly.Module(bytes);
      emittedBytes += bytes.length;
      emitMilliseconds += performance.now() - from;
      shared?.set(key, module);
    }
    const imports: WebAssembly.ModuleImports = { memory: this.memory, table: this.table, ...this.functions };
    if (x87) for (const [name, f] of Object.entries(this.x87Exports())) imports[`x87.${name}`] = f;
    return new WebAssembly.Instance(module, { e: imports }).exports.handler as ReturnType<typeof this.instantiate>;
  }
}

function nameOf(o: OperandShape): string {
  switch (o.kind) {
    case "register":
      return `r${o.bits}`;
    case "xmm":
    case "mmx":
      return `${o.kind} ${o.bits}`;
    case "memory":
      return `m${o.bits}${o.index ? "x" : ""}`;
    case "immediate":
      return `i${o.bits}`;
    case "constant":
      return `c${o.value}`;
    case "stack":
      return "s";
    case "segment":
      return "g";
    case "target":
      return "t";
    default:
      return "-";
  }
}

function operandShapes(d: Decoded): OperandShape[] {
  return d.operands.map((o, i): OperandShape => {
    switch (o.kind) {
      case "register":
        return { kind: "register", bits: o.bits };
      case "xmm":
      case "mmx":
        return { kind: o.kind, bits: o.bits };
      case "memory":
        return { kind: "memory", bits: o.bits, index: o.index >= 0 };
      case "immediate":
        return d.encoding.operands[i]?.place === "one"
          ? { kind: "constant", bits: o.bits, value: Number(o.value) }
          : { kind: "immediate", bits: o.bits as Bits };
      case "st":
        return { kind: "stack" };
      case "segment":
        return { kind: "segment" };
      case "target":
        return { kind: "target", bits: o.bits };
      default:
        return { kind: "other" };
    }
  });
}
