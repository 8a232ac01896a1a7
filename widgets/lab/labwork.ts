/**
 * A student's work on one lab in this tab: a desk a file, the versions and attempts behind it, and the files that carry
 * it elsewhere. No page in here: what is to be shown is told through `LabWorkEvents`.
 */
import { Desk, type DeskParts, type SaveState } from "./desk.ts";
import type { FileFault } from "./jsonfile.ts";
import type { Report } from "./report.ts";
import type { Files, Lab } from "./rubric.ts";
import type { Attempt, Version } from "./store.ts";
import { readWork, type WorkFile, writeWork } from "./workfile.ts";

export interface LabWorkEvents {
  /** Something to be drawn again. */
  changed(): void;
  /** Another tab's text stands now; the editor must show it. */
  replaced(file: string, text: string): void;
  /** A text that lost was kept, and can be offered. */
  kept(version: Version): void;
}

/** Of several files, the state that matters most. */
const URGENCY: readonly SaveState["kind"][] = ["closed", "full", "saving", "saved", "starter"];

export class LabWork {
  readonly lab: Lab;
  readonly starter: Files;
  attempts: readonly Attempt[] = [];
  versions: readonly Version[] = [];
  private readonly parts: DeskParts;
  private readonly events: LabWorkEvents;
  private readonly desks = new Map<string, Desk>();

  constructor(lab: Lab, starter: Files, parts: DeskParts, events: LabWorkEvents) {
    this.lab = lab;
    this.starter = starter;
    this.parts = parts;
    this.events = events;
  }

  /** Opens every file. `tab` names this tab among those that are open. */
  async open(tab: string): Promise<void> {
    for (const file of this.lab.files) {
      const desk = await Desk.open(this.lab.id, file, this.starter[file], tab, this.parts, {
        state: () => this.events.changed(),
        replaced: (text) => this.events.replaced(file, text),
        kept: (version) => void this.readHistory().then(() => this.events.kept(version)),
      });
      this.desks.set(file, desk);
    }
    await this.readHistory();
  }

  get files(): Files {
    return Object.fromEntries([...this.desks].map(([file, desk]) => [file, desk.text]));
  }

  get saveState(): SaveState {
    const states = [...this.desks.values()].map(({ state }) => state);
    const kind = URGENCY.find((one) => states.some((state) => state.kind === one)) ?? "starter";
    if (kind !== "saved") return { kind };
    return { kind, at: Math.max(...states.map((state) => (state.kind === "saved" ? state.at : 0))) };
  }

  edit(file: string, text: string): void {
    this.desks.get(file)?.edit(text);
  }

  async flush(): Promise<void> {
    await Promise.all([...this.desks.values()].map((desk) => desk.flush()));
  }

  /** Replaces texts, keeping those before as versions; answers what stood there. */
  async put(files: Files, why: "before reset" | "before restore"): Promise<Files> {
    const before: Record<string, string> = {};
    for (const [file, text] of Object.entries(files)) {
      const desk = this.desks.get(file);
      if (desk) before[file] = await desk.replace(text, why);
    }
    await this.readHistory();
    return before;
  }

  /** Keeps an attempt; where there is no room for it, until the tab is closed. */
  async keepAttempt(files: Files, report: Report): Promise<void> {
    const attempt = { lab: this.lab.id, at: this.parts.now(), files, report };
    try {
      if (!this.parts.store) throw new Error("nothing is kept here");
      await this.parts.store.addAttempt(attempt);
      await this.readHistory();
    } catch {
      this.attempts = [{ ...attempt, id: -1 - this.attempts.length }, ...this.attempts];
      this.events.changed();
    }
  }

  exportText(): string {
    return writeWork(this.lab.id, this.files, this.versions);
  }

  /** Puts a file's texts among the versions. What stands is not touched. */
  async importBytes(bytes: Uint8Array): Promise<WorkFile | FileFault> {
    const read = readWork(bytes, this.lab.id, this.lab.files);
    if ("message" in read) return read;
    const now = this.parts.now();
    const current = Object.entries(read.files).map(([file, text]) => ({ file, text, editedAt: now }));
    for (const { file, text, editedAt } of [...read.versions.toReversed(), ...current]) {
      await this.parts.store?.keepVersion(this.lab.id, file, text, editedAt, "imported", now);
    }
    await this.readHistory();
    return read;
  }

  private async readHistory(): Promise<void> {
    const { store } = this.parts;
    try {
      if (store) {
        this.attempts = await store.attempts(this.lab.id);
        const all = await Promise.all(this.lab.files.map((file) => store.versions(this.lab.id, file)));
        this.versions = all.flat().sort((a, b) => b.id - a.id);
      }
    } catch {
      // A store that was closed has no history to show; what was read before stays.
    }
    this.events.changed();
  }
}

/** Whether every file of `b` has the same text in `a`. */
export function sameFiles(a: Files | undefined, b: Files): boolean {
  return a !== undefined && Object.keys(b).every((file) => a[file] === b[file]);
}
