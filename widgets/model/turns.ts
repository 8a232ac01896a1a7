// The page's turns: what views have to do, in tasks of a few milliseconds each, so that the page's thread is never held
// while a dozen of them draw at once. First come, first served; in between, the browser paints and answers the reader.

/** After so long the thread is given back. One piece of work may take longer: it is not cut. */
const turnMs = 5;

type Later = (work: () => void) => void;

/** What is to be done, in order, a few milliseconds at a time. */
export class Turns {
  private readonly waiting: (() => void)[] = [];
  private readonly later: Later;
  private readonly now: () => number;
  private scheduled = false;

  /** `later` calls back in a task of its own, after what the browser has more urgent. */
  constructor(later: Later, now: () => number = () => performance.now()) {
    this.later = later;
    this.now = now;
  }

  /** Does `work` in one of the next tasks; the promise has its answer. */
  take<T>(work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.waiting.push(() => {
        try {
          resolve(work());
        } catch (error) {
          reject(error);
        }
      });
      this.schedule();
    });
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    this.later(() => this.run());
  }

  private run(): void {
    this.scheduled = false;
    const end = this.now() + turnMs;
    do this.waiting.shift()?.();
    while (this.waiting.length > 0 && this.now() < end);
    if (this.waiting.length > 0) this.schedule();
  }
}

/** A task soon: by the browser's scheduler where it has one, else by a message to ourselves. */
function soon(): Later {
  const { scheduler } = globalThis as {
    scheduler?: { postTask?(work: () => void, options: { priority: string }): Promise<void> };
  };
  if (scheduler?.postTask) return (work) => void scheduler.postTask!(work, { priority: "user-visible" });
  // Made by the first work: an open channel keeps Node running, where elements are only read (registry.ts).
  let channel: MessageChannel | undefined;
  const works: (() => void)[] = [];
  return (work) => {
    if (!channel) {
      channel = new MessageChannel();
      channel.port1.onmessage = () => works.shift()?.();
    }
    works.push(work);
    channel.port2.postMessage(0);
  };
}

/** No frame comes while the page is not seen. */
const noFrameMs = 100;

/**
 * With the next frame, or after a while where none comes: the place to read layout in, which the browser makes then
 * anyway, once for all views.
 */
export function nextFrame(work: () => void): void {
  let isDone = false;
  const once = () => {
    if (!isDone) work();
    isDone = true;
  };
  requestAnimationFrame(once);
  setTimeout(once, noFrameMs);
}

/** All views of a page share its thread, and these. */
export const pageTurns = new Turns(soon());
