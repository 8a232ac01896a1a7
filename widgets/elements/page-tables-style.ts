// The look of <ring-page-tables>.
import { css } from "lit";

export const pageTablesStyle = css`
  :host {
    container-type: inline-size;
  }
  .crumbs {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 2px 4px;
    margin: 0;
    padding: 2px 12px 6px;
    color: var(--_ink-2);
  }
  .crumbs button {
    min-height: max(28px, calc(var(--_target) - 4px));
    padding: 0 4px;
    color: var(--_ink);
  }
  .crumbs button[aria-current] {
    font-weight: 600;
    text-decoration: none;
  }
  .columns {
    display: flex;
    align-items: stretch;
    border-top: 1px solid var(--_hairline);
    overflow-x: auto;
  }
  .column {
    flex: 1 0 200px;
    min-width: 0;
    border-left: 1px solid var(--_hairline);
  }
  .column:first-child {
    border-left: 0;
  }
  .column h4 {
    margin: 0;
    padding: 6px 8px 4px;
    font: var(--_ui);
    font-weight: 600;
    color: var(--_ink-2);
  }
  .column h4 .mono {
    color: var(--_ink);
    font-weight: 400;
  }
  ul {
    margin: 0;
    padding: 0 4px 6px;
    list-style: none;
    max-height: 320px;
    overflow-y: auto;
  }
  li {
    display: grid;
    grid-template-columns: auto 1fr;
    gap: 0 8px;
    padding: 3px 6px;
    border-radius: 4px;
    border-left: 4px solid transparent;
    color: var(--_ink-2);
    font: var(--_mono);
    cursor: default;
  }
  li.opens {
    cursor: pointer;
  }
  li .index {
    text-align: right;
    min-width: 4ch;
  }
  li .to {
    text-align: right;
    white-space: nowrap;
  }
  li .letters {
    grid-column: 1 / -1;
    justify-content: flex-end;
    padding: 2px 0;
  }
  li[aria-selected="true"] {
    border-left-color: var(--_ink);
    background: var(--_raised);
    color: var(--_ink);
  }
  li.changed .to {
    background: var(--_changed);
    box-shadow: inset 0 -2px 0 var(--_ink);
    font-weight: 700;
  }
  li.changed {
    background: none;
    box-shadow: none;
    font-weight: 400;
  }
  li.folded {
    display: block;
    padding-left: 12px;
    font: var(--_ui);
  }
  .leaf {
    display: block;
    font: var(--_ui);
    font-size: 12px;
    line-height: 16px;
  }
  .page {
    margin: 0;
    padding: 6px 12px 10px;
    border-top: 1px solid var(--_hairline);
    overflow-wrap: anywhere;
  }
  .all {
    max-height: 400px;
    overflow: auto;
    border-top: 1px solid var(--_hairline);
    padding: 4px 12px 10px;
  }
  .all table {
    font: var(--_mono);
  }
  .all th {
    padding: 2px 16px 2px 0;
    font: var(--_ui);
    font-weight: 600;
    text-align: left;
    color: var(--_ink-2);
  }
  .all td {
    padding: 2px 16px 2px 0;
    white-space: nowrap;
  }
  .all td.words {
    font: var(--_ui);
  }
  /* One level and the way to it. */
  @container (max-width: 620px) {
    .column:not(.shown) {
      display: none;
    }
    .column {
      border-left: 0;
    }
    ul {
      max-height: 264px;
    }
  }
`;
