import fc from "fast-check";
import { expect, test } from "vitest";
import { findJsonFault } from "./jsonfault.ts";

test("whatever JSON.stringify writes has no fault", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), (text) => {
      expect(findJsonFault(text)).toBeUndefined();
    }),
  );
});

test("a text has a fault exactly when JSON.parse refuses it", () => {
  const pieces = fc.constantFrom("{", "}", "[", "]", ",", ":", '"', '"a"', "1", "-", ".", "e", "true", " ", "\\", "\n");
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
      const text = parts.join("");
      let parses = true;
      try {
        JSON.parse(text);
      } catch {
        parses = false;
      }
      expect(findJsonFault(text) === undefined, text).toBe(parses);
    }),
    { numRuns: 3000 },
  );
});

test("every truncation of a file is a fault at its end, or where its last string began to be cut", () => {
  const text = JSON.stringify({ format: "x", files: { "boot.S": "a\nb" }, n: [1, 2] });
  for (let length = 0; length < text.length; length++) {
    const fault = findJsonFault(text.slice(0, length));
    expect(fault, String(length)).toBeDefined();
    expect(fault?.offset).toBeGreaterThanOrEqual(length - 6);
    expect(fault?.offset).toBeLessThanOrEqual(length);
  }
});

test("the place is offset, line and column, with what stood there", () => {
  expect(findJsonFault('{\n  "a": 1\n  "b": 2\n}')).toEqual({
    offset: 13,
    line: 3,
    column: 3,
    expected: '"," or "}"',
    saw: '"""',
  });
  expect(findJsonFault('{"a":')).toMatchObject({ offset: 5, expected: "a value", saw: "the end of the file" });
  expect(findJsonFault("PK\u0003\u0004")).toMatchObject({ offset: 0, expected: "a value", saw: '"P"' });
});

test("100,000 open brackets are a fault at level 65, not an overflow", () => {
  expect(findJsonFault("[".repeat(100_000))).toMatchObject({ offset: 65, expected: "at most 64 levels of nesting" });
});
