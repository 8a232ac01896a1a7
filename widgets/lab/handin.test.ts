import { expect, test } from "vitest";
import { HANDIN_MAX_BYTES, readHandIn, writeHandIn } from "./handin.ts";
import { canonical, type Report } from "./report.ts";

const report: Report = {
  format: "ring-report",
  lab: "02-boot-sector",
  labVersion: 1,
  engine: "ring 0.1.0",
  earned: 10,
  points: 100,
  rows: [{ id: "assembles", title: "Fits", points: 10, earned: 10, state: "passed" }],
};
const labs = new Map([["02-boot-sector", { files: ["boot.S"], version: 1 }]]);
const text = writeHandIn({ "boot.S": "hlt\n" }, report, new Date(0));
const bytes = (value: string) => new TextEncoder().encode(value);
const changed = (change: object) => readHandIn(bytes(JSON.stringify({ ...JSON.parse(text), ...change })), labs);

test("what is written is read back, with the report's bytes unchanged", () => {
  const back = readHandIn(bytes(text), labs);
  expect(back).toMatchObject({ lab: "02-boot-sector", files: { "boot.S": "hlt\n" } });
  expect("report" in back && canonical(back.report)).toBe(canonical(report));
});

test("canonical text does not depend on the order in which keys were set", () => {
  expect(canonical({ b: 1, a: { d: [2], c: null } })).toBe(canonical({ a: { c: null, d: [2] }, b: 1 }));
});

test.each<[Uint8Array, string]>([
  [new Uint8Array(0), "is empty"],
  [new Uint8Array(HANDIN_MAX_BYTES + 1), `expected a hand-in of at most ${HANDIN_MAX_BYTES} bytes`],
  [
    bytes(text.slice(0, 40)),
    "offset 40 (line 3, column 13): expected a name in double quotes, saw the end of the file",
  ],
  [bytes("PK\u0003\u0004"), 'offset 0 (line 1, column 1): expected a value, saw "P"'],
  [new Uint8Array([0x7b, 0x22, 0xff, 0x22]), "offset 2: expected text in UTF-8, saw byte FF"],
  [bytes(`${text} 1`), "expected the end of the file"],
  [bytes("[]"), "expected an object, saw a list"],
])("a file that is none: %#", (input, message) => {
  const read = readHandIn(input, labs);
  expect("message" in read && read.message).toContain(message);
});

test.each([
  [{ format: "ring-work" }, 'field "format": expected "ring-handin", saw "ring-work"'],
  [{ formatVersion: 2 }, 'field "formatVersion": expected 1, saw 2'],
  [{ lab: "99-none" }, 'field "lab": expected one of 02-boot-sector; saw "99-none"'],
  [{ lab: "__proto__" }, 'saw "__proto__"'],
  [{ labVersion: 7 }, 'field "labVersion": expected a whole number from 1 to 1, saw 7'],
  [{ handedIn: "yesterday" }, 'field "handedIn"'],
  [{ files: {} }, 'field "files" → "boot.S": expected the file\'s text, saw nothing'],
  [{ files: { "boot.S": 3 } }, "saw a number"],
  [{ files: { "boot.S": "x".repeat(70_000) } }, "expected at most 65536 characters, saw 70000"],
  [{ files: { "boot.S": "", "../x": "" } }, 'expected only boot.S; saw "../x" as well'],
  [{ report: "none" }, 'field "report": expected an object, saw a string'],
])("a wrong field is named, case %#", (change, message) => {
  const read = changed(change);
  expect("message" in read && read.message).toContain(message);
});

test("what an error quotes of a file holds no control characters and is short", () => {
  const read = changed({ format: `\u001b[31m${"x".repeat(500)}\u202e` });
  const message = "message" in read ? read.message : "";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is the point.
  expect(message).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
  expect(message.length).toBeLessThan(140);
});
