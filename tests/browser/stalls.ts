// `node tests/browser/stalls.ts [PATH] [TIMES]`: when a page's thread is held for more than 16 ms, while it loads (to
// 3 s, cold cache) and in the first 5 s of a run of its first machine; by thread time, worst first. Medians of several
// visits; what other programs take of the machine is not in them. KEEP=file writes the last trace for Chromium's tracing.
import type { AddressInfo } from "node:net";
import { chromium } from "@playwright/test";
import { findBrowser } from "../../scripts/browser.mjs";
import { build } from "../../scripts/build.ts";
import { serveFolder } from "../../scripts/serve.ts";
import { root } from "../../scripts/steps.ts";
import { type LongTask, traceLongTasks } from "./longtasks.ts";

const problem = await build();
if (problem !== undefined) {
  console.error(problem);
  process.exit(1);
}
const path = process.argv[2] ?? "lessons/02-boot/";
const visits = Number(process.argv[3] ?? 3);
const keep = process.env["KEEP"];
const server = serveFolder(`${root}dist/`).listen(0, "127.0.0.1");
await new Promise((done) => server.once("listening", done));
const { port } = server.address() as AddressInfo;
const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
const browser = await chromium.launch({ executablePath: findBrowser(), args });

for (let visit = 1; visit <= visits; visit++) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, serviceWorkers: "block" });
  const page = await context.newPage();
  const loading = await traceLongTasks(
    page,
    async () => {
      await page.goto(`http://127.0.0.1:${port}/${path}`);
      await page.waitForTimeout(2500);
    },
    { keep: keep && `${keep}-load.json` },
  );
  await page.locator("ring-machine").first().scrollIntoViewIfNeeded();
  const run = page.locator("ring-machine").first().getByRole("button", { name: "Run", exact: true });
  const running = await traceLongTasks(
    page,
    async () => {
      await run.evaluate((button: HTMLElement) => button.click());
      await page.waitForTimeout(5000);
    },
    { keep: keep && `${keep}-run.json` },
  );
  print(`visit ${visit}, loading`, loading);
  print(`visit ${visit}, running`, running);
  await context.close();
}
await browser.close();
server.close();

function print(when: string, tasks: LongTask[]): void {
  const over = tasks.filter(({ cpu }) => cpu > 16);
  console.log(`${when}: ${tasks.length} tasks over 16 ms on the wall, ${over.length} of thread time`);
  for (const { at, wall, cpu, parts } of tasks)
    console.log(
      `  at ${at.toFixed(0)} ms: ${wall.toFixed(1)} ms (${cpu.toFixed(1)} of thread time): ${parts.join(", ")}`,
    );
}
