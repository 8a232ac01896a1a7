import { expect, test } from "vitest";
import { changeProgress, countDone, readProgress } from "./progress.ts";

function storage(text: string | null = null) {
  const kept = { text };
  return {
    kept,
    getItem: () => kept.text,
    setItem: (_: string, value: string) => {
      kept.text = value;
    },
  } as unknown as Storage;
}

test("nothing kept, and nothing readable, is an empty progress", () => {
  for (const text of [null, "{", "3", '"x"', "null"]) {
    expect(readProgress(storage(text)), String(text)).toEqual({ predictions: {}, labs: {} });
  }
  expect(readProgress(undefined)).toEqual({ predictions: {}, labs: {} });
});

test("2 predictions and a lab at full marks count 3; a lab at 0.9 does not count", () => {
  const box = storage();
  changeProgress(box, (progress) => {
    progress.predictions["2"] = ["first-byte", "a20"];
    progress.labs["boot-sector"] = 1;
    progress.labs["second-stage"] = 0.9;
  });
  expect(countDone(readProgress(box), 2, ["boot-sector", "second-stage"])).toBe(3);
});

test("a full storage is no error", () => {
  const full = storage();
  full.setItem = () => {
    throw new DOMException("full", "QuotaExceededError");
  };
  expect(() => changeProgress(full, (progress) => (progress.labs.x = 1))).not.toThrow();
});
