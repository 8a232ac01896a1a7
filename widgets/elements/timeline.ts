// <ring-timeline>: the run so far as one range input. Arrows move one instruction, Page keys one event, Home and End to
// the ends; + and − zoom. Heights are events in that stretch, marks are what they were; under it, the same as a table.
import { css, html, nothing, svg } from "lit";
import type { MachineEvent } from "../../engine/index.ts";
import { eventBeside } from "../model/event-log.ts";
import { grouped } from "../model/number.ts";
import type { MachineSession } from "../model/session.ts";
import { eventText, timelineSpeech } from "../model/words.ts";
import { shared, tokens } from "../style.ts";
import { MachineView } from "./view.ts";

const buckets = 120;

export class RingTimeline extends MachineView {
  static override properties = {
    ...MachineView.properties,
    asTable: { state: true },
    zoom: { state: true },
    dragged: { state: true },
  };
  declare asTable: boolean;
  /** How far in: the window is the run's length divided by 4^zoom, round the present instant. */
  declare zoom: number;
  declare dragged: number | undefined;
  private busy = false;

  static override styles = [
    tokens,
    shared,
    css`
      :host {
        border-top: 1px solid var(--_hairline);
      }
      .line {
        display: flex;
        align-items: center;
        gap: 4px;
        padding: 2px 6px 2px 12px;
      }
      .track {
        position: relative;
        flex: 1;
        min-width: 0;
        height: 32px;
      }
      svg.drawing {
        position: absolute;
        inset: 0;
        width: 100%;
        height: 100%;
        overflow: visible;
      }
      .bar {
        fill: var(--_ink-2);
      }
      .later .bar {
        fill: none;
        stroke: var(--_ink-2);
        vector-effect: non-scaling-stroke;
      }
      .base {
        stroke: var(--_edge);
        vector-effect: non-scaling-stroke;
      }
      .base.after {
        stroke-dasharray: 2 3;
      }
      .marks {
        position: absolute;
        inset: 0;
        pointer-events: none;
      }
      .mark {
        position: absolute;
        width: 10px;
        height: 10px;
        margin-left: -5px;
        top: 2px;
      }
      .mark.fault {
        background: var(--_fault);
        clip-path: polygon(50% 0, 100% 100%, 0 100%);
      }
      .mark.break {
        width: 8px;
        height: 8px;
        margin-left: -4px;
        border-radius: 50%;
        background: var(--_break);
      }
      input {
        position: absolute;
        inset: 0;
        width: calc(100% + 12px);
        margin: 0 -6px;
        height: 100%;
        appearance: none;
        background: none;
        cursor: pointer;
      }
      input::-webkit-slider-runnable-track {
        height: 100%;
        background: none;
      }
      input::-moz-range-track {
        height: 100%;
        background: none;
      }
      input::-webkit-slider-thumb {
        appearance: none;
        width: 12px;
        height: 28px;
        margin-top: 2px;
        border: 2px solid var(--_panel);
        border-radius: 5px;
        background: var(--_ink);
      }
      input::-moz-range-thumb {
        width: 8px;
        height: 24px;
        border: 2px solid var(--_panel);
        border-radius: 5px;
        background: var(--_ink);
      }
      .button {
        min-height: max(28px, calc(var(--_target) - 4px));
        min-width: 28px;
        padding: 2px 6px;
        font-weight: 400;
      }
      .table {
        max-height: 240px;
        overflow: auto;
        padding: 0 12px 8px;
      }
      .table table {
        width: 100%;
      }
      th,
      td {
        padding: 2px 12px 2px 0;
        text-align: left;
        font-weight: 400;
      }
      thead th {
        position: sticky;
        top: 0;
        background: var(--_panel);
        color: var(--_ink-2);
      }
      @media (forced-colors: active) {
        .bar {
          fill: CanvasText;
        }
      }
      @media print {
        .line {
          display: none;
        }
      }
    `,
  ];

  protected override get hasControls(): boolean {
    return true;
  }

  constructor() {
    super();
    this.asTable = false;
    this.zoom = 0;
    this.dragged = undefined;
  }

  /** First and last tick of the window. */
  private window(session: MachineSession): [number, number] {
    const end = Math.max(1, session.furthest, session.status?.tick ?? 0);
    const width = Math.max(32, Math.ceil(end / 4 ** this.zoom));
    if (width >= end) return [0, end];
    const now = session.status?.tick ?? 0;
    const from = Math.min(Math.max(0, now - Math.floor(width / 2)), end - width);
    return [from, from + width];
  }

  private async onInput(session: MachineSession, value: number): Promise<void> {
    this.dragged = value;
    if (this.busy) return;
    this.busy = true;
    while (this.dragged !== undefined) {
      const target: number = this.dragged;
      await session.goTo(target);
      if (this.dragged === target) this.dragged = undefined;
    }
    this.busy = false;
  }

  private onKey(event: KeyboardEvent, session: MachineSession): void {
    const act = {
      ArrowRight: () =>
        (session.status?.tick ?? 0) < session.furthest ? session.goTo((session.status?.tick ?? 0) + 1) : session.step(),
      ArrowLeft: () => session.back(),
      ArrowUp: () => session.step(),
      ArrowDown: () => session.back(),
      PageUp: () => session.toEvent(1),
      PageDown: () => session.toEvent(-1),
      Home: () => session.goTo(0),
      End: () => session.returnToNow(),
      "+": () => this.zoomBy(1),
      "=": () => this.zoomBy(1),
      "-": () => this.zoomBy(-1),
    }[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat || !session.busy) void act();
  }

  private zoomBy(step: number): void {
    const end = this.session?.furthest ?? 0;
    const deepest = Math.max(0, Math.ceil(Math.log(end / 32) / Math.log(4)));
    this.zoom = Math.max(0, Math.min(deepest, this.zoom + step));
  }

  private heights(events: readonly MachineEvent[], from: number, to: number): number[] {
    const counts = new Array<number>(buckets).fill(0);
    for (const { tick } of events) {
      if (tick >= from && tick <= to)
        counts[Math.min(buckets - 1, Math.floor(((tick - from) / (to - from)) * buckets))]++;
    }
    const most = Math.log2(1 + Math.max(1, ...counts));
    return counts.map((count) => (count === 0 ? 0 : 3 + (Math.log2(1 + count) / most) * 13));
  }

  override render() {
    const { session } = this;
    if (!session?.status)
      return html`<p class="empty" style="padding:8px 12px">The run's timeline appears when the machine wakes.</p>`;
    const { status, events } = session;
    const [from, to] = this.window(session);
    const at = this.dragged ?? status.tick;
    const share = (tick: number) => ((tick - from) / (to - from)) * 100;
    const heights = this.heights(events, from, to);
    const nowBucket = (share(at) / 100) * buckets;
    const last = eventBeside(events, status.tick + 1, -1);
    const faults = events.filter(
      ({ kind, tick }) => (kind === "exception" || kind === "triple fault") && tick >= from && tick <= to,
    );
    const stops = session.stops.filter(({ breakpoint, tick }) => breakpoint && tick >= from && tick <= to);
    return html`<div class="line">
        <div class="track">
          <svg class="drawing" viewBox=${`0 0 ${buckets} 32`} preserveAspectRatio="none" aria-hidden="true">
            <line class="base" x1="0" y1="26.5" x2=${nowBucket} y2="26.5"></line>
            <line class="base after" x1=${nowBucket} y1="26.5" x2=${buckets} y2="26.5"></line>
            ${heights.map((height, i) =>
              height === 0
                ? nothing
                : svg`<g class=${i >= nowBucket ? "later" : ""}><rect class="bar" x=${i + 0.15} y=${26 - height} width="0.7" height=${height}></rect></g>`,
            )}
          </svg>
          <div class="marks" aria-hidden="true">
            ${faults.slice(-100).map(({ tick }) => html`<span class="mark fault" style=${`left:${share(tick)}%`}></span>`)}
            ${stops.slice(-100).map(({ tick }) => html`<span class="mark break" style=${`left:${share(tick)}%`}></span>`)}
          </div>
          <input type="range" min=${from} max=${to} step="1" .value=${String(at)} aria-label=${`Timeline of ${session.label}`}
            aria-valuetext=${timelineSpeech(status, session.furthest, last)}
            @keydown=${(event: KeyboardEvent) => this.onKey(event, session)}
            @input=${(event: Event) => this.onInput(session, Number((event.target as HTMLInputElement).value))} />
        </div>
        ${
          session.furthest > 64
            ? html`<button class="button quiet" aria-label="Zoom out" title="Zoom out (−)" ?hidden=${this.zoom === 0} @click=${() => this.zoomBy(-1)}>−</button>
              <button class="button quiet" aria-label="Zoom in" title="Zoom in (+)" @click=${() => this.zoomBy(1)}>+</button>`
            : nothing
        }
        <button class="button quiet" aria-expanded=${this.asTable} @click=${() => {
          this.asTable = !this.asTable;
        }}>Events</button>
      </div>
      ${this.asTable ? this.renderTable(session) : nothing}`;
  }

  private renderTable(session: MachineSession) {
    const shown = session.events.slice(-500);
    if (shown.length === 0) return html`<p class="empty">No events yet. Run the machine.</p>`;
    return html`<div class="table" tabindex="0" role="region" aria-label="Events of the run">
      <table>
        <thead><tr><th scope="col">Instruction</th><th scope="col">What happened</th><th scope="col">At</th></tr></thead>
        <tbody>${shown.map(
          (event) => html`<tr>
            <td><button class="link" @click=${() => session.goTo(event.tick)}>${grouped(event.tick)}</button></td>
            <td>${eventText(event)}</td>
            <td class="mono">${"cs" in event ? `${event.cs.toString(16).padStart(4, "0")}:${event.ip.toString(16).padStart(4, "0")}` : ""}</td>
          </tr>`,
        )}</tbody>
      </table>
    </div>`;
  }
}
