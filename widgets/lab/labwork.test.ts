import "fake-indexeddb/auto";
import { expect, test } from "vitest";
import type { DeskParts } from "./desk.ts";
import { LabWork } from "./labwork.ts";
import type { Report } from "./report.ts";
import type { Lab } from "./rubric.ts";
import { WorkStore } from "./store.ts";

const lab = { id: "02-boot-sector", files: ["boot.S"] } as unknown as Lab;
const report = { earned: 40, points: 100 } as Report;
let count = 0;

async function openWork(store: WorkStore | undefined) {
  const parts: DeskParts = {
    store,
    channel: undefined,
    journal: undefined,
    now: () => ++count,
    isAlive: async () => false,
  };
  const work = new LabWork(lab, { "boot.S": "starter\n" }, parts, { changed() {}, replaced() {}, kept() {} });
  await work.open(`tab-${count}`);
  return work;
}

test("three attempts are there at the next visit, newest first, each with its files", async () => {
  const store = await WorkStore.open("attempts");
  const work = await openWork(store);
  for (const text of ["one", "two", "three"]) await work.keepAttempt({ "boot.S": text }, report);
  const again = await openWork(store);
  expect(again.attempts.map(({ files }) => files["boot.S"])).toEqual(["three", "two", "one"]);
});

test("without a store an attempt stays as long as the tab", async () => {
  const work = await openWork(undefined);
  await work.keepAttempt({ "boot.S": "one" }, report);
  expect(work.attempts.length).toBe(1);
  expect(work.saveState.kind).toBe("closed");
});

test("what one browser exports another imports: under History, and what stands there stands", async () => {
  const from = await openWork(await WorkStore.open("from"));
  from.edit("boot.S", "first");
  await from.put({ "boot.S": "second" }, "before restore");
  const to = await openWork(await WorkStore.open("to"));
  to.edit("boot.S", "theirs");
  const read = await to.importBytes(new TextEncoder().encode(from.exportText()));
  expect(read).toMatchObject({ files: { "boot.S": "second" } });
  expect(to.files).toEqual({ "boot.S": "theirs" });
  expect(to.versions.map(({ text, why }) => [text, why])).toEqual([
    ["second", "imported"],
    ["first", "imported"],
  ]);
});

test("a damaged import changes nothing", async () => {
  const work = await openWork(await WorkStore.open("damaged"));
  expect(await work.importBytes(new TextEncoder().encode("{"))).toHaveProperty("message");
  expect(work.versions).toEqual([]);
});
