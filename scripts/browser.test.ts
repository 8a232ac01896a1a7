import { afterEach, expect, test } from "vitest";
import { ensureBrowser, findBrowser } from "./browser.mjs";

const before = process.env.CHROME_PATH;
afterEach(() => {
  if (before === undefined) delete process.env.CHROME_PATH;
  else process.env.CHROME_PATH = before;
});

test("CHROME_PATH comes first when it runs", () => {
  // Any program that answers --version will do: this Node is one.
  process.env.CHROME_PATH = process.execPath;
  expect(findBrowser()).toBe(process.execPath);
});

test("a CHROME_PATH that does not run is named in one sentence, and nothing is installed", async () => {
  process.env.CHROME_PATH = "/nowhere/chrome";
  const said: string[] = [];
  expect(await ensureBrowser((line: string) => said.push(line))).toEqual({
    problem: "CHROME_PATH is /nowhere/chrome, which is not a browser that runs.",
  });
  expect(said).toEqual([]);
});
