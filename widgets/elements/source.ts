// <ring-source of="#boot-src">, <ring-source of="firmware">: source whose executing line is lit, and which takes
// breakpoints by line. The text of a named source is that element's; the firmware's is fetched, a file at a time. Only
// the lines in and near the view are in the page.
import { css, html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { unsafeHTML } from "lit/directives/unsafe-html.js";
import type { AssembleAnswer, SourceLine } from "../../engine/index.ts";
import { colourLine } from "../asm-text.ts";
import { firmwareFiles, firmwareText } from "../firmware-source.ts";
import { assembleElement, type SourceElement, sourceFile, sourceIn, sourceText } from "../model/image.ts";
import { litAddress } from "../model/lit-address.ts";
import { pageEngine } from "../model/page-engine.ts";
import type { Reader } from "../model/reader.ts";
import type { MachineSession } from "../model/session.ts";
import { nextFrame } from "../model/turns.ts";
import { addressText } from "../model/words.ts";
import { framed, shared, tokens } from "../style.ts";
import { codeStyle, gutter, here, litClass, movedRow } from "./code-rows.ts";
import { rowWindow, type ShownRows, scrollFor } from "./row-window.ts";
import { MachineView } from "./view.ts";

export class RingSource extends MachineView {
  static override properties = {
    ...MachineView.properties,
    of: { type: String, means: "source" },
    file: { type: String },
    lines: { type: String },
    text: { state: true },
    table: { state: true },
    shown: { state: true },
  };
  /** `#id` of a source on this page, or "firmware". */
  declare of: string;
  /** The firmware's file to begin with, "boot.S"; execution opens others. */
  declare file: string;
  /** Height in lines (default 16), or a range, "18-34": only these lines of `file` or of the source. */
  declare lines: string;
  declare text: readonly string[];
  declare table: readonly SourceLine[];
  declare shown: string;
  private chosen = 0;
  private lit = "";
  private focusRow = false;
  private hadFocus = false;
  private scrollHome = false;
  private fetched = "";
  private source: SourceElement | undefined;
  /** Lines of a source that was highlighted at build time, as HTML of ours. */
  private highlighted: readonly string[] | undefined;
  /** Addresses by line of the shown file; made when first asked for. */
  private addresses: { of: readonly SourceLine[]; file: string; byLine: Map<number, number> } | undefined;
  /** The lines that are in the page. */
  private rows: ShownRows = { from: 0, to: 0 };
  private rowHeight = 20;
  /** How far the box is scrolled. */
  private top = 0;
  private colours: { of: readonly string[]; lines: unknown[] } = { of: [], lines: [] };

  static override styles = [
    tokens,
    shared,
    framed,
    codeStyle,
    css`
      .number {
        color: var(--_ink-2);
        text-align: right;
        min-width: 4ch;
      }
      .lit .number {
        color: var(--_ink);
      }
      select {
        min-height: max(28px, calc(var(--_target) - 4px));
        padding: 2px 4px;
        border: 1px solid var(--_edge);
        border-radius: 4px;
        background: var(--_raised);
      }
      /* Room below a file's end, so that its last lines can stand high up, too. */
      .rows td:last-child {
        min-width: calc(var(--longest, 0) * 1ch);
      }
      .rows.long table {
        margin-bottom: max(0px, calc((var(--code-lines) - 18) * var(--row, 20px)));
      }
      @media print {
        .rows.long table {
          margin-bottom: 0;
        }
      }
      .rows span[style] {
        color: light-dark(var(--shiki-light), var(--shiki-dark));
      }
    `,
  ];

  protected override get hasControls(): boolean {
    return true;
  }

  constructor() {
    super();
    this.of = "firmware";
    this.file = "";
    this.lines = "16";
    this.text = [];
    this.table = [];
    this.shown = "";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.source = this.of.startsWith("#") ? sourceIn(this.of, this) : undefined;
    this.source?.addEventListener("ring-assembled", this.onAssembled);
    if (this.source) this.takeText(this.source);
  }

  protected override joined(session: MachineSession): void {
    session.addEventListener("command", this.onCommand);
  }
  protected override left(session: MachineSession): void {
    session.removeEventListener("command", this.onCommand);
    this.source?.removeEventListener("ring-assembled", this.onAssembled);
  }

  private takeText(source: SourceElement): void {
    this.shown = sourceFile(source);
    this.text = sourceText(source).replace(/\n$/, "").split("\n");
    const lines = [...source.querySelectorAll("pre .line")];
    this.highlighted = lines.length === this.text.length ? lines.map((line) => line.innerHTML) : undefined;
  }

  private readonly onAssembled = (event: Event) => {
    const answer = (event as CustomEvent<AssembleAnswer>).detail;
    if (answer.diagnostics.some(({ severity }) => severity === "error") || !this.source) return;
    this.takeText(this.source);
    this.table = answer.lines;
  };

  protected override async load(_reader: Reader, session: MachineSession): Promise<void> {
    if (session.handle && this.table.length === 0) {
      if (this.source) this.table = (await assembleElement(this.source, await pageEngine())).lines;
      else if (this.of === "firmware") this.table = await session.handle.firmwareLines();
    }
    if (this.of !== "firmware") return;
    // A range of one file stays there; else execution opens the file that it is in.
    const followed = /-/.test(this.lines) ? undefined : this.lineAt(litAddress(session.status))?.file;
    const wanted = followed ?? (this.shown || this.file);
    const name = wanted?.split("/").at(-1) ?? "";
    if (name && name !== this.fetched) await this.open(name);
  }

  private async open(name: string): Promise<void> {
    this.fetched = name;
    const text = await firmwareText(name);
    if (text === undefined || this.fetched !== name) return;
    this.shown = name;
    this.text = text.replace(/\n$/, "").split("\n");
    this.chosen = this.span.first - 1;
    this.lit = "";
    this.rows = { from: 0, to: 0 };
    this.scrollHome = true;
  }

  /** First and last line shown, from 1, and how many stand in view. */
  private get span(): { first: number; last: number; height: number } {
    const range = /^(\d+)-(\d+)$/.exec(this.lines);
    const last = Math.min(this.text.length, range ? Number(range[2]) : this.text.length);
    const first = range ? Math.min(Number(range[1]), last) : 1;
    return { first, last, height: Math.min(last - first + 1, range ? 60 : Number(this.lines) || 16) };
  }

  private lineAt(address: number | undefined): SourceLine | undefined {
    if (address === undefined) return undefined;
    // The firmware's addresses are those below 1 MiB; at reset the processor fetches from the same bytes' alias at 4 GiB.
    const low = address >= 0xfffe0000 ? address - 0xfff00000 : address;
    return this.table.find((line) => low >= line.address && low < line.address + line.length);
  }

  private sameFile(line: SourceLine): boolean {
    return line.file.split("/").at(-1) === this.shown;
  }

  /** The address of a line (from 1) of the shown file, where it has instructions. */
  private addressOf(number: number): number | undefined {
    if (this.addresses?.of !== this.table || this.addresses.file !== this.shown) {
      const byLine = new Map<number, number>();
      for (const line of this.table) {
        if (this.sameFile(line) && !byLine.has(line.line)) byLine.set(line.line, line.address);
      }
      this.addresses = { of: this.table, file: this.shown, byLine };
    }
    return this.addresses.byLine.get(number);
  }

  private readonly onCommand = (event: Event) => {
    const { key, host } = (event as CustomEvent<{ key: string; host: HTMLElement }>).detail;
    if (
      key !== "b" ||
      event.defaultPrevented ||
      (host.querySelector("ring-disassembly, ring-source") as Element | null) !== this
    )
      return;
    event.preventDefault();
    this.toggle(this.chosen);
  };

  private toggle(index: number): void {
    const address = this.addressOf(index + 1);
    if (address !== undefined) void this.session?.toggleBreakpoint(address);
  }

  private onKey(event: KeyboardEvent): void {
    const { first, last } = this.span;
    const to = movedRow(event.key, this.chosen - first + 1, last - first + 1);
    if (to !== undefined) {
      event.preventDefault();
      this.chosen = to + first - 1;
      this.focusRow = true;
      this.requestUpdate();
    } else if (event.key === "b" && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      this.toggle(this.chosen);
    }
  }

  private get box(): HTMLElement | null {
    return this.renderRoot.querySelector<HTMLElement>(".rows");
  }

  /** On paper the box is as long as its rows and stands at 0: the lines that were in view are what is printed. */
  private readonly onScroll = (event: Event) => {
    if (!matchMedia("print").matches) this.scrolled((event.target as HTMLElement).scrollTop);
  };

  private scrolled(top: number): void {
    this.top = top;
    const { height, first, last } = this.span;
    if (rowWindow(top, this.rowHeight, height, last - first + 1, this.rows) !== this.rows) this.requestUpdate();
  }

  /** Scrolls a line into the box; where its row is not in the page yet, it is with the update that this asks for. */
  private showLine(box: HTMLElement, line: number, high: boolean): void {
    const { span } = this;
    const top = scrollFor(line - span.first, this.top, this.rowHeight, span.height, high);
    if (top === this.top) return;
    box.scrollTop = top;
    this.scrolled(top);
  }

  protected override willUpdate(): void {
    this.hadFocus = this.shadowRoot?.activeElement?.closest(".rows") != null;
    const { litNow: now, span } = this;
    // The rows that will be in the box are drawn at once.
    if (now && this.isOpened) this.top = scrollFor(now - span.first, 0, this.rowHeight, span.height, true);
  }

  protected override updated(): void {
    const { box, litNow: now } = this;
    if (!box) return;
    // The line that had focus was scrolled away: the box hears the arrows instead.
    if (this.hadFocus && !this.shadowRoot?.activeElement) box.focus({ preventScroll: true });
    // Another file stands in the box that was scrolled for the one before.
    if (this.scrollHome && !now && this.top !== 0) box.scrollTop = this.top = 0;
    this.scrollHome = false;
    const place = now ? `${this.shown}:${now}` : "";
    if (now && place !== this.lit) {
      const high = this.isOpened;
      nextFrame(() => {
        if (high) box.scrollTop = this.top;
        if (this.lit !== place) return;
        const row = box.querySelector<HTMLElement>("tbody tr[data-line]");
        if (row) this.rowHeight = row.getBoundingClientRect().height || 20;
        this.showLine(box, now, high);
      });
      // Tab and `b` mean the lit line, unless the reader is at another one.
      if (this.chosen !== now - 1 && !box.querySelector(":focus")) {
        this.chosen = now - 1;
        this.requestUpdate();
      }
    }
    this.lit = place;
    if (!this.focusRow) return;
    this.showLine(box, this.chosen + 1, false);
    const chosen = box.querySelector<HTMLElement>(`tr[data-line="${this.chosen + 1}"]`);
    if (chosen) this.focusRow = false;
    chosen?.focus({ preventScroll: true });
  }

  /** The file was just opened: its line stands high up, where it is seen even if the foot of the view is off the window. */
  private get isOpened(): boolean {
    return !this.lit.startsWith(`${this.shown}:`);
  }

  /** The line that executes, from 1; 0: none of this file. */
  private get litNow(): number {
    const { session } = this;
    const now = session?.active ? undefined : this.lineAt(litAddress(session?.status));
    return now && this.sameFile(now) ? now.line : 0;
  }

  override render() {
    const { litNow, span } = this;
    const files = this.of === "firmware" && !/-/.test(this.lines) ? firmwareFiles() : [];
    return html`
      <div class="head">
        <p class="title">${this.of === "firmware" ? "Firmware source" : this.shown}</p>
        ${
          files.length > 1
            ? html`<select aria-label="File of the firmware" @change=${(event: Event) => this.open((event.target as HTMLSelectElement).value)}>
                ${files.map((file) => html`<option value=${file} ?selected=${file === this.shown}>${file}</option>`)}
              </select>`
            : nothing
        }
      </div>
      ${
        this.text.length === 0
          ? html`<p class="empty rows" style=${`--code-lines:${span.height || Number(this.lines) || 16}`}>The source appears when the machine wakes.</p>`
          : this.renderRows(span, litNow)
      }
    `;
  }

  private renderRows(span: { first: number; last: number; height: number }, litNow: number) {
    const count = span.last - span.first + 1;
    const long = span.height < count;
    const { from, to } = rowWindow(this.top, this.rowHeight, span.height, count, this.rows);
    this.rows = { from, to };
    const longest = Math.max(...this.text.map((line) => line.replace(/\t/g, "        ").length));
    const spacer = (rows: number) =>
      rows > 0
        ? html`<tr class="spacer" aria-hidden="true"><td colspan="4" style=${`height:calc(${rows} * var(--row, 20px))`}></td></tr>`
        : nothing;
    const lines = Array.from({ length: to - from }, (_, i) => span.first + from + i);
    const stop = lines.includes(this.chosen + 1) ? this.chosen + 1 : lines[0];
    return html`<div class=${`rows ${long ? "long" : ""}`} tabindex="-1" style=${`--code-lines:${span.height};--longest:${longest};max-height:calc(${span.height} * var(--row, 20px))`}
        @scroll=${{ handleEvent: this.onScroll, passive: true }} @keydown=${this.onKey}>
      <table aria-label=${`Source ${this.shown}`} aria-rowcount=${count + 1}><thead class="sr"><tr><th scope="col">Breakpoint</th><th scope="col">Now</th><th scope="col">Line</th><th scope="col">Source</th></tr></thead>
        <tbody>${spacer(from)}${repeat(
          lines,
          (line) => line,
          (line) => this.renderRow(line, line === litNow, line === stop, line - span.first + 2),
        )}${spacer(count - to)}</tbody></table></div>`;
  }

  private renderRow(line: number, lit: boolean, stop: boolean, index: number) {
    const { session } = this;
    const address = this.addressOf(line);
    return html`<tr class=${litClass(lit, session)} data-line=${line} aria-rowindex=${index} tabindex=${stop ? 0 : -1} aria-current=${lit ? "step" : nothing}
      title=${address === undefined ? nothing : addressText(address)} @focus=${() => {
        this.chosen = line - 1;
      }}>${gutter(session, address, `line ${line}`)}${here(lit)}<td class="number">${line}</td>
      <td>${this.coloured(line)}</td></tr>`;
  }

  /** A line's text in its colours; the same object as long as the text is the same, so that nothing is drawn anew. */
  private coloured(line: number) {
    if (this.colours.of !== this.text) this.colours = { of: this.text, lines: [] };
    this.colours.lines[line] ??= this.highlighted
      ? unsafeHTML(this.highlighted[line - 1])
      : colourLine(this.text[line - 1]);
    return this.colours.lines[line];
  }
}
