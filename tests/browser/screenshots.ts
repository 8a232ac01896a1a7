// `npm run screenshots [-- PART…]`: a picture of every page whose path holds PART, at 1280 and 390 px, light and dark,
// into screenshots/ (not in git), for looking at.
import { mkdirSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { chromium } from "@playwright/test";
import { findBrowser } from "../../scripts/browser.mjs";
import { build } from "../../scripts/build.ts";
import { serveFolder } from "../../scripts/serve.ts";
import { root } from "../../scripts/steps.ts";
import { allPages } from "./pages.ts";

const folder = `${root}screenshots`;
const problem = await build();
if (problem !== undefined) {
  console.error(problem);
  process.exit(1);
}
const parts = process.argv.slice(2);
const pages = allPages().filter(
  (page) => parts.length === 0 || parts.some((part) => page.includes(part) || (part === "home" && page === "")),
);
mkdirSync(folder, { recursive: true });
const server = serveFolder(`${root}dist/`).listen(0, "127.0.0.1");
await new Promise((done) => server.once("listening", done));
const { port } = server.address() as AddressInfo;
const browser = await chromium.launch({
  executablePath: findBrowser(),
  args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
});
for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [1280, 390]) {
    const touch = width === 390;
    const context = await browser.newContext({
      colorScheme,
      viewport: { width, height: touch ? 844 : 900 },
      hasTouch: touch,
      isMobile: touch,
      deviceScaleFactor: 1,
    });
    for (const path of pages) {
      const page = await context.newPage();
      await page.goto(`http://127.0.0.1:${port}/${path}`);
      await page.evaluate(() => document.fonts.ready);
      // Machines wake as they come into view: pass by all of them, then return to the top.
      await page.evaluate(async () => {
        for (let y = 0; y < document.body.scrollHeight; y += innerHeight) {
          scrollTo(0, y);
          await new Promise((done) => setTimeout(done, 60));
        }
        scrollTo(0, 0);
      });
      await page.waitForTimeout(400);
      const name = path === "" ? "home" : path.replace(/\/$/, "").replaceAll("/", "-");
      await page.screenshot({ path: `${folder}/${name}-${width}-${colorScheme}.png`, fullPage: true });
      await page.close();
    }
    await context.close();
  }
}
await browser.close();
server.close();
console.log(`${pages.length * 4} pictures in screenshots/`);
