// <ring-page-tables>: the tree of page tables from CR3 down, a level a column, live; on a phone one level with the way to
// it. Entries are rows of a list box with letters for their bits; absent ones, and pages in a row, are folded. The path
// of `of`, an address, is open and in ink; opening another entry leaves it until "Follow" or the machine's next stop.
// "Show as table" lists what all the tables together map.
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { counted, grouped, hex, pageSize } from "../model/number.ts";
import {
  collectTables,
  type Fold,
  foldTable,
  linearOf,
  linearText,
  listMappings,
  type Mapping,
  type PagingMode,
  reach,
  readEntry,
  targetWords,
} from "../model/page-tables.ts";
import type { Reader } from "../model/reader.ts";
import type { MachineSession } from "../model/session.ts";
import { readTables, type Table } from "../model/translation.ts";
import { framed, shared, tokens } from "../style.ts";
import { entryLetters, entryLettersStyle, letterWords } from "./entry-letters.ts";
import { pageTablesStyle } from "./page-tables-style.ts";
import { MachineView } from "./view.ts";

/** A table on the path, as it is drawn. */
interface Column extends Table {
  readonly before: readonly bigint[] | undefined;
  readonly rows: readonly Fold[];
}

export class RingPageTables extends MachineView {
  static override properties = {
    ...MachineView.properties,
    of: { type: String },
    mode: { state: true },
    columns: { state: true },
    path: { state: true },
    shown: { state: true },
    all: { state: true },
    asTable: { state: true },
  };
  /** An address whose path is open: a number or an expression ("RBX"). Without it, the first entry at each level. */
  declare of: string;
  declare mode: PagingMode | undefined;
  declare columns: readonly Column[];
  /** The open entry of each column. */
  declare path: readonly number[];
  /** The column that a phone shows, and that has the keyboard. */
  declare shown: number;
  declare all: { readonly mappings: readonly Mapping[]; readonly complete: boolean } | undefined;
  declare asTable: boolean;
  /** What the reader opened; undefined: the path of `of`. */
  private chosen: readonly number[] | undefined;
  private chosenAt = -1;
  /** Tables as they were at this stop and the one before. */
  private known = new Map<number, readonly bigint[]>();
  private earlier = new Map<number, readonly bigint[]>();
  private knownTick = -1;
  private loaded = false;
  private focusEntry = false;

  static override styles = [tokens, shared, framed, entryLettersStyle, pageTablesStyle];

  constructor() {
    super();
    this.of = "";
    this.mode = undefined;
    this.columns = [];
    this.path = [];
    this.shown = 0;
    this.all = undefined;
    this.asTable = false;
  }

  protected override async load(reader: Reader, session: MachineSession): Promise<void> {
    const { status, events } = session;
    if (!status) return;
    if (status.tick !== this.knownTick) {
      this.earlier = this.known;
      this.known = new Map();
      this.knownTick = status.tick;
      if (this.chosenAt !== status.tick) this.chosen = undefined;
    }
    const read = await readTables(reader, { status, events }, this.of, this.chosen);
    if (!read) return;
    const { mode, tables, path } = read;
    this.loaded = true;
    this.mode = mode;
    this.path = path;
    this.columns = tables.map(({ address, values }, depth) => {
      this.known.set(address, values);
      return { address, values, before: this.earlier.get(address), rows: foldTable(mode!, depth, values) };
    });
    this.shown = Math.max(0, Math.min(this.shown, tables.length - 1));
    if (mode && this.asTable) this.all = await this.listAll(mode, reader);
  }

  private async listAll(mode: PagingMode, reader: Reader) {
    const tables = await collectTables(mode, (address, length) => reader.readMemory("physical", address, length));
    return listMappings(mode, (address) => tables.get(address) ?? []);
  }

  private open(depth: number, index: number): void {
    this.chosen = [...this.path.slice(0, depth), index];
    this.chosenAt = this.knownTick;
    this.shown = depth;
    this.reload();
  }

  private follow(): void {
    this.chosen = undefined;
    this.reload();
  }

  // One Tab stop a column's list; arrows inside, right into the table behind an entry, left out of it

  private onKey(event: KeyboardEvent, depth: number): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { rows } = this.columns[depth];
    const at = rows.findIndex(({ index, count }) => this.path[depth] >= index && this.path[depth] < index + count);
    const goes = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: rows.length - 1 }[event.key];
    if (goes !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      const row = rows[Math.max(0, Math.min(rows.length - 1, goes))];
      this.focusEntry = true;
      this.open(depth, row.index);
    } else if (event.key === "ArrowRight" || event.key === "ArrowLeft" || event.key === "Enter") {
      const next = event.key === "ArrowLeft" ? depth - 1 : depth + 1;
      if (next < 0 || next >= this.columns.length) return;
      event.preventDefault();
      event.stopPropagation();
      this.shown = next;
      this.focusEntry = true;
    }
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("of")) this.follow();
  }

  protected override updated(): void {
    if (!this.focusEntry) return;
    this.focusEntry = false;
    const list = this.renderRoot.querySelector<HTMLElement>(`.column.shown [role="listbox"]`);
    const item = list?.querySelector<HTMLElement>('[aria-selected="true"]');
    list?.focus({ preventScroll: true });
    if (list && item) list.scrollTop = Math.max(0, item.offsetTop - list.offsetTop - 88);
  }

  override render() {
    const { mode } = this;
    return html`<div class="head">
        <p class="title">Page tables${mode ? html`, <span class="mono">${mode.name}</span>` : nothing}</p>
        ${this.chosen && this.of ? html`<button class="button quiet" @click=${() => this.follow()}>Follow ${this.of}</button>` : nothing}
        ${mode ? html`<button class="button quiet" aria-expanded=${this.asTable} @click=${() => this.toggleTable()}>Show as table</button>` : nothing}
      </div>
      ${
        !this.loaded
          ? html`<p class="empty" style="min-height:220px">The tables appear when the machine wakes.</p>`
          : mode
            ? this.renderTree(mode)
            : html`<p class="empty" style="min-height:220px">Paging is off: a linear address is a physical one. The tables appear when CR0.PG becomes 1.</p>`
      }
      ${mode && this.asTable ? this.renderAll(mode) : nothing}`;
  }

  private toggleTable(): void {
    this.asTable = !this.asTable;
    this.reload();
  }

  private renderTree(mode: PagingMode): TemplateResult {
    const { columns, path } = this;
    return html`<p class="crumbs"><span class="mono">CR3</span>${columns.map(
      (
        { address },
        depth,
      ) => html`<span aria-hidden="true">›</span><button class="link" aria-current=${depth === this.shown ? "true" : nothing}
        @click=${() => {
          this.shown = depth;
        }}>${mode.levels[depth].table} <span class="mono">${hex(address)}</span></button>`,
    )}</p>
    <div class="columns">${columns.map((column, depth) => this.renderColumn(mode, column, depth))}</div>
    <p class="page">${this.describeEnd(mode, columns, path)}</p>`;
  }

  private describeEnd(mode: PagingMode, columns: readonly Column[], path: readonly number[]): TemplateResult {
    const depth = path.length - 1;
    if (depth < 0) return html`No entry of the first table is present: any access ends in a page fault.`;
    const entry = readEntry(mode, depth, columns[depth].values[path[depth]]);
    const from = linearOf(mode, path);
    const to = from + BigInt(reach(mode, depth)) - 1n;
    const range = html`<span class="mono">${linearText(mode, from)}</span> to <span class="mono">${linearText(mode, to)}</span>`;
    if (!entry.present) return html`${range}: not present.`;
    return html`${range}: ${targetWords(mode, depth, entry)} at <span class="mono">${hex(entry.target)}</span>.`;
  }

  private renderColumn(mode: PagingMode, column: Column, depth: number): TemplateResult {
    const { table } = mode.levels[depth];
    const active = this.path[depth] === undefined ? nothing : `entry-${depth}-${this.rowOf(column, depth)}`;
    return html`<div class="column ${depth === this.shown ? "shown" : ""}">
      <h4>${table} <span class="mono">${hex(column.address)}</span></h4>
      <ul role="listbox" tabindex="0" aria-label=${`${table} at ${hex(column.address)}`} aria-activedescendant=${active}
        @keydown=${(event: KeyboardEvent) => this.onKey(event, depth)} @focus=${() => {
          this.shown = depth;
        }}>${column.rows.map((row) => this.renderRow(mode, column, depth, row))}</ul>
    </div>`;
  }

  /** The first index of the row that the path goes through. */
  private rowOf({ rows }: Column, depth: number): number | undefined {
    const at = this.path[depth];
    return rows.find(({ index, count }) => at >= index && at < index + count)?.index;
  }

  private renderRow(mode: PagingMode, column: Column, depth: number, row: Fold): TemplateResult {
    const { index, count, entry } = row;
    const selected = this.rowOf(column, depth) === index;
    const changed =
      !this.session?.active &&
      column.before?.slice(index, index + count).some((value, i) => value !== column.values[index + i]);
    const id = `entry-${depth}-${index}`;
    const open = () => this.open(depth, index);
    if (!entry.present) {
      const says = `${grouped(count)} absent`;
      return html`<li id=${id} role="option" class="folded ${changed ? "changed" : ""}" aria-selected=${selected} @click=${open}>${
        entry.value === 0n ? says : html`${index}: absent <span class="mono">${hex(entry.value)}</span>`
      }</li>`;
    }
    // In a folded row the path may go through any of its entries: that one is shown.
    const at = selected ? this.path[depth] : index;
    const here = readEntry(mode, depth, column.values[at]);
    const [target, to] = [hex(here.target), targetWords(mode, depth, here)];
    const more = count > 1 ? `${at > index ? `${index} to ` : ""}${index + count - 1}` : "";
    return html`<li id=${id} role="option" class="opens ${changed ? "changed" : ""}" aria-selected=${selected} @click=${open}
      aria-label=${`Entry ${at}: ${letterWords(here.letters)}, ${to} at ${target}${changed ? ", changed" : ""}${more ? `, and alike to ${index + count - 1}` : ""}`}>
      <span class="index">${at}</span><span class="to">${target}</span>
      <span class="letters">${entryLetters(here.letters)}</span>
      ${here.leaf || more ? html`<span class="leaf" style="grid-column:1/-1;text-align:right">${here.leaf ? to : ""}${more ? this.foldWords(row) : ""}</span>` : nothing}
    </li>`;
  }

  private foldWords({ index, count, step }: Fold): string {
    const last = index + count - 1;
    return step === 0 ? `, all to ${last} alike` : `, and so on to ${last}`;
  }

  private renderAll(mode: PagingMode): TemplateResult {
    const { all } = this;
    if (!all) return html`<p class="empty">Reading the tables …</p>`;
    const rights = ({ user, writable, executable }: Mapping) =>
      `${user ? "user" : "supervisor"}, ${writable ? "read and write" : "read"}${executable ? ", execute" : ""}`;
    return html`<div class="all" tabindex="0" role="region" aria-label="What the page tables map">
      <table>
        <thead><tr><th scope="col">Linear</th><th scope="col">Physical</th><th scope="col">Pages</th><th scope="col">All levels together allow</th></tr></thead>
        <tbody>${all.mappings.map(
          (one) => html`<tr>
            <td>${linearText(mode, one.la)}–${linearText(mode, one.la + BigInt(one.bytes) - 1n)}</td>
            <td>${hex(one.pa)}${one.alias ? nothing : html`–${hex(one.pa + one.bytes - 1)}`}</td>
            <td class="words">${one.alias ? "the same " : ""}${pageSize(one.pageBytes)}, ${counted(one.bytes / one.pageBytes, "time")}</td>
            <td class="words">${rights(one)}</td></tr>`,
        )}</tbody>
      </table>
      ${all.complete ? nothing : html`<p>And more: the tables map too many ranges to list.</p>`}
    </div>`;
  }
}
