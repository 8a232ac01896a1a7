// <ring-registers>: the register file in two columns, flags and CR0 as letters, segment caches decoded. What changed
// since the last stop is marked strongly, since the start weakly. One Tab stop, arrows inside, Enter opens a value.
import { html, nothing, type TemplateResult } from "lit";
import type { RegisterFile, SegmentView } from "../../engine/index.ts";
import { type Bit, cr0Bits, describeHolds, describeSegment, flagBits, ioPrivilege, isSet } from "../model/bits.ts";
import { privilegeLevel } from "../model/expression.ts";
import { binary, grouped, hex, parseWithin, signed, splitZeros } from "../model/number.ts";
import type { Reader } from "../model/reader.ts";
import type { MachineSession } from "../model/session.ts";
import { framed, shared, tokens } from "../style.ts";
import { registersStyle } from "./registers-style.ts";
import { MachineView } from "./view.ts";

/** One value of the grid: what it is called, how wide it is, and how it is read out of a register file. */
interface Cell {
  readonly name: string;
  readonly bits: number;
  readonly of: (registers: RegisterFile) => bigint | undefined;
  readonly writable: boolean;
}

const general =
  (index: number): Cell["of"] =>
  (registers) =>
    registers.general[index]?.value;
const selector =
  (name: string): Cell["of"] =>
  (registers) => {
    const found = registers.segments.find((one) => one.name === name);
    return found && BigInt(found.selector);
  };

/** The general registers have 64 bits: long mode is active. */
const isWide = (file: RegisterFile): boolean => file.general[0]?.name === "RAX";

const cr0: Cell = {
  name: "CR0",
  bits: 32,
  of: (registers) => registers.control.find(({ name }) => name === "CR0")?.value,
  writable: true,
};

export class RingRegisters extends MachineView {
  static override properties = {
    ...MachineView.properties,
    file: { state: true },
    opened: { state: true },
    wrong: { state: true },
    more: { type: Boolean },
  };
  declare file: RegisterFile | undefined;
  declare opened: string;
  declare wrong: string;
  /** Show segments and control registers from the start. */
  declare more: boolean;
  private chosen = "EAX";
  private focusWanted = "";

  static override styles = [tokens, shared, framed, registersStyle];

  constructor() {
    super();
    this.file = undefined;
    this.opened = "";
    this.wrong = "";
    this.more = false;
  }

  protected override async load(reader: Reader, _session: MachineSession): Promise<void> {
    this.file = await reader.registers();
  }

  private cells(file: RegisterFile): Cell[] {
    const wide = isWide(file) ? 64 : 32;
    // Side by side: what programs count with, and what they point with. In the one column of long mode, one after the
    // other, and R8 and up follow.
    const first = wide === 64 ? [0, 3, 1, 2, 6, 7, 5, 4] : [0, 6, 3, 7, 1, 5, 2, 4];
    const order = [...first, ...[...file.general.keys()].filter((index) => index > 7)].filter(
      (index) => index in file.general,
    );
    return [
      ...order.map((index) => ({ name: file.general[index].name, bits: wide, of: general(index), writable: true })),
      { name: wide === 64 ? "RIP" : "EIP", bits: wide, of: (registers) => registers.ip, writable: true },
      { name: "EFLAGS", bits: 32, of: (registers) => BigInt(registers.flags), writable: true },
    ];
  }

  /** CR2 and up; CR0 stands with its bits. Long mode makes linear and physical addresses wider. */
  private controlCells(file: RegisterFile): Cell[] {
    const wide = isWide(file);
    return file.control
      .filter(({ name }) => name !== "CR0")
      .map(({ name }) => ({
        name,
        bits: wide && (name === "CR2" || name === "CR3") ? 64 : 32,
        of: (registers) => registers.control.find((one) => one.name === name)?.value,
        writable: name !== "EFER",
      }));
  }

  private allCells(file: RegisterFile): Cell[] {
    return [...this.cells(file), cr0, ...this.controlCells(file), ...file.segments.map((one) => this.segmentCell(one))];
  }

  private mark(cell: Cell): string {
    const { session, file } = this;
    if (!session || !file || session.active) return "";
    const now = cell.of(file);
    // A register that the mode of then did not have has not changed.
    const differs = (then: RegisterFile | undefined) => {
      const value = then && cell.of(then);
      return value !== undefined && value !== now;
    };
    return differs(session.before) ? "changed" : differs(session.start) ? "changed-old" : "";
  }

  private marked(mark: string): string {
    return mark === "changed" ? ", changed" : mark === "changed-old" ? ", changed since the start" : "";
  }

  private attributesOf(cell: Cell, value: bigint) {
    const mark = this.mark(cell);
    const outlined = this.session?.outlined === cell.name ? "outlined" : "";
    return {
      class: `value ${mark} ${outlined}`,
      label: `${cell.name} ${hex(value, cell.bits / 4)}${this.marked(mark)}`,
      stop: this.stop === cell.name ? "0" : "-1",
    };
  }

  /** The value that Tab comes to; a change of mode may have taken the chosen one away. */
  private get stop(): string {
    const cells = this.file ? this.allCells(this.file) : [];
    return cells.some(({ name }) => name === this.chosen) ? this.chosen : (cells[0]?.name ?? "");
  }

  private digits(cell: Cell, value: bigint): TemplateResult {
    const [zeros, rest] = splitZeros(hex(value, cell.bits / 4));
    return html`<span class="zero">${zeros}</span>${rest}`;
  }

  private button(cell: Cell): TemplateResult | typeof nothing {
    const value = this.file && cell.of(this.file);
    if (value === undefined) return nothing;
    const { class: classes, label, stop } = this.attributesOf(cell, value);
    return html`<span class=${classes} role="button" aria-haspopup="dialog" tabindex=${stop} data-cell=${cell.name} data-place=${cell.name} aria-label=${label}
      @click=${() => this.open(cell.name)} @pointerenter=${() => this.session?.outline(cell.name)} @pointerleave=${() => this.session?.outline("")}
      >${this.digits(cell, value)}</span>`;
  }

  private pair(cell: Cell): TemplateResult {
    return html`<div class="pair"><span class="label" aria-hidden="true">${cell.name}</span>${this.button(cell)}</div>`;
  }

  private letters(bits: readonly Bit[], value: bigint, before: bigint | undefined, name: string): TemplateResult {
    const set = bits.filter(({ bit }) => isSet(value, bit));
    return html`<div class="letters" aria-hidden="true">${bits.map(({ name: letter, bit, says }) => {
      const on = isSet(value, bit);
      const flipped = before !== undefined && isSet(before, bit) !== on && !this.session?.active;
      return html`<span class="bit ${on ? "on" : ""} ${flipped ? "flipped" : ""}" title=${`${letter}: ${says}: ${on ? 1 : 0}`}>${letter}</span>`;
    })}</div><span class="sr">${name}: ${set.length > 0 ? set.map((one) => `${one.name} (${one.says})`).join(", ") : "all clear"}.</span>`;
  }

  // One Tab stop, arrows inside

  private onGridKey(event: KeyboardEvent): void {
    const from = event.composedPath()[0] as HTMLElement;
    if (!from.dataset?.cell) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.open(from.dataset.cell);
      return;
    }
    if (event.key === "w" && !event.ctrlKey && !event.metaKey) {
      const cell = this.file && this.allCells(this.file).find(({ name }) => name === from.dataset.cell);
      event.preventDefault();
      if (cell) this.whoWrote(cell);
      return;
    }
    const all = [...this.renderRoot.querySelectorAll<HTMLElement>("[data-cell]")].filter(
      (one) => one.offsetParent !== null,
    );
    const at = all.indexOf(from);
    const box = from.getBoundingClientRect();
    let next: HTMLElement | undefined;
    if (event.key === "ArrowRight") next = all[at + 1];
    else if (event.key === "ArrowLeft") next = all[at - 1];
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const down = event.key === "ArrowDown";
      const rows = all.filter((one) => {
        const { top } = one.getBoundingClientRect();
        return down ? top > box.top + 4 : top < box.top - 4;
      });
      const distance = (one: HTMLElement) => {
        const { top, left } = one.getBoundingClientRect();
        return Math.abs(top - box.top) * 100 + Math.abs(left - box.left);
      };
      next = rows.sort((a, b) => distance(a) - distance(b))[0];
    } else return;
    event.preventDefault();
    if (!next) return;
    this.chosen = next.dataset.cell!;
    next.focus();
    this.requestUpdate();
  }

  private open(name: string): void {
    this.chosen = name;
    this.opened = name;
    this.wrong = "";
    this.focusWanted = ".open input";
  }

  private shut(): void {
    const name = this.opened;
    this.opened = "";
    this.focusWanted = `[data-cell="${name}"]`;
  }

  protected override updated(): void {
    if (!this.focusWanted) return;
    const target = this.renderRoot.querySelector<HTMLElement>(this.focusWanted);
    this.focusWanted = "";
    target?.focus();
    if (target instanceof HTMLInputElement) target.select();
  }

  private async save(cell: Cell, event: Event): Promise<void> {
    event.preventDefault();
    const typed = this.renderRoot.querySelector<HTMLInputElement>(".open input")!.value;
    const parsed = parseWithin(typed, cell.bits);
    if (!("value" in parsed)) {
      this.wrong = `${parsed.message} ${parsed.hint}`;
      return;
    }
    this.shut();
    await this.session?.writeRegister(cell.name, parsed.value);
  }

  /** Runs to just before the instruction that gave this register its value. */
  private whoWrote(cell: Cell): void {
    this.shut();
    void this.session?.whoChanged(cell.name, async (machine) => String(cell.of(await machine.registers())));
  }

  /** Where a value points: through DS outside of 64-bit mode, where bases are not added. */
  private addressOf(cell: Cell, value: bigint): number {
    const status = this.session?.status;
    if (cell.name === "EIP" || cell.name === "RIP") return status?.address ?? 0;
    if (status?.mode === "long") return Number(value);
    const isOffset = cell.bits > 16 && !/^(EFLAGS|EFER|CR\d)$/.test(cell.name);
    const base = isOffset ? (this.file!.segments.find(({ name }) => name === "DS")?.base ?? 0) : 0;
    return Number(BigInt.asUintN(32, value + BigInt(base)));
  }

  private renderOpen(cell: Cell | undefined): TemplateResult | typeof nothing {
    const value = this.file && cell?.of(this.file);
    if (!cell || value === undefined) return nothing;
    const anchor = this.renderRoot.querySelector<HTMLElement>(`[data-cell="${cell.name}"]`);
    const top = anchor ? anchor.getBoundingClientRect().bottom - this.getBoundingClientRect().top + 4 : 40;
    const address = this.addressOf(cell, value);
    return html`<div class="floating open" role="dialog" aria-label=${cell.name} style=${`top:${top}px`} @keydown=${(
      event: KeyboardEvent,
    ) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      this.shut();
    }}>
      <form @submit=${(event: Event) => this.save(cell, event)}>
        <label for="edit" class="mono">${cell.name}</label>
        <input id="edit" .value=${hex(value, cell.bits / 4)} ?readonly=${!cell.writable} autocomplete="off" spellcheck="false"
          aria-invalid=${this.wrong ? "true" : "false"} aria-describedby="wrong" />
        ${cell.writable ? html`<button class="button">Set</button>` : nothing}
      </form>
      <p class="wrong" id="wrong" role="status" ?hidden=${!this.wrong}>${this.wrong}</p>
      <dl>
        <dt>Hex</dt><dd>${hex(value, cell.bits / 4)}</dd>
        <dt>Decimal</dt><dd>${grouped(value)}${signed(value, cell.bits) < 0n ? ` or ${signed(value, cell.bits)}` : ""}</dd>
        <dt>Binary</dt><dd>${binary(value, cell.bits)}</dd>
      </dl>
      <div class="actions">
        <button class="button" @click=${() => {
          this.shut();
          this.session?.follow(address);
        }}>Follow in memory</button>
        <button class="button" @click=${() => this.whoWrote(cell)}>Who wrote this?</button>
        <button class="button quiet" @click=${() => this.shut()}>Close</button>
      </div>
    </div>`;
  }

  private segmentCell(segment: SegmentView): Cell {
    return {
      name: segment.name,
      bits: 16,
      of: selector(segment.name),
      writable: segment.name !== "LDTR" && segment.name !== "TR",
    };
  }

  private renderSegments(file: RegisterFile): TemplateResult {
    const is64 = this.session?.status?.mode === "long";
    return html`<table class="segments">
      <thead><tr><th scope="col"><span class="sr">Segment</span></th><th scope="col">selector</th><th scope="col">base</th><th scope="col">limit</th></tr></thead>
      <tbody>${file.segments.map((segment) => {
        const words = describeSegment(segment, isWide(file));
        // In 64-bit mode CS, DS, ES and SS have no base and no limit (AMD APM vol. 2, 4.5.3).
        const isUnused = is64 && ["CS", "DS", "ES", "SS"].includes(segment.name);
        return html`<tr>
            <th scope="row" rowspan="2" style="vertical-align:top;padding-top:2px">${segment.name}</th>
            <td>${this.button(this.segmentCell(segment))}</td>
            <td class=${this.hiddenMark(segment, "base")}>${this.dimmed(segment.base)}</td><td class=${this.hiddenMark(segment, "limit")}>${this.dimmed(segment.limit)}</td>
          </tr>
          <tr class="spaced"><td class="words" colspan="3"><span class=${this.hiddenMark(segment, "attributes")}>${words}</span>${isUnused ? ". Base and limit are not used" : ""}</td></tr>`;
      })}${this.renderTable("GDTR", file.gdtr)}${this.renderTable("IDTR", file.idtr)}</tbody>
    </table>`;
  }

  /** How a part of a segment's hidden half is marked; A, which a load sets, is no change worth a mark. */
  private hiddenMark(segment: SegmentView, part: "base" | "limit" | "attributes"): string {
    const { session } = this;
    if (!session || session.active) return "";
    const plain = (value: number) => (part === "attributes" ? value & ~1 : value);
    const differs = (then: RegisterFile | undefined) => {
      const before = then?.segments.find(({ name }) => name === segment.name);
      return before !== undefined && plain(before[part]) !== plain(segment[part]);
    };
    return differs(session.before) ? "changed" : differs(session.start) ? "changed-old" : "";
  }

  private renderTable(
    name: string,
    { base, limit }: { readonly base: number; readonly limit: number },
  ): TemplateResult {
    return html`<tr><th scope="row">${name}</th><td></td><td>${this.dimmed(base)}</td><td>${this.dimmed(limit)}</td></tr>`;
  }

  private dimmed(value: number): TemplateResult {
    const [zeros, rest] = splitZeros(hex(value, 8));
    return html`<span class="dim">${zeros}</span>${rest}`;
  }

  override render() {
    const { file, session } = this;
    const head = html`<div class="head"><p class="title">Registers</p></div>`;
    if (!file) return html`${head}<p class="empty asleep">Registers appear when the machine wakes.</p>`;
    const cells = this.cells(file);
    const opened = this.allCells(file).find(({ name }) => name === this.opened);
    const others = this.controlCells(file);
    const before = session?.before;
    return html`${head}
      <div class="grid" role="group" aria-label="Registers" @keydown=${this.onGridKey}>
        <div class=${isWide(file) ? "rows wide" : "rows"}>${cells.map((cell) => this.pair(cell))}</div>
        ${this.letters(flagBits.slice(5), BigInt(file.flags), before && BigInt(before.flags), "Flags")}
        <p class="said">Ring ${privilegeLevel(file)}, I/O privilege level ${ioPrivilege(file.flags)}. ${describeHolds(file)}</p>
        <div class="rows">${this.pair(cr0)}</div>
        ${this.letters(cr0Bits, cr0.of(file) ?? 0n, before && cr0.of(before), "CR0")}
      </div>
      <details ?open=${this.more} @keydown=${this.onGridKey}>
        <summary>Segments and tables</summary>
        <div class="grid">
          ${this.renderSegments(file)}
          <div class=${isWide(file) ? "rows wide" : "rows"}>${others.map((cell) => this.pair(cell))}</div>
        </div>
      </details>
      ${this.renderOpen(opened)}`;
  }
}
