// The processor's system behaviour: ours against what QEMU said, and against the manual where QEMU is wrong. The recorded
// answers are QEMU's; RING_RECORD=1 records them anew. Where QEMU is installed, the record itself is checked.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { openBench } from "../../../engine/index.ts";
import { type Answer, askOurs, askQemu, build, hasQemu } from "./conformance.ts";
import { DIFFERENCES as DIFFERENCES_32 } from "./differences.ts";
import { LONG_DIFFERENCES } from "./longdifferences.ts";

const DIFFERENCES = { ...DIFFERENCES_32, ...LONG_DIFFERENCES };

/** Guests, with the cases that are asked of QEMU. */
const GUESTS: Readonly<Record<string, readonly string[]>> = {
  protection: ["0"],
  real: ["0"],
  mixed: ["0"],
  faults: ["0"],
  selfmodify: ["0"],
  interrupts: ["0"],
  detection: ["0"],
  virtual: ["0"],
  paging: ["0"],
  pae: ["0"],
  tasks: ["0"],
  levels: ["0"],
  smm: ["0"],
  debug: ["0"],
  long: ["0"],
  longfar: ["0"],
  longcalls: ["0"],
  longsystem: ["0"],
  longguards: ["0"],
  dma: ["d"],
  several: ["1", "2", "4", "8"],
  shutdown: ["a", "b", "c", "e", "f", "i", "j", "k"],
};

const bench = await openBench();
const EXPECTED = new URL("expected/", import.meta.url);

function recorded(file: URL): Answer {
  if (!existsSync(file)) return new Map();
  const lines = readFileSync(file, "utf8").split("\n");
  return new Map(lines.filter((line) => line).map((line) => line.split(": ", 2) as [string, string]));
}

/** QEMU's model for a guest; undefined: one without long mode. */
function modelOf(name: string): string | undefined {
  if (name === "longguards") return "max";
  return name.startsWith("long") ? "qemu64,+umip" : undefined;
}

/** As a file of expected answers has it. */
const textOf = (answer: Answer) => [...answer].map(([name, says]) => `${name}: ${says}\n`).join("");

/** QEMU's answer with what hardware says instead, where it does. */
function judged(name: string, answer: Answer): Answer {
  const right = new Map(answer);
  for (const [attempt, { says }] of DIFFERENCES[name] ?? []) if (answer.has(attempt)) right.set(attempt, says);
  return right;
}

describe.each(Object.entries(GUESTS))("%s", (name, cases) => {
  const image = build(name);
  test.each(cases)("case %s says what QEMU says, or the manual where QEMU is wrong", (choice) => {
    const file = new URL(`${name}-${choice}.txt`, EXPECTED);
    const expected = textOf(judged(name, recorded(file)));
    // A guest that QEMU does not survive leaves the rest of its attempts untold; several ends by itself.
    if (!/^(shutdown|several)$/.test(name)) expect(expected).toContain("DONE: ");
    expect(textOf(askOurs(bench, image, choice))).toBe(expected);
    let seed = 12_345;
    const slice = () => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
      return 1 + ((seed >> 8) % (seed & 16 ? 40 : 4_000));
    };
    expect(textOf(askOurs(bench, image, choice, slice)), "in slices").toBe(expected);
  });
  test("what only the manual can be asked", () => {
    const lacks = [...(DIFFERENCES[name] ?? [])].filter(
      ([attempt]) => !cases.some((choice) => recorded(new URL(`${name}-${choice}.txt`, EXPECTED)).has(attempt)),
    );
    if (lacks.length === 0) return;
    const said = askOurs(bench, image, "m");
    for (const [attempt, { says, why }] of lacks) expect(said.get(attempt), `${attempt}: ${why}`).toBe(says);
  });
  test.runIf(hasQemu).each(cases)("case %s: QEMU says what was recorded", async (choice) => {
    const file = new URL(`${name}-${choice}.txt`, EXPECTED);
    const said = textOf(await askQemu(image, choice, modelOf(name)));
    if (process.env.RING_RECORD === "1") writeFileSync(file, said);
    expect(said).toBe(textOf(recorded(file)));
  });
});

test.each(["g", "h"])("shutdown, case %s: a stack that takes no push, which QEMU never sees", (choice) => {
  expect([...askOurs(bench, build("shutdown"), choice).values()]).toEqual(["", "triple fault"]);
});
