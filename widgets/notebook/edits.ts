// What the reader changed in this page's cells, kept in this browser; and the mark that keeps an edit which hung the
// page from running again by itself. The mark is set before edits run and taken away when the page has been free since;
// a page that hangs, or is killed, leaves it. One that is merely closed takes it away (`pagehide` runs only in a page
// that is alive).

/** The part of Storage that is used, so that a test can bring its own, and a page that may not store has none. */
export type Shelf = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** The edits of one page. */
export class Edits {
  private readonly key: string;
  private readonly mark: string;
  private readonly shelf: Shelf | undefined;
  private readonly texts: Record<string, string>;
  /** The last load that ran edits never finished: they wait for the reader's Run. */
  readonly held: boolean;

  constructor(page: string, shelf: Shelf | undefined) {
    this.key = `ring:cells:${page}`;
    this.mark = `ring:cells-running:${page}`;
    this.shelf = shelf;
    this.held = this.attempt(() => shelf?.getItem(this.mark)) != null;
    this.texts = readTexts(this.attempt(() => shelf?.getItem(this.key)));
  }

  /** The reader's text of a cell, undefined when it is the author's. */
  get(id: string): string | undefined {
    return Object.hasOwn(this.texts, id) ? this.texts[id] : undefined;
  }

  /** Keeps a text; undefined: the author's again. Answers whether this browser could store it. */
  set(id: string, text: string | undefined): boolean {
    if (text === undefined) delete this.texts[id];
    else this.texts[id] = text;
    const stored = this.attempt(() => {
      if (Object.keys(this.texts).length) this.shelf?.setItem(this.key, JSON.stringify(this.texts));
      else this.shelf?.removeItem(this.key);
      return this.shelf !== undefined;
    });
    return stored ?? false;
  }

  /** Call before an edit runs. */
  running(): void {
    this.attempt(() => this.shelf?.setItem(this.mark, "1"));
  }

  /** Call when the page was free again after it. */
  finished(): void {
    this.attempt(() => this.shelf?.removeItem(this.mark));
  }

  /** Storage may be full, or forbidden. */
  private attempt<T>(action: () => T): T | undefined {
    try {
      return action();
    } catch {
      return undefined;
    }
  }
}

function readTexts(stored: string | null | undefined): Record<string, string> {
  try {
    const value: unknown = JSON.parse(stored ?? "{}");
    if (typeof value !== "object" || value === null) return {};
    return Object.fromEntries(Object.entries(value).filter(([, text]) => typeof text === "string"));
  } catch {
    return {};
  }
}
