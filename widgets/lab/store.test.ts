import "fake-indexeddb/auto";
import { expect, test } from "vitest";
import { VERSIONS_KEPT, WorkStore } from "./store.ts";

let count = 0;
const fresh = () => WorkStore.open(`test-${count++}`);
const of = { lab: "02-boot-sector", file: "boot.S" };

test("a text that was saved is there after the store is opened again, with revision 1", async () => {
  const store = await WorkStore.open("again");
  await store.save({ ...of, text: "hlt", base: 0, editedAt: 10, tab: "a" });
  store.close();
  expect(await (await WorkStore.open("again")).work(of.lab, of.file)).toMatchObject({ text: "hlt", revision: 1 });
});

test("of two tabs that typed on revision 1, the later keystroke stands and the other text is kept", async () => {
  const store = await fresh();
  await store.save({ ...of, text: "base", base: 0, editedAt: 10, tab: "a" });
  await store.save({ ...of, text: "from a", base: 1, editedAt: 20, tab: "a" });
  const late = await store.save({ ...of, text: "from b", base: 1, editedAt: 30, tab: "b" });
  expect(late).toMatchObject({ won: true, work: { text: "from b", revision: 3 }, kept: { text: "from a" } });
  expect((await store.versions(of.lab, of.file)).map(({ text, why }) => [text, why])).toEqual([
    ["from a", "other tab"],
  ]);
});

test("a save that arrives late, but was typed earlier, is the one that is kept", async () => {
  const store = await fresh();
  await store.save({ ...of, text: "from b", base: 0, editedAt: 30, tab: "b" });
  const early = await store.save({ ...of, text: "from a", base: 0, editedAt: 20, tab: "a" });
  expect(early).toMatchObject({ won: false, work: { text: "from b", revision: 1 }, kept: { text: "from a" } });
  expect(await store.work(of.lab, of.file)).toMatchObject({ text: "from b" });
});

test("the same text from two tabs is no conflict", async () => {
  const store = await fresh();
  await store.save({ ...of, text: "same", base: 0, editedAt: 10, tab: "a" });
  expect((await store.save({ ...of, text: "same", base: 0, editedAt: 20, tab: "b" })).kept).toBeUndefined();
});

test(`of ${VERSIONS_KEPT + 5} versions the newest ${VERSIONS_KEPT} stay`, async () => {
  const store = await fresh();
  for (let i = 0; i < VERSIONS_KEPT + 5; i++) {
    await store.keepVersion(of.lab, of.file, `text ${i}`, i, "before reset", i);
  }
  const kept = await store.versions(of.lab, of.file);
  expect(kept.length).toBe(VERSIONS_KEPT);
  expect(kept[0].text).toBe(`text ${VERSIONS_KEPT + 4}`);
});

test("attempts come newest first and belong to their lab", async () => {
  const store = await fresh();
  const report = { earned: 40 } as never;
  await store.addAttempt({ lab: "x", at: 1, files: { "boot.S": "1" }, report });
  await store.addAttempt({ lab: "x", at: 2, files: { "boot.S": "2" }, report });
  await store.addAttempt({ lab: "y", at: 3, files: {}, report });
  expect((await store.attempts("x")).map(({ at }) => at)).toEqual([2, 1]);
});
