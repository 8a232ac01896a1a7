// What the reader has done, kept in this browser alone: predictions made, labs' best results, and the place to
// continue. Never how far somebody scrolled.

export interface Progress {
  /** By lesson number: the predictions that were locked in. */
  predictions: Record<string, string[]>;
  /** By lab folder: the best share reached, 0 to 1. */
  labs: Record<string, number>;
  /** Where the reader was last. `href` is from the site's root, without a slash at its start. */
  last?: { href: string; title: string; section: string };
}

const key = "ring:progress";

/** What is kept; empty when there is nothing, or nothing that can be read. */
export function readProgress(storage: Pick<Storage, "getItem"> | undefined): Progress {
  const empty: Progress = { predictions: {}, labs: {} };
  try {
    const kept = JSON.parse(storage?.getItem(key) ?? "null");
    return kept && typeof kept === "object" ? { ...empty, ...kept } : empty;
  } catch {
    return empty;
  }
}

/** Reads, changes and keeps. A full or closed storage loses the change and nothing else. */
export function changeProgress(storage: Storage | undefined, change: (progress: Progress) => void): void {
  const progress = readProgress(storage);
  change(progress);
  try {
    storage?.setItem(key, JSON.stringify(progress));
  } catch {
    // Nothing depends on progress being kept.
  }
}

/** A lesson's row on the map: how many of its predictions and labs are done. A lab is done at full marks. */
export function countDone(progress: Progress, lesson: number, labs: string[]): number {
  const predictions = progress.predictions[lesson]?.length ?? 0;
  return predictions + labs.filter((lab) => (progress.labs[lab] ?? 0) >= 1).length;
}

/** This browser's storage, or undefined where it is closed to the page. */
export function browserStorage(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}
