// The look of <ring-controls>: the bar, inverse in the past, and its menus.
import { css } from "lit";

export const controlsStyle = css`
  .bar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 16px;
    min-height: 44px;
    padding: 5px 6px 5px 12px;
    background: var(--_panel);
    border-radius: 5px 5px 0 0;
  }
  .state {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 0 12px;
    margin-right: auto;
    min-width: 0;
  }
  .word {
    font-weight: 600;
  }
  .count {
    white-space: nowrap;
  }
  .who {
    padding-left: 8px;
    border-left: 4px solid var(--_r0);
    color: var(--_r0);
    white-space: nowrap;
  }
  .who.r3 {
    border-left-width: 2px;
    color: var(--_r3);
    border-color: var(--_r3);
  }
  .chip {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    align-self: center;
    padding: 0 8px 0 4px;
    border-radius: 4px;
    background: var(--_fault);
    color: var(--_paper);
    font-weight: 600;
  }
  .reason {
    color: var(--_ink-2);
    overflow-wrap: anywhere;
  }
  .tools {
    display: flex;
    gap: 4px;
    align-items: center;
  }
  .tools .button {
    padding: 4px 9px;
  }
  .tools .run {
    min-width: 84px;
  }
  .past .bar {
    background: var(--_ink);
    color: var(--_paper);
  }
  .past .reason,
  .past .who,
  .past .who.r3 {
    color: inherit;
    border-color: currentColor;
  }
  .past .button.quiet {
    color: var(--_paper);
  }
  .past .button.quiet:hover {
    color: var(--_ink);
  }
  .past .button.primary {
    background: var(--_paper);
    color: var(--_ink);
    border-color: var(--_paper);
  }
  .past :focus-visible {
    outline-color: var(--_paper);
    box-shadow: 0 0 0 1px var(--_ink);
  }
  .past .floating :focus-visible {
    outline-color: var(--_ink);
    box-shadow: none;
  }
  .menu {
    right: 6px;
    top: calc(100% - 2px);
    min-width: 230px;
    max-width: calc(100% - 12px);
    padding: 4px;
    color: var(--_ink);
  }
  .menu button {
    display: flex;
    align-items: center;
    gap: 8px;
    width: 100%;
    min-height: var(--_target);
    padding: 4px 12px 4px 8px;
    border: 0;
    border-radius: 3px;
    background: none;
    text-align: left;
    cursor: pointer;
  }
  .menu button:hover {
    background: var(--_panel);
  }
  .menu .gap {
    width: 16px;
    flex: none;
  }
  .menu hr {
    margin: 4px 0;
    border: 0;
    border-top: 1px solid var(--_hairline);
  }
  .menu p {
    margin: 4px 8px 2px 32px;
    color: var(--_ink-2);
  }
  .keys {
    padding: 8px 12px 12px;
  }
  .keys table {
    width: 100%;
  }
  .keys th {
    padding: 2px 16px 2px 0;
    font: var(--_mono);
    font-weight: 600;
    text-align: left;
    white-space: nowrap;
    vertical-align: top;
  }
  .keys td {
    padding: 2px 0;
  }
  .keys p {
    margin: 8px 0 0;
  }
  .go {
    display: flex;
    gap: 8px;
    align-items: center;
    flex-wrap: wrap;
    padding: 8px 12px;
  }
  .go input {
    width: 12ch;
    min-height: var(--_target);
    padding: 2px 8px;
    border: 1px solid var(--_edge);
    border-radius: 4px;
    background: var(--_paper);
    font: var(--_mono);
  }
  .go p {
    flex-basis: 100%;
    margin: 0;
  }
  /* Where there is less room, what the menu holds too goes first. */
  /* One row, whatever the reason: a machine that runs and waits by turns would move all below it. */
  @container bar (min-width: 42em) {
    .bar:not(:has(.chip)) {
      flex-wrap: nowrap;
    }
    .bar:not(:has(.chip)) .state {
      flex: 1 1 0;
      flex-wrap: nowrap;
      overflow: hidden;
    }
    .bar:not(:has(.chip)) .reason {
      min-width: 0;
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
  }
  @container bar (max-width: 940px) {
    .tools .keysbutton {
      display: none;
    }
  }
  @container bar (max-width: 700px) {
    .tools .wide {
      display: none;
    }
  }
  @container bar (max-width: 560px) {
    .tools {
      width: 100%;
    }
    .tools .button {
      flex: 1;
    }
    .tools .run {
      flex: 1 0 auto;
    }
    .tools .more {
      flex: 0 0 var(--_target);
    }
  }
  @container bar (max-width: 300px) {
    .tools .button:not(.more) svg {
      display: none;
    }
  }
  :host {
    z-index: 6;
    container: bar / inline-size;
  }
  @media print {
    .bar {
      background: none;
    }
    .tools {
      display: none;
    }
  }
`;
