// When a view that has form controls draws them first. A browser that looks for forms to fill lays out every part of the
// page that has a new control, 100 ms after it came and all of them in one task: so views out of sight get theirs one
// after the other, or as they come near the window.

const apartMs = 150;
let turn: Promise<unknown> = Promise.resolve();

function nextTurn(): Promise<unknown> {
  turn = turn.then(() => new Promise((done) => setTimeout(done, apartMs)));
  return turn;
}

function comesNear(element: Element): Promise<void> {
  return new Promise((done) => {
    const watcher = new IntersectionObserver(
      (entries) => {
        if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
        watcher.disconnect();
        done();
      },
      { rootMargin: "50%" },
    );
    watcher.observe(element);
  });
}

/** Resolves at once for what is in sight, or for a browser that cannot say. */
export async function turnForControls(element: Element): Promise<void> {
  const isOutOfSight = element.checkVisibility?.({ contentVisibilityAuto: true }) === false;
  if (isOutOfSight) await Promise.race([nextTurn(), comesNear(element)]);
}
