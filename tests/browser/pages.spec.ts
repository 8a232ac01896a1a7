// Every page of dist/, light at 1280 px and dark at 390 px: nothing wider than the window, nothing moves after its first
// paint, no error on its console, nothing asked of another host, and in one of the two no axe violation. The long list has
// axe in both themes at both widths.
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { allPages } from "./pages.ts";

/** The sum of all shifts; 0.1 is what is called good. What is left is text whose font comes, and a live number's digits. */
const movedLimit = 0.03;

const all = process.env["RING_FULL"] !== undefined;
const visits: readonly { readonly width: number; readonly themes: readonly ("light" | "dark")[] }[] = [
  { width: 1280, themes: all ? ["light", "dark"] : ["light"] },
  { width: 390, themes: all ? ["light", "dark"] : ["dark"] },
];

for (const [number, path] of allPages().entries()) {
  for (const [visit, { width, themes }] of visits.entries()) {
    const hasAxe = all || number % visits.length === visit;
    const what = `${hasAxe ? "0 axe violations, " : ""}no sideways scroll, nothing moves, no errors`;
    test(`/${path} at ${width} px, ${themes.join(" and ")}: ${what}`, async ({ browser, baseURL }) => {
      test.setTimeout(120_000 * themes.length);
      // Without transitions: in parts out of sight they would begin only when axe looks at them.
      const viewport = { width, height: 900 };
      const context = await browser.newContext({ baseURL, colorScheme: themes[0], reducedMotion: "reduce", viewport });
      const page = await context.newPage();
      const errors: string[] = [];
      page.on("pageerror", (error) => errors.push(error.message));
      page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
      page.on("request", (request) => {
        const { protocol, host } = new URL(request.url());
        if (protocol.startsWith("http") && host !== new URL(String(baseURL)).host)
          errors.push(`asked ${request.url()}`);
      });
      await page.addInitScript(noteShifts);
      await page.goto(path);
      await page.evaluate(() => document.fonts.ready);
      // A machine in view wakes, and its buttons change with it.
      await page.waitForFunction(() =>
        [...document.querySelectorAll<HTMLElement>("ring-machine:not([manual])")].every((machine) => {
          const { top, bottom } = machine.getBoundingClientRect();
          const inView = machine.checkVisibility() && bottom > 0 && top < innerHeight;
          return !inView || !/asleep|waking/.test(machine.dataset.state ?? "asleep");
        }),
      );
      await settled(page);
      const shifts = await page.evaluate(() => (window as unknown as { shifts: Shift[] }).shifts);
      const moved = shifts.reduce((sum, { value }) => sum + value, 0);
      expect(moved, JSON.stringify(shifts)).toBeLessThan(movedLimit);
      for (const colorScheme of themes) {
        await page.emulateMedia({ colorScheme });
        await settled(page);
        if (!hasAxe) continue;
        const { violations } = await new AxeBuilder({ page }).analyze();
        const found = violations.map(
          ({ id, help, nodes }) => `${id}: ${help}\n  ${nodes.map((node) => node.target).join("\n  ")}`,
        );
        expect(found, colorScheme).toEqual([]);
      }
      const wider = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(wider, "pixels wider than the window").toBeLessThanOrEqual(0);
      expect(errors).toEqual([]);
      await context.close();
    });
  }
}

interface Shift {
  readonly value: number;
  readonly nodes: readonly string[];
}

/** In the page, before its own scripts: what moves without the reader, by the browser's own measure of it. */
function noteShifts() {
  interface LayoutShift extends PerformanceEntry {
    value: number;
    sources: { node?: Node; previousRect: DOMRect; currentRect: DOMRect }[];
  }
  const shifts: Shift[] = [];
  Object.assign(window, { shifts });
  const rect = ({ x, y, width, height }: DOMRect) => [x, y, width, height].map(Math.round).join(" ");
  new PerformanceObserver((list) => {
    for (const { value, sources } of list.getEntries() as LayoutShift[]) {
      const nodes = sources.map(
        ({ node, previousRect, currentRect }) => `${node?.nodeName}: ${rect(previousRect)} to ${rect(currentRect)}`,
      );
      shifts.push({ value, nodes });
    }
  }).observe({ type: "layout-shift", buffered: true });
}

/** Views are drawn. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  await page.waitForFunction(() => !document.querySelector(":not(:defined)"));
}
