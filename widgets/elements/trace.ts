// <ring-trace>: what happens on the buses, a row an event: which instruction, what it did, who answered. `kinds` picks
// ("port mmio dma line interrupt exception"), `of` shows one device's, `rows` how many at once. Going to a row's instant
// is a button.
import { css, html, nothing, type PropertyValues } from "lit";
import { partOfEvent, type TraceEvent, TraceFollower, type TraceKind, traceKinds } from "../model/bus-trace.ts";
import { lineNames } from "../model/interrupt-lines.ts";
import { grouped, hex } from "../model/number.ts";
import { partOf, partTitle } from "../model/parts.ts";
import type { MachineSession } from "../model/session.ts";
import { nextFrame } from "../model/turns.ts";
import { framed, shared, tokens } from "../style.ts";
import { MachineView } from "./view.ts";

const kindNames: Readonly<Record<TraceKind, string>> = {
  port: "Ports",
  mmio: "Memory",
  dma: "DMA",
  line: "Lines",
  interrupt: "Interrupts",
  exception: "Exceptions",
};

/** What an event did, and the value that went over the bus. */
export function traceWords(event: TraceEvent): { readonly what: string; readonly value: string } {
  switch (event.kind) {
    case "port":
      return { what: `${event.write ? "OUT" : "IN"} ${hex(event.port, 3)}`, value: hex(event.value, 2 * event.size) };
    case "mmio":
      return {
        what: `${event.write ? "store" : "load"} ${hex(event.address, 5)}`,
        value: hex(event.value, 2 * event.size),
      };
    case "dma":
      return {
        what: `DMA ${event.write ? "to" : "from"} ${hex(event.address, 5)}`,
        value: event.length === 1 ? "1 byte" : `${grouped(event.length)} bytes`,
      };
    case "line":
      return { what: `IRQ ${event.line} ${event.level ? "rises" : "falls"}`, value: event.level ? "1" : "0" };
    case "interrupt":
      return {
        what: event.origin === "software" ? "INT" : event.origin === "nmi" ? "NMI" : "interrupt",
        value: hex(event.vector, 2),
      };
    case "exception":
      return { what: event.name, value: hex(event.vector, 2) };
  }
}

/** Who answered, who moved the bytes, or who drives the line. */
export function whoseEvent(event: TraceEvent): string {
  const part = partOfEvent(event);
  if (part !== undefined) return partTitle(part);
  if (event.kind === "line") return lineNames[event.line];
  return event.kind === "port" || event.kind === "mmio" ? "nobody" : "processor";
}

export class RingTrace extends MachineView {
  static override properties = {
    ...MachineView.properties,
    kinds: { type: String },
    of: { type: String },
    rows: { type: Number },
    off: { state: true },
  };
  declare kinds: string;
  declare of: string;
  declare rows: number;
  /** Kinds that the reader turned off. */
  declare off: ReadonlySet<TraceKind>;
  private follower: TraceFollower | undefined;

  static override styles = [
    tokens,
    shared,
    framed,
    css`
      :host {
        background: var(--_panel);
      }
      .head {
        flex-wrap: wrap;
      }
      .scroll {
        overflow: auto;
        overscroll-behavior: contain;
        padding: 0 12px 8px;
      }
      table {
        width: 100%;
        font: var(--_mono);
      }
      th {
        position: sticky;
        top: 0;
        padding: 2px 12px 2px 0;
        background: var(--_panel);
        color: var(--_ink-2);
        font: var(--_ui);
        text-align: left;
        white-space: nowrap;
      }
      td {
        padding: 1px 12px 1px 0;
        white-space: nowrap;
        border-top: 1px solid var(--_hairline);
      }
      td:last-child {
        font: var(--_ui);
      }
      tr.now td {
        background: var(--_changed);
        font-weight: 700;
      }
      .link {
        font: var(--_mono);
      }
    `,
  ];

  constructor() {
    super();
    this.kinds = "";
    this.of = "";
    this.rows = 10;
    this.off = new Set();
  }

  protected override joined(session: MachineSession): void {
    this.follower = new TraceFollower(session, () => this.requestUpdate());
  }

  protected override left(): void {
    this.follower?.stop();
    this.follower = undefined;
  }

  private get offered(): readonly TraceKind[] {
    const wished = this.kinds.split(/[\s,]+/).filter(Boolean);
    return wished.length === 0 ? traceKinds : traceKinds.filter((kind) => wished.includes(kind));
  }

  private get shown(): readonly TraceEvent[] {
    const { session, of } = this;
    const trace = this.follower?.trace;
    if (!trace || !session?.status) return [];
    const kinds = new Set(this.offered.filter((kind) => !this.off.has(kind)));
    return trace.upTo(session.status.tick).filter((row) => kinds.has(row.kind) && (of === "" || ownedBy(row, of)));
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    const box = this.renderRoot.querySelector(".scroll");
    if (box && !this.renderRoot.contains(document.activeElement)) nextFrame(() => (box.scrollTop = box.scrollHeight));
  }

  override render() {
    const { session, offered } = this;
    const rows = this.shown;
    const last = rows.slice(-Math.max(this.rows, 200));
    const now = session?.status?.tick;
    return html`<div class="head"><p class="title">Buses${this.of ? `: ${partTitle(this.of)}` : ""}</p>
        ${offered.length > 1 ? offered.map((kind) => this.toggle(kind)) : nothing}</div>
      ${
        last.length === 0
          ? html`<p class="empty">${session?.handle ? "Nothing on the buses since the machine woke. Step or run it." : "Accesses appear here when the machine wakes and runs."}</p>`
          : html`<div class="scroll" tabindex="0" role="region" aria-label="Bus events, oldest first" style="max-height:${(this.rows + 1) * 22 + 10}px"><table>
              <thead><tr><th scope="col">Tick</th><th scope="col">CS:IP</th><th scope="col">What</th><th scope="col">Value</th><th scope="col">Who</th></tr></thead>
              <tbody>${last.map((row) => this.renderRow(row, row.tick === now && !session?.active))}</tbody></table></div>
            ${rows.length > last.length ? html`<p class="empty">${grouped(rows.length - last.length)} earlier rows.</p>` : nothing}`
      }`;
  }

  private toggle(kind: TraceKind) {
    const off = this.off.has(kind);
    return html`<button class="button quiet" aria-pressed=${off ? "false" : "true"} @click=${() => {
      const next = new Set(this.off);
      if (!next.delete(kind)) next.add(kind);
      this.off = next;
    }}>${kindNames[kind]}</button>`;
  }

  private renderRow(row: TraceEvent, now: boolean) {
    const { what, value } = traceWords(row);
    const place = "cs" in row ? `${hex(row.cs, 4)}:${hex(row.ip, 4)}` : "";
    return html`<tr class=${now ? "now" : ""}>
      <td><button class="link" aria-label="Go to ${grouped(row.tick)}" @click=${() => this.session?.goTo(row.tick)}>${grouped(row.tick)}</button></td>
      <td>${place}</td><td>${what}</td><td>${value}</td><td>${whoseEvent(row)}</td></tr>`;
  }
}

/** Whether an event is a part's: it answered, transferred, or drives the line. */
function ownedBy(row: TraceEvent, name: string): boolean {
  const wanted = partOf(name);
  const part = partOfEvent(row);
  if (part !== undefined) return partOf(part).name === wanted.name;
  return row.kind === "line" && (wanted.lines?.includes(row.line) ?? false);
}
