// What the statements show is what the labs give.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { START } from "./start.ts";

const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");

test("the statement shows start.S as the machine runs it", () => {
  expect(read("./statement.mdx")).toContain(START.trim());
});

test.each([
  "03-real-to-protected/starter/boot.S",
  "03-protected-to-long/starter/boot.S",
  "03-ring-3-and-back/starter/ring3.S",
])("the statement shows %s as it is given", (path) =>
  expect(read(`../${path.split("/")[0]}/statement.mdx`)).toContain(read(`../${path}`).trim()),
);
