// One first visit to a page, traced while it loads and while its first machine runs. Nothing is asked of the page meanwhile:
// what drives a browser from outside takes the page's thread for it.
import type { Browser } from "@playwright/test";
import { type LongTask, traceLongTasks } from "./longtasks.ts";
import { measurePace } from "./pace.ts";

export interface StallVisit {
  readonly loading: LongTask[];
  readonly running: LongTask[];
  /** Of the machine around the visit (pace.ts). */
  readonly pace: number;
  /** The first machine's state before and after Run was pressed. */
  readonly states: readonly (string | undefined)[];
}

/** Tasks of over `limit` ms on the wall in the first 3 s of a visit, and in the first 5 s of a run. */
export async function visitForStalls(
  browser: Browser,
  url: string,
  { limit = 8, keep = undefined as string | undefined } = {},
): Promise<StallVisit> {
  const before = await measurePace(browser);
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, serviceWorkers: "block" });
  const page = await context.newPage();
  const load = async () => {
    await page.goto(url);
    await page.waitForTimeout(3000);
  };
  const loading = await traceLongTasks(page, load, { keep: keep && `${keep}-load.json`, limit });
  const machine = page.locator("ring-machine").first();
  const state = async () => (await machine.getAttribute("data-state")) ?? undefined;
  await page.waitForFunction(() => document.querySelector("ring-machine[data-state='paused']"));
  const paused = await state();
  // Pressed by the page itself, when the trace has begun.
  await machine.getByRole("button", { name: "Run", exact: true }).evaluate((button: HTMLElement) => {
    button.scrollIntoView({ block: "center" });
    setTimeout(() => button.click(), 1000);
  });
  const run = () => page.waitForTimeout(6000);
  const running = await traceLongTasks(page, run, { keep: keep && `${keep}-run.json`, limit });
  const states = [paused, await state()];
  await context.close();
  return { loading, running, pace: (before + (await measurePace(browser))) / 2, states };
}
