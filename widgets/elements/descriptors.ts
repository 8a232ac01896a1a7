// <ring-descriptors of="gdt|ldt|idt|tss">: the table that GDTR, LDTR, IDTR or TR points to, read from memory at each stop
// and decoded; the chosen entry bit by bit, where a click or Enter flips a bit in the machine's memory. Fields that
// would fault are marked and say how; entries that segment registers were loaded from name them, dashed where the
// registers' hidden copy is not what memory holds. One Tab stop for the entries and one for the bits, arrows inside.
import { html, nothing, type TemplateResult } from "lit";
import type { RegisterFile } from "../../engine/index.ts";
import { icons } from "../icons.ts";
import type { Field, TableName } from "../model/descriptors.ts";
import {
  bytesRead,
  type Difference,
  type Entry,
  finder,
  modesOf,
  readDescriptors,
  readEntries,
  strays,
  type Tables,
  tableRange,
} from "../model/descriptortables.ts";
import { grouped, hex } from "../model/number.ts";
import type { Reader } from "../model/reader.ts";
import type { MachineSession } from "../model/session.ts";
import { decodeTss, type TssField } from "../model/tss.ts";
import { nextFrame } from "../model/turns.ts";
import { framed, shared, tokens } from "../style.ts";
import { descriptorsStyle } from "./descriptors-style.ts";
import { MachineView } from "./view.ts";

const titles: Readonly<Record<string, string>> = {
  gdt: "Global descriptor table",
  ldt: "Local descriptor table",
  idt: "Interrupt descriptor table",
  tss: "Task-state segment",
};
const pointers: Readonly<Record<string, string>> = { gdt: "GDTR", ldt: "LDTR", idt: "IDTR", tss: "TR" };

/** Entries that hold nothing, folded where more than two stand together. */
type Row = Entry | { readonly from: number; readonly to: number; readonly count: number };

export class RingDescriptors extends MachineView {
  static override properties = {
    ...MachineView.properties,
    of: { type: String, means: ["gdt", "ldt", "idt", "tss"] },
    entry: { type: String },
    table: { type: Boolean },
    registers: { state: true },
    entries: { state: true },
    tss: { state: true },
    chosen: { state: true },
    lit: { state: true },
  };
  /** "gdt" (default), "ldt", "idt", "tss". */
  declare of: TableName | "tss";
  /** Selector or vector that is open at the start, in hex. */
  declare entry: string;
  /** Show the fields of the chosen entry as a table from the start. */
  declare table: boolean;
  declare registers: RegisterFile | undefined;
  declare entries: readonly Entry[] | undefined;
  declare tss: readonly TssField[] | undefined;
  /** The name of the chosen entry. */
  declare chosen: number | undefined;
  /** The highest bit of the field that is pointed at. */
  declare lit: number | undefined;
  private known: Tables = {};
  private bit = -1;
  private shownChoice: number | undefined;

  static override styles = [tokens, shared, framed, descriptorsStyle];

  constructor() {
    super();
    this.of = "gdt";
    this.entry = "";
    this.table = false;
    this.registers = undefined;
    this.entries = undefined;
    this.tss = undefined;
    this.chosen = undefined;
    this.lit = undefined;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.entry) this.chosen = Number.parseInt(this.entry, 16);
  }

  protected override async load(reader: Reader, _session: MachineSession): Promise<void> {
    const read = await readDescriptors(reader, this.of);
    if (!read) return;
    const { registers, own, tables } = read;
    this.known = tables;
    this.registers = registers;
    if (this.of === "tss") this.tss = own && this.decodeTask(own, registers, tables);
    else {
      const base = tableRange(this.of, registers)?.base ?? 0;
      this.entries = own && readEntries(this.of, own, base, registers, tables);
    }
  }

  private decodeTask(bytes: Uint8Array, registers: RegisterFile, tables: Tables): TssField[] {
    const task = registers.segments.find(({ name }) => name === "TR")!;
    const { longMode } = modesOf(registers);
    return decodeTss(bytes, task.limit, task.attributes & 15, longMode, finder(tables, longMode));
  }

  // Rows ---------------------------------------------------------------------------------------------------------------

  private get rows(): Row[] {
    const rows: Row[] = [];
    let run: Entry[] = [];
    const flush = () => {
      if (run.length > 2) rows.push({ from: run[0].name, to: run.at(-1)!.name, count: run.length });
      else rows.push(...run);
      run = [];
    };
    for (const entry of this.entries ?? []) {
      const plain = entry.descriptor.family === "empty" && entry.references.length === 0 && entry.name !== this.chosen;
      if (plain && (this.of === "idt" || entry.index > 0)) run.push(entry);
      else {
        flush();
        rows.push(entry);
      }
    }
    flush();
    return rows;
  }

  private choose(entry: Entry): void {
    this.chosen = entry.name;
    this.lit = undefined;
    this.bit = -1;
  }

  private get current(): Entry | undefined {
    return this.entries?.find(({ name }) => name === this.chosen);
  }

  private onListKey(event: KeyboardEvent): void {
    const shown = this.rows.filter((row): row is Entry => "descriptor" in row);
    const at = shown.findIndex(({ name }) => name === this.focusName(shown));
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: shown.length - 1 }[event.key];
    const next = to === undefined ? undefined : shown[to];
    if (to !== undefined) event.preventDefault();
    if (!next) return;
    this.choose(next);
    this.focusOn(`.pick[data-name="${next.name}"]`);
  }

  /** The entry that Tab comes to. */
  private focusName(shown: readonly Entry[]): number | undefined {
    return shown.some(({ name }) => name === this.chosen) ? this.chosen : shown[0]?.name;
  }

  /** The chosen entry stands in the list's box, where an attribute chose it. */
  protected override updated(): void {
    const row = this.renderRoot.querySelector<HTMLElement>("tr.chosen");
    const box = row?.closest<HTMLElement>(".scroll");
    if (!row || !box || this.shownChoice === this.chosen) return;
    this.shownChoice = this.chosen;
    nextFrame(() => {
      if (row.offsetTop + row.offsetHeight > box.scrollTop + box.clientHeight || row.offsetTop < box.scrollTop + 28)
        box.scrollTop = row.offsetTop - box.clientHeight / 2;
    });
  }

  /** At once, so that the next key is already the new place's. */
  private focusOn(selector: string): void {
    this.renderRoot.querySelector<HTMLElement>(selector)?.focus();
  }

  // Bits ---------------------------------------------------------------------------------------------------------------

  private onBitKey(event: KeyboardEvent, width: number): void {
    const moves = { ArrowLeft: 1, ArrowRight: -1, ArrowUp: 16, ArrowDown: -16 };
    const by = moves[event.key as keyof typeof moves];
    const to =
      event.key === "Home" ? width - 1 : event.key === "End" ? 0 : by === undefined ? undefined : this.bit + by;
    if (to === undefined) return;
    event.preventDefault();
    if (to < 0 || to >= width) return;
    this.pointAt(to);
    this.focusOn(`.bit[data-bit="${to}"]`);
  }

  private pointAt(bit: number): void {
    this.bit = bit;
    this.lit = this.current?.descriptor.fields.find(({ high, low }) => bit <= high && bit >= low)?.high;
  }

  /** In the machine's memory: the processor is not told, as it would not be by a store. */
  private flip(entry: Entry, bit: number): void {
    const byte = Number((entry.descriptor.bits >> BigInt(8 * (bit >> 3))) & 0xffn) ^ (1 << (bit & 7));
    void this.session?.writeMemory(entry.address + (bit >> 3), Uint8Array.of(byte));
  }

  // Drawing ------------------------------------------------------------------------------------------------------------

  override render() {
    const { registers, of } = this;
    const head = html`<div class="head"><p class="title">${titles[of] ?? of}</p></div>`;
    if (!registers) return html`${head}<p class="empty">The table appears when the machine wakes.</p>`;
    const range = tableRange(of, registers);
    if (!range)
      return html`${head}<p class="empty">There is none: ${pointers[of]} holds a null selector${of === "tss" ? ", or LTR has not run" : ""}.</p>`;
    const held = registers.segments.find(({ name }) => name === pointers[of]);
    const { protectedMode } = modesOf(registers);
    return html`${head}
      <p class="about">${pointers[of]} ${held ? html`<span class="mono">${hex(held.selector, 4)}</span>: ` : ""}base <span class="mono">${hex(range.base, 8)}</span>,
        limit <span class="mono">${hex(range.bytes - 1, 4)}</span>. ${this.remark(protectedMode, bytesRead(of, range, registers) < range.bytes && of !== "idt")}</p>
      ${of === "tss" ? this.renderTask() : this.renderList()}`;
  }

  private remark(protectedMode: boolean, isCut: boolean): string {
    const words: string[] = [];
    if (this.of !== "idt" && !protectedMode) words.push("CR0.PE is 0: no load looks at it yet.");
    if (this.of === "idt" && !protectedMode) words.push("CR0.PE is 0: its entries are far pointers.");
    if (isCut) words.push("Its first 512 entries are shown.");
    const lost = this.of === "gdt" && this.registers ? strays(this.registers, this.known) : [];
    for (const { name, selector } of lost)
      words.push(`${name} holds ${hex(selector, 4)}, which names no entry: its hidden part is from before.`);
    return words.join(" ");
  }

  private renderList(): TemplateResult {
    const { of, rows } = this;
    const shown = rows.filter((row): row is Entry => "descriptor" in row);
    const stop = this.focusName(shown);
    return html`<div class="scroll"><table class="list" aria-label=${titles[of]} @keydown=${this.onListKey}>
      <thead><tr><th scope="col">${of === "idt" ? "vector" : "selector"}</th><th scope="col">is</th>
        <th scope="col">${of === "idt" ? "leads to" : "base, limit"}</th><th scope="col">DPL</th>
        ${of === "idt" ? nothing : html`<th scope="col">held by</th>`}</tr></thead>
      <tbody>${rows.map((row) => ("descriptor" in row ? this.renderEntry(row, row.name === stop) : this.renderFold(row)))}</tbody>
    </table></div>${this.renderDetail()}`;
  }

  private renderFold({ from, to, count }: { from: number; to: number; count: number }): TemplateResult {
    const digits = this.of === "idt" ? 2 : 4;
    return html`<tr class="fold"><td colspan="5"><span class="mono">${hex(from, digits)}–${hex(to, digits)}</span>: ${grouped(count)} empty entries</td></tr>`;
  }

  private renderEntry(entry: Entry, stop: boolean): TemplateResult {
    const { descriptor: d, references } = entry;
    const digits = this.of === "idt" ? 2 : 4;
    const isChosen = entry.name === this.chosen;
    const first = d.fields.find(({ fault }) => fault)?.fault;
    // An empty entry is no mistake until it is used.
    const fault = d.family === "empty" ? undefined : first;
    const where = d.target
      ? html`<span class="mono">${hex(d.target.selector, 4)}:${hex(d.target.offset, d.width === 32 ? 4 : 8)}</span>`
      : d.base === undefined || d.family === "empty"
        ? nothing
        : html`<span class="mono">${hex(d.base, 8)}</span>, <span class="mono">${hex(d.limit ?? 0, 8)}</span>`;
    return html`<tr class=${isChosen ? "chosen" : ""}>
      <th scope="row"><button class="pick" data-name=${entry.name} tabindex=${stop ? 0 : -1} aria-expanded=${isChosen ? "true" : "false"}
        @click=${() => this.choose(entry)}>${hex(entry.name, digits)}</button></th>
      <td>${fault ? html`<span class="faulty" title=${fault}>${icons.fault}<span class="sr">Faulty: </span></span>` : nothing}${
        entry.index === 0 && this.of === "gdt" ? "null descriptor" : d.kind
      }${d.present || d.family === "empty" ? "" : ", not present"}</td>
      <td>${where}</td><td class="mono">${d.family === "empty" ? "" : (d.dpl ?? "")}</td>
      ${
        this.of === "idt"
          ? nothing
          : html`<td><span class="users">${references.map(
              ({ register, differs }) =>
                html`<span class="user ${differs.length ? "differs" : ""}" title=${differs.length ? "its hidden part is not what memory holds" : "loaded from here"}>${register}${differs.length ? "≠" : ""}</span>`,
            )}</span></td>`
      }</tr>`;
  }

  private renderDetail(): TemplateResult | typeof nothing {
    const entry = this.current;
    if (!entry) return html`<p class="empty">Choose an entry to see its bits.</p>`;
    const { descriptor: d } = entry;
    const name = hex(entry.name, this.of === "idt" ? 2 : 4);
    return html`<div class="detail">
      <p class="entry">${this.of === "idt" ? "Vector" : "Selector"} ${name}, at ${hex(entry.address, 8)}: ${d.kind}</p>
      ${entry.references.map(({ register, differs }) => (differs.length ? this.renderDifference(register, differs) : nothing))}
      ${d.fields.map(({ name: field, fault }) => (fault ? html`<p class="note faulty">${icons.fault}${field}: ${fault}.</p>` : nothing))}
      <div class="bits" role="group" aria-label=${`Bits of ${name}, ${d.width - 1} to 0`} @keydown=${(event: KeyboardEvent) => this.onBitKey(event, d.width)}
        @pointerleave=${() => {
          this.lit = undefined;
        }}>${this.renderBits(entry)}</div>
      ${this.renderFields(d.fields)}
    </div>`;
  }

  private renderDifference(register: string, differs: readonly Difference[]): TemplateResult {
    return html`<p class="note"><span class="user differs">${register}≠</span> ${register} was loaded before memory became this, and still has
      ${differs.map(({ part, cached, memory }, i) => html`${i ? ", " : ""}${part} <span class="mono">${hex(cached, 4)}</span> (memory: <span class="mono">${hex(memory, 4)}</span>)`)}.</p>`;
  }

  /** From the highest bit down; a field's first bit has a heavier edge, every other field a ground of its own. */
  private renderBits(entry: Entry): TemplateResult[] {
    const { fields, bits, width } = entry.descriptor;
    const stop = this.bit < 0 ? width - 1 : this.bit;
    return fields.flatMap((field, n) =>
      Array.from({ length: field.high - field.low + 1 }, (_, i) => {
        const bit = field.high - i;
        const one = ((bits >> BigInt(bit)) & 1n) === 1n;
        const classes = [
          "bit",
          one ? "one" : "",
          i === 0 ? "first" : "",
          n % 2 ? "shaded" : "",
          field.fault && entry.descriptor.family !== "empty" ? "wrong" : "",
          this.lit === field.high ? "lit" : "",
        ];
        return html`<button class=${classes.join(" ")} data-bit=${bit} tabindex=${bit === stop ? 0 : -1} aria-pressed=${one ? "true" : "false"}
          aria-label=${`${one ? 1 : 0}, bit ${bit} of ${field.name}`} title=${`bit ${bit}: ${field.name}`}
          @pointerenter=${() => {
            this.lit = field.high;
          }} @focus=${() => this.pointAt(bit)} @click=${() => this.flip(entry, bit)}>${one ? 1 : 0}</button>`;
      }),
    );
  }

  private renderFields(fields: readonly Field[]): TemplateResult {
    const lit = fields.find(({ high }) => high === this.lit);
    const line = lit
      ? html`<span class="mono">${lit.name}</span> = <span class="mono">${hex(lit.value)}</span>: ${lit.says}. Press it to flip it in memory.`
      : "Point at a bit to see what it is; press it to flip it in memory.";
    return html`<p class="note" aria-live="off">${line}</p>
      <details ?open=${this.table}><summary>Show as table</summary>
      <table class="fields"><thead class="sr"><tr><th scope="col">Field</th><th scope="col">Bits</th><th scope="col">Value</th><th scope="col">Meaning</th></tr></thead>
      <tbody>${fields.map(
        ({ name, high, low, value, says, fault }) => html`<tr class=${high === this.lit ? "lit" : ""}>
        <th scope="row" class="mono">${name}</th><td class="range mono">${high === low ? high : `${high}–${low}`}</td>
        <td class="mono">${hex(value)}</td><td>${says}${fault ? html` <span class="faulty">${icons.fault}${fault}</span>` : nothing}</td></tr>`,
      )}</tbody></table></details>`;
  }

  private renderTask(): TemplateResult {
    const { tss } = this;
    if (!tss || tss.length === 0) return html`<p class="empty">Its memory cannot be read.</p>`;
    return html`<div class="scroll" tabindex="0" role="region" aria-label="Fields of the TSS"><table class="list">
      <thead><tr><th scope="col">offset</th><th scope="col">field</th><th scope="col">value</th><th scope="col">is</th></tr></thead>
      <tbody>${tss.map(
        ({ name, offset, size, value, says, fault }) => html`<tr>
        <th scope="row" class="mono">${hex(offset, 2)}</th><td class="mono">${name}</td><td class="mono">${hex(value, size * 2)}</td>
        <td>${says}${fault ? html` <span class="faulty">${icons.fault}${fault}</span>` : nothing}</td></tr>`,
      )}</tbody></table></div>`;
  }
}
