// <ring-card instruction="IRET">: the reference card of an instruction, in the text. The build puts what the instruction
// table says into it (site/recorded/), so that no page carries the table; without that, the page's engine answers.
import { css, html, LitElement } from "lit";
import type { InstructionCard } from "../../engine/index.ts";
import { pageEngine } from "../model/page-engine.ts";
import { shared, tokens } from "../style.ts";
import { instructionCard, instructionCardStyle } from "./instruction-card.ts";

export class RingCard extends LitElement {
  static override properties = {
    instruction: { type: String, means: "instruction" },
    card: { state: true },
    problem: { state: true },
  };
  /** A mnemonic, as AMD APM vol. 3 spells it. */
  declare instruction: string;
  declare card: InstructionCard | undefined;
  declare problem: string;

  static override styles = [
    tokens,
    shared,
    instructionCardStyle,
    css`
      :host {
        margin: 24px 0;
        padding: 10px 12px;
        border: 1px solid var(--_hairline);
        border-radius: 6px;
        background: var(--_panel);
      }
      @media print {
        .scroll {
          max-height: none !important;
        }
      }
    `,
  ];

  constructor() {
    super();
    this.instruction = "";
    this.card = undefined;
    this.problem = "";
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("instruction")) void this.load(this.instruction);
  }

  private async load(mnemonic: string): Promise<void> {
    const recorded = this.querySelector(":scope > script.recorded")?.textContent;
    const known = recorded ? (JSON.parse(recorded) as InstructionCard) : undefined;
    const card =
      known && [known.name, ...known.aliases].includes(mnemonic.toUpperCase())
        ? known
        : await (await pageEngine()).instruction(mnemonic);
    if (mnemonic !== this.instruction) return;
    this.card = card;
    this.problem = card ? "" : `There is no instruction “${mnemonic}”.`;
  }

  override render() {
    if (this.card) return instructionCard(this.card);
    return html`<p role="status">${this.problem || `${this.instruction} …`}</p>`;
  }
}
