/**
 * Assigning saved state into a machine's parts: first checked against what the parts hold at power-on, then copied in
 * place, so that a part's state object, its nested records and its arrays stay the same objects.
 */
import type { State, StateValue } from "../chipset/bus.ts";
import { writePages } from "./pages.ts";
import { Blob, type Decoded, setMember } from "./statecodec.ts";

type Words = Uint8Array | Uint16Array | Uint32Array;

function isWords(value: unknown): value is Words {
  return value instanceof Uint8Array || value instanceof Uint16Array || value instanceof Uint32Array;
}

function kindOf(value: Decoded): string {
  if (value === null) return "null";
  if (value instanceof Blob) return value.type.name;
  if (Array.isArray(value)) return "list";
  return isWords(value) ? value.constructor.name : typeof value === "object" ? "record" : typeof value;
}

/**
 * What of `value` does not fit where `model` is, as `path: expected …, found …`; undefined where it fits. null stands
 * for "none" and fits everything; what is empty in the model may have any length.
 */
export function misfit(model: StateValue, value: Decoded, path: string): string | undefined {
  if (model === null || value === null) return undefined;
  const expected = kindOf(model);
  const found = kindOf(value);
  if (expected !== found) return `${path}: expected ${expected}, found ${found}`;
  if (typeof value === "number" && Number.isNaN(value)) return `${path}: expected a number, found NaN`;
  if (isWords(model)) {
    const length = value instanceof Blob ? value.elements : (value as Words).length;
    return length === model.length || model.length === 0
      ? undefined
      : `${path}: expected ${model.length} elements, found ${length}`;
  }
  if (Array.isArray(model)) {
    for (const [i, member] of (value as Decoded[]).entries()) {
      const fault = misfit(model[Math.min(i, model.length - 1)] ?? null, member, `${path}[${i}]`);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }
  if (typeof model !== "object") return undefined;
  const record = value as { [key: string]: Decoded };
  for (const key of Object.keys(model)) {
    if (!Object.hasOwn(record, key)) return `${path}: expected a member "${key}"`;
    const fault = misfit(model[key], record[key], `${path}.${key}`);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** Makes `target` equal to `value` and returns it, or returns `value` where the old object cannot hold it. */
export function assignState(target: unknown, value: Decoded): StateValue {
  if (value instanceof Blob) {
    if (!isWords(target) || target.byteLength !== value.table.length) return value.array();
    writePages(value.table, new Uint8Array(target.buffer, target.byteOffset, target.byteLength));
    return target;
  }
  if (isWords(target) && isWords(value) && target.length === value.length) {
    target.set(value);
    return target;
  }
  if (Array.isArray(value)) {
    const list: StateValue[] = Array.isArray(target) ? target : [];
    list.length = value.length;
    for (let i = 0; i < value.length; i++) list[i] = assignState(list[i], value[i]);
    return list;
  }
  if (typeof value !== "object" || value === null || isWords(value)) return value;
  const record = (kindOf(target as Decoded) === "record" ? target : {}) as State;
  for (const key of Object.keys(record)) if (!Object.hasOwn(value, key)) delete record[key];
  for (const [key, member] of Object.entries(value)) {
    setMember(record, key, assignState(Object.hasOwn(record, key) ? record[key] : undefined, member));
  }
  return record;
}
