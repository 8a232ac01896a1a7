/** The rubric under the statement: rows with their verdicts, what was expected and seen, and the hints. */
import { html, nothing, type TemplateResult } from "lit";
import { clockTime, mark } from "./marks.ts";
import type { Report, ReportRow } from "./report.ts";
import type { Lab, Moment, Place } from "./rubric.ts";

export interface RubricState {
  readonly lab: Lab;
  readonly report: Report | undefined;
  readonly checkedAt: number | undefined;
  readonly checking: boolean;
  /** The files changed since they were checked. */
  readonly stale: boolean;
  readonly problem: string | undefined;
  /** How many hints are shown. */
  readonly hints: number;
}

export interface RubricActions {
  check(): void;
  seeItHappen(moment: Moment): void;
  goTo(place: Place): void;
  showHint(): void;
  handIn(): void;
}

export function rubricView(state: RubricState, actions: RubricActions): TemplateResult {
  const { lab, report } = state;
  return html`
    <section class="rubric" aria-labelledby="rubric-title" data-checking=${String(state.checking)}>
      <div class="rubric-head">
        <h2 id="rubric-title" tabindex="-1">Rubric</h2>
        <span class="score" data-score>${report ? `${report.earned} of ${report.points}` : "100 points"}</span>
      </div>
      <p class="rubric-state">${stateOf(state)}</p>
      ${
        state.problem
          ? html`<p class="notice fault" role="alert"><b>The check did not run.</b> ${state.problem} Your work is safe.
            <button type="button" class="button" @click=${actions.check}>Check again</button></p>`
          : nothing
      }
      <ol class="rows">${rowsOf(lab, report).map((row, i, rows) => rowView(row, isFirstFailed(rows, i), state, actions))}</ol>
      <p class="narrow-only"><button type="button" class="button" @click=${actions.handIn}>Hand in</button></p>
      ${hintsView(state, actions)}
    </section>
  `;
}

type Row = Omit<ReportRow, "state"> & { readonly state: ReportRow["state"] | "unchecked" };

function rowsOf(lab: Lab, report: Report | undefined): readonly Row[] {
  if (report) return report.rows;
  return [
    ...lab.items.map(({ id, title, points }): Row => ({ id, title, points, earned: 0, state: "unchecked" })),
    ...lab.later.map(({ id, title }): Row => ({ id, title, points: 0, earned: 0, state: "after hand-in" })),
  ];
}

function stateOf({ report, checking, stale, checkedAt }: RubricState): string {
  if (checking) return "Checking: machines run what you wrote.";
  if (!report || checkedAt === undefined) return "Not checked yet. Check runs every line on a machine.";
  const when = `Practice check, ${clockTime(checkedAt)}.`;
  return stale ? `${when} Edited since then.` : when;
}

const isFirstFailed = (rows: readonly Row[], i: number) => rows.findIndex(({ state }) => state === "failed") === i;

const words = {
  passed: "Passed",
  failed: "Failed",
  "not reached": "Not reached",
  "after hand-in": "Checked after hand-in",
  unchecked: "Not checked",
};

function rowView(row: Row, open: boolean, state: RubricState, actions: RubricActions): TemplateResult {
  const points =
    row.state === "after hand-in" ? "" : `${row.state === "unchecked" ? "" : `${row.earned}/`}${row.points}`;
  const spoken = row.state === "unchecked" ? `${row.points} points` : `${row.earned} of ${row.points} points`;
  const head = html`
    ${mark(row.state)}<span class="sr-only">${words[row.state]}: </span>
    <span class="row-title">${row.title}</span>
    ${
      points
        ? html`<span class="points" aria-hidden="true">${points}</span><span class="sr-only">, ${spoken}</span>`
        : html`<span class="points later">after hand-in</span>`
    }
  `;
  const detail = detailOf(row, state, actions);
  return html`<li data-row=${row.id} data-state=${row.state}>
    ${detail === nothing ? html`<div class="row">${head}</div>` : html`<details .open=${open}><summary class="row">${head}</summary>${detail}</details>`}
  </li>`;
}

function detailOf(row: Row, state: RubricState, actions: RubricActions): TemplateResult | typeof nothing {
  if (row.state === "passed")
    return row.saw ? html`<div class="detail"><p>Saw ${withCode(row.saw)}.</p></div>` : nothing;
  if (row.state === "not reached") {
    const title = state.lab.items.find(({ id }) => id === row.blockedBy)?.title ?? row.blockedBy;
    return html`<div class="detail"><p>Waits for “${title}”.</p></div>`;
  }
  if (row.state !== "failed") return nothing;
  const { tick, scenario, outline, file, line } = row;
  const place = file !== undefined && line !== undefined ? { file, line } : undefined;
  const moment =
    tick !== undefined && scenario !== undefined ? { tick, scenario, ...(outline ? { outline } : {}) } : undefined;
  const run = moment && scenario !== "plain" ? state.lab.scenarios[moment.scenario]?.title : undefined;
  return html`<div class="detail">
    <dl>
      <div><dt>Expected</dt><dd>${withCode(row.expected)}</dd></div>
      <div><dt>Saw</dt><dd>${withCode(row.saw)}</dd></div>
      ${run ? html`<div><dt>Run</dt><dd>${run}</dd></div>` : nothing}
      ${moment ? html`<div><dt>At</dt><dd>instruction ${moment.tick.toLocaleString("en-US")}</dd></div>` : nothing}
    </dl>
    <p class="detail-actions">
      ${moment ? html`<button type="button" class="button" data-see=${row.id} @click=${() => actions.seeItHappen(moment)}>See it happen</button>` : nothing}
      ${place ? html`<button type="button" class="button" @click=${() => actions.goTo(place)}>${place.file} line ${place.line}</button>` : nothing}
    </p>
  </div>`;
}

function hintsView({ lab, hints }: RubricState, actions: RubricActions): TemplateResult {
  const left = lab.hints.length - hints;
  return html`<div class="hints">
    <h3>Hints</h3>
    ${hints > 0 ? html`<ol>${lab.hints.slice(0, hints).map((hint) => html`<li>${inlineCode(hint)}</li>`)}</ol>` : nothing}
    ${
      left > 0
        ? html`<button type="button" class="button" @click=${actions.showHint}>${hints === 0 ? "Show a hint" : "Show the next hint"} (${hints + 1} of ${lab.hints.length})</button>`
        : html`<p>That was the last one.</p>`
    }
  </div>`;
}

/** Text in which `code` stands between backticks. */
/** What stands between backticks, as code. */
function withCode(text: string | undefined) {
  return (text ?? "").split("`").map((part, index) => (index % 2 ? html`<code>${part}</code>` : part));
}

function inlineCode(text: string): (string | TemplateResult)[] {
  return text.split("`").map((part, i) => (i % 2 ? html`<code>${part}</code>` : part));
}
