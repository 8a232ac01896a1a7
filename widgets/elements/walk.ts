// <ring-walk of="FS:EBX" access="read">: how an address becomes a physical one now, as one pipeline: selector and offset,
// linear address cut into indexes, each entry that the processor would read, and the page or the page fault. All of it
// stands there; "Step through" goes from entry to entry. The engine makes the walk; nothing is changed by looking.
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { HeldTranslation, PageWalk, WalkStep } from "../../engine/index.ts";
import { binary, counted, hex, pageSize } from "../model/number.ts";
import { linearText, type PagingMode } from "../model/page-tables.ts";
import type { Reader } from "../model/reader.ts";
import type { MachineSession } from "../model/session.ts";
import { say } from "../model/speech.ts";
import { readWalk, type WalkRead } from "../model/translation.ts";
import { causeText, decidingBit, errorCodeBits, references, type Segmented, stepLetters } from "../model/walk-words.ts";
import { framed, shared, tokens } from "../style.ts";
import { entryLetters, entryLettersStyle, letterWords } from "./entry-letters.ts";
import { MachineView } from "./view.ts";
import { walkStyle } from "./walk-style.ts";

export class RingWalk extends MachineView {
  static override properties = {
    ...MachineView.properties,
    of: { type: String },
    access: { type: String },
    ring: { type: Number },
    asked: { state: true },
    wrong: { state: true },
    at: { state: true },
    asTable: { state: true },
  };
  /** An address as an expression ("RBX", "0x401000"), with a segment in front of it ("DS:ESI"), or "fault": the last page fault's. */
  declare of: string;
  /** read, write or execute. */
  declare access: string;
  /** 3: as from ring 3. Without it, from the processor's ring. */
  declare ring: number | undefined;
  declare asked: WalkRead | undefined;
  declare wrong: string;
  /** How far the steps are shown; undefined: all. */
  declare at: number | undefined;
  declare asTable: boolean;

  static override styles = [tokens, shared, framed, entryLettersStyle, walkStyle];

  protected override get hasControls(): boolean {
    return true;
  }

  constructor() {
    super();
    this.of = "";
    this.access = "read";
    this.ring = undefined;
    this.asked = undefined;
    this.wrong = "";
    this.at = undefined;
    this.asTable = false;
  }

  protected override async load(reader: Reader, session: MachineSession): Promise<void> {
    const { status, events } = session;
    if (!status) return;
    const answer = await readWalk(reader, { status, events }, this);
    if (!answer) return;
    if ("value" in answer) this.asked = answer.value;
    this.wrong = "value" in answer ? "" : `${answer.message} ${answer.hint}`;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("of") || changed.has("access") || changed.has("ring")) this.reload();
  }

  private ask(event: Event): void {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const field = (name: string) => (form.elements.namedItem(name) as HTMLInputElement | HTMLSelectElement).value;
    this.of = field("of");
    this.access = field("access");
    this.ring = Number(field("ring"));
    this.at = undefined;
    void this.session?.wake();
  }

  // Step by step

  /** Steps that can be shown: segment, linear address, entries, outcome. */
  private get count(): number {
    const { asked } = this;
    return asked ? asked.walk.steps.length + 2 + (asked.segmented ? 1 : 0) : 0;
  }

  private go(to: number | undefined): void {
    this.at = to === undefined ? undefined : Math.max(0, Math.min(this.count - 1, to));
    void this.updateComplete.then(() => {
      const now = this.renderRoot.querySelector(".pipeline > .now");
      if (now && this.at !== undefined)
        say(`${this.session?.id} walk`, now.textContent!.replace(/\s+/g, " ").trim().slice(0, 120));
    });
  }

  override render() {
    const { asked } = this;
    return html`<div class="head">
        <p class="title">Page walk</p>
        <button class="button quiet" aria-expanded=${this.asTable} ?hidden=${!asked} @click=${() => {
          this.asTable = !this.asTable;
        }}>Show as table</button>
      </div>
      ${this.renderForm()}
      <p class="wrong" role="status" ?hidden=${!this.wrong}>${this.wrong}</p>
      ${asked ? this.renderPipeline(asked) : html`<p class="empty" style="min-height:260px">The walk of ${this.of || "an address"} appears when the machine wakes.</p>`}`;
  }

  private renderForm(): TemplateResult {
    const access = this.asked?.walk.access;
    const kind = access?.kind ?? this.access;
    const user = access?.user ?? this.ring === 3;
    const option = (value: string, text: string, chosen: boolean) =>
      html`<option value=${value} .selected=${chosen}>${text}</option>`;
    return html`<form class="ask noprint" @submit=${this.ask}>
      <input name="of" aria-label="Address, or segment and offset" .value=${this.of} placeholder="RBX or DS:ESI" autocomplete="off" spellcheck="false" />
      <select name="access" aria-label="Access">${option("read", "read", kind === "read")}${option("write", "write", kind === "write")}${option("execute", "fetch", kind === "execute")}</select>
      <select name="ring" aria-label="Privilege">${option("0", "ring 0", !user)}${option("3", "ring 3", user)}</select>
      <button class="button">Walk</button>
      ${
        this.at === undefined
          ? html`<button type="button" class="button" ?hidden=${!this.asked} @click=${() => this.go(0)}>Step through</button>`
          : html`<button type="button" class="button" aria-disabled=${this.at === 0} @click=${() => this.go(this.at! - 1)}>Previous</button>
            <button type="button" class="button" aria-disabled=${this.at >= this.count - 1} @click=${() => this.go(this.at! + 1)}>Next</button>
            <button type="button" class="button quiet" @click=${() => this.go(undefined)}>All</button>`
      }
    </form>`;
  }

  private renderPipeline({ segmented, walk, mode, held }: WalkRead): TemplateResult {
    const before = segmented ? 1 : 0;
    const parts: TemplateResult[] = [];
    const state = (i: number) => (this.at === undefined ? "" : i === this.at ? "now" : i > this.at ? "later" : "");
    const entryNow = this.at === undefined ? -1 : this.at - before - 1;
    if (segmented) parts.push(html`<li class=${state(0)}>${this.renderSegment(segmented, walk)}</li>`);
    parts.push(html`<li class=${state(before)}>${this.renderLinear(walk, mode, entryNow)}</li>`);
    const deciding = decidingBit(walk);
    for (const [i, step] of walk.steps.entries()) {
      const refuses = deciding?.step === i ? deciding.letter : undefined;
      parts.push(html`<li class=${state(before + 1 + i)}>${this.renderStep(walk, step, i, mode, refuses)}</li>`);
    }
    const last = before + 1 + walk.steps.length;
    const failed = walk.outcome.kind !== "page";
    parts.push(html`<li class=${`${state(last)} ${failed ? "fault" : ""}`}>${this.renderOutcome(walk)}</li>`);
    return html`<ol class="pipeline" aria-label="The translation, in order">${parts}</ol>
      <p class=${`total ${state(last) === "later" ? "later" : ""}`}>${this.renderTotal(walk, held)}</p>
      ${this.asTable ? this.renderTable(walk) : nothing}`;
  }

  private renderSegment({ segment, offset, flat, inside }: Segmented, walk: PageWalk): TemplateResult {
    const digits = flat ? 16 : 8;
    if (flat && segment.name !== "FS" && segment.name !== "GS") {
      return html`<p class="what">Segmentation: in 64-bit mode ${segment.name} has base 0 and no limit.</p>
        <p class="sum">${segment.name}:${hex(offset)} = <b>${hex(walk.linear, digits)}</b></p>`;
    }
    return html`<p class="what">Segmentation: ${segment.name} holds selector <span class="mono">${hex(segment.selector, 4)}</span>,
        whose descriptor says base <span class="mono">${hex(segment.base, 8)}</span>${
          flat ? nothing : html` and limit <span class="mono">${hex(segment.limit)}</span>`
        }.</p>
      <p class="sum">base ${hex(segment.base, 8)} + offset ${hex(offset)} = <b>${hex(walk.linear, digits)}</b></p>
      ${inside ? nothing : html`<p class="what"><span class="chip">▲ #GP</span> The offset lies beyond the limit: the access ends here, before any page.</p>`}`;
  }

  private renderLinear(walk: PageWalk, mode: PagingMode | undefined, entryNow: number): TemplateResult {
    if (!mode) {
      return html`<p class="what">Linear address <span class="mono">${hex(walk.linear, 8)}</span>. Paging is off: it is the physical one.</p>`;
    }
    const fields = mode.levels.map((level, i) => ({
      label: walk.steps[i]?.table ?? level.table,
      bits: level.bits,
      shift: level.shift,
      kind: level.bits === 2 ? "pointer" : "",
      // A page found early takes the bits of the levels below it for its offset.
      unused: i >= walk.steps.length && walk.outcome.kind === "page",
    }));
    const used = fields.filter(({ unused }) => !unused);
    const offsetBits = used.at(-1)?.shift ?? mode.levels[0].shift + mode.levels[0].bits;
    const shown = [...used, { label: "offset", bits: offsetBits, shift: 0, kind: "offset" }];
    return html`<p class="what">Linear address <b class="mono">${linearText(mode, walk.linear)}</b>, cut into indexes and an offset:</p>
      <div class="cut">${shown.map(({ label, bits, shift, kind }, i) => {
        const value = (walk.linear >> BigInt(shift)) & ((1n << BigInt(bits)) - 1n);
        const now = i === entryNow || (kind === "offset" && entryNow === walk.steps.length);
        return html`<div class="field ${kind} ${now ? "now" : ""}"><small>${label}</small>${kind === "offset" ? hex(value, Math.ceil(bits / 4)) : value}<span class="bits" aria-hidden="true">${bits > 12 ? `${bits} bits` : binary(value, bits).replaceAll(" ", "")}</span><small>${shift + bits - 1}–${shift}</small></div>`;
      })}</div>`;
  }

  private renderStep(
    walk: PageWalk,
    step: WalkStep,
    i: number,
    mode: PagingMode | undefined,
    refuses: string | undefined,
  ): TemplateResult {
    const { table, index, address, bytes, value, leads, to, sets } = step;
    const name = mode?.levels[i]?.entry ?? table;
    const letters = stepLetters(step);
    const marks = (letter: string) =>
      letter === refuses ? "decides" : sets.some((one) => one[0].toUpperCase() === letter) ? "sets" : "";
    const where =
      address === undefined
        ? html`${table}[${index}], read into the processor when CR3 was loaded`
        : html`${table}[${index}]: ${hex(address - index * bytes)} + ${index} × ${bytes} = ${hex(address)}`;
    const goes =
      leads === "table"
        ? html`leads to the ${walk.steps[i + 1]?.table ?? "next table"} at <b>${hex(to ?? 0)}</b>`
        : leads === "page"
          ? html`leads to the page at <b>${hex(to ?? 0)}</b>`
          : html`${leads}`;
    const setting =
      sets.length > 0 ? html` The processor sets ${sets.map((one) => one[0].toUpperCase()).join(" and ")}.` : nothing;
    return html`<div class="row"><p class="what">${where}</p>${entryLetters(letters, marks)}</div>
      <p class="sum">${name} <b>${hex(value, bytes * 2)}</b> ${goes}</p>
      <p class="sr">${letterWords(letters)}.</p>
      ${refuses === undefined && sets.length === 0 ? nothing : html`<p class="what">${refuses ? html`Here ${refuses} decides.` : nothing}${setting}</p>`}`;
  }

  private renderOutcome({ outcome, linear, access }: PageWalk): TemplateResult {
    if (outcome.kind === "not canonical") {
      return html`<p class="sum"><span class="chip">▲ #GP</span> not canonical: bits 63 to 47 are not all alike</p>
        <p class="what">No table is read.</p>`;
    }
    if (outcome.kind === "page fault") {
      return html`<p class="sum"><span class="chip">▲ #PF</span> error code <b>${hex(outcome.errorCode, 4)}</b>, CR2 = <b>${hex(linear)}</b></p>
        <p class="what">${causeText(outcome.cause)[0].toUpperCase()}${causeText(outcome.cause).slice(1)}.</p>
        <dl class="codes">${errorCodeBits(outcome.errorCode)
          .filter(({ name, on }) => on || ["P", "W", "U"].includes(name))
          .map(
            (bit) =>
              html`<dt><span class="letters"><span class="letter ${bit.on ? "on" : ""}">${bit.name}</span></span></dt><dd>${bit.says}</dd>`,
          )}</dl>`;
    }
    const { page, physical, size, writable, user, executable, global } = outcome;
    const may = [
      writable ? "writable" : "read-only",
      user ? "user" : "supervisor only",
      executable ? "executable" : "not executable",
    ];
    return html`<p class="sum">${hex(page)} + ${hex(physical - page)} = physical <b>${hex(physical)}</b></p>
      <p class="what">All levels together: a ${pageSize(size)} page, ${[...may, ...(global ? ["global"] : [])].join(", ")}. The ${access.kind === "execute" ? "fetch" : access.kind} is allowed.</p>`;
  }

  private renderTotal(walk: PageWalk, held: HeldTranslation | undefined): TemplateResult {
    if (walk.paging === "off") return html`No table is read.`;
    const read = references(walk);
    const page = walk.outcome.kind === "page" ? 1 : 0;
    const sum = page
      ? html`<b>${read} + 1 = ${counted(read + 1, "reference")}</b> to memory when nothing is cached: ${counted(read, "entry").replace("entrys", "entries")}, and the ${walk.access.kind === "execute" ? "instruction" : "data"}.`
      : html`<b>${counted(read, "reference")}</b> to memory, for nothing.`;
    if (!held) return html`${sum} The TLB does not hold this page: the processor would walk.`;
    const here = held.physical + Number(walk.linear & (BigInt(held.size) - 1n));
    const same = walk.outcome.kind === "page" && walk.outcome.physical === here;
    return same
      ? html`${sum} But the TLB holds this page: the processor would read only what it wants.`
      : html`${sum} But the TLB still says <b class="mono">${hex(here)}</b>: a stale entry, and the processor would use it.`;
  }

  private renderTable(walk: PageWalk): TemplateResult {
    return html`<div class="steps" tabindex="0" role="region" aria-label="The walk as a table"><table>
      <thead><tr><th scope="col">Table</th><th scope="col">Index</th><th scope="col">Entry at</th><th scope="col">Value</th><th scope="col">Bits set</th><th scope="col">Leads to</th></tr></thead>
      <tbody>${walk.steps.map(
        (
          step,
        ) => html`<tr><td>${step.table}</td><td>${step.index}</td><td>${step.address === undefined ? "in the processor" : hex(step.address)}</td>
          <td>${hex(step.value, step.bytes * 2)}</td><td>${letterWords(stepLetters(step))}</td><td>${step.leads}${step.to === undefined ? "" : ` ${hex(step.to)}`}</td></tr>`,
      )}</tbody></table></div>`;
  }
}
