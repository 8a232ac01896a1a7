/** What `npm run grade` prints: a table for people, or CSV for a spreadsheet. */
import type { Report } from "../widgets/lab/report.ts";

/** One hand-in, graded or refused. */
export interface Graded {
  readonly file: string;
  readonly problem?: string;
  readonly handedIn?: string;
  readonly report?: Report;
  readonly hidden?: Report;
  /** The report in the hand-in against this one: "other build" where it names another engine build or lab version. */
  readonly page?: "same" | "other build" | "differs";
}

/** A table with a line a file; problems stand in words below it. */
export function toTable(all: readonly Graded[], withHidden: boolean): string {
  const heads = ["file", "lab", "points", ...(withHidden ? ["hidden"] : []), "not passed", "page's report"];
  const lines = all.map((one) => {
    const { file, report, hidden } = one;
    if (!report) return [plain(file), "–", "–", ...(withHidden ? ["–"] : []), "", "refused"];
    return [
      plain(file),
      report.lab,
      `${report.earned}/${report.points}`,
      ...(withHidden ? [hidden ? `${hidden.earned}/${hidden.points}` : "none"] : []),
      [...lost(report), ...(hidden ? lost(hidden).map((id) => `hidden ${id}`) : [])].join(", "),
      one.page ?? "",
    ];
  });
  const widths = heads.map((head, i) => Math.max(head.length, ...lines.map((line) => line[i].length)));
  const row = (cells: readonly string[]) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i]))
      .join("  ")
      .trimEnd();
  const problems = all.flatMap(({ file, problem }) =>
    problem === undefined ? [] : [`${plain(file)}: ${plain(problem)}`],
  );
  return [row(heads), row(widths.map((width) => "─".repeat(width))), ...lines.map(row), ...problems].join("\n");
}

function lost(report: Report): string[] {
  return report.rows.filter(({ state }) => state === "failed" || state === "not reached").map(({ id }) => id);
}

const COLUMNS = [
  "file",
  "lab",
  "version",
  "handed in",
  "points",
  "of",
  "hidden points",
  "hidden of",
  "page's report",
  "items",
  "problem",
];

/** RFC 4180, with a head line. */
export function toCsv(all: readonly Graded[]): string {
  const lines = all.map(({ file, problem, handedIn, report, hidden, page }) => [
    file,
    report?.lab,
    report?.labVersion,
    handedIn,
    report?.earned,
    report?.points,
    hidden?.earned,
    hidden?.points,
    page,
    [report, hidden]
      .flatMap((one) => one?.rows ?? [])
      .filter(({ points }) => points > 0)
      .map(({ id, earned }) => `${id}=${earned}`)
      .join(" "),
    problem,
  ]);
  return [COLUMNS, ...lines].map((line) => line.map(field).join(",")).join("\r\n");
}

function field(value: string | number | undefined): string {
  if (typeof value === "number") return String(value);
  // A spreadsheet takes a text that begins so for a formula; a file's name is a student's to choose.
  const text = plain(value ?? "").replace(/^[=+\-@]/, "'$&");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Without control characters: names of files go to a terminal. */
function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, "?");
}
