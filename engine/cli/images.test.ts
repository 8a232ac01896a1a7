import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readFolder } from "./images.ts";

const folder = mkdtempSync(join(tmpdir(), "ring-images-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a folder is read by way of links to files and folders, not round in circles, and links to nothing are left out", () => {
  mkdirSync(join(folder, "a/b"), { recursive: true });
  writeFileSync(join(folder, "a/b/file"), "12345");
  symlinkSync("a/b/file", join(folder, "to-file"));
  symlinkSync("a/b", join(folder, "to-folder"));
  symlinkSync("..", join(folder, "a/up"));
  symlinkSync("nowhere", join(folder, "to-nothing"));
  const files = readFolder("-netdev user,tftp=", folder, 1000);
  expect(Object.keys(files).sort()).toEqual(["a/b/file", "to-file", "to-folder/file"]);
  expect(files["to-file"]).toEqual(new TextEncoder().encode("12345"));
  expect(() => readFolder("-netdev user,tftp=", folder, 14)).toThrow("its files are too large");
  expect(() => readFolder("-netdev user,tftp=", join(folder, "none"), 14)).toThrow("there is no such file");
});
