// `node tests/browser/measure.ts [PATH]`: what a page costs a reader who was never here. Five visits with an empty
// cache on localhost; bytes are what the browser says it received, gzipped; times are from navigation. The first guest
// instruction is one step of the page's first machine, asked for the moment it is awake.
import type { AddressInfo } from "node:net";
import { chromium } from "@playwright/test";
import { findBrowser } from "../../scripts/browser.mjs";
import { build } from "../../scripts/build.ts";
import { serveFolder } from "../../scripts/serve.ts";
import { root } from "../../scripts/steps.ts";
import { allPages } from "./pages.ts";

interface Visit {
  kB: number;
  requests: number;
  firstPaint: number;
  /** Undefined when no machine ran within 10 s. */
  firstInstruction?: number;
}

const problem = await build();
if (problem !== undefined) {
  console.error(problem);
  process.exit(1);
}
const wish = process.argv[2];
const paths = allPages().filter((path) => (wish === undefined ? path.startsWith("lessons/") : path.includes(wish)));
const server = serveFolder(`${root}dist/`).listen(0, "127.0.0.1");
await new Promise((done) => server.once("listening", done));
const { port } = server.address() as AddressInfo;
const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
const browser = await chromium.launch({ executablePath: findBrowser(), args });

/** In the page, before its own scripts: steps the first machine as soon as it has woken, and marks the answer. */
function stepAtOnce() {
  interface Woken extends Element {
    session?: { handle?: { step(): Promise<unknown> } };
  }
  const look = () => {
    const handle = document.querySelector<Woken>("ring-machine")?.session?.handle;
    if (handle) void handle.step().then(() => performance.mark("ring:first-instruction"));
    else requestAnimationFrame(look);
  };
  document.addEventListener("DOMContentLoaded", look);
}

async function visit(path: string): Promise<Visit> {
  // A new context has an empty cache.
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, serviceWorkers: "block" });
  const page = await context.newPage();
  await page.addInitScript(stepAtOnce);
  let bytes = 0;
  let requests = 0;
  // Workers' requests are among them.
  context.on("requestfinished", async (request) => {
    const { responseBodySize, responseHeadersSize } = await request.sizes();
    // From the browser's cache (a worker's file that was preloaded), the body's size comes as a negative number.
    if (responseBodySize < 0) return;
    requests++;
    bytes += responseBodySize + responseHeadersSize;
  });
  await page.goto(`http://127.0.0.1:${port}/${path}`, { waitUntil: "load" });
  const marked = () => performance.getEntriesByName("ring:first-instruction").length > 0;
  // Machines wake as they come into view.
  await page
    .locator("[data-state]")
    .first()
    .scrollIntoViewIfNeeded({ timeout: 2000 })
    .catch(() => undefined);
  await page.waitForFunction(marked, undefined, { timeout: 10_000 }).catch(() => undefined);
  await page.waitForLoadState("networkidle");
  const times = await page.evaluate(() => ({
    firstPaint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Number.NaN,
    firstInstruction: performance.getEntriesByName("ring:first-instruction")[0]?.startTime,
  }));
  await context.close();
  return { kB: bytes / 1000, requests, ...times };
}

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
const ms = (value: number | undefined) => (value === undefined ? "none" : `${Math.round(value)} ms`);

for (const path of paths) {
  const visits: Visit[] = [];
  for (let i = 0; i < 5; i++) visits.push(await visit(path));
  const marked = visits.flatMap(({ firstInstruction }) => firstInstruction ?? []);
  console.log(
    `/${path}  ${median(visits.map(({ kB }) => kB)).toFixed(0)} kB in ${visits[0].requests} requests, ` +
      `first paint ${ms(median(visits.map(({ firstPaint }) => firstPaint)))}, ` +
      `first guest instruction ${ms(marked.length ? median(marked) : undefined)}`,
  );
}
await browser.close();
server.close();
