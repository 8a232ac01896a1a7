/**
 * Writes WebAssembly modules: functions from statements, and the sections around them.
 * Source: WebAssembly core specification, 5.4 (instructions) and 5.5 (modules).
 */
import { unsigned } from "./bytes.ts";
import { EngineError } from "./error.ts";
import { type Callee, type Expression, emitStore, localGet, type ValueType } from "./expression.ts";

const TYPE_BYTE: Record<ValueType, number> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b };
const VOID = 0x40;

export interface Signature {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}

/** A label that code inside its block branches to; made by `block` and `loop`. */
export interface Label {
  readonly depth: number;
}

/** One function under construction. Statements are appended in order. */
export class FunctionBuilder {
  readonly signature: Signature;
  private readonly code: number[] = [];
  private readonly locals: ValueType[] = [];
  private depth = 0;

  constructor(signature: Signature) {
    this.signature = signature;
  }

  parameter(index: number): Expression {
    const type = this.signature.parameters[index];
    if (type === undefined) throw new EngineError(`wasm: no parameter ${index}`);
    return localGet(type, index);
  }

  /** A fresh local. It may be assigned with `assign`. */
  local(type: ValueType): Expression {
    this.locals.push(type);
    return localGet(type, this.signature.parameters.length + this.locals.length - 1);
  }

  /** Evaluates once: constants and locals pass, anything else goes into a fresh local. */
  let(value: Expression): Expression {
    if (value.constant !== undefined || value.local !== undefined) return value;
    return this.copy(value);
  }

  /** Evaluates into a fresh local, even where the value is a local that will be assigned again. */
  copy(value: Expression): Expression {
    const local = this.local(value.type);
    this.assign(local, value);
    return local;
  }

  assign(local: Expression, value: Expression): void {
    if (local.local === undefined || local.type !== value.type) throw new EngineError("wasm: bad assignment");
    value.emit(this.code);
    this.code.push(0x21);
    unsigned(this.code, local.local);
  }

  store(bits: number, address: Expression, value: Expression, offset = 0): void {
    address.emit(this.code);
    value.emit(this.code);
    emitStore(this.code, value.type, bits);
    this.code.push(0);
    unsigned(this.code, offset);
  }

  call(callee: Callee, ...parameters: Expression[]): void {
    for (const p of parameters) p.emit(this.code);
    this.code.push(0x10);
    unsigned(this.code, callee.index);
    for (const _ of callee.results) this.code.push(0x1a);
  }

  if(condition: Expression, then: () => void, otherwise?: () => void): void {
    if (condition.constant !== undefined) {
      if (Number(condition.constant)) then();
      else otherwise?.();
      return;
    }
    condition.emit(this.code);
    this.code.push(0x04, VOID);
    this.depth++;
    then();
    if (otherwise) {
      this.code.push(0x05);
      otherwise();
    }
    this.depth--;
    this.code.push(0x0b);
  }

  /** `br` to the label leaves the block. */
  block(body: (out: Label) => void): void {
    this.structured(0x02, body);
  }

  /** `br` to the label goes round again. */
  loop(body: (again: Label) => void): void {
    this.structured(0x03, body);
  }

  private structured(op: number, body: (label: Label) => void): void {
    this.code.push(op, VOID);
    this.depth++;
    body({ depth: this.depth });
    this.depth--;
    this.code.push(0x0b);
  }

  br(label: Label): void {
    this.code.push(0x0c);
    unsigned(this.code, this.depth - label.depth);
  }

  brIf(label: Label, condition: Expression): void {
    condition.emit(this.code);
    this.code.push(0x0d);
    unsigned(this.code, this.depth - label.depth);
  }

  return(...values: Expression[]): void {
    for (const v of values) v.emit(this.code);
    this.code.push(0x0f);
  }

  /** Tail-calls entry `index` of table 0, whose type has index `type`. */
  returnCallIndirect(type: number, index: Expression, ...parameters: Expression[]): void {
    for (const p of parameters) p.emit(this.code);
    index.emit(this.code);
    this.code.push(0x13);
    unsigned(this.code, type);
    unsigned(this.code, 0);
  }

  /** `memory.copy` of `length` bytes inside linear memory. */
  memoryCopy(to: Expression, from: Expression, length: Expression): void {
    for (const e of [to, from, length]) e.emit(this.code);
    this.code.push(0xfc, 0x0a, 0, 0);
  }

  /** `memory.fill` of `length` bytes with the low byte of `value`. */
  memoryFill(to: Expression, value: Expression, length: Expression): void {
    for (const e of [to, value, length]) e.emit(this.code);
    this.code.push(0xfc, 0x0b, 0);
  }

  unreachable(): void {
    this.code.push(0x00);
  }

  /** The function's body as the code section holds it, without its length. */
  body(): number[] {
    const out: number[] = [];
    unsigned(out, this.locals.length);
    for (const type of this.locals) out.push(1, TYPE_BYTE[type]);
    for (const byte of this.code) out.push(byte);
    out.push(0x0b);
    return out;
  }
}

export interface ModuleShape {
  readonly types: readonly Signature[];
  /** Imported functions of module `"e"`, by name, with the index of their type. */
  readonly imports: readonly { readonly name: string; readonly type: number }[];
  readonly functions: readonly { readonly type: number; readonly builder: FunctionBuilder }[];
  /** Exported functions by name: index among `functions`. */
  readonly exports?: readonly { readonly name: string; readonly function: number }[];
}

/** A callee for import number `index` of a shape. */
export function importedFunction(shape: Pick<ModuleShape, "types" | "imports">, name: string): Callee {
  const index = shape.imports.findIndex((i) => i.name === name);
  const entry = shape.imports[index];
  const type = entry && shape.types[entry.type];
  if (!type) throw new EngineError(`wasm: no import ${name}`);
  return { index, results: type.results };
}

function section(out: number[], id: number, content: number[]): void {
  out.push(id);
  unsigned(out, content.length);
  for (const byte of content) out.push(byte);
}

const UTF8 = new TextEncoder();

function text(out: number[], s: string): void {
  const bytes = UTF8.encode(s);
  unsigned(out, bytes.length);
  out.push(...bytes);
}

/** What modules with these imports begin with, of the types that they had then: most have one list. */
const heads = new WeakMap<ModuleShape["imports"], { types: ModuleShape["types"]; bytes: readonly number[] }>();

/** Magic number and version, types and imports. */
function headOf({ types, imports }: ModuleShape): readonly number[] {
  const known = heads.get(imports);
  if (known?.types === types) return known.bytes;
  const bytes = emitHead(types, imports);
  heads.set(imports, { types, bytes });
  return bytes;
}

function emitHead(signatures: ModuleShape["types"], imported: ModuleShape["imports"]): number[] {
  const out = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  const types: number[] = [];
  unsigned(types, signatures.length);
  for (const t of signatures) {
    types.push(0x60);
    for (const list of [t.parameters, t.results]) {
      unsigned(types, list.length);
      types.push(...list.map((v) => TYPE_BYTE[v]));
    }
  }
  section(out, 1, types);

  const imports: number[] = [];
  unsigned(imports, imported.length + 2);
  text(imports, "e");
  text(imports, "memory");
  imports.push(0x02, 0x00);
  unsigned(imports, 1);
  text(imports, "e");
  text(imports, "table");
  imports.push(0x01, 0x70, 0x00);
  unsigned(imports, 1);
  for (const i of imported) {
    text(imports, "e");
    text(imports, i.name);
    imports.push(0x00);
    unsigned(imports, i.type);
  }
  section(out, 2, imports);
  return out;
}

/** The module as bytes. It imports memory `e.memory` and table `e.table`. */
export function assembleModule(shape: ModuleShape): Uint8Array<ArrayBuffer> {
  const head = headOf(shape);
  const out: number[] = [];
  const functions: number[] = [];
  unsigned(functions, shape.functions.length);
  for (const f of shape.functions) unsigned(functions, f.type);
  section(out, 3, functions);

  if (shape.exports?.length) {
    const exports: number[] = [];
    unsigned(exports, shape.exports.length);
    for (const e of shape.exports) {
      text(exports, e.name);
      exports.push(0x00);
      unsigned(exports, e.function + shape.imports.length);
    }
    section(out, 7, exports);
  }

  const code: number[] = [];
  unsigned(code, shape.functions.length);
  for (const f of shape.functions) {
    const body = f.builder.body();
    unsigned(code, body.length);
    for (const byte of body) code.push(byte);
  }
  section(out, 10, code);
  const module = new Uint8Array(head.length + out.length);
  module.set(head);
  module.set(out, head.length);
  return module;
}
