// What the statements of lesson 5's labs show is what the labs give.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { START as survive } from "../05-survive-page-fault/start.ts";
import { START as ticks } from "../05-timer-ticks/start.ts";
import { START as first } from "./start.ts";

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");

test.each([
  ["05-first-idt", "idt.S", first],
  ["05-survive-page-fault", "fault.S", survive],
  ["05-timer-ticks", "ticks.S", ticks],
])("%s: the statement shows start.S and %s as they are given", (lab, file, start) => {
  const statement = read(`${lab}/statement.mdx`);
  expect(statement).toContain(start.trim());
  expect(statement).toContain(read(`${lab}/starter/${file}`).trim());
});
