// `node tests/browser/stalls.ts [PATH] [TIMES]`: when a page's thread is held for more than 16 ms, while it loads (to
// 3 s, cold cache) and in the first 5 s of a run of its first machine; visit by visit. DIST=folder/
// visits another build than this tree's.
//
// Three figures a task. Wall time has in it what other programs took of the machine. Thread time has not, but is longer
// on a slower machine and where others share its caches. The first figure is thread time at the reference speed: divided
// by the pace that was measured just before and after the visit (pace.ts says what the reference is). "Never more than
// 16 ms" is meant of that one, and it alone compares between days. KEEP=file writes the last trace for Chromium's tracing.
import type { AddressInfo } from "node:net";
import { chromium } from "@playwright/test";
import { findBrowser } from "../../scripts/browser.mjs";
import { build } from "../../scripts/build.ts";
import { serveFolder } from "../../scripts/serve.ts";
import { root } from "../../scripts/steps.ts";
import type { LongTask } from "./longtasks.ts";
import { visitForStalls } from "./stallvisit.ts";

const other = process.env["DIST"];
const problem = other === undefined ? await build() : undefined;
if (problem !== undefined) {
  console.error(problem);
  process.exit(1);
}
const path = process.argv[2] ?? "lessons/02-boot/";
const visits = Number(process.argv[3] ?? 3);
const keep = process.env["KEEP"];
/** Tasks of so many milliseconds at the reference speed are listed; those over `limit` are stalls. */
const shown = 8;
const limit = 16;
const server = serveFolder(other ?? `${root}dist/`).listen(0, "127.0.0.1");
await new Promise((done) => server.once("listening", done));
const { port } = server.address() as AddressInfo;
const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
const browser = await chromium.launch({ executablePath: findBrowser(), args });

for (let visit = 1; visit <= visits; visit++) {
  const { loading, running, pace } = await visitForStalls(browser, `http://127.0.0.1:${port}/${path}`, { keep });
  print(`visit ${visit}, loading`, loading, pace);
  print(`visit ${visit}, running`, running, pace);
}
await browser.close();
server.close();

function print(when: string, tasks: LongTask[], pace: number): void {
  const over = tasks.filter(({ cpu }) => cpu / pace > limit);
  const worst = Math.max(0, ...tasks.map(({ cpu }) => cpu / pace));
  console.log(
    `${when}, pace ${pace.toFixed(2)}: ${over.length} tasks over ${limit} ms at the reference, worst ${worst.toFixed(1)} ` +
      `(${tasks.filter(({ cpu }) => cpu > limit).length} of thread time here, ${tasks.filter(({ wall }) => wall > limit).length} on the wall)`,
  );
  for (const { at, wall, cpu, parts } of tasks)
    if (cpu / pace > shown)
      console.log(
        `  at ${at.toFixed(0)} ms: ${(cpu / pace).toFixed(1)} ms (${cpu.toFixed(1)} here, ${wall.toFixed(1)} on the wall): ${parts.join(", ")}`,
      );
}
