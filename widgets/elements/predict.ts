// <ring-predict>: a question that the machine answers. Choice, number, order or a place in a view; lock in and run, or just run. The guess
// stands dashed beside what the machine measured; one explanation for right and wrong, no score, and try again freely.
import { html, nothing, type TemplateResult } from "lit";
import { unsafeHTML } from "lit/directives/unsafe-html.js";
import { icons } from "../icons.ts";
import { evaluate, readRegister, type Value } from "../model/expression.ts";
import { grouped } from "../model/number.ts";
import {
  chosenByMachine,
  growth,
  type KeptPrediction,
  orderByTicks,
  type PredictionKind,
  readGuess,
  showNumber,
} from "../model/prediction.ts";
import { readableOf } from "../model/readable.ts";
import type { MachineSession } from "../model/session.ts";
import { say } from "../model/speech.ts";
import { reached } from "../model/until.ts";
import { addressText } from "../model/words.ts";
import { shared, tokens } from "../style.ts";
import { pickPlace, readPlace } from "./predict-place.ts";
import { predictStyle } from "./predict-style.ts";
import { MachineView } from "./view.ts";

interface Option {
  readonly value: string;
  readonly content: string;
  readonly until: string;
}

export class RingPredict extends MachineView {
  static override properties = {
    ...MachineView.properties,
    kind: { type: String, means: ["choice", "number", "order", "place"] },
    question: { type: String },
    measure: { type: String, means: "expression" },
    until: { type: String, means: "place" },
    at: { type: String, means: "place" },
    since: { type: String, means: "place" },
    from: { type: Number },
    answer: { type: String },
    format: { type: String, means: ["hex", "decimal"] },
    kept: { state: true },
    guess: { state: true },
    order: { state: true },
    picking: { state: true },
    doing: { state: true },
    problem: { state: true },
  };
  declare kind: PredictionKind;
  declare question: string;
  /** What the machine is asked when it stands there (model/expression.ts). */
  declare measure: string;
  /** Where it is to stand (model/until.ts); `at` is the same. Without either, where it stands now. */
  declare until: string;
  declare at: string;
  /** A place before that one: the answer is by how much the measure grew from there. */
  declare since: string;
  /** The tick to start from; without it, from here, or from power-on where the place has passed. */
  declare from: number | undefined;
  /** For questions that no measurement answers: the value of the right option. */
  declare answer: string;
  /** "hex" or "decimal"; without it, hex where the question says "hex". */
  declare format: string;
  declare kept: KeptPrediction | undefined;
  declare guess: string;
  declare order: readonly number[];
  /** How to stop waiting for a click in a view. */
  declare picking: (() => void) | undefined;
  declare doing: boolean;
  declare problem: string;
  private options: readonly Option[] = [];
  private resultWanted = false;

  static override styles = [tokens, shared, predictStyle];

  constructor() {
    super();
    this.kind = "choice";
    this.question = "";
    this.measure = "";
    this.until = "";
    this.at = "";
    this.since = "";
    this.from = undefined;
    this.answer = "";
    this.format = "";
    this.kept = undefined;
    this.guess = "";
    this.order = [];
    this.picking = undefined;
    this.doing = false;
    this.problem = "";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.options = [...this.querySelectorAll(":scope > option, :scope > li, :scope > ol > li, :scope > ul > li")].map(
      (one) => ({
        value: one.getAttribute("value") ?? one.getAttribute("data-value") ?? one.textContent!.trim(),
        content: one.innerHTML,
        until: one.getAttribute("until") ?? one.getAttribute("data-until") ?? "",
      }),
    );
    this.order = this.options.map((_, i) => i);
    this.kept = this.readKept();
  }

  /** An answer that is kept stands there at once: it is higher than the question. */
  protected override get hasControls(): boolean {
    return !this.kept;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.picking?.();
    this.picking = undefined;
  }

  private get base(): "hex" | "decimal" {
    if (this.format === "hex" || this.format === "decimal") return this.format;
    return /\bhex\b/i.test(this.question || this.querySelector('[slot="question"]')?.textContent || "")
      ? "hex"
      : "decimal";
  }

  /** Whether a machine answers, or the author does. */
  private get measured(): boolean {
    return this.measure !== "" || this.kind === "order";
  }

  // Kept in this browser, under this page and this question

  private get key(): string {
    return `ring:predict:${location.pathname}#${this.id}`;
  }
  private readKept(): KeptPrediction | undefined {
    try {
      const kept = JSON.parse(localStorage.getItem(this.key) ?? "null") as KeptPrediction | null;
      return typeof kept?.measured === "string" ? kept : undefined;
    } catch {
      return undefined;
    }
  }
  private keep(kept: KeptPrediction | undefined): void {
    this.kept = kept;
    try {
      if (kept) localStorage.setItem(this.key, JSON.stringify(kept));
      else localStorage.removeItem(this.key);
    } catch {
      // A closed or full storage: the answer stands until the page is left.
    }
  }

  // Asking

  private async readForm(): Promise<{ said: string } | { problem: string }> {
    if (this.kind === "order") return { said: this.order.map((i) => this.options[i].content).join("\n") };
    if (this.kind === "number") {
      const typed = this.renderRoot.querySelector<HTMLInputElement>(".typed")!.value;
      this.guess = typed;
      const parsed = readGuess(typed, this.base);
      return "value" in parsed
        ? { said: showNumber(parsed.value, this.base) }
        : { problem: `${parsed.message} ${parsed.hint}` };
    }
    if (this.kind === "place") {
      const place = await this.placeIn(this.guess);
      return place
        ? { said: `<code>${place}</code>` }
        : { problem: "Pick a place in a view, or type a register or an address." };
    }
    const chosen = this.options.find(({ value }) => value === this.guess);
    return chosen ? { said: chosen.content } : { problem: "Choose one first, or just run it." };
  }

  private async lockIn(event: Event): Promise<void> {
    event.preventDefault();
    const form = await this.readForm();
    if ("problem" in form) {
      this.problem = form.problem;
      return;
    }
    await this.ask(form.said);
  }

  private async ask(said: string): Promise<void> {
    if (this.doing) return;
    this.problem = "";
    this.doing = true;
    try {
      const { session } = this;
      const found = this.measured ? session && (await this.measureOn(session)) : await this.authorsAnswer();
      if (!found) return;
      this.keep({ ...found, said });
      this.resultWanted = true;
      if (said) {
        this.dispatchEvent(
          new CustomEvent("ring-progress", { bubbles: true, composed: true, detail: { prediction: this.id } }),
        );
      }
      const text = document.createElement("div");
      text.innerHTML = found.measured;
      say(this.id, `${this.measured ? "The machine says" : "The answer"}: ${text.textContent}`);
    } finally {
      this.doing = false;
    }
  }

  private async placeIn(typed: string): Promise<string | undefined> {
    const registers = await this.session?.reader?.registers();
    return readPlace(typed, (name) => registers !== undefined && readRegister(registers, name) !== undefined);
  }

  private pick(): void {
    const { session } = this;
    if (this.picking || !session) {
      this.picking?.();
      this.picking = undefined;
      return;
    }
    this.problem = "";
    say(this.id, "Pick a place: click it, or go there and press Enter. Escape stops.");
    this.picking = pickPlace(session, (place) => {
      this.picking = undefined;
      if (place !== undefined) {
        this.guess = place;
        say(this.id, `${place} is picked.`);
      }
      this.renderRoot.querySelector<HTMLElement>(".pick")?.focus({ preventScroll: true });
    });
  }

  /** The machine's place as it is shown, and outlined in its views. */
  private showPlace(place: string | undefined, tick?: number): Omit<KeptPrediction, "said"> {
    if (place) this.session?.outline(place);
    return { measured: `<code>${place ?? this.answer}</code>`, tick };
  }

  private async authorsAnswer(): Promise<KeptPrediction | undefined> {
    if (this.kind === "place") return { said: "", ...this.showPlace(await this.placeIn(this.answer)) };
    const right = this.options.find(({ value }) => value === this.answer);
    const number = this.kind === "number" ? readGuess(this.answer, "decimal") : undefined;
    const plain = number && "value" in number ? showNumber(number.value, this.base) : this.answer;
    return { said: "", measured: right?.content ?? plain };
  }

  private async measureOn(session: MachineSession): Promise<Omit<KeptPrediction, "said"> | undefined> {
    if (this.kind === "order") return this.measureOrder(session);
    const where = this.until || this.at;
    // A count is since power-on; a reset machine's clock has gone on.
    if (session.wasReset && /\btick\b/.test(this.measure)) await session.powerOn({});
    let before: Value | undefined;
    if (this.since) {
      if (!(await this.goThere(session, this.since))) return undefined;
      before = await this.read(session);
      if (before === undefined) return undefined;
    }
    if (where && !(await this.goThere(session, where))) return undefined;
    const now = await this.read(session);
    if (now === undefined) return undefined;
    const value = growth(before, now);
    const plain = typeof value === "string" ? value : showNumber(value, this.base);
    const tick = session.status?.tick;
    if (this.kind === "number") return { measured: plain, tick };
    if (this.kind === "place")
      return this.showPlace(typeof value === "string" ? value.toUpperCase() : addressText(Number(value)), tick);
    const index = chosenByMachine(
      this.options.map((option) => option.value),
      value,
    );
    const option = this.options[index];
    const exact = option?.value === String(value);
    return { measured: option ? `${option.content}${exact ? "" : `: <code>${plain}</code>`}` : plain, tick };
  }

  private async read(session: MachineSession): Promise<Value | undefined> {
    const answer = await evaluate(this.measure, readableOf(session));
    if ("value" in answer) return answer.value;
    this.problem = `${answer.message} ${answer.hint}`;
    return undefined;
  }

  /** Runs to where the answer is read; says so where the machine does not come there. */
  private async goThere(session: MachineSession, where: string): Promise<boolean> {
    const wish = await session.placeOf(where);
    if (!("value" in wish)) {
      this.problem = `${wish.message} ${wish.hint}`;
      return false;
    }
    await session.runTo(wish.value, this.from);
    if (session.failure) {
      this.problem = session.failure;
      return false;
    }
    if (session.status && !reached(wish.value, session.status)) {
      this.problem = `The machine did not come to “${where}”: it stands at instruction ${grouped(session.status.tick)}. Reset it and try again.`;
      return false;
    }
    return true;
  }

  private async measureOrder(session: MachineSession): Promise<Omit<KeptPrediction, "said"> | undefined> {
    const ticks: (number | undefined)[] = [];
    for (const { until } of this.options) {
      const wish = await session.placeOf(until);
      if (!("value" in wish)) {
        this.problem = `${wish.message} ${wish.hint}`;
        return undefined;
      }
      await session.runTo(wish.value, this.from ?? 0);
      const { status } = session;
      ticks.push(status && reached(wish.value, status) ? status.tick : undefined);
    }
    return {
      measured: orderByTicks(ticks)
        .map((i) => this.options[i].content)
        .join("\n"),
      tick: session.status?.tick,
    };
  }

  private again(): void {
    this.keep(undefined);
    this.problem = "";
  }

  private move(place: number, by: number): void {
    const order = [...this.order];
    [order[place], order[place + by]] = [order[place + by], order[place]];
    this.order = order;
  }

  protected override updated(): void {
    if (!this.resultWanted) return;
    this.resultWanted = false;
    // The button that was pressed is gone: its place in the page is the answer.
    this.renderRoot.querySelector<HTMLElement>(".machine")?.focus({ preventScroll: true });
  }

  override render() {
    return html`<section class="box" aria-labelledby="question">
      <p class="tag">Predict</p>
      <p class="question" id="question">${this.question}<slot name="question"></slot></p>
      ${this.kept ? this.renderAnswers(this.kept) : this.renderForm()}
      <p class="problem" role="status" ?hidden=${!this.problem}>${this.problem}</p>
    </section>`;
  }

  private renderForm(): TemplateResult {
    const asks = this.measured;
    return html`<form @submit=${this.lockIn}>
      ${this.kind === "place" ? this.renderPlace() : this.kind === "number" ? this.renderNumber() : this.kind === "order" ? this.renderOrder() : this.renderChoice()}
      <div class="actions">
        <button class="button primary" aria-busy=${this.doing}>${this.doing ? "Running …" : asks ? "Lock in and run" : "Lock in"}</button>
        <button type="button" class="button" @click=${() => this.ask("")}>${asks ? "Just run it" : "Show the answer"}</button>
      </div>
    </form>`;
  }

  private renderChoice(): TemplateResult {
    return html`<fieldset aria-labelledby="question">${this.options.map(
      ({ value, content }) =>
        html`<label class="option"><input type="radio" name="guess" value=${value} .checked=${this.guess === value} @change=${() => {
          this.guess = value;
          this.problem = "";
        }} /><span>${unsafeHTML(content)}</span></label>`,
    )}</fieldset>`;
  }

  private renderNumber(): TemplateResult {
    return html`<fieldset>
      <input class="typed" aria-labelledby="question" aria-describedby="how" autocomplete="off" spellcheck="false" .value=${this.guess} />
      <p class="hint" id="how">${this.base === "hex" ? "Hex digits, as in 7c00." : "0x1f, 1fh or 31."}</p>
    </fieldset>`;
  }

  private renderPlace(): TemplateResult {
    return html`<fieldset aria-labelledby="question">
      <button type="button" class="button pick" aria-pressed=${this.picking !== undefined} @click=${() => this.pick()}>${this.picking ? "Picking: Escape stops" : "Pick it in a view"}</button>
      <input class="typed" aria-label="Place: a register or an address" aria-describedby="how" autocomplete="off" spellcheck="false" .value=${this.guess} @input=${(
        event: Event,
      ) => {
        this.guess = (event.target as HTMLInputElement).value;
      }} />
      <p class="hint" id="how">A register, as EAX, or an address in hex, as 7c00.</p>
    </fieldset>`;
  }

  private renderOrder(): TemplateResult {
    return html`<fieldset aria-labelledby="question"><ol class="sorting">${this.order.map(
      (option, place) => html`<li><span>${unsafeHTML(this.options[option].content)}</span>
        <button type="button" class="button quiet" aria-label=${`Move up, place ${place + 1}`} ?hidden=${place === 0} @click=${() => this.move(place, -1)}>${icons.up}</button>
        <button type="button" class="button quiet" aria-label=${`Move down, place ${place + 1}`} ?hidden=${place === this.order.length - 1} @click=${() => this.move(place, 1)}>${icons.down}</button>
      </li>`,
    )}</ol></fieldset>`;
  }

  private content(text: string): TemplateResult {
    const lines = text.split("\n");
    if (lines.length > 1)
      return html`<ol class="sorting">${lines.map((line) => html`<li><span>${unsafeHTML(line)}</span></li>`)}</ol>`;
    return html`<p>${unsafeHTML(text)}</p>`;
  }

  private renderAnswers(kept: KeptPrediction): TemplateResult {
    const { session } = this;
    return html`<div class="answers">
        ${kept.said ? html`<div class="you"><p class="whose">You said</p>${this.content(kept.said)}</div>` : nothing}
        <div class="machine" tabindex="-1"><p class="whose">${this.measured ? "The machine says" : "The answer"}</p>${this.content(kept.measured)}
          ${
            kept.tick === undefined || !session
              ? nothing
              : html`<p class="instant"><button class="link" @click=${() => session.goTo(kept.tick!)}>at instruction ${grouped(kept.tick)}</button></p>`
          }
        </div>
      </div>
      <div class="explanation"><slot name="explanation"></slot></div>
      <div class="actions"><button class="button" @click=${() => this.again()}>Try again</button></div>`;
  }
}
