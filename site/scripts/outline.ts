// Marks the section being read in the outline, and keeps it as the place to continue. The reading line is 40 % down.
import { browserStorage, changeProgress } from "./progress.ts";

const article = document.querySelector<HTMLElement>("article[data-lesson]");
const headings = [...document.querySelectorAll<HTMLElement>(".prose h2[id]")];
const links = [...document.querySelectorAll<HTMLAnchorElement>("[data-outline] a")];
const now = document.querySelector<HTMLElement>("[data-outline-now]");
let current: string | undefined;

function section(): HTMLElement | undefined {
  const line = innerHeight * 0.4;
  // The part, not the heading: one that is far from the window need not be laid out to be asked where it is.
  return headings.findLast((heading) => (heading.closest(".part") ?? heading).getBoundingClientRect().top <= line);
}

function mark(): void {
  const heading = section();
  const id = heading?.id ?? "main";
  if (id === current) return;
  current = id;
  for (const link of links) {
    if (link.hash === `#${id}`) link.setAttribute("aria-current", "location");
    else link.removeAttribute("aria-current");
  }
  const text = heading?.textContent?.trim() ?? "";
  if (now) now.textContent = text || "The question";
  const path = /lessons\/[^/]+\/$/.exec(location.pathname)?.[0];
  if (!article || !path) return;
  changeProgress(browserStorage(), (progress) => {
    progress.last = { href: heading ? `${path}#${id}` : path, title: article.dataset.title ?? "", section: text };
  });
}

let waiting = false;
function soon(): void {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    mark();
  });
}

if (article) {
  // With the next frame, which lays the page out anyway.
  soon();
  addEventListener("scroll", soon, { passive: true });
  addEventListener("resize", soon);
}
