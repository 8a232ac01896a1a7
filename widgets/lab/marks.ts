/** The small drawings of a lab's page. Each stands beside a word. */
import { html, svg, type TemplateResult } from "lit";

const paths = {
  passed: svg`<path d="m3 8.5 3.2 3.2L13 5" />`,
  failed: svg`<path d="m4 4 8 8m0-8-8 8" />`,
  "not reached": svg`<path d="M3.5 8h9" />`,
  "after hand-in": svg`<circle cx="8" cy="8" r="4.5" stroke-dasharray="2 2" />`,
  unchecked: svg`<circle cx="8" cy="8" r="1.2" fill="currentColor" />`,
  more: svg`<path d="M3 8h.01M8 8h.01M13 8h.01" stroke-width="2.4" />`,
};

export function mark(name: keyof typeof paths): TemplateResult {
  return html`<svg class="mark" viewBox="0 0 16 16" width="16" height="16" fill="none" stroke="currentColor"
    stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${paths[name]}</svg>`;
}

/** 14:02, in the reader's own time zone. */
export function clockTime(ms: number): string {
  return new Date(ms).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}

/** 14:02, or 22 November, 14:02 when that was another day. */
export function dayAndTime(ms: number): string {
  const date = new Date(ms);
  if (date.toDateString() === new Date().toDateString()) return clockTime(ms);
  return `${date.toLocaleDateString("en-GB", { day: "numeric", month: "long" })}, ${clockTime(ms)}`;
}
