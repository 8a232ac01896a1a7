// <ring-tlb>: the architectural TLB as it is: one row a translation that the processor would use without asking the tables.
// What a walk would answer differently by now is marked stale; what came and what went since the last stop is marked, too.
import { css, html, nothing, type TemplateResult } from "lit";
import type { HeldTranslation } from "../../engine/index.ts";
import { counted, hex, pageSize } from "../model/number.ts";
import type { Reader } from "../model/reader.ts";
import type { MachineSession } from "../model/session.ts";
import { heldLetters, type TlbRow, tlbRows } from "../model/tlb-rows.ts";
import { readTlb } from "../model/translation.ts";
import { framed, shared, tokens } from "../style.ts";
import { entryLetters, entryLettersStyle, letterWords } from "./entry-letters.ts";
import { MachineView } from "./view.ts";

export class RingTlb extends MachineView {
  static override properties = {
    ...MachineView.properties,
    tlb: { type: String },
    rows: { type: Number },
    loaded: { state: true },
    list: { state: true },
    whole: { state: true },
  };
  /** "data" (the default), "code", or "both". */
  declare tlb: string;
  /** Rows that are shown before "Show all". */
  declare rows: number;
  declare loaded: boolean;
  declare list: readonly TlbRow[];
  declare whole: boolean;
  private contexts = false;
  private known: { readonly tick: number; readonly entries: readonly HeldTranslation[] } | undefined;
  private earlier: readonly HeldTranslation[] | undefined;

  static override styles = [
    tokens,
    shared,
    framed,
    entryLettersStyle,
    css`
      .scroll {
        overflow-x: auto;
        border-top: 1px solid var(--_hairline);
        padding: 2px 6px 8px;
      }
      table {
        width: 100%;
        font: var(--_mono);
      }
      th,
      td {
        padding: 3px 6px;
        text-align: left;
        white-space: nowrap;
      }
      th {
        font: var(--_ui);
        font-weight: 600;
        color: var(--_ink-2);
      }
      tr.new td.first {
        background: var(--_changed);
        box-shadow: inset 0 -2px 0 var(--_ink);
        font-weight: 700;
      }
      tr.gone td {
        color: var(--_ink-2);
      }
      tr.gone td.page {
        text-decoration: line-through;
      }
      tr.stale td.page {
        border-bottom: 2px dashed var(--_fault);
      }
      .says {
        font: var(--_ui);
        white-space: normal;
        min-width: 11ch;
      }
      .bits .letters {
        flex-wrap: nowrap;
      }
      .chip {
        display: inline-block;
        padding: 0 6px;
        border-radius: 3px;
        background: var(--_fault);
        color: var(--_paper);
        font-weight: 700;
      }
      .counts {
        margin: 0;
        padding: 0 12px 6px;
        color: var(--_ink-2);
      }
      .more {
        margin: 0 12px 8px;
      }
    `,
  ];

  constructor() {
    super();
    this.tlb = "data";
    this.rows = 12;
    this.loaded = false;
    this.list = [];
    this.whole = false;
  }

  protected override async load(reader: Reader, session: MachineSession): Promise<void> {
    const read = await readTlb(reader, this.tlb, !session.active);
    if (!read) return;
    const tick = session.status?.tick ?? 0;
    if (this.known && this.known.tick !== tick) this.earlier = this.known.entries;
    this.known = { tick, entries: read.entries };
    this.contexts = read.contexts;
    this.list = tlbRows(read.entries, session.active ? undefined : this.earlier, (held) => read.walks.get(held));
    this.loaded = true;
  }

  override render() {
    const { list } = this;
    if (!this.loaded) {
      return html`<div class="head"><p class="title">TLB</p></div><p class="empty" style="min-height:160px">What the TLB holds appears when the machine wakes.</p>`;
    }
    const held = list.filter(({ isGone }) => !isGone);
    const stale = held.filter((row) => row.stale).length;
    const name = this.tlb === "both" ? "TLBs" : `TLB, ${this.tlb || "data"}`;
    const shown = this.whole ? list : list.slice(0, this.rows);
    return html`<div class="head"><p class="title">${name}</p></div>
      <p class="counts">${held.length === 0 ? "Empty." : counted(held.length, "translation").concat(" held")}${
        stale > 0 ? html`, <b>${stale} stale</b>` : nothing
      }${held.length > 0 ? "." : nothing}</p>
      ${list.length > 0 ? this.renderTable(shown) : nothing}
      ${
        list.length > this.rows
          ? html`<button class="button more" aria-expanded=${this.whole} @click=${() => {
              this.whole = !this.whole;
            }}>${this.whole ? `Show ${this.rows}` : `Show all ${list.length}`}</button>`
          : nothing
      }`;
  }

  private renderTable(rows: readonly TlbRow[]): TemplateResult {
    return html`<div class="scroll" tabindex="0" role="region" aria-label="Translations in the TLB"><table>
      <thead><tr><th scope="col">Linear</th><th scope="col">Physical</th><th scope="col">Now</th><th scope="col">Size</th>
        ${this.contexts ? html`<th scope="col">PCID</th>` : nothing}${this.tlb === "both" ? html`<th scope="col">TLB</th>` : nothing}
        <th scope="col">Bits</th></tr></thead>
      <tbody>${rows.map((row) => this.renderRow(row))}</tbody></table></div>`;
  }

  private renderRow({ held, isNew, isGone, stale }: TlbRow): TemplateResult {
    const letters = heldLetters(held);
    const says = isGone ? "gone" : stale ? "" : isNew ? "new" : "as before";
    return html`<tr class="${isNew ? "new" : ""} ${isGone ? "gone" : ""} ${stale ? "stale" : ""}">
      <td class="first page">${hex(BigInt.asUintN(64, held.linear), 8)}</td><td class="page">${hex(held.physical)}</td>
      <td class="says">${stale ? html`<span class="chip">▲ stale</span> The tables say ${stale}. ` : nothing}${says}</td>
      <td>${pageSize(held.size)}</td>
      ${this.contexts ? html`<td>${held.global ? "any" : held.pcid}</td>` : nothing}${this.tlb === "both" ? html`<td>${held.tlb}</td>` : nothing}
      <td class="bits">${entryLetters(letters)}<span class="sr">${letterWords(letters)}</span></td></tr>`;
  }
}
