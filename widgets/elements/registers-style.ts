// The look of <ring-registers>.
import { css } from "lit";

export const registersStyle = css`
  .grid {
    position: relative;
    padding: 0 6px 8px;
  }
  .asleep {
    min-height: 233px;
  }
  .rows {
    display: grid;
    grid-template-columns: 1fr 1fr;
    column-gap: 8px;
  }
  :host {
    container-type: inline-size;
  }
  /* Sixteen digits beside each other need room. */
  @container (max-width: 440px) {
    .rows.wide {
      grid-template-columns: 1fr;
    }
  }
  .pair {
    display: flex;
    align-items: baseline;
    min-width: 0;
  }
  .pair .label {
    flex: 0 0 7ch;
    padding-left: 6px;
    color: var(--_ink-2);
    font: var(--_mono);
  }
  .value {
    padding: 2px 4px;
    border-radius: 2px;
    font: var(--_mono);
    cursor: pointer;
    white-space: nowrap;
  }
  .value .zero {
    color: var(--_ink-2);
    font-weight: 400;
  }
  .value:hover {
    background: var(--_raised);
  }
  .value.changed:hover {
    background: var(--_changed);
  }
  .letters {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 3px;
    padding: 3px 6px;
  }
  .bit {
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
  .said {
    margin: 2px 6px 0;
    color: var(--_ink-2);
  }
  .segments {
    width: 100%;
  }
  .segments th {
    padding: 0 0 0 6px;
    font-weight: 400;
    text-align: left;
    color: var(--_ink-2);
  }
  .segments thead th {
    font: var(--_ui);
    font-size: 12px;
    padding-left: 4px;
  }
  .segments tbody th {
    font: var(--_mono);
  }
  .segments td {
    padding: 0 4px 0 4px;
    font: var(--_mono);
    white-space: nowrap;
    vertical-align: baseline;
  }
  .segments td.value {
    padding: 2px 4px;
  }
  .segments td.words {
    font: var(--_ui);
    font-size: 12px;
    line-height: 16px;
    white-space: normal;
    color: var(--_ink-2);
  }
  .segments tr.spaced td {
    padding-bottom: 2px;
  }
  details > summary {
    display: flex;
    align-items: center;
    min-height: var(--_target);
    padding: 0 12px;
    color: var(--_ink-2);
    font-weight: 600;
    cursor: pointer;
  }
  details > summary::before {
    content: "";
    width: 6px;
    height: 6px;
    margin: 0 8px 2px 1px;
    border: solid currentColor;
    border-width: 0 1.6px 1.6px 0;
    transform: rotate(-45deg);
  }
  details[open] > summary::before {
    transform: rotate(45deg);
  }
  details {
    border-top: 1px solid var(--_hairline);
  }
  .open {
    left: 12px;
    right: 12px;
    padding: 12px;
    max-width: 330px;
  }
  .open dl {
    display: grid;
    grid-template-columns: auto 1fr;
    gap: 2px 12px;
    margin: 8px 0;
  }
  .open dt {
    color: var(--_ink-2);
  }
  .open dd {
    margin: 0;
    font: var(--_mono);
    overflow-wrap: anywhere;
  }
  .open form {
    display: flex;
    gap: 8px;
    align-items: center;
  }
  .open input {
    flex: 1;
    min-width: 0;
    min-height: var(--_target);
    padding: 2px 8px;
    border: 1px solid var(--_edge);
    border-radius: 4px;
    background: var(--_paper);
    font: var(--_mono);
  }
  .open input[aria-invalid="true"] {
    border-color: var(--_fault);
  }
  .open .wrong {
    margin: 6px 0 0;
    color: var(--_fault);
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  @media (forced-colors: active) {
    .bit.on {
      forced-color-adjust: none;
      background: CanvasText;
      border-color: CanvasText;
      color: Canvas;
    }
  }
  @media print {
    details > summary {
      display: none;
    }
  }
`;
