// <ring-frame>: the stack as a handler finds it. The frame that the processor pushed, slot by slot, in any mode, with or
// without a change of ring and an error code; what the handler pushed since; the gate that led there and the error code's
// bits. Where no frame is on the stack: its words. The drawing has high addresses on top; "Show as table" is the same.
import { html, nothing, type TemplateResult } from "lit";
import { exceptionOf } from "../model/exceptions.ts";
import { grouped, hex, splitZeros } from "../model/number.ts";
import type { Reader } from "../model/reader.ts";
import type { MachineSession } from "../model/session.ts";
import { type Frame, readStack, type Slot, type StackView } from "../model/stack-frame.ts";
import { addressText } from "../model/words.ts";
import { framed, shared, tokens } from "../style.ts";
import { frameStyle } from "./frame-style.ts";
import { MachineView } from "./view.ts";

const who = { processor: "pushed by the processor", handler: "pushed by the handler", before: "there before" } as const;
/** A handler that calls on and on pushes much: the newest slots, and those next to the frame. */
const mostPushed = 12;

export class RingFrame extends MachineView {
  static override properties = {
    ...MachineView.properties,
    words: { type: Number },
    stack: { state: true },
    asTable: { state: true },
  };
  /** Words shown where there is no frame. */
  declare words: number;
  declare stack: StackView | undefined;
  declare asTable: boolean;

  static override styles = [tokens, shared, framed, frameStyle];

  constructor() {
    super();
    this.words = 8;
    this.stack = undefined;
    this.asTable = false;
  }

  protected override async load(reader: Reader, session: MachineSession): Promise<void> {
    const { status, events } = session;
    if (status) this.stack = await readStack(reader, { status, events }, this.words);
  }

  private pointer(stack: StackView): string {
    return stack.slot === 8 ? "RSP" : stack.slot === 4 ? "SS:ESP" : "SS:SP";
  }

  override render() {
    const { stack } = this;
    const head = html`<div class="head"><p class="title">Stack frame</p>
      <button class="button quiet" aria-pressed=${this.asTable} ?hidden=${!stack} @click=${() => {
        this.asTable = !this.asTable;
      }}>Show as table</button></div>`;
    if (!stack) return html`${head}<p class="empty asleep">The stack appears when the machine wakes.</p>`;
    const shown = this.shorten(stack.slots);
    return html`${head}
      <div class="parts">
        <div class="stack">
          ${this.asTable ? nothing : this.renderDrawing(stack, shown)}
          ${this.renderTable(stack, shown)}
        </div>
        ${stack.frame ? this.renderCause(stack.frame) : html`<p class="none">No exception’s or interrupt’s frame is on this stack.</p>`}
      </div>`;
  }

  /** The slots with a gap (undefined) where a handler pushed more than fits. */
  private shorten(slots: readonly Slot[]): readonly (Slot | undefined)[] {
    const pushed = slots.filter(({ by }) => by === "handler").length;
    if (pushed <= mostPushed) return slots;
    return [...slots.slice(0, mostPushed - 4), undefined, ...slots.slice(pushed - 3)];
  }

  private value(slot: Slot, size: number): TemplateResult {
    const [zeros, rest] = splitZeros(hex(slot.value, size * 2));
    return html`<span class="dim">${zeros}</span>${rest}`;
  }

  private renderDrawing(stack: StackView, shown: readonly (Slot | undefined)[]): TemplateResult {
    const rows = [...shown].reverse();
    return html`<div class="drawing" aria-hidden="true">${rows.map((slot, i) => {
      if (!slot) return html`<div class="gap">…</div>`;
      const label = slot.by !== rows[i - 1]?.by ? html`<div class="who">${who[slot.by]}</div>` : nothing;
      return html`${label}<div class=${`slot ${slot.by}`} data-place=${addressText(slot.address)}>
          <span class="address">${addressText(slot.address)}</span>
          <span class="box ${this.session?.outlined === addressText(slot.address) ? "outlined" : ""}">${this.value(slot, stack.slot)}</span>
          <span class="meaning"><b>${slot.name}</b>${slot.says ? html` <span class="says">${slot.says}</span>` : nothing}</span>
        </div>`;
    })}
      <div class="pointer"><span class="address"></span><span>▴ ${this.pointer(stack)}</span></div>
    </div>`;
  }

  private renderTable(stack: StackView, shown: readonly (Slot | undefined)[]): TemplateResult {
    return html`<div class=${this.asTable ? "scroll" : "sr"}><table>
      <caption>${stack.frame ? `The frame of ${stack.frame.title}` : "The stack"}, from ${this.pointer(stack)} up</caption>
      <thead><tr><th scope="col">Address</th><th scope="col">Value</th><th scope="col">Slot</th><th scope="col">Who</th></tr></thead>
      <tbody>${shown.map((slot) =>
        slot
          ? html`<tr><td class="mono">${addressText(slot.address)}</td><td class="mono">${this.value(slot, stack.slot)}</td>
            <td>${slot.name}${slot.says ? `: ${slot.says}` : ""}</td><td>${who[slot.by]}</td></tr>`
          : html`<tr><td colspan="4">more, pushed by the handler</td></tr>`,
      )}</tbody>
    </table></div>`;
  }

  private renderCause({ event, title, gate, errorCode, ringChange }: Frame): TemplateResult {
    const known = event.kind === "exception" || event.origin === "nmi" ? exceptionOf(event.vector) : undefined;
    const vector = hex(event.vector, 2);
    return html`<div class="cause">
      <p class="name"><span class="chip">${title}</span> ${known ? html`${known.name}, ${known.class}` : nothing}</p>
      <dl>
        <dt>Vector</dt><dd class="mono">${vector}</dd>
        <dt>At</dt><dd><button class="link" @click=${() => this.session?.goTo(event.tick)}>instruction ${grouped(event.tick)}</button></dd>
        ${
          gate
            ? html`<dt>Gate</dt><dd>${gate.kind === "vector" ? "real-mode vector" : gate.kind}, at <span class="mono">${addressText(gate.address)}</span>${gate.beyond ? ", beyond the table’s limit" : ""}</dd>
            <dt>Leads to</dt><dd class="mono">${hex(gate.selector, 4)}:${hex(gate.offset, gate.slot === 2 ? 4 : gate.slot * 2)}</dd>
            ${
              gate.kind === "vector"
                ? nothing
                : html`<dt>Bits</dt><dd>P = ${gate.present ? 1 : 0}, DPL = ${gate.dpl}${gate.ist ? `, IST ${gate.ist}` : ""}</dd>`
            }`
            : nothing
        }
        <dt>Ring</dt><dd>${ringChange ? "changed, and with it the stack" : "the same"}</dd>
      </dl>
      ${
        errorCode.length > 0
          ? html`<table class="code"><caption>The error code says</caption>
            <tbody>${errorCode.map(({ name, value, says }) => html`<tr><th scope="row">${name}</th><td class="mono">${value}</td><td>${says}</td></tr>`)}</tbody></table>`
          : html`<p class="dim">No error code.</p>`
      }
    </div>`;
  }
}
