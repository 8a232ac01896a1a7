// The look of <ring-pc>: floors of parts with the buses between them.
import { css } from "lit";

export const pcStyle = css`
  :host {
    container-type: inline-size;
    background: var(--_panel);
  }
  .asleep {
    min-height: 420px;
  }
  .map {
    padding: 0 12px 8px;
  }
  .floor {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(150px, 1fr));
    gap: 6px;
  }
  .part {
    display: flex;
    flex-direction: column;
    justify-content: space-between;
    gap: 2px;
    min-height: 52px;
    padding: 5px 8px;
    border: 1px solid var(--_edge);
    border-radius: 4px;
    background: var(--_raised);
    color: var(--_ink);
    font: var(--_ui);
    text-align: left;
  }
  button.part {
    cursor: pointer;
  }
  button.part:hover {
    border-color: var(--_ink);
  }
  .part[aria-pressed="true"] {
    border-color: var(--_ink);
    box-shadow: inset 0 0 0 1px var(--_ink);
  }
  .part.cpu {
    background: none;
    border-style: dashed;
  }
  .part .did {
    min-height: 1.25rem;
    color: var(--_ink-2);
    font: var(--_mono);
    overflow-wrap: anywhere;
  }
  .part.lit {
    background: var(--_changed);
    border-bottom: 3px solid var(--_ink);
  }
  .part.lit .did {
    color: var(--_ink);
    font-weight: 700;
  }
  .bus {
    display: flex;
    align-items: center;
    gap: 10px;
    margin: 6px 0;
    color: var(--_ink-2);
  }
  .bus::before,
  .bus::after {
    content: "";
    flex: 1;
    border-top: 2px solid var(--_edge);
  }
  .bus::before {
    flex: 0 0 24px;
  }
  .bus.lit {
    color: var(--_ink);
    font-weight: 600;
  }
  .bus.lit::before,
  .bus.lit::after {
    border-top: 4px solid var(--_ink);
  }
  .detail {
    min-height: 96px;
    padding: 8px 12px;
    border-top: 1px solid var(--_hairline);
  }
  /* Other parts have more registers: what stands below does not move. */
  @container (min-width: 620px) {
    .detail {
      height: 216px;
      overflow-y: auto;
    }
  }
  h4 {
    margin: 0;
    font: var(--_ui);
    font-weight: 700;
  }
  .detail p {
    margin: 2px 0 6px;
  }
  .where {
    display: grid;
    grid-template-columns: max-content minmax(0, 1fr);
    gap: 2px 12px;
    margin: 0 0 6px;
  }
  .where dt,
  .registers dt {
    color: var(--_ink-2);
  }
  .where dd {
    margin: 0;
    overflow-wrap: anywhere;
  }
  summary {
    min-height: var(--_target);
    padding: 6px 0;
    cursor: pointer;
  }
  .registers {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(220px, 1fr));
    gap: 1px 24px;
    margin: 0;
  }
  .registers div {
    display: flex;
    gap: 10px;
  }
  .registers dt {
    overflow-wrap: anywhere;
  }
  .registers dd {
    margin: 0 0 0 auto;
    overflow-wrap: anywhere;
  }
  .ranges {
    padding: 0 12px;
    border-top: 1px solid var(--_hairline);
  }
  .ranges table {
    margin-bottom: 10px;
  }
  .ranges th,
  .ranges td {
    padding: 1px 16px 1px 0;
    text-align: left;
  }
  .ranges th {
    color: var(--_ink-2);
    font-weight: 600;
  }
  @container (max-width: 480px) {
    .floor {
      grid-template-columns: repeat(auto-fill, minmax(132px, 1fr));
    }
  }
  @media print {
    .part.lit {
      border: 3px solid;
    }
  }
`;
