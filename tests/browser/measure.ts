// `node tests/browser/measure.ts [PATH] [TIMES]`: what a page costs a reader who was never here. Five visits with an empty
// cache on localhost; bytes are what the browser says it received, gzipped; times are medians, from navigation. The first
// guest instruction is one step of the page's first machine, asked for the moment it is awake. AGAINST=folder/ visits
// another build in turn with this one, and prints the ratios: on a busy machine only they mean something.
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
const times = Number(process.argv[3] ?? 5);
const against = process.env["AGAINST"];
const servers = [`${root}dist/`, ...(against === undefined ? [] : [against])].map((dist) => serveFolder(dist));
const ports = await Promise.all(
  servers.map(async (server) => {
    server.listen(0, "127.0.0.1");
    await new Promise((done) => server.once("listening", done));
    return (server.address() as AddressInfo).port;
  }),
);
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

async function visit(port: number, path: string): Promise<Visit> {
  // A new context has an empty cache.
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, serviceWorkers: "block" });
  const page = await context.newPage();
  await page.addInitScript(stepAtOnce);
  let bytes = 0;
  let requests = 0;
  // Workers' requests are among them.
  context.on("requestfinished", async (request) => {
    // Of what comes as the visit ends nobody can say the size any more.
    const sizes = await request.sizes().catch(() => undefined);
    const { responseBodySize = -1, responseHeadersSize = 0 } = sizes ?? {};
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
  const marks = await page.evaluate(() => ({
    firstPaint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Number.NaN,
    firstInstruction: performance.getEntriesByName("ring:first-instruction")[0]?.startTime,
  }));
  await context.close();
  return { kB: bytes / 1000, requests, ...marks };
}

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
const ms = (value: number | undefined) => (value === undefined ? "none" : `${Math.round(value)} ms`);

function summary(visits: readonly Visit[]) {
  const marked = visits.flatMap(({ firstInstruction }) => firstInstruction ?? []);
  return {
    kB: median(visits.map(({ kB }) => kB)),
    requests: median(visits.map(({ requests }) => requests)),
    firstPaint: median(visits.map(({ firstPaint }) => firstPaint)),
    firstInstruction: marked.length ? median(marked) : undefined,
  };
}

for (const path of paths) {
  const visits = ports.map((): Visit[] => []);
  for (let i = 0; i < times; i++) for (const [n, port] of ports.entries()) visits[n].push(await visit(port, path));
  const [ours, theirs] = visits.map(summary);
  const ratio = (name: "firstPaint" | "firstInstruction") =>
    theirs?.[name] && ours[name] ? ` (${(ours[name] / theirs[name]).toFixed(2)} of ${ms(theirs[name])})` : "";
  const size = theirs ? ` (${theirs.kB.toFixed(0)} in ${theirs.requests})` : "";
  console.log(
    `/${path}  ${ours.kB.toFixed(0)} kB in ${ours.requests} requests${size}, ` +
      `first paint ${ms(ours.firstPaint)}${ratio("firstPaint")}, ` +
      `first guest instruction ${ms(ours.firstInstruction)}${ratio("firstInstruction")}`,
  );
}
await browser.close();
for (const server of servers) server.close();
