// The page's thread is not held: no task of over 16 ms of its own time while a machine runs and the page's views follow
// it, none of over 30 ms while a lesson loads (its first layout is one task of the browser's). Thread time, not time on
// the wall, and the best of a few visits: what else runs on the machine that tests is no property of the page.
import { expect, test } from "@playwright/test";
import { type LongTask, traceLongTasks } from "./longtasks.ts";

const VISITS = 4;

test.describe.configure({ mode: "serial" });

for (const path of ["lessons/02-boot/", "lessons/00-the-machine-in-this-page/"]) {
  test(`/${path}: no task over 30 ms while it loads, none over 16 ms while its machine runs`, async ({
    browser,
    baseURL,
  }) => {
    test.setTimeout(120_000);
    const best = { loading: undefined as LongTask[] | undefined, running: undefined as LongTask[] | undefined };
    for (let visit = 0; visit < VISITS; visit++) {
      const context = await browser.newContext({ baseURL, viewport: { width: 1280, height: 900 } });
      const page = await context.newPage();
      const awake = () => expect(page.locator("ring-machine").first()).toHaveAttribute("data-state", "paused");
      const loading = await traceLongTasks(page, async () => {
        await page.goto(path);
        await awake();
        await page.waitForTimeout(1000);
      });
      const running = await traceLongTasks(page, async () => {
        await page
          .locator("ring-machine")
          .first()
          .getByRole("button", { name: "Run", exact: true })
          .evaluate((button: HTMLElement) => button.click());
        await page.waitForTimeout(3000);
      });
      await context.close();
      if (longest(loading) < longest(best.loading)) best.loading = loading;
      if (longest(running) < longest(best.running)) best.running = running;
      if (longest(best.loading) <= 30 && longest(best.running) <= 16) break;
    }
    expect(longest(best.loading), told(best.loading)).toBeLessThanOrEqual(30);
    expect(longest(best.running), told(best.running)).toBeLessThanOrEqual(16);
  });
}

function longest(tasks: readonly LongTask[] | undefined): number {
  return tasks ? Math.max(0, ...tasks.map(({ cpu }) => cpu)) : Number.POSITIVE_INFINITY;
}

function told(tasks: readonly LongTask[] = []): string {
  return tasks
    .map(({ at, cpu, parts }) => `at ${at.toFixed(0)} ms, ${cpu.toFixed(1)} ms: ${parts.join(", ")}`)
    .join("\n");
}
