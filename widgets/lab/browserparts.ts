/** What a desk needs of a browser: the store, a channel between tabs, the journal, and who is alive. */
import type { DeskParts } from "./desk.ts";
import { WorkStore } from "./store.ts";

/** This page's name among tabs; new with every load. */
export const tabName: string = Array.from({ length: 4 }, () => Math.random().toString(36).slice(2, 8)).join("");

const LOCK = "ring-lab-tab:";

/** Says that this tab lives, as long as it does. Where there are no locks, nobody can be told apart from the dead. */
export function liveAsTab(): void {
  void navigator.locks?.request(LOCK + tabName, () => new Promise(() => {}));
}

async function isAlive(tab: string): Promise<boolean> {
  const state = await navigator.locks?.query();
  return state?.held?.some(({ name }) => name === LOCK + tab) ?? false;
}

/** Opens the store, or goes without where the browser keeps nothing for this page. */
export async function openStore(): Promise<WorkStore | undefined> {
  try {
    return await WorkStore.open();
  } catch {
    return undefined;
  }
}

export function browserParts(store: WorkStore | undefined): DeskParts {
  return {
    store,
    channel: typeof BroadcastChannel === "undefined" ? undefined : new BroadcastChannel("ring-labs"),
    journal: openStorage(),
    now: () => Date.now(),
    isAlive,
  };
}

/** localStorage, or undefined where it is closed to the page. */
export function openStorage(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}

/** Hands a text to the reader as a file. */
export function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Asks the reader for a file; undefined when there was none. */
export function pickFile(accept: string): Promise<File | undefined> {
  const input = document.createElement("input");
  input.type = "file";
  input.accept = accept;
  return new Promise((resolve) => {
    input.addEventListener("change", () => resolve(input.files?.[0]));
    input.addEventListener("cancel", () => resolve(undefined));
    input.click();
  });
}
