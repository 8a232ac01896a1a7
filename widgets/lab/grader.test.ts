import { expect, test } from "vitest";
import type { AssembleAnswer, MachineStatus, Until } from "../../engine/index.ts";
import { type Bench, type BenchMachine, limitBench } from "./bench.ts";
import { CheckError, grade, gradeHidden } from "./grader.ts";
import { canonical } from "./report.ts";
import { defineLab, type Finding, type Item, type Lab, pattern } from "./rubric.ts";

const build: AssembleAnswer = {
  bytes: new Uint8Array([0xf4]),
  symbols: {},
  lines: [{ address: 0x7c00, length: 1, file: "a.S", line: 3 }],
  diagnostics: [],
};

/** A machine that only counts. */
function countingBench(): Bench & { ran: number[] } {
  const ran: number[] = [];
  return {
    ran,
    engine: "test",
    assemble: () => build,
    powerOn: () => {
      let tick = 0;
      const status = () => ({ tick, reason: { kind: "budget" } }) as unknown as MachineStatus;
      const machine = {
        get status() {
          return status();
        },
        run(until: Until) {
          ran.push(until.ticks ?? -1);
          tick += until.ticks ?? 0;
          return status();
        },
      };
      return machine as unknown as BenchMachine;
    },
  };
}

const pass = (): Finding => ({ passed: true });
const fail = (): Finding => ({ passed: false, expected: "1", saw: "2", moment: { scenario: "plain", tick: 7 } });

function labWith(items: Item[], change: Partial<Lab> = {}): Lab {
  return defineLab({
    id: "test",
    version: 1,
    title: "Test",
    files: ["a.S"],
    hints: [],
    source: (files) => ({ text: files["a.S"], request: { file: "a.S" } }),
    configuration: () => ({}),
    scenarios: { plain: { title: "", at: 0 } },
    items,
    later: [{ id: "later", title: "Later" }],
    budget: 1000,
    ...change,
  });
}

const item = (id: string, points: number, check: Item["check"], dependsOn?: string[]): Item => {
  return { id, title: id, points, check, ...(dependsOn ? { dependsOn } : {}) };
};

test("two of three items give their points; the third says what was expected and seen, and when", () => {
  const report = grade(
    labWith([item("a", 20, pass), item("b", 30, fail), item("c", 50, pass)]),
    { "a.S": "" },
    countingBench(),
  );
  expect([report.earned, report.points]).toEqual([70, 100]);
  expect(report.rows[1]).toMatchObject({
    earned: 0,
    state: "failed",
    expected: "1",
    saw: "2",
    tick: 7,
    scenario: "plain",
  });
});

test("an item that depends on a failed one is not reached, and its check does not run", () => {
  let ran = false;
  const check = () => {
    ran = true;
    return pass();
  };
  const { rows } = grade(labWith([item("a", 50, fail), item("b", 50, check, ["a"])]), { "a.S": "" }, countingBench());
  expect(rows[1]).toMatchObject({ state: "not reached", blockedBy: "a", earned: 0 });
  expect(ran).toBe(false);
});

test("what is checked after hand-in has a row, no points, and nothing else", () => {
  const { rows, points } = grade(labWith([item("a", 100, pass)]), { "a.S": "" }, countingBench());
  expect(rows[1]).toEqual({ id: "later", title: "Later", points: 0, earned: 0, state: "after hand-in" });
  expect(points).toBe(100);
});

test("hidden items may depend on visible ones, and are a report of their own", () => {
  const lab = labWith([item("a", 100, fail)]);
  const report = gradeHidden(lab, [item("h", 20, pass, ["a"]), item("i", 10, pass)], { "a.S": "" }, countingBench());
  expect(report.rows.map(({ id, state }) => [id, state])).toEqual([
    ["h", "not reached"],
    ["i", "passed"],
  ]);
  expect([report.earned, report.points]).toEqual([10, 30]);
});

test("what is observed once is observed once, and a byte's address gives its source line", () => {
  let observed = 0;
  const observe = () => ++observed;
  const check: Item["check"] = (context) => {
    context.once(observe);
    return { passed: false, expected: "", saw: String(context.once(observe)), place: context.placeOf(0x7c00) };
  };
  const { rows } = grade(labWith([item("a", 50, check), item("b", 50, check)]), { "a.S": "" }, countingBench());
  expect(rows[1]).toMatchObject({ saw: "1", file: "a.S", line: 3 });
});

test("1,000 ticks are all that a grading has, whatever its checks ask for", () => {
  const bench = countingBench();
  const machine = limitBench(bench, 1000).powerOn({});
  machine.run({ ticks: 600 });
  machine.run({ ticks: 600 });
  machine.run({ ticks: 600 });
  machine.run({});
  expect(bench.ran).toEqual([600, 400]);
});

test("a check that throws is a fault of the lab, and named", () => {
  const broken = () => {
    throw new TypeError("x is undefined");
  };
  const run = () => grade(labWith([item("a", 100, broken)]), { "a.S": "" }, countingBench());
  expect(run).toThrow(CheckError);
  expect(run).toThrow('test: the check "a" broke: x is undefined');
});

test("grading twice gives the same bytes", () => {
  const lab = labWith([item("a", 50, pass), item("b", 50, fail)]);
  const once = () => canonical(grade(lab, { "a.S": "" }, countingBench()));
  expect(once()).toBe(once());
});

test.each([
  [[item("a", 99, pass)], "sum to 99, not 100"],
  [[item("a", 50, pass, ["b"]), item("b", 50, pass)], "depends on b, which does not stand before it"],
  [[item("a", 50, pass), item("a", 50, pass)], "two items are named a"],
])("a rubric that cannot mean what it says is refused, case %#", (items, message) => {
  expect(() => labWith(items)).toThrow(message);
});

test("the known pattern has no 00, no FF, no letter, and no two equal neighbours", () => {
  const bytes = pattern(0x7e00, 0x1000);
  expect(bytes.every((byte, i) => byte > 0x80 && byte < 0xff && byte !== bytes[i + 1])).toBe(true);
});
