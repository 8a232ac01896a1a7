import { expect, test } from "vitest";
import { readWork, writeWork } from "./workfile.ts";

const lab = "02-boot-sector";
const bytes = (text: string) => new TextEncoder().encode(text);
const version = { id: 3, lab, file: "boot.S", text: "old", editedAt: 5, keptAt: 6, why: "before reset" } as const;

test("an export is read back with its files and older versions", () => {
  expect(readWork(bytes(writeWork(lab, { "boot.S": "now" }, [version])), lab, ["boot.S"])).toEqual({
    lab,
    files: { "boot.S": "now" },
    versions: [{ file: "boot.S", text: "old", editedAt: 5 }],
  });
});

test.each([
  ['{"format":"ring-work"', 'offset 21 (line 1, column 22): expected "," or "}", saw the end of the file.'],
  ['{"format":"zip"}', 'field "format": expected "ring-work" or "ring-handin", saw "zip".'],
  [writeWork("other", { "boot.S": "" }, []), 'field "lab": expected "02-boot-sector", saw "other".'],
  [writeWork(lab, {}, []), 'field "files" → "boot.S": expected the file\'s text, saw nothing.'],
])("a file that cannot be imported says why, case %#", (text, message) => {
  expect(readWork(bytes(text), lab, ["boot.S"])).toEqual({ message });
});
