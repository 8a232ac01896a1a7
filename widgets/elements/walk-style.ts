// The look of <ring-walk>.
import { css } from "lit";

export const walkStyle = css`
  :host {
    container-type: inline-size;
  }
  .ask {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 6px 8px;
    margin: 0;
    padding: 2px 12px 8px;
  }
  .ask input {
    width: 18ch;
    min-height: max(28px, calc(var(--_target) - 4px));
    padding: 2px 6px;
    border: 1px solid var(--_edge);
    border-radius: 4px;
    background: var(--_paper);
    font: var(--_mono);
  }
  .ask select {
    min-height: max(28px, calc(var(--_target) - 4px));
    padding: 2px 6px;
    border: 1px solid var(--_edge);
    border-radius: 4px;
    background: var(--_raised);
  }
  .wrong {
    margin: 0;
    padding: 0 12px 6px;
    color: var(--_fault);
  }
  .pipeline {
    margin: 0;
    padding: 0;
    list-style: none;
    border-top: 1px solid var(--_hairline);
  }
  .pipeline > li {
    padding: 6px 12px;
    border-bottom: 1px solid var(--_hairline);
    border-left: 4px solid transparent;
  }
  .pipeline > li.now {
    border-left: 4px solid var(--_hw);
    background: var(--_hw-ground);
  }
  .later {
    visibility: hidden;
  }
  .pipeline > li.fault {
    border-left: 4px solid var(--_fault);
    background: var(--_fault-ground);
  }
  .what {
    margin: 0;
    color: var(--_ink-2);
  }
  .sum {
    margin: 0;
    font: var(--_mono);
    overflow-wrap: anywhere;
  }
  .sum b {
    font-weight: 700;
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    justify-content: space-between;
    gap: 2px 12px;
  }
  .cut {
    display: flex;
    gap: 2px;
    margin: 4px 0 2px;
  }
  .field {
    flex: 1 1 0;
    min-width: 0;
    padding: 2px 1px;
    border: 1px solid var(--_edge);
    border-radius: 3px;
    background: var(--_raised);
    text-align: center;
    font: var(--_mono);
    overflow: hidden;
  }
  .field.offset {
    flex-grow: 1.33;
  }
  .field.pointer {
    flex-grow: 0.6;
  }
  .field.now {
    border-color: var(--_hw);
    box-shadow: inset 0 -4px 0 var(--_hw);
  }
  .field small {
    display: block;
    font: var(--_ui);
    font-size: 11px;
    line-height: 14px;
    color: var(--_ink-2);
    white-space: nowrap;
  }
  .field .bits {
    display: block;
    font-size: 11px;
    line-height: 14px;
    color: var(--_ink-2);
    white-space: nowrap;
  }
  @container (max-width: 520px) {
    .field .bits {
      display: none;
    }
  }
  .chip {
    display: inline-block;
    padding: 0 6px;
    border-radius: 3px;
    background: var(--_fault);
    color: var(--_paper);
    font-weight: 700;
  }
  .codes {
    display: grid;
    grid-template-columns: auto 1fr;
    gap: 2px 8px;
    margin: 4px 0 0;
  }
  .codes dt {
    text-align: right;
  }
  .codes dd {
    margin: 0;
  }
  .total {
    margin: 0;
    padding: 6px 12px 10px;
  }
  .steps {
    overflow: auto;
    padding: 4px 12px 10px;
  }
  .steps table {
    font: var(--_mono);
  }
  .steps th,
  .steps td {
    padding: 2px 14px 2px 0;
    text-align: left;
    white-space: nowrap;
  }
  .steps th {
    font: var(--_ui);
    font-weight: 600;
    color: var(--_ink-2);
  }
  @media (forced-colors: active) {
    .chip {
      border: 1px solid;
    }
  }
  @media print {
    .ask {
      display: none;
    }
    .later {
      visibility: visible;
    }
  }
`;
