// A problem under its line: the same in the static block and in the editor.
import type { Diagnostic } from "../../engine/index.ts";

/** An element that says what is wrong at the line above it, and what would help. */
export function drawProblem(problem: Diagnostic): HTMLElement {
  const box = document.createElement("span");
  box.className = `problem ${problem.severity}`;
  const place = document.createElement("b");
  place.textContent = `Line ${problem.line}, column ${problem.column}: `;
  const hint = document.createElement("span");
  hint.className = "hint";
  hint.textContent = ` ${problem.hint}`;
  box.append(place, problem.message, hint);
  return box;
}
