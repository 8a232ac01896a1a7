// The look of <ring-frame>: a stack of boxes, hatched where the hardware put them.
import { css } from "lit";

export const frameStyle = css`
  :host {
    container-type: inline-size;
    background: var(--_panel);
  }
  /* By itself in a page's text. */
  .asleep {
    min-height: 250px;
  }
  .parts {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 4px 24px;
    min-height: 250px;
    align-items: start;
    padding: 0 12px 12px;
  }
  @container (min-width: 600px) {
    .parts {
      grid-template-columns: minmax(0, 1.25fr) minmax(0, 1fr);
    }
  }
  .slot,
  .pointer {
    display: grid;
    grid-template-columns: 8.5ch auto minmax(0, 1fr);
    gap: 0 8px;
    align-items: stretch;
  }
  .address {
    padding: 3px 0;
    color: var(--_ink-2);
    font: var(--_mono);
    text-align: right;
  }
  .box {
    padding: 3px 8px 3px 10px;
    border: 1px solid var(--_edge);
    border-bottom-width: 0;
    border-left-width: 4px;
    background: var(--_raised);
    font: var(--_mono);
  }
  .slot:has(+ :not(.slot)) .box {
    border-bottom-width: 1px;
  }
  .processor .box {
    border-left-color: var(--_hw);
    background: repeating-linear-gradient(
        45deg,
        transparent 0 5px,
        color-mix(in srgb, var(--_hw) 9%, transparent) 5px 7px
      ),
      var(--_raised);
    font-weight: 600;
  }
  .handler .box {
    border-left-color: var(--_r0);
  }
  .before .box {
    border-style: dashed;
    border-left-width: 1px;
    padding-left: 13px;
    color: var(--_ink-2);
  }
  .meaning {
    padding: 3px 0;
    min-width: 0;
  }
  .meaning b {
    font-weight: 600;
  }
  .says,
  .who {
    color: var(--_ink-2);
  }
  .who {
    padding: 4px 0 2px calc(8.5ch + 8px);
  }
  .gap {
    padding-left: calc(8.5ch + 20px);
    color: var(--_ink-2);
  }
  .pointer {
    padding-top: 2px;
    font: var(--_mono);
  }
  .none,
  .cause > p {
    margin: 0 0 6px;
  }
  .none {
    color: var(--_ink-2);
  }
  .chip {
    padding: 1px 8px;
    border-radius: 3px;
    background: var(--_ink);
    color: var(--_paper);
    font-weight: 600;
  }
  dl {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    gap: 1px 12px;
    align-items: baseline;
    margin: 0 0 8px;
  }
  dt,
  .code th {
    color: var(--_ink-2);
  }
  dd {
    margin: 0;
    overflow-wrap: anywhere;
  }
  caption {
    padding: 2px 0;
    text-align: left;
    font-weight: 600;
  }
  th {
    font-weight: 400;
    text-align: left;
  }
  th,
  td {
    padding: 1px 12px 1px 0;
    vertical-align: top;
  }
  .stack table {
    width: 100%;
  }
  .stack thead th {
    color: var(--_ink-2);
  }
  .scroll {
    overflow-x: auto;
  }
  @media (forced-colors: active) {
    .chip {
      border: 1px solid;
    }
  }
  @media print {
    .parts {
      min-height: 0;
    }
  }
`;
