// The look of <ring-interrupts>.
import { css } from "lit";

export const interruptsStyle = css`
  :host {
    container-type: inline-size;
    background: var(--_panel);
  }
  /* By itself in a page's text. */
  .asleep {
    min-height: 280px;
  }
  .next {
    margin: 0;
    padding: 4px 12px 8px;
  }
  .chip {
    padding: 1px 8px;
    border-radius: 3px;
    background: var(--_ink);
    color: var(--_paper);
    font: var(--_mono);
    font-weight: 600;
  }
  .pics,
  .pairs {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 8px 24px;
    padding: 0 12px 8px;
  }
  .pairs {
    padding: 0;
  }
  @container (min-width: 600px) {
    .pics,
    .pairs {
      grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
    }
  }
  .scroll {
    overflow-x: auto;
  }
  .part {
    padding: 6px 12px 8px;
    border-top: 1px solid var(--_hairline);
  }
  h4 {
    margin: 0 0 4px;
    font: var(--_ui);
    font-weight: 600;
  }
  caption {
    padding: 2px 0 4px;
    text-align: left;
    color: var(--_ink-2);
  }
  caption b {
    color: var(--_ink);
  }
  table {
    width: 100%;
  }
  th {
    font-weight: 400;
    text-align: left;
  }
  thead th,
  dt {
    color: var(--_ink-2);
  }
  th,
  td {
    padding: 2px 8px 2px 0;
    vertical-align: baseline;
  }
  tbody tr {
    border-top: 1px solid var(--_hairline);
  }
  tr.first {
    background: var(--_soft);
  }
  .bits {
    white-space: nowrap;
  }
  .why {
    min-width: 7ch;
  }
  tr.first .why {
    font-weight: 600;
  }
  .bit {
    display: inline-block;
    padding: 0 3px;
    border: 1px solid var(--_edge);
    border-radius: 3px;
    font: var(--_mono);
    font-size: 11px;
    line-height: 16px;
    color: var(--_ink-2);
  }
  .bit.on {
    background: var(--_ink);
    border-color: var(--_ink);
    color: var(--_paper);
    font-weight: 600;
  }
  .bit.flipped {
    outline: 2px solid var(--_ink);
    outline-offset: 1px;
    box-shadow: 0 0 0 5px var(--_changed);
  }
  dl {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    gap: 1px 12px;
    margin: 0;
    align-content: start;
  }
  dd {
    margin: 0;
    overflow-wrap: anywhere;
  }
  .part p {
    margin: 2px 0 0;
  }
  @media (forced-colors: active) {
    .bit.on,
    .chip {
      forced-color-adjust: none;
      background: CanvasText;
      color: Canvas;
    }
  }
`;
