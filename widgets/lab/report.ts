/**
 * What a grading says, as data, and its one spelling as text. A report holds no time, no name and no random number:
 * the same files, lab version and engine build give the same bytes in a page and in Node.
 */

export interface ReportRow {
  readonly id: string;
  readonly title: string;
  readonly points: number;
  readonly earned: number;
  readonly state: "passed" | "failed" | "not reached" | "after hand-in";
  /** Where it was not reached: the item it waits for. */
  readonly blockedBy?: string;
  readonly expected?: string;
  readonly saw?: string;
  /** The deciding moment: machine tick, and the run it belongs to. */
  readonly tick?: number;
  readonly scenario?: string;
  /** What decided, as Moment has it. */
  readonly outline?: string;
  readonly file?: string;
  readonly line?: number;
}

export interface Report {
  readonly format: "ring-report";
  readonly lab: string;
  readonly labVersion: number;
  /** The engine build whose machines were looked at. */
  readonly engine: string;
  readonly earned: number;
  /** Points that could be earned: rows checked after hand-in count 0 here. */
  readonly points: number;
  readonly rows: readonly ReportRow[];
}

/** JSON with sorted keys, two spaces and a line feed at its end: one value, one text. */
export function canonical(value: unknown): string {
  return JSON.stringify(sortKeys(value), null, 2) + "\n";
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value === null || typeof value !== "object") return value;
  const keys = Object.keys(value).sort((a, b) => (a < b ? -1 : 1));
  const sorted: [string, unknown][] = keys.map((key) => [key, sortKeys((value as Record<string, unknown>)[key])]);
  return Object.fromEntries(sorted);
}
