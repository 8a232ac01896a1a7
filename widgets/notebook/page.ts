// What all blocks of one page share: the reader's edits, and the reactive notebook.
import { Edits } from "./edits.ts";
import { Notebook } from "./notebook.ts";

let edits: Edits | undefined;
let notebook: Notebook | undefined;

/** The reader's edits of this page. */
export function pageEdits(): Edits {
  if (!edits) {
    const kept = new Edits(location.pathname, storage());
    edits = kept;
    addEventListener("pagehide", () => kept.finished());
  }
  return edits;
}

/** The cells of this page. */
export function pageNotebook(): Notebook {
  notebook ??= new Notebook();
  return notebook;
}

/** Keeps the mark up while what an edit began settles; call the answer when it has. */
export function markRunning(): () => void {
  running++;
  pageEdits().running();
  let open = true;
  return () => {
    if (!open) return;
    open = false;
    // The page must be free twice after it: an endless chain of promises never lets a timer run.
    setTimeout(() => setTimeout(() => --running === 0 && pageEdits().finished()));
  };
}
let running = 0;

function storage(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}
