import { expect, test } from "vitest";
import { Edits } from "./edits.ts";

function shelf() {
  const items = new Map<string, string>();
  return {
    items,
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  };
}

test("a text is there at the next load, and gone after reset", () => {
  const store = shelf();
  expect(new Edits("/a/", store).set("sum", "1 + 1")).toBe(true);
  expect(new Edits("/a/", store).get("sum")).toBe("1 + 1");
  expect(new Edits("/b/", store).get("sum")).toBeUndefined();
  new Edits("/a/", store).set("sum", undefined);
  expect(store.items.size).toBe(0);
});
test("a load that ran edits and never finished holds them at the next", () => {
  const store = shelf();
  new Edits("/a/", store).running();
  expect(new Edits("/a/", store).held).toBe(true);
  const next = new Edits("/a/", store);
  next.running();
  next.finished();
  expect(new Edits("/a/", store).held).toBe(false);
});
test("a full or broken store keeps the text for this visit and says so", () => {
  const full = {
    ...shelf(),
    setItem: () => {
      throw new DOMException("full", "QuotaExceededError");
    },
  };
  const edits = new Edits("/a/", full);
  expect(edits.set("x", "1")).toBe(false);
  expect(edits.get("x")).toBe("1");
  const broken = shelf();
  broken.items.set("ring:cells:/a/", "{not json");
  expect(new Edits("/a/", broken).get("constructor")).toBeUndefined();
});
