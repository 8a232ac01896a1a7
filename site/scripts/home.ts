// The home page's personal parts: where to continue, and what is done on each row of the map.
import { browserStorage, countDone, readProgress } from "./progress.ts";

const progress = readProgress(browserStorage());

const next = document.querySelector<HTMLAnchorElement>("[data-continue]");
if (next && progress.last) {
  const { href, title, section } = progress.last;
  // Kept by this site, yet editable by anybody at this browser: only ever a path below the home page.
  if (/^lessons\/[\w-]+\/(#[\w-]*)?$/.test(href)) {
    next.href = href;
    const word = next.querySelector("[data-continue-word]");
    const name = next.querySelector("[data-continue-title]");
    if (word) word.textContent = "Continue:";
    if (name) name.textContent = section ? `${title}, ${section}` : title;
  }
}

for (const row of document.querySelectorAll<HTMLElement>("[data-lesson-row]")) {
  const tasks = Number(row.dataset.tasks);
  const count = row.querySelector(".count");
  if (!count || !tasks) continue;
  const done = Math.min(tasks, countDone(progress, Number(row.dataset.lessonRow), row.dataset.labs?.split(" ") ?? []));
  count.textContent = done >= tasks ? "Done" : `${done}/${tasks}`;
  count.setAttribute("aria-label", `${done} of ${tasks} done`);
  row.classList.toggle("done", done >= tasks);
}
