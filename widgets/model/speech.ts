// What is said to screen readers: one polite queue a page (look.md, section 8). A message waits 200 ms, a newer one of
// the same source replaces it while it waits, one second passes between two, and none is longer than 120 characters.
// The four regions are used in turn, so that equal messages are said again.

/** The clock and the regions, so that a test can bring its own. */
export interface SpeechSurroundings {
  now(): number;
  after(ms: number, then: () => void): void;
  /** Puts `text` into region `index`, 0 to 3. */
  put(index: number, text: string): void;
}

const settleMs = 200;
const gapMs = 1000;
const longest = 120;

/** Cuts at a word, with an ellipsis, to 120 characters. */
export function shorten(text: string): string {
  if (text.length <= longest) return text;
  const cut = text.slice(0, longest - 1);
  const space = cut.lastIndexOf(" ");
  return `${space > longest / 2 ? cut.slice(0, space) : cut}…`;
}

/** The queue itself. */
export class SpeechQueue {
  private readonly waiting = new Map<string, { text: string; since: number }>();
  private lastSaid = Number.NEGATIVE_INFINITY;
  private region = 0;
  private scheduled = false;
  private readonly around: SpeechSurroundings;

  constructor(around: SpeechSurroundings) {
    this.around = around;
  }

  /** Says `text` once nothing newer from `source` came for 200 ms. */
  say(source: string, text: string): void {
    if (!text) return;
    this.waiting.delete(source);
    this.waiting.set(source, { text: shorten(text), since: this.around.now() });
    this.schedule();
  }

  private schedule(): void {
    if (this.scheduled || this.waiting.size === 0) return;
    const now = this.around.now();
    const ready = Math.min(...[...this.waiting.values()].map(({ since }) => since)) + settleMs;
    this.scheduled = true;
    this.around.after(Math.max(ready, this.lastSaid + gapMs) - now, () => {
      this.scheduled = false;
      this.sayNext();
    });
  }

  private sayNext(): void {
    const now = this.around.now();
    for (const [source, { text, since }] of this.waiting) {
      if (now < since + settleMs) continue;
      this.waiting.delete(source);
      this.around.put(this.region, text);
      this.region = (this.region + 1) % 4;
      this.lastSaid = now;
      break;
    }
    this.schedule();
  }
}

let page: SpeechQueue | undefined;

/** Says `text` through this page's queue; `source` names who speaks, as in "boot" or "boot console". */
export function say(source: string, text: string): void {
  if (!page) {
    const box = document.createElement("div");
    box.className = "ring-speech";
    // No role and no name: the regions speak for themselves. Clipped, not hidden: hidden regions are silent.
    box.style.cssText =
      "position:absolute;width:1px;height:1px;margin:-1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap";
    const regions = [0, 1, 2, 3].map(() => {
      const region = document.createElement("p");
      region.setAttribute("aria-live", "polite");
      box.append(region);
      return region;
    });
    document.body.append(box);
    page = new SpeechQueue({
      now: () => performance.now(),
      after: (ms, then) => void setTimeout(then, ms),
      put: (index, text) => {
        for (const [i, region] of regions.entries()) region.textContent = i === index ? text : "";
      },
    });
  }
  page.say(source, text);
}
