// A problem under its line: the same in the static block and in the editor.
import type { Diagnostic } from "../../engine/index.ts";

/** An element that says what is wrong at the line above it, and what would help. */
export function drawProblem(problem: Diagnostic): HTMLElement {
  // Outside no margin, which an editor would not count among the heights of its lines.
  const outer = document.createElement("span");
  outer.className = "problem-row";
  const box = document.createElement("span");
  box.className = `problem ${problem.severity}`;
  const place = document.createElement("b");
  place.textContent = `Line ${problem.line}, column ${problem.column}: `;
  const hint = document.createElement("span");
  hint.className = "hint";
  hint.append(" ", ...withCode(problem.hint));
  box.append(place, ...withCode(sentence(problem.message)), hint);
  outer.append(box);
  return outer;
}

/** With its point, also where the words came without. */
function sentence(text: string): string {
  return /[.!?:]$/.test(text) ? text : `${text}.`;
}

/** `mov` → a <code>. */
function withCode(text: string): (string | HTMLElement)[] {
  return text.split("`").map((part, index) => {
    if (index % 2 === 0) return part;
    const code = document.createElement("code");
    code.textContent = part;
    return code;
  });
}
