// <ring-memory>: hex and ASCII from an address on. One Tab stop, arrows inside; typing hex digits edits the byte at the
// cursor; under the grid the bytes there as integers and as a pointer. Addresses have back and forward.
import { css, html, nothing, type TemplateResult } from "lit";
import type { MachineHandle } from "../../engine/index.ts";
import { icons } from "../icons.ts";
import { evaluate } from "../model/expression.ts";
import { grouped, hex, signed } from "../model/number.ts";
import { readableOf } from "../model/readable.ts";
import type { Reader } from "../model/reader.ts";
import type { MachineSession } from "../model/session.ts";
import { addressText } from "../model/words.ts";
import { framed, shared, tokens } from "../style.ts";
import { MachineView } from "./view.ts";

export class RingMemory extends MachineView {
  static override properties = {
    ...MachineView.properties,
    at: { type: String, means: "address" },
    rows: { type: Number },
    width: { type: Number, means: ["8", "16"] },
    bytes: { state: true },
    cursor: { state: true },
    wrong: { state: true },
    half: { state: true },
  };
  /** Where it starts: an address or a register expression, hex without a mark ("7c00", "DS:SI"). */
  declare at: string;
  declare rows: number;
  /** Bytes a row, 8 or 16; without it, as many as fit. */
  declare width: number;
  declare bytes: Uint8Array | undefined;
  declare cursor: number;
  declare wrong: string;
  /** The first of two digits typed over a byte. */
  declare half: string;
  private base = 0x7c00;
  private wide = 8;
  private readonly visited: number[] = [];
  private readonly undone: number[] = [];
  private known: { base: number; version: number; tick: number; bytes: Uint8Array } | undefined;
  private earlier: Uint8Array | undefined;
  private focusCell = false;
  private resizer: ResizeObserver | undefined;
  private started = false;

  static override styles = [
    tokens,
    shared,
    framed,
    css`
      .go {
        display: flex;
        align-items: center;
        gap: 4px;
        margin: 0;
      }
      .go input {
        width: 15ch;
        min-height: max(28px, calc(var(--_target) - 4px));
        padding: 2px 6px;
        border: 1px solid var(--_edge);
        border-radius: 4px;
        background: var(--_paper);
        font: var(--_mono);
      }
      .head .button {
        min-width: max(28px, calc(var(--_target) - 4px));
      }
      .scroll {
        overflow-x: auto;
        padding: 0 6px;
      }
      table {
        font: var(--_mono);
      }
      th,
      td {
        padding: 0;
        font-weight: 400;
        white-space: pre;
      }
      tbody th {
        padding: 0 4px 0 6px;
        color: var(--_ink-2);
        text-align: right;
      }
      td.byte {
        padding: 2px 0.28em;
        text-align: center;
        cursor: default;
        border-radius: 2px;
      }
      td.byte.zero {
        color: var(--_ink-2);
      }
      td.byte.gap {
        padding-left: 0.9em;
      }
      td.byte:focus-visible {
        outline-offset: -1px;
        box-shadow: none;
      }
      td.ascii {
        padding-left: 6px;
        color: var(--_ink-2);
      }
      td.cursor {
        background: var(--_raised);
        box-shadow: inset 0 0 0 1px var(--_edge);
      }
      td.changed {
        background: var(--_changed);
      }
      .decode {
        display: grid;
        grid-template-columns: auto 1fr auto 1fr;
        gap: 0 10px;
        margin: 4px 0 0;
        padding: 6px 12px 10px;
        border-top: 1px solid var(--_hairline);
      }
      .decode dt {
        color: var(--_ink-2);
      }
      .decode dd {
        margin: 0;
        font: var(--_mono);
        overflow-wrap: anywhere;
      }
      .who {
        margin: 0 4px 6px;
        padding: 2px 8px;
        min-height: max(28px, calc(var(--_target) - 4px));
        font-weight: 400;
      }
      .wrong {
        margin: 0;
        padding: 0 12px 6px;
        color: var(--_fault);
      }
      @media print {
        .go,
        .decode {
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
    this.at = "7c00";
    this.rows = 8;
    this.width = 0;
    this.bytes = undefined;
    this.cursor = 0;
    this.wrong = "";
    this.half = "";
  }

  protected override joined(session: MachineSession): void {
    session.addEventListener("follow", this.onFollow);
    this.resizer = new ResizeObserver(() => {
      // 41 characters fit 8 a row, 73 fit 16.
      const wide = this.width || (this.clientWidth >= 640 ? 16 : 8);
      if (wide === this.wide) return;
      this.wide = wide;
      this.reload();
    });
    this.resizer.observe(this);
  }
  protected override left(session: MachineSession): void {
    session.removeEventListener("follow", this.onFollow);
    this.resizer?.disconnect();
  }

  private readonly onFollow = (event: Event) => this.goTo((event as CustomEvent<number>).detail);

  protected override async load(reader: Reader, session: MachineSession): Promise<void> {
    if (!this.started) {
      const answer = await evaluate(this.at, readableOf(session), "hex");
      if ("value" in answer && typeof answer.value === "bigint") this.base = Number(answer.value);
      this.started = session.handle !== undefined;
    }
    const { base } = this;
    const bytes = await reader.readMemory("linear", base, this.wide * this.rows);
    const tick = session.status?.tick ?? 0;
    const { known } = this;
    const comparable = known && known.base === base && known.bytes.length === bytes?.length;
    if (!comparable) this.earlier = undefined;
    else if (known.tick !== tick) this.earlier = known.bytes;
    if (bytes) this.known = { base, version: session.version, tick, bytes };
    this.bytes = bytes;
  }

  private goTo(address: number, remember = true): void {
    const wide = this.wide;
    const base = Math.min(0xffffffff - wide * this.rows + 1, address - (address % wide));
    if (remember && base !== this.base) {
      this.visited.push(this.base);
      this.undone.length = 0;
    }
    this.base = Math.max(0, base);
    this.cursor = address - this.base;
    this.half = "";
    this.reload();
  }

  private async onGo(event: Event): Promise<void> {
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
      this.goTo(Number(BigInt.asUintN(32, answer.value)));
    }
  }

  private travel(from: number[], to: number[]): void {
    const base = from.pop();
    if (base === undefined) return;
    to.push(this.base);
    this.goTo(base, false);
  }

  private onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { wide } = this;
    const page = wide * this.rows;
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -wide, ArrowDown: wide, PageUp: -page, PageDown: page }[
      event.key
    ];
    if (step !== undefined) {
      event.preventDefault();
      this.half = "";
      this.moveCursor(step);
    } else if (/^[0-9a-f]$/i.test(event.key)) {
      // Hex digits edit; the machine's own letters are not heard here.
      event.preventDefault();
      event.stopPropagation();
      void this.typeDigit(event.key.toLowerCase());
    } else if (event.key === "Escape" && this.half) {
      event.preventDefault();
      event.stopPropagation();
      this.half = "";
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.session?.follow(this.pointer());
    } else if (event.key === "w") {
      event.preventDefault();
      this.whoWrote();
    }
  }

  private moveCursor(step: number): void {
    const next = this.cursor + step;
    const length = this.wide * this.rows;
    this.focusCell = true;
    if (next >= 0 && next < length) this.cursor = next;
    else {
      const shift = Math.abs(step) > this.wide ? step : next < 0 ? -this.wide : this.wide;
      const base = this.base + shift;
      if (base < 0 || base + length > 0x1_0000_0000) return;
      this.base = base;
      this.cursor = next - shift;
      this.reload();
    }
    this.requestUpdate();
  }

  private async typeDigit(digit: string): Promise<void> {
    if (!this.half) {
      this.half = digit;
      return;
    }
    const value = Number.parseInt(this.half + digit, 16);
    const address = this.base + this.cursor;
    this.half = "";
    await this.session?.writeMemory(address, Uint8Array.of(value));
    this.moveCursor(1);
  }

  /** Runs to just before the instruction that gave the byte at the cursor its value. */
  private whoWrote(): void {
    const address = this.base + this.cursor;
    const read = async (machine: MachineHandle) => String((await machine.readMemory("linear", address, 1))[0]);
    void this.session?.whoChanged(`The byte at ${addressText(address)}`, read);
  }

  private pointer(): number {
    const at = this.bytes?.subarray(this.cursor, this.cursor + 4) ?? [];
    return [...at].reduceRight((value, byte) => value * 256 + byte, 0);
  }

  protected override updated(): void {
    if (!this.focusCell) return;
    this.focusCell = false;
    this.renderRoot.querySelector<HTMLElement>('td[tabindex="0"]')?.focus({ preventScroll: true });
  }

  override render() {
    const { bytes } = this;
    return html`
      <div class="head">
        <p class="title">Memory</p>
        <form class="go" @submit=${this.onGo}>
          <button type="button" class="button quiet" aria-label="Address before" title="Address before" ?hidden=${this.visited.length === 0} @click=${() => this.travel(this.visited, this.undone)}>${icons.left}</button>
          <button type="button" class="button quiet" aria-label="Address after" title="Address after" ?hidden=${this.undone.length === 0} @click=${() => this.travel(this.undone, this.visited)}>${icons.right}</button>
          <input aria-label="Address or register" placeholder="7c00 or DS:SI" autocomplete="off" spellcheck="false" aria-describedby="wrong" />
          <button class="button">Go to</button>
        </form>
      </div>
      <p class="wrong" id="wrong" role="status" ?hidden=${!this.wrong}>${this.wrong}</p>
      ${bytes ? this.renderGrid(bytes) : html`<p class="empty" style=${`min-height:${this.rows * 24 + 60}px`}>Memory appears when the machine wakes.</p>`}
    `;
  }

  private renderGrid(bytes: Uint8Array): TemplateResult {
    const { wide } = this;
    const rows = Array.from({ length: Math.ceil(bytes.length / wide) }, (_, row) => row);
    const marks = !this.session?.active ? this.earlier : undefined;
    return html`<div class="scroll"><table role="grid" aria-label=${`Memory from ${addressText(this.base)}`} @keydown=${this.onKey}>
        <tbody>${rows.map((row) => {
          const from = row * wide;
          const part = bytes.subarray(from, from + wide);
          return html`<tr><th scope="row">${hex(this.base + from, 8)}</th>
            ${[...part].map((byte, i) => this.renderByte(byte, from + i, marks?.[from + i], wide === 16 && i === 8))}
            <td class="ascii">${[...part].map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : ".")).join("")}</td></tr>`;
        })}</tbody></table></div>
      ${this.renderDecode(bytes)}`;
  }

  private renderByte(byte: number, at: number, before: number | undefined, gap: boolean): TemplateResult {
    const changed = before !== undefined && before !== byte;
    const cursor = at === this.cursor;
    const outlined = this.session?.outlined === addressText(this.base + at);
    const text = cursor && this.half ? `${this.half}_` : hex(byte, 2);
    return html`<td class=${`byte ${byte === 0 ? "zero" : ""} ${changed ? "changed" : ""} ${cursor ? "cursor" : ""} ${gap ? "gap" : ""} ${outlined ? "outlined" : ""}`}
      data-place=${addressText(this.base + at)} tabindex=${cursor ? 0 : -1} aria-label=${cursor || changed ? `${addressText(this.base + at)}: ${text}${changed ? ", changed" : ""}` : nothing}
      @focus=${() => {
        this.cursor = at;
      }} @pointerdown=${() => {
        this.half = "";
        this.cursor = at;
      }}>${text}</td>`;
  }

  private renderDecode(bytes: Uint8Array): TemplateResult {
    const value = (length: number) =>
      [...bytes.subarray(this.cursor, this.cursor + length)].reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    const integer = (bits: number) => {
      const whole = value(bits / 8);
      const minus = signed(whole, bits);
      return `${grouped(whole)}${minus < 0n ? ` / ${minus}` : ""}`;
    };
    const target = this.pointer();
    return html`<dl class="decode" aria-label=${`At ${addressText(this.base + this.cursor)}`}>
      <dt>8 bit</dt><dd>${integer(8)}</dd>
      <dt>16 bit</dt><dd>${integer(16)}</dd>
      <dt>32 bit</dt><dd>${integer(32)}</dd>
      <dt>pointer</dt><dd><button class="link mono" @click=${() => this.goTo(target)}>${hex(target, 8)}</button></dd>
    </dl>
    <button class="button quiet who" @click=${() => this.whoWrote()}>Who wrote this byte?</button>`;
  }
}
