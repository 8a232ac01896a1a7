import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dropOld, keptOr, recorderKey } from "./cache.ts";

let where: string;
beforeAll(() => {
  where = `${mkdtempSync(join(tmpdir(), "ring-recorded-"))}/`;
});
afterAll(() => rmSync(where, { recursive: true }));

test("one page of one engine is recorded once; another engine, or another page, is recorded again", async () => {
  let runs = 0;
  const record = async () => `recorded ${++runs}`;
  const of = async (html: string, key: string) => (await keptOr(html, key, record, where)).html;
  expect(await of("<p>a</p>", "engine 1")).toBe("recorded 1");
  expect(await of("<p>a</p>", "engine 1")).toBe("recorded 1");
  expect(await of("<p>a</p>", "engine 2")).toBe("recorded 2");
  expect(await of("<p>b</p>", "engine 2")).toBe("recorded 3");
});

test("a page whose machine boots an image of its own is recorded each time", async () => {
  const page = '<ring-machine floppy="/disk.img"></ring-machine>';
  const record = async () => page;
  expect(await keptOr(page, "engine", record, where)).toEqual({ html: page, kept: false });
  expect(await keptOr(page, "engine", record, where)).toEqual({ html: page, kept: false });
});

test("the engine's build is part of the key, and what nobody asks for in two weeks goes", () => {
  expect(recorderKey("a")).not.toBe(recorderKey("b"));
  dropOld(where, Date.now() + 15 * 86_400_000);
  expect(readdirSync(where)).toEqual([]);
});
