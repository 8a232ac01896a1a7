/**
 * One tab's work on one file: what is typed here, when it is saved, and what other tabs do to it. The page's editor is
 * on one side, the store on the other; both are handed in, so that tests run it without a page.
 *
 * Every keystroke goes to the journal at once (localStorage: synchronous, and outlives a killed tab), and to the store
 * at most 300 ms later. A journal that is found at the start belongs to a tab that died: its text is saved as that
 * tab's, so the newer of the two stands and the other is kept.
 */
import { isFull, type Save, type Saved, type Version, type Work, type WorkStore } from "./store.ts";

export const SAVE_DELAY_MS = 300;

export type SaveState =
  | { readonly kind: "starter" } // nothing typed yet
  | { readonly kind: "saving" }
  | { readonly kind: "saved"; readonly at: number }
  | { readonly kind: "full" } // no room; the text is in this tab only
  | { readonly kind: "closed" }; // the browser keeps nothing for this page

export interface DeskEvents {
  state(state: SaveState): void;
  /** Another tab's text stands now; the editor must show it. */
  replaced(text: string): void;
  /** Another tab's text (or a dead tab's) lost and was kept. */
  kept(version: Version): void;
}

/** What tells tabs of each other's saves; a BroadcastChannel in a page. */
export interface Channel {
  postMessage(message: unknown): void;
  onmessage: ((event: MessageEvent) => void) | null;
  close(): void;
}

export interface DeskParts {
  readonly store: WorkStore | undefined;
  readonly channel: Channel | undefined;
  readonly journal: Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length"> | undefined;
  readonly now: () => number;
  /** Answers whether the tab of this name is alive; journals of living tabs are theirs. */
  readonly isAlive: (tab: string) => Promise<boolean>;
}

const JOURNAL = "ring:lab-journal:";

export class Desk {
  readonly lab: string;
  readonly file: string;
  readonly tab: string;
  text: string;
  state: SaveState = { kind: "starter" };
  private readonly parts: DeskParts;
  private readonly events: DeskEvents;
  private base = 0;
  private editedAt = 0;
  private dirty = false;
  /** The text that came from another tab and was not typed on yet. */
  private adopted: Work | undefined;
  private visited = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private writing: Promise<void> = Promise.resolve();

  private constructor(lab: string, file: string, starter: string, tab: string, parts: DeskParts, events: DeskEvents) {
    this.lab = lab;
    this.file = file;
    this.tab = tab;
    this.text = starter;
    this.parts = parts;
    this.events = events;
  }

  /** Opens the file: recovers what dead tabs left, then reads what stands, or the starter. */
  static async open(
    lab: string,
    file: string,
    starter: string,
    tab: string,
    parts: DeskParts,
    events: DeskEvents,
  ): Promise<Desk> {
    const desk = new Desk(lab, file, starter, tab, parts, events);
    if (!parts.store) {
      desk.setState({ kind: "closed" });
      desk.text = (await desk.journals()).at(-1)?.save.text ?? starter;
      return desk;
    }
    await desk.recover();
    const work = await parts.store.work(lab, file);
    if (work) desk.adopt(work);
    desk.adopted = undefined;
    if (parts.channel) parts.channel.onmessage = ({ data }) => void desk.hear(data);
    return desk;
  }

  /** The editor's text changed. */
  edit(text: string): void {
    if (text === this.text) return;
    this.visit();
    this.text = text;
    this.editedAt = this.parts.now();
    this.dirty = true;
    this.writeJournal();
    if (this.state.kind !== "full" && this.state.kind !== "closed") this.setState({ kind: "saving" });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.flush(), SAVE_DELAY_MS);
  }

  /** Saves now. Resolves when what was typed so far stands in the store, or could not be written. */
  flush(): Promise<void> {
    clearTimeout(this.timer);
    this.writing = this.writing.then(() => this.write());
    return this.writing;
  }

  /** Replaces the text by another and keeps the present one as a version. Answers the text that was replaced. */
  async replace(text: string, why: "before reset" | "before restore"): Promise<string> {
    const before = this.text;
    if (before !== text) {
      await this.flush();
      await this.setAside(before, why);
      this.edit(text);
      await this.flush();
    }
    return before;
  }

  close(): void {
    clearTimeout(this.timer);
    if (this.parts.channel) this.parts.channel.onmessage = null;
  }

  private async setAside(text: string, why: Version["why"], editedAt = this.editedAt): Promise<void> {
    try {
      await this.parts.store?.keepVersion(this.lab, this.file, text, editedAt, why, this.parts.now());
    } catch (error) {
      this.failed(error);
    }
  }

  /** The first edit of a visit keeps the text that the visit began with; and a text that another tab wrote. */
  private visit(): void {
    const { adopted } = this;
    this.adopted = undefined;
    if (adopted) {
      void this.setAside(adopted.text, "other tab", adopted.editedAt).then(async () => {
        const [version] = (await this.parts.store?.versions(this.lab, this.file)) ?? [];
        if (version?.why === "other tab") this.events.kept(version);
      });
    } else if (!this.visited && this.base > 0) {
      void this.setAside(this.text, "before this visit");
    }
    this.visited = true;
  }

  private async write(): Promise<void> {
    const { store } = this.parts;
    if (!this.dirty || !store) return;
    const save = this.pending();
    try {
      const saved = await store.save(save);
      this.landed(save, saved);
    } catch (error) {
      this.failed(error);
    }
  }

  private landed(save: Save, saved: Saved): void {
    this.base = saved.work.revision;
    if (this.text === save.text) {
      this.dirty = false;
      this.parts.journal?.removeItem(this.journalKey);
    }
    if (saved.won) this.parts.channel?.postMessage({ lab: this.lab, file: this.file, revision: this.base });
    else if (!this.dirty) this.adopt(saved.work);
    if (saved.kept) this.events.kept(saved.kept);
    this.setState(this.dirty ? { kind: "saving" } : { kind: "saved", at: saved.work.editedAt });
  }

  private failed(error: unknown): void {
    this.setState(isFull(error) ? { kind: "full" } : { kind: "closed" });
  }

  /** Another tab saved. A tab with unsaved typing keeps it: its own save will settle which one is newer. */
  private async hear(data: unknown): Promise<void> {
    const { lab, file, revision } = (data ?? {}) as { lab?: unknown; file?: unknown; revision?: unknown };
    if (lab !== this.lab || file !== this.file || typeof revision !== "number") return;
    await this.writing;
    if (this.dirty || revision <= this.base) return;
    const work = await this.parts.store?.work(this.lab, this.file);
    if (work && !this.dirty && work.revision > this.base) this.adopt(work);
  }

  private adopt(work: Work): void {
    const changed = work.text !== this.text;
    this.base = work.revision;
    this.editedAt = work.editedAt;
    this.text = work.text;
    if (work.tab !== this.tab) this.adopted = work;
    if (changed) this.events.replaced(work.text);
    this.setState({ kind: "saved", at: work.editedAt });
  }

  private async recover(): Promise<void> {
    for (const { key, save } of await this.journals()) {
      try {
        const saved = await this.parts.store?.save(save);
        if (saved?.kept) this.events.kept(saved.kept);
        this.parts.journal?.removeItem(key);
      } catch (error) {
        this.failed(error);
      }
    }
  }

  /** What dead tabs left for this file, oldest first. */
  private async journals(): Promise<{ key: string; save: Save }[]> {
    const { journal } = this.parts;
    const keys = Array.from({ length: journal?.length ?? 0 }, (_, i) => journal?.key(i) ?? "");
    const found: { key: string; save: Save }[] = [];
    for (const key of keys.filter((one) => one.startsWith(JOURNAL))) {
      const save = parseJournal(journal?.getItem(key));
      if (save?.lab !== this.lab || save.file !== this.file) continue;
      if (save.tab === this.tab || !(await this.parts.isAlive(save.tab))) found.push({ key, save });
    }
    return found.sort((a, b) => a.save.editedAt - b.save.editedAt);
  }

  private writeJournal(): void {
    try {
      this.parts.journal?.setItem(this.journalKey, JSON.stringify(this.pending()));
    } catch {
      // Full: the store will say so.
    }
  }

  private pending(): Save {
    const { lab, file, text, base, editedAt, tab } = this;
    return { lab, file, text, base, editedAt, tab };
  }

  private get journalKey(): string {
    return `${JOURNAL}${this.tab}:${this.lab}:${this.file}`;
  }

  private setState(state: SaveState): void {
    this.state = state;
    this.events.state(state);
  }
}

function parseJournal(text: string | null | undefined): Save | undefined {
  try {
    const save = JSON.parse(text ?? "null");
    const right = typeof save?.text === "string" && typeof save.base === "number" && typeof save.editedAt === "number";
    return right ? save : undefined;
  } catch {
    return undefined;
  }
}
