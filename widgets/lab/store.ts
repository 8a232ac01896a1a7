/**
 * A student's work in this browser, in IndexedDB: each file's current text, older versions that were replaced by
 * something else than typing, and every attempt. Several tabs write here; each write says which revision it was typed
 * on, so that a text which another tab replaced meanwhile is kept as a version and never lost.
 *
 *   work      [lab, file] → { lab, file, text, revision, editedAt, tab }
 *   versions  id          → { id, lab, file, text, editedAt, keptAt, why }      index "of" = [lab, file]
 *   attempts  id          → { id, lab, at, files, report }                      index "of" = lab
 */
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { Report } from "./report.ts";
import type { Files } from "./rubric.ts";

/** A file as it stands. `editedAt` is the time of the keystroke, in ms since 1970; not of the write. */
export interface Work {
  readonly lab: string;
  readonly file: string;
  readonly text: string;
  readonly revision: number;
  readonly editedAt: number;
  /** The tab that typed it. */
  readonly tab: string;
}

/** Why a version was set aside. */
export type Why = "other tab" | "before reset" | "before restore" | "before this visit" | "imported" | "recovered";

export interface Version {
  readonly id: number;
  readonly lab: string;
  readonly file: string;
  readonly text: string;
  readonly editedAt: number;
  readonly keptAt: number;
  readonly why: Why;
}

export interface Attempt {
  readonly id: number;
  readonly lab: string;
  readonly at: number;
  readonly files: Files;
  readonly report: Report;
}

/** What a save did: `work` stands now; `kept` is the text that lost, if one did. */
export interface Saved {
  readonly work: Work;
  readonly kept?: Version;
  /** False where another tab's newer edit stands, and the text given to `save` is the one that was kept. */
  readonly won: boolean;
}

export interface Save {
  readonly lab: string;
  readonly file: string;
  readonly text: string;
  /** The revision that the text was typed on; 0 for the starter. */
  readonly base: number;
  readonly editedAt: number;
  readonly tab: string;
}

interface Schema extends DBSchema {
  work: { key: [string, string]; value: Work };
  versions: { key: number; value: Omit<Version, "id"> & { id?: number }; indexes: { of: [string, string] } };
  attempts: { key: number; value: Omit<Attempt, "id"> & { id?: number }; indexes: { of: string } };
}

/** Versions kept a file; the oldest beyond go. Those of other tabs count too: fifty is weeks of them. */
export const VERSIONS_KEPT = 50;

export class WorkStore {
  private readonly db: IDBPDatabase<Schema>;
  private constructor(db: IDBPDatabase<Schema>) {
    this.db = db;
  }

  /** Opens the store. Rejects where the browser keeps nothing for this page. */
  static async open(name = "ring-labs"): Promise<WorkStore> {
    const db = await openDB<Schema>(name, 1, {
      upgrade(fresh) {
        fresh.createObjectStore("work", { keyPath: ["lab", "file"] });
        fresh.createObjectStore("versions", { keyPath: "id", autoIncrement: true }).createIndex("of", ["lab", "file"]);
        fresh.createObjectStore("attempts", { keyPath: "id", autoIncrement: true }).createIndex("of", "lab");
      },
      // A newer page in another tab wants to upgrade: step aside rather than block it.
      blocking: () => db.close(),
    });
    return new WorkStore(db);
  }

  close(): void {
    this.db.close();
  }

  work(lab: string, file: string): Promise<Work | undefined> {
    return this.db.get("work", [lab, file]);
  }

  /** Puts a text in its place. Where somebody else wrote since `base`, the newer edit stands, the other is kept. */
  async save(save: Save): Promise<Saved> {
    const { base, ...rest } = save;
    const tx = this.db.transaction(["work", "versions"], "readwrite");
    tx.done.catch(() => {}); // a failed request rejects here too; it is reported once
    const standing = await tx.objectStore("work").get([save.lab, save.file]);
    const won = !standing || standing.revision === base || save.editedAt >= standing.editedAt;
    const work: Work = won ? { ...rest, revision: (standing?.revision ?? 0) + 1 } : standing;
    let kept: Version | undefined;
    if (standing && standing.revision !== base && standing.text !== save.text) {
      const lost = won ? standing : save;
      kept = await keep(tx.objectStore("versions"), lost, "other tab", save.editedAt);
    }
    if (won) await tx.objectStore("work").put(work);
    await tx.done;
    if (kept) await this.prune(save.lab, save.file);
    return { work, kept, won };
  }

  /** Sets a text aside, unless the newest version is the same text. */
  async keepVersion(lab: string, file: string, text: string, editedAt: number, why: Why, now: number): Promise<void> {
    const newest = (await this.versions(lab, file))[0];
    if (newest?.text === text && newest.why === why) return;
    const tx = this.db.transaction("versions", "readwrite");
    tx.done.catch(() => {});
    await keep(tx.objectStore("versions"), { lab, file, text, editedAt }, why, now);
    await tx.done;
    await this.prune(lab, file);
  }

  /** Newest first. */
  async versions(lab: string, file: string): Promise<Version[]> {
    const all = (await this.db.getAllFromIndex("versions", "of", [lab, file])) as Version[];
    return all.sort((a, b) => b.id - a.id);
  }

  async addAttempt(attempt: Omit<Attempt, "id">): Promise<Attempt> {
    const id = await this.db.add("attempts", attempt);
    return { ...attempt, id };
  }

  /** Newest first. */
  async attempts(lab: string): Promise<Attempt[]> {
    const all = (await this.db.getAllFromIndex("attempts", "of", lab)) as Attempt[];
    return all.sort((a, b) => b.id - a.id);
  }

  private async prune(lab: string, file: string): Promise<void> {
    const old = (await this.versions(lab, file)).slice(VERSIONS_KEPT);
    await Promise.all(old.map(({ id }) => this.db.delete("versions", id)));
  }
}

async function keep(
  versions: { add(value: Omit<Version, "id">): Promise<number> },
  text: { lab: string; file: string; text: string; editedAt: number },
  why: Why,
  keptAt: number,
): Promise<Version> {
  const version = { lab: text.lab, file: text.file, text: text.text, editedAt: text.editedAt, keptAt, why };
  return { ...version, id: await versions.add(version) };
}

/** Whether a write failed for want of room. Browsers name it in two ways; an aborted transaction carries the reason. */
export function isFull(error: unknown): boolean {
  const name = (error as { name?: string } | undefined)?.name;
  return name === "QuotaExceededError" || name === "NS_ERROR_DOM_QUOTA_REACHED";
}
