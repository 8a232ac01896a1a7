import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { contrast, readTokens } from "./tokens.ts";

const tokens = readTokens(readFileSync(new URL("tokens.css", import.meta.url), "utf8"));
const themes = ["light", "dark"] as const;
const plain = ["paper", "panel", "raised"];
const runs = ["soft-ground", "vmm-ground", "hw-ground"];
const marks = ["changed", "changed-old"];
const verdicts = ["fault-ground", "predict-ground", "pass-ground"];

/** The grounds that a text colour may stand on. */
const stands: Record<string, string[]> = {
  ink: [...plain, ...runs, ...marks, ...verdicts],
  "ink-2": [...plain, ...runs, ...verdicts],
  r3: [...plain, "soft-ground"],
  r0: [...plain, "soft-ground"],
  vmm: [...plain, "vmm-ground"],
  hw: [...plain, "hw-ground"],
  fault: [...plain, "fault-ground"],
  break: [...plain, ...runs],
  predict: [...plain, "predict-ground"],
  pass: [...plain, "pass-ground"],
  "syn-num": [...plain, ...runs],
  "syn-str": [...plain, ...runs],
};

const table = themes.flatMap((theme) =>
  Object.entries(stands).flatMap(([text, grounds]) => grounds.map((ground) => ({ theme, text, ground }))),
);

test("black on white has contrast 21, a colour on itself 1", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21);
  expect(contrast("#1561ad", "#1561ad")).toBe(1);
});

test("all 23 colour tokens and grounds are read, in both themes", () => {
  expect(Object.keys(tokens).length).toBeGreaterThanOrEqual(23);
});

test.each(table)("$theme: --$text on --$ground reads at 4.5:1 or more", ({ theme, text, ground }) => {
  expect(contrast(tokens[text][theme], tokens[ground][theme])).toBeGreaterThanOrEqual(4.5);
});

test.each(themes)("%s: ink is the strongest, at 8:1 or more on every ground", (theme) => {
  for (const ground of stands.ink)
    expect(contrast(tokens.ink[theme], tokens[ground][theme]), ground).toBeGreaterThan(8);
});

test.each(themes)("%s: paper on a filled chip reads at 6:1 or more", (theme) => {
  for (const chip of ["ink", "r3", "r0", "vmm", "hw", "fault", "break", "predict", "pass"]) {
    expect(contrast(tokens.paper[theme], tokens[chip][theme]), chip).toBeGreaterThanOrEqual(6);
  }
});

test.each(themes)("%s: a control's edge is seen at 3:1 or more", (theme) => {
  for (const ground of plain) expect(contrast(tokens.edge[theme], tokens[ground][theme]), ground).toBeGreaterThan(3);
});
