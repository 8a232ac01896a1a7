// <ring-source of="#boot-src">, <ring-source of="firmware">: source whose executing line is lit, and which takes
// breakpoints by line. The text of a named source is that element's; the firmware's is fetched, a file at a time.
import { css, html, nothing } from "lit";
import { unsafeHTML } from "lit/directives/unsafe-html.js";
import type { AssembleAnswer, SourceLine } from "../../engine/index.ts";
import { colourLine } from "../asm-text.ts";
import { firmwareFiles, firmwareText } from "../firmware-source.ts";
import { assembleElement, type SourceElement, sourceFile, sourceIn, sourceText } from "../model/image.ts";
import { litAddress } from "../model/lit-address.ts";
import { pageEngine } from "../model/page-engine.ts";
import type { Reader } from "../model/reader.ts";
import type { MachineSession } from "../model/session.ts";
import { addressText } from "../model/words.ts";
import { shared, tokens } from "../style.ts";
import { codeStyle, gutter, here, keepInView, litClass, movedRow } from "./code-rows.ts";
import { MachineView } from "./view.ts";

export class RingSource extends MachineView {
  static override properties = {
    ...MachineView.properties,
    of: { type: String },
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
  private fetched = "";
  private source: SourceElement | undefined;
  /** Lines of a source that was highlighted at build time, as HTML of ours. */
  private highlighted: readonly string[] | undefined;

  static override styles = [
    tokens,
    shared,
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
      .rows.long table {
        margin-bottom: calc((var(--code-lines) - 10) * var(--row, 20px));
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
    return this.table.find((line) => line.line === number && this.sameFile(line))?.address;
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

  protected override updated(): void {
    const box = this.renderRoot.querySelector<HTMLElement>(".rows");
    if (!box) return;
    const row = box.querySelector<HTMLElement>(".lit");
    const place = row ? `${this.shown}:${row.dataset.line}` : "";
    // In a file just opened the line stands high up, where it is seen even if the foot of the view is off the window.
    if (row && place !== this.lit && !this.lit.startsWith(`${this.shown}:`))
      box.scrollTop = row.offsetTop - box.clientHeight / 4;
    else if (row && place !== this.lit) keepInView(box, row);
    // Tab and `b` mean the lit line, until the reader has gone to another one.
    const line = Number(row?.dataset.line) - 1;
    if (row && place !== this.lit && this.chosen !== line && !box.matches(":focus-within")) {
      this.chosen = line;
      this.requestUpdate();
    }
    this.lit = place;
    if (!this.focusRow) return;
    this.focusRow = false;
    const chosen = box.querySelector<HTMLElement>('tr[tabindex="0"]');
    chosen?.focus({ preventScroll: true });
    if (chosen) keepInView(box, chosen);
  }

  override render() {
    const { session } = this;
    const now = session?.active ? undefined : this.lineAt(litAddress(session?.status));
    const litLine = now && this.sameFile(now) ? now.line : 0;
    const { span } = this;
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
          : html`<div class=${`rows ${span.height < span.last - span.first + 1 ? "long" : ""}`} style=${`--code-lines:${span.height};max-height:calc(${span.height} * var(--row, 20px))`} @keydown=${this.onKey}>
              <table aria-label=${`Source ${this.shown}`}><thead class="sr"><tr><th scope="col">Breakpoint</th><th scope="col">Now</th><th scope="col">Line</th><th scope="col">Source</th></tr></thead>
                <tbody>${this.text.slice(span.first - 1, span.last).map((line, at) => {
                  const i = span.first - 1 + at;
                  const address = this.addressOf(i + 1);
                  const lit = litLine === i + 1;
                  return html`<tr class=${litClass(lit, session)} data-line=${i + 1} tabindex=${i === this.chosen ? 0 : -1} aria-current=${lit ? "step" : nothing}
                    title=${address === undefined ? nothing : addressText(address)} @focus=${() => {
                      this.chosen = i;
                    }}>${gutter(session, address, `line ${i + 1}`)}${here(lit)}<td class="number">${i + 1}</td>
                    <td>${this.highlighted ? unsafeHTML(this.highlighted[i]) : colourLine(line)}</td></tr>`;
                })}</tbody></table></div>`
      }
    `;
  }
}
