/** Attempts and older texts of a lab, newest first, each to be looked at as a difference and restored. */
import { html, nothing, type TemplateResult } from "lit";
import { lineDifference } from "./difference.ts";
import { dayAndTime } from "./marks.ts";
import type { Files } from "./rubric.ts";
import type { Attempt, Version, Why } from "./store.ts";

export interface HistoryState {
  readonly attempts: readonly Attempt[];
  readonly versions: readonly Version[];
  /** The files as they are in the editor. */
  readonly files: Files;
  /** The entry whose difference is shown. */
  readonly shown: string | undefined;
}

export interface HistoryActions {
  show(key: string | undefined): void;
  restore(files: Files): void;
  exportWork(): void;
  importWork(): void;
}

interface Entry {
  readonly key: string;
  readonly at: number;
  readonly title: string;
  readonly files: Files;
}

const reasons: Readonly<Record<Why, string>> = {
  "other tab": "from another tab",
  "before reset": "before a reset",
  "before restore": "before a restore",
  "before this visit": "before this visit",
  imported: "imported",
  recovered: "recovered",
};

export const versionKey = (version: Version): string => `version-${version.id}`;

function entriesOf({ attempts, versions }: HistoryState): Entry[] {
  const tries = attempts.map(({ id, at, files, report }): Entry => {
    return { key: `attempt-${id}`, at, title: `Checked: ${report.earned} of ${report.points}`, files };
  });
  const old = versions.map((version): Entry => {
    const { file, text, keptAt, why } = version;
    return { key: versionKey(version), at: keptAt, title: `${file}, ${reasons[why] ?? why}`, files: { [file]: text } };
  });
  return [...tries, ...old].sort((a, b) => b.at - a.at);
}

export function historyView(state: HistoryState, actions: HistoryActions): TemplateResult {
  const entries = entriesOf(state);
  return html`<section class="lab-history" aria-labelledby="history-title">
    <h2 id="history-title">History</h2>
    ${entries.length === 0 ? html`<p>No attempts yet. Each check is kept here with its files.</p>` : nothing}
    <ol>${entries.map((entry) => entryView(entry, state, actions))}</ol>
    <p class="detail-actions">
      <button type="button" class="button" @click=${actions.exportWork}>Export all</button>
      <button type="button" class="button" @click=${actions.importWork}>Import</button>
    </p>
  </section>`;
}

function entryView(entry: Entry, state: HistoryState, actions: HistoryActions): TemplateResult {
  const same = Object.entries(entry.files).every(([file, text]) => state.files[file] === text);
  const open = state.shown === entry.key && !same;
  return html`<li data-entry=${entry.key}>
    <div class="entry">
      <span><b>${entry.title}</b> <time datetime=${new Date(entry.at).toISOString()}>${dayAndTime(entry.at)}</time></span>
      ${
        same
          ? html`<span class="as-now">same as now</span>`
          : html`
            <button type="button" class="button" aria-expanded=${String(open)} @click=${() => actions.show(open ? undefined : entry.key)}>Difference</button>
            <button type="button" class="button" @click=${() => actions.restore(entry.files)}>Restore</button>`
      }
    </div>
    ${open ? Object.entries(entry.files).map(([file, text]) => differenceView(file, state.files[file] ?? "", text)) : nothing}
  </li>`;
}

const signs = { same: " ", removed: "−", added: "+" };

function differenceView(file: string, now: string, then: string): TemplateResult {
  const lines = lineDifference(now, then);
  const near = lines.map((_, i) => lines.slice(Math.max(0, i - 2), i + 3).some(({ kind }) => kind !== "same"));
  return html`<figure class="difference">
    <figcaption>What Restore would change in ${file}</figcaption>
    <pre tabindex="0">${lines.map(({ kind, text }, i) =>
      near[i] ? html`<span data-kind=${kind}>${signs[kind]} ${text}${"\n"}</span>` : nothing,
    )}</pre>
  </figure>`;
}
