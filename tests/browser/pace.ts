// How fast this machine does a page's work just now, so that thread times of different days and machines compare: a fixed
// task (arithmetic on objects and arrays, 300 rows made, styled and laid out), done over and over by the same browser
// as the page that is measured, by thread time.
//
// A pace of 1 is the reference: a machine as fast as the one on which commit b3232f1 came from navigation to lesson 2's
// first guest instruction in 452 to 480 ms. On a machine that was otherwise idle, where it took 593 ms (median of 15 visits)
// in the same minutes, the task took 25 ms of thread time: so 20 ms are the reference. At a pace of 2 everything takes
// twice as long. What other programs do is not quite outside of it: they share caches and cores with us, and slow the task
// as they slow the page.
import type { Browser } from "@playwright/test";
import { markedTasks, readTrace } from "./longtasks.ts";

const referenceMs = 20;
const rounds = 15;
const mark = "ring:pace";

/** In the page: `rounds` tasks of the same work, and room between them. */
async function work({ rounds, mark }: { rounds: number; mark: string }): Promise<void> {
  const box = document.createElement("div");
  document.body.append(box);
  for (let round = 0; round < rounds; round++) {
    await new Promise((done) => setTimeout(done, 5));
    performance.mark(mark);
    const words = new Map<string, number>();
    let sum = round;
    for (let i = 0; i < 60_000; i++) sum = (Math.imul(sum ^ i, 0x01000193) >>> 0) + (words.get(`w${i & 255}`) ?? 0);
    for (let i = 0; i < 20_000; i++) words.set(`w${(sum + i) & 1023}`, i);
    const rows = Array.from({ length: 300 }, (_, i) => {
      const row = document.createElement("p");
      row.style.cssText = "margin:0;display:grid;grid-template-columns:4em 1fr auto";
      for (const text of [String(i), `the ${(sum + i) % 97} words of a row that is laid out`, "end"]) {
        const cell = document.createElement("span");
        cell.textContent = text;
        row.append(cell);
      }
      return row;
    });
    box.replaceChildren(...rows);
    sum += box.offsetHeight;
    if (sum === 0.5) throw new Error("never: the sum is a whole number");
  }
}

/** The pace of this machine now: 1 is the reference, 2 half as fast. */
export async function measurePace(browser: Browser): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  const events = await readTrace(page, () => page.evaluate(work, { rounds, mark }));
  await context.close();
  const times = markedTasks(events, mark);
  if (times.length < rounds - 3) throw new Error(`the trace has ${times.length} of ${rounds} tasks of the pace`);
  // The first rounds are of code that the browser has not seen yet.
  const settled = times.slice(5).sort((a, b) => a - b);
  return settled[Math.floor(settled.length / 2)] / referenceMs;
}
