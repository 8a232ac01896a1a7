// Widgets and labs stand below the site and do not know it; they say what happened with an event that bubbles:
//   new CustomEvent("ring-progress", { bubbles: true, composed: true, detail: { prediction: "first-byte" } })
//   new CustomEvent("ring-progress", { bubbles: true, composed: true, detail: { lab: "boot-sector", share: 0.8 } })
// The page knows which lesson it is (data-lesson on its article).
import { browserStorage, changeProgress } from "./progress.ts";

interface Done {
  prediction?: string;
  lab?: string;
  /** 0 to 1. */
  share?: number;
}

document.addEventListener("ring-progress", (event) => {
  const { prediction, lab, share = 0 } = (event as CustomEvent<Done>).detail ?? {};
  const lesson = document.querySelector<HTMLElement>("[data-lesson]")?.dataset.lesson;
  changeProgress(browserStorage(), (progress) => {
    if (prediction !== undefined && lesson !== undefined) {
      progress.predictions[lesson] = [...new Set([...(progress.predictions[lesson] ?? []), prediction])];
    }
    if (lab !== undefined) progress.labs[lab] = Math.max(progress.labs[lab] ?? 0, share);
  });
});
