import { expect, test } from "vitest";
import { engineBench } from "../widgets/lab/enginebench.ts";
import { checkLab } from "./check.ts";
import { labNames } from "./folders.ts";

test.each(labNames())(
  "%s: solution 100, starter below 30, each wrong solution loses what it should",
  async (name) => {
    expect(await checkLab(name, await engineBench())).toEqual([]);
  },
  120_000,
);
