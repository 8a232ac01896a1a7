// The look of <ring-system>.
import { css } from "lit";

export const systemStyle = css`
  :host {
    container-type: inline-size;
  }
  .tabs {
    display: flex;
    flex-wrap: wrap;
    gap: 4px;
    padding: 0 10px 6px;
  }
  .tabs .button[aria-selected="true"] {
    border-color: var(--_ink);
  }
  .tabs .button[aria-selected="false"] {
    border-color: transparent;
    background: none;
    font-weight: 400;
  }
  .register {
    display: grid;
    grid-template-columns: 7ch auto;
    gap: 2px 8px;
    align-items: baseline;
    padding: 3px 12px;
  }
  .register > .name {
    color: var(--_ink-2);
    font: var(--_mono);
  }
  .register > .value {
    font: var(--_mono);
  }
  .chips {
    grid-column: 1 / -1;
    display: flex;
    flex-wrap: wrap;
    gap: 4px;
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .chip {
    min-height: 24px;
    padding: 0 6px;
    border: 1px solid var(--_edge);
    border-radius: 3px;
    background: none;
    color: var(--_ink-2);
    font: var(--_mono);
    font-size: 12px;
    line-height: 20px;
  }
  button.chip {
    cursor: pointer;
  }
  .chip.on {
    background: var(--_ink);
    border-color: var(--_ink);
    color: var(--_paper);
    font-weight: 600;
  }
  .chip.flipped {
    outline: 2px solid var(--_ink);
    outline-offset: 1px;
    box-shadow: 0 0 0 5px var(--_changed);
  }
  .chip[aria-expanded="true"] {
    text-decoration: underline 2px;
    text-underline-offset: 3px;
  }
  .about {
    margin: 4px 12px 8px;
    padding: 8px 10px;
    border-left: 3px solid var(--_ink);
    background: var(--_raised);
  }
  .about p {
    margin: 0 0 6px;
  }
  .filter {
    display: flex;
    align-items: center;
    gap: 8px;
    padding: 0 12px 6px;
    color: var(--_ink-2);
  }
  .filter input {
    min-height: var(--_target);
    width: 16ch;
    padding: 2px 8px;
    border: 1px solid var(--_edge);
    border-radius: 4px;
    background: var(--_paper);
    color: var(--_ink);
    font: var(--_mono);
  }
  .scroll {
    max-height: 340px;
    overflow: auto;
    border-top: 1px solid var(--_hairline);
  }
  .list {
    width: 100%;
  }
  .list th,
  .list td {
    padding: 2px 8px 2px 0;
    text-align: left;
    font-weight: 400;
    vertical-align: baseline;
  }
  .list thead th {
    position: sticky;
    top: 0;
    padding-block: 4px;
    background: var(--_panel);
    color: var(--_ink-2);
    font-size: 12px;
  }
  .list th:first-child {
    padding-left: 12px;
  }
  .list td.fields {
    font: var(--_ui);
    color: var(--_ink-2);
  }
  .leaf {
    padding: 8px 12px;
    border-bottom: 1px solid var(--_hairline);
  }
  .leaf .leaf-name {
    margin: 0;
    font: var(--_ui);
    font-weight: 600;
  }
  .words {
    display: flex;
    flex-wrap: wrap;
    gap: 0 12px;
    margin: 2px 0;
    font: var(--_mono);
  }
  .leaf p {
    margin: 2px 0;
  }
  details {
    padding: 0 12px 8px;
  }
  details > summary {
    display: flex;
    align-items: center;
    min-height: var(--_target);
    color: var(--_ink-2);
    font-weight: 600;
    cursor: pointer;
  }
  @container (min-width: 620px) {
    .register {
      grid-template-columns: 7ch 18ch minmax(0, 1fr);
    }
    .chips.beside {
      grid-column: 3;
    }
  }
  @media (pointer: coarse) {
    button.chip {
      min-height: 44px;
      min-width: 44px;
    }
  }
  @media (forced-colors: active) {
    .chip.on {
      forced-color-adjust: none;
      background: CanvasText;
      border-color: CanvasText;
      color: Canvas;
    }
  }
  @media print {
    .scroll {
      max-height: none;
    }
  }
`;
