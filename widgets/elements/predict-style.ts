// The look of <ring-predict>: dashed is what was guessed, solid what was measured.
import { css } from "lit";

export const predictStyle = css`
  :host {
    margin: 24px 0;
  }
  .box {
    padding: 14px 16px 16px;
    border: 2px dashed var(--_predict);
    border-radius: 6px;
    background: var(--_paper);
  }
  code {
    font-family: var(--_code);
    font-size: 0.92em;
  }
  .tag {
    margin: 0 0 4px;
    color: var(--_predict);
    font-weight: 600;
  }
  .question {
    margin: 0 0 12px;
    font: var(--_prose);
  }
  fieldset {
    min-width: 0;
    margin: 0 0 12px;
    padding: 0;
    border: 0;
  }
  .option {
    display: flex;
    align-items: baseline;
    gap: 10px;
    min-height: var(--_target);
    padding: 5px 10px;
    border-radius: 4px;
    cursor: pointer;
    font-size: 15px;
    line-height: 22px;
  }
  .option:hover {
    background: var(--_panel);
  }
  .option input {
    flex: none;
    width: 16px;
    height: 16px;
    margin: -2px 0;
    accent-color: var(--_predict);
    transform: translateY(2px);
  }
  .typed {
    width: 16ch;
    min-height: var(--_target);
    padding: 2px 10px;
    border: 1px solid var(--_edge);
    border-radius: 4px;
    background: var(--_raised);
    font: var(--_mono);
    font-size: 14px;
  }
  .hint {
    margin: 4px 0 0;
    color: var(--_ink-2);
  }
  ol {
    margin: 0;
    padding: 0;
    list-style: none;
    counter-reset: place;
  }
  ol li {
    display: flex;
    align-items: center;
    gap: 8px;
    min-height: 38px;
    padding: 2px 2px 2px 10px;
    border-bottom: 1px solid var(--_hairline);
    counter-increment: place;
  }
  ol.sorting li::before {
    content: counter(place);
    min-width: 2ch;
    color: var(--_ink-2);
  }
  li span {
    flex: 1;
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  .problem {
    margin: 8px 0 0;
    color: var(--_fault);
  }
  .answers {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(220px, 1fr));
    gap: 12px;
    margin: 0 0 12px;
  }
  .answers > div {
    padding: 10px 12px;
    border-radius: 4px;
  }
  .you {
    border: 2px dashed var(--_predict);
    background: var(--_predict-ground);
  }
  .machine {
    border: 2px solid var(--_ink);
    background: var(--_raised);
  }
  .answers p {
    margin: 0;
    font-size: 15px;
    line-height: 22px;
    overflow-wrap: anywhere;
  }
  .answers .whose {
    margin: 0 0 4px;
    font: var(--_ui);
    font-weight: 600;
  }
  .answers .instant {
    margin-top: 4px;
    font: var(--_ui);
    color: var(--_ink-2);
  }
  .explanation {
    margin: 0 0 12px;
    font: var(--_prose);
  }
  ::slotted([slot="explanation"]),
  ::slotted([slot="question"]) {
    margin-top: 0;
  }
  @media print {
    .answers,
    .explanation {
      display: none;
    }
    .question {
      margin-bottom: 64px;
    }
  }
`;
