// A compiled cell as data, and the way from a place in it back to the source. Apart from compile.ts, so that a page
// that runs cells need not load what compiles them.
import type { Diagnostic } from "../../engine/index.ts";

export type CellLanguage = "js" | "ts";

/** What a cell becomes. Plain data: it stands in the page, and crosses a worker's boundary. */
export interface CompiledCell {
  /** The source of a function of `inputs`. */
  readonly body: string;
  readonly inputs: readonly string[];
  /** Names that it defines for the others; its value is then an object of them. */
  readonly outputs: readonly string[];
  /** Its value is to be shown: it is an expression that does not call `display`. */
  readonly autodisplay: boolean;
  /** What stands in `body` and not in the source: lines before it, and insertions as [offset, length]. */
  readonly headLines: number;
  readonly insertions: readonly (readonly [offset: number, length: number])[];
}

export type Compilation =
  | { readonly cell: CompiledCell; readonly diagnostics?: undefined }
  | { readonly cell?: undefined; readonly diagnostics: readonly Diagnostic[] };

/**
 * The place in the cell's source of a place in its body (both from 1), as a stack trace gives it; undefined when it lies
 * outside the source.
 */
export function sourcePosition(
  cell: CompiledCell,
  source: string,
  line: number,
  column: number,
): { line: number; column: number } | undefined {
  const lines = source.split("\n");
  const index = line - 1 - cell.headLines;
  if (index < 0 || index >= lines.length) return undefined;
  const start = lines.slice(0, index).reduce((sum, text) => sum + text.length + 1, 0);
  let at = column - 1;
  for (const [offset, length] of cell.insertions) {
    if (offset < start || offset - start > lines[index].length || offset - start >= at) continue;
    at = Math.max(offset - start, at - length);
  }
  return { line: index + 1, column: Math.min(at, lines[index].length) + 1 };
}
