import "fake-indexeddb/auto";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Channel, Desk, type DeskParts, SAVE_DELAY_MS, type SaveState } from "./desk.ts";
import { type Version, WorkStore } from "./store.ts";

const LAB = "02-boot-sector";
const FILE = "boot.S";
let databases = 0;
let clock = 0;
let channels: Set<Channel>;
let journal: Map<string, string>;
let store: WorkStore;

beforeEach(async () => {
  clock = 1000;
  channels = new Set();
  journal = new Map();
  store = await WorkStore.open(`desk-${databases++}`);
});
afterEach(() => vi.useRealTimers());

/** A channel as a page has it: everybody but the sender hears. */
function channel(): Channel {
  const one: Channel = {
    onmessage: null,
    postMessage(data) {
      for (const other of channels) if (other !== one) other.onmessage?.({ data } as MessageEvent);
    },
    close: () => channels.delete(one),
  };
  channels.add(one);
  return one;
}

function storage(): DeskParts["journal"] {
  return {
    getItem: (key) => journal.get(key) ?? null,
    setItem: (key, value) => void journal.set(key, value),
    removeItem: (key) => void journal.delete(key),
    key: (i) => [...journal.keys()][i] ?? null,
    get length() {
      return journal.size;
    },
  };
}

async function openTab(tab: string, change: Partial<DeskParts> = {}) {
  const log = { states: [] as SaveState[], replaced: [] as string[], kept: [] as Version[] };
  const parts = { store, channel: channel(), journal: storage(), now: () => clock++, isAlive: async () => false };
  const events = {
    state: (state: SaveState) => void log.states.push(state),
    replaced: (text: string) => void log.replaced.push(text),
    kept: (version: Version) => void log.kept.push(version),
  };
  const desk = await Desk.open(LAB, FILE, "starter\n", tab, { ...parts, ...change }, events);
  return { desk, log };
}

const settle = () => new Promise((done) => setTimeout(done, 30));

test("a file nobody typed in is the starter", async () => {
  const { desk } = await openTab("a");
  expect([desk.text, desk.state.kind]).toEqual(["starter\n", "starter"]);
});

test(`typing is in the store ${SAVE_DELAY_MS} ms later, and the next visit begins with it`, async () => {
  const { desk } = await openTab("a");
  desk.edit("one");
  desk.edit("one two");
  await new Promise((done) => setTimeout(done, SAVE_DELAY_MS + 60));
  expect((await store.work(LAB, FILE))?.text).toBe("one two");
  expect(desk.state).toMatchObject({ kind: "saved" });
  expect(journal.size).toBe(0);
  expect((await openTab("b")).desk.text).toBe("one two");
});

test("a tab killed right after a keystroke leaves it in the journal, and the next tab recovers it", async () => {
  const { desk } = await openTab("a");
  desk.edit("typed, then killed");
  desk.close(); // what a kill does: the timer never fires
  const next = await openTab("b");
  expect(next.desk.text).toBe("typed, then killed");
  expect(journal.size).toBe(0);
});

test("the journal of a living tab is left to it", async () => {
  const { desk } = await openTab("a");
  desk.edit("still typing");
  const other = await openTab("b", { isAlive: async (tab) => tab === "a" });
  expect(other.desk.text).toBe("starter\n");
  expect(journal.size).toBe(1);
  await desk.flush();
});

test("a tab that only looks on follows the tab that types; typing there keeps the other's text as a version", async () => {
  const a = await openTab("a");
  const b = await openTab("b");
  a.desk.edit("from a");
  await a.desk.flush();
  await settle();
  expect([b.desk.text, b.log.replaced]).toEqual(["from a", ["from a"]]);
  b.desk.edit("from b");
  await b.desk.flush();
  await settle();
  expect(a.desk.text).toBe("from b");
  expect(b.log.kept.map(({ text }) => text)).toEqual(["from a"]);
});

test("two tabs that typed at once: the newer edit stands in both, the other is kept and offered", async () => {
  const a = await openTab("a");
  const b = await openTab("b");
  a.desk.edit("from a");
  b.desk.edit("from b");
  await b.desk.flush();
  await a.desk.flush();
  await settle();
  expect([a.desk.text, b.desk.text]).toEqual(["from b", "from b"]);
  expect((await store.work(LAB, FILE))?.text).toBe("from b");
  expect(a.log.kept.map(({ text, why }) => [text, why])).toEqual([["from a", "other tab"]]);
});

test("tabs that cannot hear each other lose nothing either", async () => {
  const a = await openTab("a", { channel: undefined });
  const b = await openTab("b", { channel: undefined });
  a.desk.edit("from a");
  await a.desk.flush();
  b.desk.edit("from b");
  await b.desk.flush();
  expect(b.log.kept.map(({ text }) => text)).toEqual(["from a"]);
  a.desk.edit("from a, again");
  await a.desk.flush();
  expect((await store.work(LAB, FILE))?.text).toBe("from a, again");
  expect((await store.versions(LAB, FILE)).map(({ text }) => text)).toContain("from b");
});

test("reset keeps the text, and undoing it brings the text back", async () => {
  const { desk } = await openTab("a");
  desk.edit("mine");
  const before = await desk.replace("starter\n", "before reset");
  expect([before, desk.text]).toEqual(["mine", "starter\n"]);
  expect((await store.versions(LAB, FILE))[0]).toMatchObject({ text: "mine", why: "before reset" });
  await desk.replace(before, "before restore");
  expect((await store.work(LAB, FILE))?.text).toBe("mine");
});

test("a full disk says so, keeps the text in the tab, and saving works again when there is room", async () => {
  const { desk } = await openTab("a");
  const save = vi.spyOn(store, "save").mockRejectedValueOnce(new DOMException("full", "QuotaExceededError"));
  desk.edit("much work");
  await desk.flush();
  expect([desk.state.kind, desk.text]).toEqual(["full", "much work"]);
  expect(journal.size).toBe(1);
  save.mockRestore();
  desk.edit("much work, and a little");
  await desk.flush();
  expect(desk.state.kind).toBe("saved");
});

test("a browser that keeps nothing leaves a working editor that says so", async () => {
  const { desk } = await openTab("a", { store: undefined });
  desk.edit("mine");
  await desk.flush();
  expect([desk.state.kind, desk.text]).toEqual(["closed", "mine"]);
});

test("a journal that is no journal is ignored", async () => {
  journal.set("ring:lab-journal:x", "{");
  journal.set("ring:lab-journal:y", "3");
  expect((await openTab("a")).desk.text).toBe("starter\n");
});
