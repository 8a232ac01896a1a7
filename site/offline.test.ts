import { expect, test } from "vitest";
import { filesOf } from "./offline.ts";

const files: Record<string, string> = {
  "page.a1.js": "import'./runtime.b2.js';const later=()=>import(`./editor.c3.js`)",
  "runtime.b2.js": "new Worker(new URL(`worker-d4.js`,import.meta.url))",
  "editor.c3.js": "import'./runtime.b2.js'",
  "worker-d4.js": "",
  "page.e5.css": "@font-face{src:url(serif.f6.woff2)}",
  "serif.f6.woff2": "",
  "other.g7.js": "",
};

test("a page needs what it names, what that loads later, its workers and its fonts, and nothing else", () => {
  const html = '<link href="/_astro/page.e5.css"><script src="/_astro/page.a1.js"></script>';
  expect(filesOf(html, Object.keys(files), (name) => files[name])).toEqual([
    "editor.c3.js",
    "page.a1.js",
    "page.e5.css",
    "runtime.b2.js",
    "serif.f6.woff2",
    "worker-d4.js",
  ]);
});
