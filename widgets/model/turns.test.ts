import { expect, test } from "vitest";
import { Turns } from "./turns.ts";

/** Turns on a clock that only work moves, and a count of the tasks they took. */
function bench() {
  let time = 0;
  const tasks: (() => void)[] = [];
  const turns = new Turns(
    (work) => tasks.push(work),
    () => time,
  );
  const done: string[] = [];
  const work = (name: string, ms: number) =>
    turns.take(() => {
      time += ms;
      done.push(name);
      return name;
    });
  return { tasks, done, work };
}

test("three pieces of 2 ms end a turn of 5 ms; the fourth waits for the next task", () => {
  const { tasks, done, work } = bench();
  for (const name of "abcd") void work(name, 2);
  expect(tasks.length).toBe(1);
  tasks.shift()!();
  expect(done.join("")).toBe("abc");
  expect(tasks.length).toBe(1);
  tasks.shift()!();
  expect(done.join("")).toBe("abcd");
  expect(tasks.length).toBe(0);
});

test("a piece that is longer than a turn is alone in it", () => {
  const { tasks, done, work } = bench();
  void work("long", 40);
  void work("next", 1);
  tasks.shift()!();
  expect(done).toEqual(["long"]);
});

test("one that throws rejects its own promise and stops nobody", async () => {
  const tasks: (() => void)[] = [];
  const turns = new Turns((work) => tasks.push(work));
  const bad = turns.take(() => {
    throw new Error("drawn off the page");
  });
  const good = turns.take(() => 7);
  tasks.shift()!();
  await expect(bad).rejects.toThrow("drawn off the page");
  expect(await good).toBe(7);
});
