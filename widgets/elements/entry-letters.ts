// The bits of a page-table entry as letters, filled when set: what the tree, the walk and the TLB share.
import { css, html, type TemplateResult } from "lit";
import type { Letter } from "../model/page-tables.ts";

export const entryLettersStyle = css`
  .letters {
    display: inline-flex;
    flex-wrap: wrap;
    gap: 3px;
    vertical-align: middle;
  }
  .letter {
    min-width: 17px;
    padding: 0 3px;
    border: 1px solid var(--_edge);
    border-radius: 3px;
    font: var(--_mono);
    font-size: 11px;
    line-height: 15px;
    text-align: center;
    color: var(--_ink-2);
  }
  .letter.on {
    background: var(--_ink);
    border-color: var(--_ink);
    color: var(--_paper);
    font-weight: 600;
  }
  .letter.decides {
    outline: 2px solid var(--_fault);
    outline-offset: 1px;
  }
  .letter.sets {
    box-shadow: 0 0 0 3px var(--_changed);
    outline: 1px solid var(--_ink);
    outline-offset: 1px;
  }
  @media (forced-colors: active) {
    .letter.on {
      forced-color-adjust: none;
      background: CanvasText;
      border-color: CanvasText;
      color: Canvas;
    }
  }
`;

/** `mark`: a class for a letter that decides, or that the access would set. */
export function entryLetters(letters: readonly Letter[], mark: (name: string) => string = () => ""): TemplateResult {
  return html`<span class="letters" aria-hidden="true">${letters.map(
    ({ name, says, on }) =>
      html`<span class="letter ${on ? "on" : ""} ${mark(name)}" title=${`${name}: ${says}: ${on ? 1 : 0}`}>${name}</span>`,
  )}</span>`;
}

/** The same in words: "present, writable". */
export function letterWords(letters: readonly Letter[]): string {
  const set = letters.filter(({ on }) => on);
  return set.length > 0 ? set.map(({ says }) => says).join(", ") : "all bits clear";
}
