// What disassembly and source listings share: rows with a breakpoint gutter, the executing row lit in the ground and
// bar of who runs, one Tab stop with arrows inside, `b` for a breakpoint at the chosen row.
import { css, html, nothing, type TemplateResult } from "lit";
import { icons } from "../icons.ts";
import type { MachineSession } from "../model/session.ts";

export const codeStyle = css`
  :host {
    --row: 20px;
  }
  @media (pointer: coarse) {
    :host {
      --row: 28px;
    }
  }
  .rows {
    position: relative;
    overflow: auto;
    height: var(--ring-code-height, auto);
    min-height: calc(var(--code-lines, 16) * var(--row));
    max-height: 60vh;
    background: var(--_paper);
    overscroll-behavior: contain;
    scrollbar-width: thin;
  }
  /* Its lines do not wrap, so it is as wide as the longest. "max-content" would be no width: of a cell of 100 %, it is
     a million pixels. */
  .rows table {
    width: 100%;
  }
  tr {
    font: var(--_mono);
  }
  td,
  th {
    padding: 0 8px 0 0;
    font: inherit;
    font-weight: 400;
    text-align: left;
    white-space: pre;
    height: var(--row);
  }
  td:last-child {
    width: 100%;
  }
  .gutter {
    width: 24px;
    min-width: 24px;
    padding: 0;
    text-align: center;
  }
  .gutter button {
    display: block;
    width: 24px;
    height: 20px;
    padding: 0;
    border: 0;
    background: none;
    cursor: pointer;
  }
  .gutter .disc {
    display: block;
    width: 10px;
    height: 10px;
    margin: 5px 7px;
    border-radius: 50%;
    border: 2px solid var(--_break);
    visibility: hidden;
  }
  .gutter button:hover .disc,
  .gutter button[aria-pressed="true"] .disc {
    visibility: visible;
  }
  .gutter button[aria-pressed="true"] .disc {
    background: var(--_break);
  }
  .here {
    width: 16px;
    min-width: 16px;
    padding: 0;
    vertical-align: top;
  }
  .here svg {
    display: block;
    margin-top: calc((var(--row) - 16px) / 2);
  }
  .lit {
    background: var(--_soft);
  }
  .lit .gutter {
    box-shadow: inset 4px 0 0 var(--_r0);
  }
  .lit.r3 .gutter {
    box-shadow: inset 2px 0 0 var(--_r3);
  }
  tr:focus-visible {
    outline-offset: -2px;
    box-shadow: none;
  }
  .address {
    color: var(--_ink-2);
    text-align: right;
  }
  .lit .address {
    color: var(--_ink);
  }
  .bytes {
    color: var(--_ink-2);
  }
  .w {
    font-weight: 600;
  }
  .n {
    color: var(--_num);
  }
  .s {
    color: var(--_str);
  }
  .c {
    color: var(--_ink-2);
    font-style: italic;
  }
  @media (pointer: coarse) {
    .gutter,
    .gutter button {
      width: 44px;
      height: 28px;
    }
    .gutter .disc {
      margin: 9px 17px;
    }
  }
  @media (forced-colors: active) {
    .lit {
      forced-color-adjust: none;
      background: Highlight;
    }
    .lit td,
    .lit td * {
      color: HighlightText !important;
    }
    .gutter button[aria-pressed="true"] .disc {
      background: CanvasText;
      border-color: CanvasText;
    }
  }
  /* Paper gets the lines that are in the view, not the room of those that are not. */
  @media print {
    .rows {
      height: auto;
      min-height: 0;
      max-height: none !important;
      overflow: hidden;
    }
    .rows .spacer,
    .card {
      display: none;
    }
    .lit td:first-child {
      border-left: 4px solid #000;
    }
  }
`;

/** The breakpoint disc of a row that stands for `address`. */
export function gutter(session: MachineSession | undefined, address: number | undefined, name: string): TemplateResult {
  if (address === undefined || !session) return html`<td class="gutter"></td>`;
  const on = session.breakpoints.has(address);
  return html`<td class="gutter"><button tabindex="-1" aria-pressed=${on} aria-label=${`Breakpoint at ${name}`} title=${`Breakpoint at ${name} (b)`}
    @click=${() => session.toggleBreakpoint(address)}><span class="disc"></span></button></td>`;
}

/** The mark of the executing row. */
export function here(lit: boolean): TemplateResult {
  return html`<td class="here">${lit ? icons.here : nothing}</td>`;
}

/** "lit", "lit r3" or nothing, by who runs. */
export function litClass(lit: boolean, session: MachineSession | undefined): string {
  if (!lit) return "";
  return session?.status?.ring === 3 ? "lit r3" : "lit";
}

/** Moves the chosen row by a key; the new index, or undefined where the key is not for rows. */
export function movedRow(key: string, at: number, count: number): number | undefined {
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + 10, PageUp: at - 10 }[key];
  return to === undefined ? undefined : Math.max(0, Math.min(count - 1, to));
}

/** Scrolls `row` into its box without moving the page; `near` keeps two rows of context. */
export function keepInView(box: HTMLElement, row: HTMLElement): void {
  const height = row.offsetHeight || 20;
  const top = row.offsetTop - height * 2;
  const bottom = row.offsetTop + height * 3;
  if (top < box.scrollTop) box.scrollTop = Math.max(0, top);
  else if (bottom > box.scrollTop + box.clientHeight) box.scrollTop = bottom - box.clientHeight;
}
