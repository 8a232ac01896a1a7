// The look of <ring-descriptors>.
import { css } from "lit";

export const descriptorsStyle = css`
  :host {
    container-type: inline-size;
  }
  .about {
    margin: 0;
    padding: 0 12px 6px;
    color: var(--_ink-2);
  }
  .about .mono {
    color: var(--_ink);
  }
  .scroll {
    max-height: var(--entries, 260px);
    overflow: auto;
    border-block: 1px solid var(--_hairline);
  }
  .list {
    width: 100%;
  }
  .list th,
  .list td {
    padding: 2px 8px 2px 0;
    text-align: left;
    vertical-align: baseline;
    font-weight: 400;
  }
  .list thead th {
    position: sticky;
    top: 0;
    z-index: 1;
    padding-block: 4px;
    background: var(--_panel);
    color: var(--_ink-2);
    font-size: 12px;
  }
  .list th:first-child {
    padding-left: 12px;
  }
  .list .mono {
    white-space: nowrap;
  }
  .list tr.chosen {
    background: var(--_raised);
    box-shadow: inset 2px 0 0 var(--_ink);
  }
  .list tr.fold td {
    padding-left: 12px;
    color: var(--_ink-2);
  }
  .pick {
    min-height: 24px;
    min-width: 44px;
    padding: 0 2px;
    border: 0;
    background: none;
    font: var(--_mono);
    text-align: left;
    text-decoration: underline 1px;
    text-underline-offset: 0.18em;
    cursor: pointer;
  }
  .chosen .pick {
    font-weight: 700;
    text-decoration-thickness: 2px;
  }
  .users {
    display: inline-flex;
    flex-wrap: wrap;
    gap: 3px;
  }
  .user {
    padding: 0 4px;
    border: 1px solid var(--_edge);
    border-radius: 3px;
    font: var(--_mono);
    font-size: 11px;
    line-height: 16px;
  }
  .user.differs {
    border-style: dashed;
    border-color: var(--_ink);
    background: var(--_changed);
    font-weight: 700;
  }
  .faulty {
    color: var(--_fault);
  }
  .faulty svg {
    width: 11px;
    height: 11px;
    margin-right: 3px;
  }
  .detail {
    padding: 8px 12px 10px;
  }
  .detail .entry {
    margin: 0 0 6px;
    font: var(--_ui);
    font-weight: 600;
  }
  .bits {
    --cell: calc(100% / 16);
    display: flex;
    flex-wrap: wrap;
    margin: 0 0 6px;
  }
  .bit {
    flex: 0 0 var(--cell);
    min-width: 0;
    height: 26px;
    padding: 0;
    border: solid var(--_hairline);
    border-width: 1px 1px 1px 0;
    border-radius: 0;
    background: var(--_paper);
    color: var(--_ink-2);
    font: var(--_mono);
    cursor: pointer;
  }
  .bit.first {
    border-left: 2px solid var(--_ink);
  }
  .bit.one {
    color: var(--_ink);
    font-weight: 700;
  }
  .bit.shaded {
    background: var(--_raised);
  }
  .bit.wrong {
    background: var(--_fault-ground);
    color: var(--_fault);
  }
  .bit.lit {
    background: var(--_ink);
    color: var(--_paper);
  }
  .bit:focus-visible {
    z-index: 1;
  }
  .numbers {
    flex: 0 0 var(--cell);
    color: var(--_ink-2);
    font: var(--_mono);
    font-size: 10px;
    line-height: 14px;
    text-align: center;
  }
  @container (min-width: 620px) {
    .bits {
      --cell: calc(100% / 32);
    }
  }
  .fields {
    width: 100%;
  }
  .fields th,
  .fields td {
    padding: 1px 8px 1px 0;
    font-weight: 400;
    text-align: left;
    vertical-align: baseline;
  }
  .fields th {
    white-space: nowrap;
  }
  .fields .range {
    color: var(--_ink-2);
    white-space: nowrap;
  }
  .fields tr.lit {
    background: var(--_raised);
    box-shadow: inset 2px 0 0 var(--_ink);
  }
  .note {
    margin: 0 0 6px;
  }
  .sum {
    display: block;
    font: var(--_mono);
  }
  details > summary {
    display: flex;
    align-items: center;
    min-height: var(--_target);
    color: var(--_ink-2);
    font-weight: 600;
    cursor: pointer;
  }
  @media (pointer: coarse) {
    .bit {
      height: 44px;
    }
    .pick {
      min-height: 44px;
    }
  }
  @media (forced-colors: active) {
    .bit.wrong,
    .user.differs {
      text-decoration: underline wavy;
    }
  }
  @media print {
    .scroll {
      max-height: none;
    }
  }
`;
