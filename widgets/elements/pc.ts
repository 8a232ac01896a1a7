// <ring-pc>: a map of the machine: processor, host bridge, PCI and ISA bus, each part a button with the last thing that
// happened at it. The chosen part (`of`, or a click) shows where it answers, which interrupt lines it drives, its
// registers now and its latest accesses; below, physical memory and the ports as tables.
import { html, nothing } from "lit";
import { partOfEvent, type TraceEvent, TraceFollower } from "../model/bus-trace.ts";
import { lineNames } from "../model/interrupt-lines.ts";
import { grouped, hex } from "../model/number.ts";
import { type Floor, partOf, partTitle } from "../model/parts.ts";
import { floors, type PcMap, type PlacedPart, type Range, readPcMap, registersOf } from "../model/pc-map.ts";
import type { Reader } from "../model/reader.ts";
import type { MachineSession } from "../model/session.ts";
import { framed, shared, tokens } from "../style.ts";
import { pcStyle } from "./pc-style.ts";
import { traceWords } from "./trace.ts";
import { MachineView } from "./view.ts";

const latest = 4;

const rangeText = ({ first, last }: Range, digits: number) =>
  first === last ? hex(first, digits) : `${hex(first, digits)}–${hex(last, digits)}`;

export class RingPc extends MachineView {
  static override properties = {
    ...MachineView.properties,
    of: { type: String, reflect: true },
    map: { state: true },
  };
  declare of: string;
  declare map: PcMap | undefined;
  private earlier: PcMap | undefined;
  private follower: TraceFollower | undefined;

  static override styles = [tokens, shared, framed, pcStyle];

  constructor() {
    super();
    this.of = "";
    this.map = undefined;
  }

  protected override joined(session: MachineSession): void {
    this.follower = new TraceFollower(session, () => this.requestUpdate());
  }

  protected override left(): void {
    this.follower?.stop();
    this.follower = undefined;
  }

  protected override async load(reader: Reader): Promise<void> {
    const map = await readPcMap(reader);
    if (!map) return;
    this.earlier = this.map;
    this.map = map;
  }

  /** The newest event of each part, by its name, up to now. */
  private get lastEvents(): ReadonlyMap<string, TraceEvent> {
    const last = new Map<string, TraceEvent>();
    for (const event of this.follower?.trace?.upTo(this.session?.status?.tick ?? 0) ?? []) {
      const name = ownerOf(event);
      if (name !== undefined) last.set(name, event);
    }
    return last;
  }

  override render() {
    const { map } = this;
    const head = html`<div class="head"><p class="title">The PC</p></div>`;
    if (!map) return html`${head}<p class="empty asleep">The map appears when the machine wakes.</p>`;
    const last = this.lastEvents;
    const newest = [...last.values()].reduce<TraceEvent | undefined>(
      (a, b) => (a && a.tick >= b.tick ? a : b),
      undefined,
    );
    const lit = newest && ownerOf(newest);
    const chosen = map.parts.find(({ name }) => name === this.of) ?? map.parts.find(({ name }) => name === lit);
    return html`${head}
      <div class="map" role="group" aria-label="Parts of the PC" @keydown=${this.onKey}>${floors.map(({ floor, below }) => this.renderFloor(map, floor, below, last, lit, chosen))}</div>
      <div class="detail" aria-live="off">${chosen ? this.renderPart(chosen, map) : html`<p class="dim">Choose a part to see where it answers and what it holds.</p>`}</div>
      ${this.renderMemory(map)}${this.renderPorts(map)}`;
  }

  /** The map is one stop of the Tab key; arrows, Home and End go from part to part. */
  private readonly onKey = (event: KeyboardEvent): void => {
    const parts = [...this.renderRoot.querySelectorAll<HTMLElement>("button.part")];
    const at = parts.indexOf(event.target as HTMLElement);
    const steps: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
    const step = steps[event.key];
    const to =
      event.key === "Home" ? 0 : event.key === "End" ? parts.length - 1 : step === undefined ? undefined : at + step;
    if (at < 0 || to === undefined || !parts[to]) return;
    event.preventDefault();
    event.stopPropagation();
    parts[to].focus();
  };

  private renderFloor(
    map: PcMap,
    floor: Floor,
    below: string,
    last: ReadonlyMap<string, TraceEvent>,
    lit: string | undefined,
    chosen: PlacedPart | undefined,
  ) {
    const order = floors.map((one) => one.floor);
    const target = map.parts.find(({ name }) => name === lit);
    const crossed = target !== undefined && order.indexOf(target.floor) > order.indexOf(floor);
    return html`<div class="floor">
        ${floor === "processor" ? html`<div class="part cpu"><span class="name">Processor</span><span class="did">${this.processorWords()}</span></div>` : nothing}
        ${map.parts
          .filter((part) => part.floor === floor)
          .map((part) => {
            const event = last.get(part.name);
            const words = event && traceWords(event);
            const stop = part === (chosen ?? map.parts[0]);
            return html`<button class="part ${part.name === lit ? "lit" : ""}" tabindex=${stop ? 0 : -1} aria-pressed=${part === chosen ? "true" : "false"} @click=${() => {
              this.of = part.name;
            }}><span class="name">${part.title}</span><span class="did">${words ? `${words.what} ${words.value}` : ""}</span></button>`;
          })}</div>
      ${below ? html`<p class="bus ${crossed ? "lit" : ""}"><span>${below}</span></p>` : nothing}`;
  }

  private processorWords() {
    const status = this.session?.status;
    return status ? `${hex(status.cs, 4)}:${hex(status.ip, 4)}` : "";
  }

  private renderPart(part: PlacedPart, map: PcMap) {
    const now = registersOf(part, map.devices);
    const before = new Map(
      this.earlier ? registersOf(part, this.earlier.devices).map((row) => [row.name, row.value]) : [],
    );
    const events = (this.follower?.trace?.upTo(this.session?.status?.tick ?? 0) ?? [])
      .filter((event) => ownerOf(event) === part.name)
      .slice(-latest);
    const where = [
      ...(part.ports.length > 0 ? [["Ports", part.ports.map((range) => rangeText(range, 3)).join(", ")]] : []),
      ...(part.memory.length > 0 ? [["Memory", part.memory.map((range) => rangeText(range, 5)).join(", ")]] : []),
      ...(part.lines ? [["Interrupt lines", part.lines.map((n) => `IRQ ${n} (${lineNames[n]})`).join(", ")]] : []),
    ];
    return html`<h4>${part.title}</h4><p class="says">${part.says}</p>
      <dl class="where">${where.map(([name, text]) => html`<dt>${name}</dt><dd class="mono">${text}</dd>`)}</dl>
      ${
        events.length > 0
          ? html`<p class="latest"><span class="dim">Latest:</span> ${events.map((event) => {
              const { what, value } = traceWords(event);
              return html`<button class="link mono" aria-label="Go to ${grouped(event.tick)}: ${what} ${value}" @click=${() => this.session?.goTo(event.tick)}>${what} ${value}</button> `;
            })}</p>`
          : nothing
      }
      ${
        now.length > 0
          ? html`<details open><summary>Registers</summary><dl class="registers">${now.map(({ name, value }) => {
              const changed = before.has(name) && before.get(name) !== value && !this.session?.active;
              return html`<div><dt>${name}</dt><dd class="mono ${changed ? "changed" : ""}">${value}</dd></div>`;
            })}</dl></details>`
          : nothing
      }`;
  }

  private choose(name: string) {
    return html`<button class="link" @click=${() => {
      this.of = partOf(name).name;
    }}>${partTitle(name)}</button>`;
  }

  private renderMemory({ board }: PcMap) {
    return html`<details class="ranges"><summary>Physical memory, from 0 to 4 GiB</summary><table>
      <thead><tr><th scope="col">From</th><th scope="col">To</th><th scope="col">Who answers</th></tr></thead>
      <tbody>${board.memory.map(
        ({
          first,
          last,
          kind,
          part,
        }) => html`<tr class=${kind}><td class="mono">${hex(first, 8)}</td><td class="mono">${hex(last, 8)}</td>
        <td>${part ? this.choose(part) : kind === "empty" ? html`<span class="dim">nobody</span>` : kind === "shadow" ? html`${this.choose("ram")}, for reading` : this.choose(kind)}</td></tr>`,
      )}</tbody></table></details>`;
  }

  private renderPorts({ board }: PcMap) {
    return html`<details class="ranges"><summary>The I/O ports that somebody answers</summary><table>
      <thead><tr><th scope="col">Ports</th><th scope="col">Who answers</th></tr></thead>
      <tbody>${board.ports.map((range) => html`<tr><td class="mono">${rangeText(range, 3)}</td><td>${this.choose(range.part)}</td></tr>`)}</tbody></table></details>`;
  }
}

/** The name of the part on the map that an event belongs to. */
function ownerOf(event: TraceEvent): string | undefined {
  const part = partOfEvent(event);
  return part === undefined ? undefined : partOf(part).name;
}
