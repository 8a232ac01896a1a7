// Icons, drawn here: the fonts' Latin subsets have no arrows, discs or marks. Each stands beside a word or a label.
import { type SVGTemplateResult, svg } from "lit";

const outline = (path: string): SVGTemplateResult =>
  svg`<svg width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d=${path}></path></svg>`;
const filled = (path: string): SVGTemplateResult =>
  svg`<svg width="16" height="16" viewBox="0 0 16 16" fill="currentColor" aria-hidden="true"><path d=${path}></path></svg>`;

export const icons = {
  run: filled("M4.5 2.8v10.4a.6.6 0 0 0 .93.5l7.6-5.2a.6.6 0 0 0 0-1L5.43 2.3a.6.6 0 0 0-.93.5z"),
  pause: filled("M4 3h2.8v10H4zm5.2 0H12v10H9.2z"),
  step: outline("M8 2.5v7.2m0 0 3-3m-3 3-3-3M3.5 13h9"),
  back: outline("M8 13V5.8m0 0 3 3m-3-3-3 3M3.5 2.5h9"),
  over: outline("M2.5 9.5a5.5 5.5 0 0 1 10.6-2m.4-3.2-.3 3.3-3.3-.4"),
  more: filled(
    "M3.2 6.7a1.3 1.3 0 1 1 0 2.6 1.3 1.3 0 0 1 0-2.6zm4.8 0a1.3 1.3 0 1 1 0 2.6 1.3 1.3 0 0 1 0-2.6zm4.8 0a1.3 1.3 0 1 1 0 2.6 1.3 1.3 0 0 1 0-2.6z",
  ),
  keys: outline("M2 4.5h12v7H2zM4.5 7h.01M7 7h.01M9.5 7h.01M12 7h.01M5 9.3h6"),
  mouse: filled("M3.6 1.8v10.6l2.6-2.4 1.7 3.9 1.9-.8-1.7-3.8h3.6z"),
  left: outline("M10 3 5 8l5 5"),
  right: outline("m6 3 5 5-5 5"),
  up: outline("m4 10 4-4 4 4"),
  down: outline("m4 6 4 4 4-4"),
  close: outline("m4 4 8 8m0-8-8 8"),
  here: filled("M5 3.5 11.5 8 5 12.5z"),
  tick: outline("m3 8.5 3.2 3.2L13 5"),
  fault: filled("M8 2.5 14.2 13H1.8z"),
} as const;
