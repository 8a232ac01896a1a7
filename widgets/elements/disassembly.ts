// <ring-disassembly>: the instructions at the next one, AT&T syntax. It follows execution: while the executing line is
// on the list, the list stands and the light moves. Enter on a line opens its reference card from the instruction table.
import { css, html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { DisassembledLine, InstructionCard } from "../../engine/index.ts";
import { colourLine } from "../asm-text.ts";
import { evaluate } from "../model/expression.ts";
import { isLit, litAddress } from "../model/lit-address.ts";
import { hex } from "../model/number.ts";
import { pageEngine } from "../model/page-engine.ts";
import { readableOf } from "../model/readable.ts";
import type { Reader } from "../model/reader.ts";
import type { MachineSession } from "../model/session.ts";
import { nextFrame } from "../model/turns.ts";
import { addressText } from "../model/words.ts";
import { framed, shared, tokens } from "../style.ts";
import { codeStyle, gutter, here, keepInView, litClass, movedRow } from "./code-rows.ts";
import { instructionCard, instructionCardStyle } from "./instruction-card.ts";
import { MachineView } from "./view.ts";

export class RingDisassembly extends MachineView {
  static override properties = {
    ...MachineView.properties,
    lines: { type: Number },
    bytes: { type: Boolean },
    code: { state: true },
    card: { state: true },
    details: { state: true },
    going: { state: true },
    wrong: { state: true },
  };
  /** How many instructions are listed; default 16. */
  declare lines: number;
  /** Show the instructions' bytes. */
  declare bytes: boolean;
  declare code: readonly DisassembledLine[];
  declare card: number | undefined;
  declare details: InstructionCard | undefined;
  declare going: boolean;
  declare wrong: string;
  private chosen: number | undefined;
  /** Where the reader went; undefined while following execution. */
  private from: number | undefined;
  private lit: number | undefined;
  private focusRow = false;
  private rowHadFocus = false;
  private stoodAt: number | undefined;

  static override styles = [
    tokens,
    shared,
    framed,
    codeStyle,
    instructionCardStyle,
    css`
      .card {
        left: 44px;
        right: 12px;
        max-width: 420px;
        padding: 10px 12px;
        font: var(--_ui);
        white-space: normal;
      }
      .card p {
        margin: 0 0 6px;
      }
      .go {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        align-items: center;
        padding: 6px 12px;
        border-top: 1px solid var(--_hairline);
      }
      .go input {
        width: 16ch;
        min-height: var(--_target);
        padding: 2px 8px;
        border: 1px solid var(--_edge);
        border-radius: 4px;
        background: var(--_paper);
        font: var(--_mono);
      }
      .go p {
        margin: 0;
        color: var(--_fault);
      }
    `,
  ];

  constructor() {
    super();
    this.lines = 16;
    this.bytes = false;
    this.code = [];
    this.card = undefined;
    this.details = undefined;
    this.going = false;
    this.wrong = "";
  }

  protected override joined(session: MachineSession): void {
    session.addEventListener("command", this.onCommand);
  }
  protected override left(session: MachineSession): void {
    session.removeEventListener("command", this.onCommand);
  }

  protected override async load(reader: Reader, session: MachineSession): Promise<void> {
    const address = litAddress(session.status);
    if (this.from !== undefined) {
      this.code = await reader.disassemble(this.from, this.lines);
      return;
    }
    if (address !== this.stoodAt) this.chosen = undefined;
    this.stoodAt = address;
    const at = this.code.findIndex((line) => isLit(line, session.status));
    // Near its end the list moves on, four lines of the past on top.
    const top = at < this.code.length - 3 ? 0 : Math.max(0, at - 4);
    let code = await reader.disassemble(at < 0 ? address : this.code[top].address, this.lines);
    // Self-modified or re-aligned code: the list no longer meets the executing instruction.
    if (!code.some((line) => isLit(line, session.status))) code = await reader.disassemble(address, this.lines);
    // Behind the last byte of the address space there is nothing to list.
    const wrap = code.findIndex((line, i) => i > 0 && line.address < code[i - 1].address);
    this.code = wrap < 0 ? code : code.slice(0, wrap);
  }

  private readonly onCommand = (event: Event) => {
    const { key, host } = (event as CustomEvent<{ key: string; host: HTMLElement }>).detail;
    // Of several code views in one machine, the first answers.
    if (event.defaultPrevented || (host.querySelector("ring-disassembly, ring-source") as Element | null) !== this)
      return;
    if (key === "b") {
      const address = this.chosen ?? litAddress(this.session?.status);
      if (address === undefined) return;
      event.preventDefault();
      void this.session?.toggleBreakpoint(address);
    } else if (key === "g") {
      event.preventDefault();
      this.showGo();
    }
  };

  private async showGo(): Promise<void> {
    this.going = true;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLInputElement>(".go input")?.focus();
  }

  private async go(event: Event): Promise<void> {
    event.preventDefault();
    const typed = this.renderRoot.querySelector<HTMLInputElement>(".go input")!.value;
    const { session } = this;
    if (!session) return;
    await session.wake();
    const answer = await evaluate(typed, readableOf(session), "hex");
    if (!("value" in answer)) this.wrong = `${answer.message} ${answer.hint}`;
    else if (typeof answer.value === "string") this.wrong = "Text is no address.";
    else {
      this.wrong = "";
      this.going = false;
      this.from = Number(BigInt.asUintN(32, answer.value));
      this.chosen = this.from;
      this.focusRow = true;
      this.reload();
    }
  }

  private follow(): void {
    this.from = undefined;
    this.reload();
  }

  private onKey(event: KeyboardEvent): void {
    const at = Math.max(
      0,
      this.code.findIndex(({ address }) => address === this.tabStop()),
    );
    const to = movedRow(event.key, at, this.code.length);
    if (to !== undefined) {
      event.preventDefault();
      this.chosen = this.code[to].address;
      this.focusRow = true;
      this.requestUpdate();
    } else if (event.key === "b" && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      const { address } = this.code[at];
      void this.session?.toggleBreakpoint(address);
    } else if (event.key === "Enter" && (event.target as HTMLElement).localName === "tr") {
      event.preventDefault();
      this.openCard(this.code[at]);
    } else if (event.key === "Escape" && this.card !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      this.shutCard();
    }
  }

  private openCard({ address, mnemonic }: DisassembledLine): void {
    this.card = address;
    this.details = undefined;
    if (mnemonic === undefined) return;
    void pageEngine()
      .then((engine) => engine.instruction(mnemonic))
      .then((details) => {
        if (this.card === address) this.details = details;
      });
  }

  private shutCard(): void {
    this.card = undefined;
    this.focusRow = true;
  }

  private tabStop(): number | undefined {
    const known = (address: number | undefined) => this.code.some((line) => line.address === address);
    if (known(this.chosen)) return this.chosen;
    return (this.code.find((line) => isLit(line, this.session?.status)) ?? this.code[0])?.address;
  }

  protected override willUpdate(): void {
    // The list may lose the row that has focus: then the next row of the Tab stop takes it.
    const { activeElement } = this.shadowRoot ?? {};
    this.rowHadFocus = activeElement?.localName === "tr" || activeElement?.closest?.("tr") != null;
  }

  protected override updated(): void {
    if (this.rowHadFocus && !this.shadowRoot?.activeElement) this.focusRow = true;
    const box = this.renderRoot.querySelector<HTMLElement>(".rows");
    const now = litAddress(this.session?.status);
    if (box && now !== this.lit) {
      const row = box.querySelector<HTMLElement>(".lit");
      if (row) {
        nextFrame(() => keepInView(box, row));
        this.lit = now;
      }
    }
    if (!this.focusRow) return;
    const row = this.renderRoot.querySelector<HTMLElement>('tr[tabindex="0"]');
    if (!row) return;
    this.focusRow = false;
    row.focus({ preventScroll: true });
    if (box) keepInView(box, row);
  }

  override render() {
    const { session, code } = this;
    const stop = this.tabStop();
    return html`
      <div class="head">
        <p class="title">Instructions</p>
        ${this.from === undefined ? nothing : html`<button class="button quiet" @click=${() => this.follow()}>Follow execution</button>`}
        <button class="button quiet" aria-expanded=${this.going} @click=${() => (this.going ? (this.going = false) : this.showGo())}>Go to</button>
      </div>
      ${
        this.going
          ? html`<form class="go" @submit=${this.go} @keydown=${(event: KeyboardEvent) => {
              if (event.key === "Escape") this.going = false;
            }}>
              <label for="to">Address or register</label><input id="to" autocomplete="off" spellcheck="false" placeholder="7c00" aria-describedby="wrong" />
              <button class="button">Go</button><p id="wrong" role="status">${this.wrong}</p>
            </form>`
          : nothing
      }
      ${
        code.length === 0
          ? html`<p class="empty rows" style=${`--code-lines:${this.lines}`}>${session?.handle ? "No instructions here." : "Instructions appear when the machine wakes."}</p>`
          : html`<div class="rows" style=${`--code-lines:${this.lines}`} @keydown=${this.onKey}><table aria-label="Instructions"><thead class="sr"><tr><th scope="col">Breakpoint</th><th scope="col">Now</th><th scope="col">Address</th>${this.bytes ? html`<th scope="col">Bytes</th>` : nothing}<th scope="col">Instruction</th></tr></thead>
              <tbody>${repeat(
                code,
                ({ address }) => address,
                (line) => this.renderLine(line, isLit(line, session?.status), line.address === stop),
              )}</tbody></table>${this.renderCard()}</div>`
      }
    `;
  }

  private renderLine(line: DisassembledLine, lit: boolean, stop: boolean): TemplateResult {
    const name = addressText(line.address);
    const outlined = this.session?.outlined === name ? "outlined" : "";
    return html`<tr class="${litClass(lit, this.session)} ${outlined}" tabindex=${stop ? 0 : -1} data-place=${name} aria-current=${lit ? "step" : nothing}
      @focus=${() => {
        this.chosen = line.address;
      }} @dblclick=${() => this.openCard(line)}>
      ${gutter(this.session, line.address, name)}${here(lit)}
      <td class="address">${name}</td>
      ${this.bytes ? html`<td class="bytes">${[...line.bytes].map((byte) => hex(byte, 2)).join(" ")}</td>` : nothing}
      <td>${colourLine(line.text)}</td>
    </tr>`;
  }

  private renderCard(): TemplateResult | typeof nothing {
    const index = this.code.findIndex(({ address }) => address === this.card);
    const line = this.code[index];
    if (!line) return nothing;
    const row = this.renderRoot.querySelectorAll<HTMLElement>("tbody tr")[index];
    const top = row ? row.offsetTop + row.offsetHeight + 2 : 24;
    return html`<div class="floating card" role="dialog" aria-label=${line.mnemonic ?? "Not an instruction"} style=${`top:${top}px`}>
      ${
        this.details
          ? instructionCard(this.details)
          : html`<p class="mono">${line.mnemonic ?? "(bad)"}</p>
              <p>${line.says ?? "These bytes are no instruction of this processor: executing them raises #UD."}</p>`
      }
      <p class="mono">${[...line.bytes].map((byte) => hex(byte, 2)).join(" ")}</p>
      <button class="button" autofocus @click=${() => this.shutCard()}>Close</button>
    </div>`;
  }
}
