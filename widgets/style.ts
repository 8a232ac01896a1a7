// The look of every view: look.md's tokens with their values as fallbacks, so that a view is itself on a page that has
// no stylesheet of ours; and what all views share. Light and dark follow the page's color-scheme.
import { css } from "lit";

/** Tokens under private names (`--_ink`), each the page's if it has one. */
export const tokens = css`
  :host {
    --_ink: var(--ink, light-dark(#1c1e22, #e8e6e1));
    --_ink-2: var(--ink-2, light-dark(#50555e, #b0b6c0));
    --_r3: var(--r3, light-dark(#1561ad, #b5d7ff));
    --_r0: var(--r0, light-dark(#0a3e86, #82b9ff));
    --_vmm: var(--vmm, light-dark(#964700, #ffb066));
    --_hw: var(--hw, light-dark(#485263, #b9c2cf));
    --_fault: var(--fault, light-dark(#b4232a, #ff9c96));
    --_break: var(--break, light-dark(#a80f66, #ff8cc4));
    --_predict: var(--predict, light-dark(#00676a, #5fd0cc));
    --_pass: var(--pass, light-dark(#2b6a1b, #8fd17b));
    --_num: var(--syn-num, light-dark(#7d3795, #ddb0f2));
    --_str: var(--syn-str, light-dark(#44601b, #b9cf8a));
    --_paper: var(--paper, light-dark(#fcfbf8, #14161a));
    --_panel: var(--panel, light-dark(#f3f1eb, #1c1f25));
    --_raised: var(--raised, light-dark(#ffffff, #262a32));
    --_hw-ground: var(--hw-ground, light-dark(#e4e6ea, #353c47));
    --_soft: var(--soft-ground, light-dark(#d0e4fb, #15355a));
    --_fault-ground: var(--fault-ground, light-dark(#fadad9, #521c1e));
    --_predict-ground: var(--predict-ground, light-dark(#d6f0ee, #0d3a3a));
    --_changed: var(--changed, light-dark(#e9f27c, #3e4500));
    --_changed-old: var(--changed-old, light-dark(#f4f7cf, #2f340c));
    --_hairline: var(--hairline, light-dark(#dad6cb, #363b45));
    --_edge: var(--edge, light-dark(#7f7a6f, #7b828e));
    --_serif: var(--serif, "Source Serif 4 Variable", Georgia, serif);
    --_sans: var(--sans, "Source Sans 3 Variable", "Segoe UI", system-ui, sans-serif);
    --_code: var(--code, "Source Code Pro Variable", ui-monospace, Consolas, monospace);
    --_ui: var(--text-ui, 0.875rem / 1.25rem var(--_sans));
    --_mono: var(--text-code, 0.8125rem / 1.25rem var(--_code));
    --_prose: var(--text-prose, 1.125rem / 1.8125rem var(--_serif));
    --_target: var(--target, 32px);
  }
`;

/** The frame of a view that stands in the text, outside of its machine. */
export const framed = css`
  :host([machine]) {
    margin: 24px 0;
    border: 1px solid var(--_hairline);
    border-radius: 6px;
    background: var(--_panel);
  }
`;

/** Boxes, focus, buttons, headings of views, and what only a screen reader gets. */
export const shared = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  :host {
    display: block;
    position: relative;
    min-width: 0;
    color: var(--_ink);
    font: var(--_ui);
    font-variant-numeric: tabular-nums;
    font-variant-ligatures: none;
  }
  :host([hidden]),
  [hidden] {
    display: none !important;
  }
  :focus-visible {
    outline: 2px solid var(--_ink);
    outline-offset: 1px;
    box-shadow: 0 0 0 1px var(--_paper);
  }
  button,
  input,
  select {
    font: inherit;
    color: inherit;
    margin: 0;
  }
  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 6px;
    min-height: var(--_target);
    padding: 4px 12px;
    border: 1px solid var(--_edge);
    border-radius: 4px;
    background: var(--_raised);
    color: var(--_ink);
    font: var(--_ui);
    font-weight: 600;
    cursor: pointer;
    white-space: nowrap;
  }
  .button:hover {
    border-color: var(--_ink);
  }
  .button.quiet {
    border-color: transparent;
    background: none;
  }
  .button.quiet:hover {
    border-color: var(--_edge);
    background: var(--_raised);
  }
  .button[aria-pressed="true"] {
    border-color: var(--_ink);
    background: var(--_raised);
  }
  .button.primary {
    background: var(--_ink);
    border-color: var(--_ink);
    color: var(--_paper);
  }
  .button[aria-disabled="true"] {
    color: var(--_ink-2);
    border-style: dashed;
    cursor: default;
  }
  svg {
    flex: none;
  }
  .link {
    padding: 0;
    border: 0;
    background: none;
    font: inherit;
    text-decoration: underline 1px;
    text-underline-offset: 0.18em;
    cursor: pointer;
  }
  .link:hover {
    text-decoration-thickness: 2px;
  }
  .head {
    display: flex;
    align-items: center;
    gap: 8px;
    min-height: 32px;
    padding: 2px 12px;
    color: var(--_ink-2);
  }
  .head .title {
    margin: 0 auto 0 0;
    font: var(--_ui);
    font-weight: 600;
    color: var(--_ink-2);
  }
  .head .button {
    min-height: max(28px, calc(var(--_target) - 4px));
    padding: 2px 8px;
    font-weight: 400;
  }
  .mono {
    font: var(--_mono);
  }
  .dim {
    color: var(--_ink-2);
  }
  .empty {
    margin: 0;
    padding: 12px;
    color: var(--_ink-2);
  }
  .sr {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  .floating {
    position: absolute;
    z-index: 5;
    border: 1px solid var(--_edge);
    border-radius: 4px;
    background: var(--_raised);
    box-shadow: 0 4px 16px rgb(0 0 0 / 0.18);
  }
  .changed {
    background: var(--_changed);
    box-shadow: inset 0 -2px 0 var(--_ink);
    font-weight: 700;
  }
  .changed-old {
    background: linear-gradient(var(--_ink-2), var(--_ink-2)) 0 100% / 0 0 no-repeat, var(--_changed-old);
    border-bottom: 2px dotted var(--_ink-2);
    margin-bottom: -2px;
  }
  .outlined {
    outline: 2px solid var(--_ink);
    outline-offset: 1px;
    border-radius: 2px;
  }
  table {
    border-collapse: collapse;
    font-variant-numeric: tabular-nums;
  }
  @media (pointer: coarse) {
    .link {
      min-height: 44px;
    }
  }
  @media (prefers-reduced-motion: no-preference) {
    .button {
      transition:
        background-color 120ms,
        border-color 120ms;
    }
  }
  @media (forced-colors: active) {
    .button.primary {
      forced-color-adjust: none;
      background: ButtonText;
      color: ButtonFace;
    }
    .changed,
    .changed-old {
      text-decoration: underline 2px;
    }
    .changed-old {
      text-decoration-style: dotted;
    }
  }
  @media print {
    :host {
      color-scheme: light;
    }
    .button,
    .noprint {
      display: none !important;
    }
  }
`;
