// A cell's source → a function that the reactive runtime calls: notebook-kit's transpiler, with a guard against endless
// loops put in first. The same at build time (astro-plugin.mjs) and when the reader edits (compiler.worker.ts).
// TypeScript loses its types by becoming blanks (types.ts), so that every line and column stays what the reader sees.
import { parseJavaScript, transpile } from "@observablehq/notebook-kit";
import type { CellLanguage, Compilation } from "./compiled.ts";
import { findGuards, insert, type SyntaxNode } from "./guard.ts";
import { blankTypes } from "./types.ts";

/** Compiles the cell called `file`. Bad source is answered as diagnostics, never thrown. */
export function compileCell(source: string, language: CellLanguage, file: string): Compilation {
  const refuse = (message: string, hint: string, line: number, column: number): Compilation => ({
    diagnostics: [{ file, line, column, message, hint, severity: "error" }],
  });
  try {
    const plain = language === "ts" ? blankTypes(source) : source;
    const parsed = parseJavaScript(plain);
    const tree = parsed.body as unknown as SyntaxNode;
    const foreign = findImport(tree);
    if (foreign !== undefined) {
      const at = positionOf(plain, foreign);
      return refuse(
        "A cell cannot import.",
        "machine, Plot, Inputs and html are already here: name them.",
        at.line,
        at.column,
      );
    }
    const guards = findGuards(tree);
    const { body, inputs, outputs, autodisplay } = transpile(insert(plain, guards), "js");
    const head = plain.startsWith("\n") ? 0 : 1; // The transpiler drops a first empty line.
    return {
      cell: {
        body,
        inputs: inputs ?? [],
        outputs: outputs ?? [],
        autodisplay: autodisplay ?? false,
        headLines: head + (parsed.expression ? 1 : 0),
        insertions: guards.map(({ offset, text }) => [offset, text.length] as const),
      },
    };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const place = /^(.*) \((\d+):(\d+)\)$/s.exec(error.message);
    const message = place ? place[1] : error.message;
    return refuse(`${message}.`, hintFor(message), place ? Number(place[2]) : 1, place ? Number(place[3]) + 1 : 1);
  }
}

function findImport(node: SyntaxNode): number | undefined {
  if (node.type === "ImportDeclaration" || node.type === "ImportExpression") return node.start;
  for (const value of Object.values(node).flat()) {
    const child = value as SyntaxNode | null;
    const found = typeof child?.type === "string" ? findImport(child) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function positionOf(source: string, offset: number): { line: number; column: number } {
  const before = source.slice(0, offset).split("\n");
  return { line: before.length, column: before[before.length - 1].length + 1 };
}

function hintFor(message: string): string {
  if (message.startsWith("Assignment to external variable")) {
    return "Another cell owns this name. Change it there, or declare a new one here.";
  }
  if (message.startsWith("Assignment to global")) return "Declare a name of your own with const or let.";
  if (message.startsWith("Unterminated")) return "Something was opened here and not closed.";
  return "A cell is one expression, or statements whose names the other cells see.";
}
