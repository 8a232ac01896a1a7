import fc from "fast-check";
import { expect, test } from "vitest";
import type { StateValue } from "../chipset/bus.ts";
import { applyChange, changeOf } from "./mirror.ts";
import { capturePages, type PageTable, writePages } from "./pages.ts";
import { Blob, type Decoded, decodeState, EncodingFault, encodeState } from "./statecodec.ts";
import { assignState, misfit } from "./stateshape.ts";

function encode(value: StateValue): { bytes: Uint8Array; blobs: PageTable[] } {
  const blobs: PageTable[] = [];
  const bytes = encodeState(value, (large) => blobs.push(capturePages(large)) - 1);
  return { bytes, blobs };
}

const { tree } = fc.letrec<{ tree: StateValue }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.double({ noNaN: true }),
    fc.boolean(),
    fc.string({ unit: "binary" }),
    fc.constant(null),
    fc.uint8Array(),
    fc.uint16Array(),
    fc.uint32Array(),
    fc.array(tie("tree")),
    fc.dictionary(fc.string(), tie("tree"), { noNullPrototype: true }),
  ),
}));

test("what is encoded comes back, whatever it is", () => {
  fc.assert(
    fc.property(tree, (value) => {
      const { bytes, blobs } = encode(value);
      expect(assignState(undefined, decodeState(bytes, blobs))).toEqual(value);
    }),
  );
});

test("a member called __proto__ is a member: it comes back, and reaches no prototype", () => {
  const value = JSON.parse('{"a": {"__proto__": {"reached": 1}}, "__proto__": 2}') as StateValue;
  const { bytes, blobs } = encode(value);
  const restored = assignState({ a: { b: 3 } }, decodeState(bytes, blobs)) as { a: object };
  expect(JSON.stringify(restored)).toBe('{"a":{"__proto__":{"reached":1}},"__proto__":2}');
  expect("reached" in {}).toBe(false);
});

test("the order of a record's keys makes no difference", () => {
  expect(encode({ a: 1, b: { c: 2, d: 3 } }).bytes).toEqual(encode({ b: { d: 3, c: 2 }, a: 1 }).bytes);
});

test("arrays from 4 KiB on are blobs, and are restored in place", () => {
  const words = Uint32Array.from({ length: 3000 }, (_, i) => (i > 1023 && i < 2048 ? 0 : i));
  const { bytes, blobs } = encode({ words });
  expect(bytes.length).toBeLessThan(40);
  expect(blobs[0].pages.map((page) => page?.length)).toEqual([4096, undefined, 3808]);
  const target = { words: new Uint32Array(3000).fill(7) };
  const same = target.words;
  const decoded = decodeState(bytes, blobs) as { words: Decoded };
  expect(decoded.words).toBeInstanceOf(Blob);
  assignState(target, decoded);
  expect(target.words).toBe(same);
  expect(target.words).toEqual(words);
});

test("cut or changed bytes are an EncodingFault or another value, never anything else", () => {
  const { bytes } = encode({ list: [1, "two", Uint8Array.of(3)], none: null });
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, value) => {
      for (const wrong of [bytes.slice(0, at), Uint8Array.from(bytes, (byte, i) => (i === at ? value : byte))]) {
        try {
          decodeState(wrong, []);
        } catch (error) {
          expect(error).toBeInstanceOf(EncodingFault);
        }
      }
    }),
  );
  expect(() => decodeState(bytes.slice(0, 9), [])).toThrow("byte 9: expected a key (4 bytes, but 0 are left)");
});

test("misfit names the part, what was expected and what was found", () => {
  const model = { pit: { counters: [{ count: 0 }], mode: "a", lines: new Uint8Array(4) } };
  const fits = (value: StateValue) => misfit(model, value, "machine");
  expect(fits({ pit: { counters: [], mode: "", lines: new Uint8Array(4) } })).toBeUndefined();
  expect(fits({ pit: 1 })).toBe("machine.pit: expected record, found number");
  expect(fits({ pit: { counters: [{ count: "x" }], mode: "", lines: new Uint8Array(4) } })).toBe(
    "machine.pit.counters[0].count: expected number, found string",
  );
  expect(fits({ pit: { counters: [], mode: "", lines: new Uint8Array(3) } })).toBe(
    "machine.pit.lines: expected 4 elements, found 3",
  );
  expect(fits({})).toBe('machine: expected a member "pit"');
});

test("a mirror follows its machine by changes: pages that are new, changed, zeroed", () => {
  const ram = new Uint8Array(5 * 4096 + 100);
  const checkpoint = (before?: PageTable) => {
    const state = Uint8Array.of(1);
    return { tick: 1, instructions: 1, state, blobs: [capturePages(ram, before)] };
  };
  ram.fill(9, 4096, 3 * 4096);
  const first = checkpoint();
  let mirror = applyChange(changeOf(first, undefined), undefined);
  ram.fill(0, 4096, 2 * 4096);
  ram[5 * 4096 + 50] = 3;
  const second = checkpoint(first.blobs[0]);
  expect(second.blobs[0].pages[2]).toBe(first.blobs[0].pages[2]);
  const change = changeOf(second, first);
  expect([...change.blobs[0].pages, -1, ...change.blobs[0].zeros]).toEqual([5, -1, 1]);
  mirror = applyChange(change, mirror);
  const copy = new Uint8Array(ram.length).fill(1);
  writePages(mirror.blobs[0], copy);
  expect(copy).toEqual(ram);
});
