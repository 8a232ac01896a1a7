// The reference card of an instruction: what <ring-card> shows, and what Enter opens on a line of code.
import { css, html, nothing, type TemplateResult } from "lit";
import type { InstructionCard } from "../../engine/index.ts";

export const instructionCardStyle = css`
  .instruction p {
    margin: 0 0 6px;
  }
  .instruction .name {
    font: var(--_mono);
    font-weight: 700;
  }
  .instruction .scroll {
    max-height: 16rem;
    margin: 0 0 6px;
    overflow: auto;
    border: 1px solid var(--_hairline);
  }
  .instruction table {
    width: 100%;
    border-collapse: collapse;
    text-align: left;
  }
  .instruction th,
  .instruction td {
    padding: 3px 8px;
    border-bottom: 1px solid var(--_hairline);
    vertical-align: top;
  }
  .instruction th {
    font-weight: 600;
    color: var(--_ink-2);
  }
  .instruction td.opcode {
    font: var(--_mono);
    white-space: nowrap;
  }
  .instruction .dim {
    color: var(--_ink-2);
  }
`;

/** Flags by what becomes of them: "Writes ZF CF; leaves AF undefined." */
function flagsText({ flags }: InstructionCard): string {
  const names = (left: "written" | "undefined") =>
    flags
      .filter((flag) => flag.left === left)
      .map(({ name }) => name)
      .join(" ");
  const written = names("written") ? `Writes ${names("written")}` : "Writes no flags";
  return names("undefined") ? `${written}; leaves ${names("undefined")} undefined.` : `${written}.`;
}

/** The card; `scrolls` gives its table a box of its own that takes focus. */
export function instructionCard(card: InstructionCard): TemplateResult {
  const also = card.aliases.length ? `, also ${card.aliases.join(", ")}` : "";
  return html`<div class="instruction">
    <p class="name">${card.name}${also}</p>
    <p>${card.says}</p>
    <div class="scroll" role="group" tabindex="0" aria-label=${`Encodings of ${card.name}`}>
      <table aria-label=${`Encodings of ${card.name}`}>
        <thead><tr><th scope="col">Opcode</th><th scope="col">Operands</th><th scope="col">Notes</th></tr></thead>
        <tbody>${card.encodings.map(
          ({ opcode, words, notes }) =>
            html`<tr><td class="opcode">${opcode}</td><td>${words.length ? words.map((word, i) => html`${i ? html`<br />` : nothing}${word}`) : "none"}</td><td>${notes.join("; ")}</td></tr>`,
        )}</tbody>
      </table>
    </div>
    <p>${flagsText(card)}</p>
    <p class="dim">Since ${card.feature}. ${card.source}.</p>
  </div>`;
}
