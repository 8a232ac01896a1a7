import { expect, test } from "vitest";
import { relativeUrls } from "./relative-urls.ts";

test("a page two folders deep reaches the root by ../../", () => {
  expect(relativeUrls('<a href="/">', "lessons/02-boot/index.html")).toBe('<a href="../../">');
  expect(relativeUrls('<script src="/_astro/a.js">', "labs/x/index.html")).toBe('<script src="../../_astro/a.js">');
});

test("the home page's links begin with ./", () => {
  expect(relativeUrls('<a href="/"><a href="/labs/">', "index.html")).toBe('<a href="./"><a href="./labs/">');
});

test("assets in custom elements, inline scripts and styles move too", () => {
  expect(relativeUrls('<x-y bios="/_astro/b.bin">', "a/index.html")).toBe('<x-y bios="../_astro/b.bin">');
  expect(relativeUrls("<style>a{src:url(/_astro/f.woff2)}</style>", "a/index.html")).toContain(
    "url(../_astro/f.woff2)",
  );
});

test("a style sheet finds its fonts from its own folder", () => {
  expect(relativeUrls("@font-face{src:url(/_astro/f.woff2)format('woff2')}", "_astro/Page.css")).toContain(
    "src:url(../_astro/f.woff2)format",
  );
});

test("other hosts, anchors and prose stay", () => {
  for (const html of [
    '<a href="//example.org/">',
    '<a href="#boot">',
    '<a href="https://example.org/">',
    "<p>/lessons/",
  ]) {
    expect(relativeUrls(html, "a/b/index.html")).toBe(html);
  }
});
