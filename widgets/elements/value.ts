// <ring-value machine="boot" expr="EAX">60000011</ring-value>: a number in prose that is read from the machine. What the
// page was written with stands until the machine wakes. With `data-at` it is the number of that place: what was recorded
// there stands until the machine comes there, and then what it found, so that the sentence stays true as it goes on.
// It and its place in a view outline each other.
import { css, html, nothing } from "lit";
import type { MachineStatus } from "../../engine/index.ts";
import { evaluate, type Value } from "../model/expression.ts";
import { binary, grouped, hex } from "../model/number.ts";
import { readableOf } from "../model/readable.ts";
import type { Reader } from "../model/reader.ts";
import type { MachineSession } from "../model/session.ts";
import { parseUntil, reached } from "../model/until.ts";
import { tokens } from "../style.ts";
import { MachineView } from "./view.ts";

/** A value as prose shows it. `digits` pads hex; text stands as it is. */
export function showValue(value: Value, format: string, digits: number): string {
  if (typeof value === "string") return value;
  if (format === "decimal") return grouped(value);
  if (format === "binary") return binary(value, digits || 16);
  return hex(value, digits);
}

export class RingValue extends MachineView {
  static override properties = {
    ...MachineView.properties,
    expr: { type: String, means: "expression" },
    of: { type: String, means: "expression" },
    format: { type: String, means: ["hex", "decimal", "binary"] },
    digits: { type: Number },
    shown: { state: true },
    problem: { state: true },
  };
  /** What is read (model/expression.ts); `of` is the same. */
  declare expr: string;
  declare of: string;
  /** "hex" (default), "decimal", "binary". */
  declare format: string;
  declare digits: number;
  declare shown: string | undefined;
  declare problem: string;

  static override styles = [
    tokens,
    css`
      :host {
        display: inline;
      }
      .value {
        font-family: var(--_code);
        font-size: 0.86em;
        font-variant-numeric: tabular-nums;
        text-decoration: underline dotted 2px;
        text-decoration-color: var(--_edge);
        text-underline-offset: 0.25em;
        border-radius: 2px;
      }
      .value.outlined,
      .value:focus-visible {
        outline: 2px solid var(--_ink);
        outline-offset: 1px;
      }
      .value.wrong {
        text-decoration-color: var(--_fault);
      }
    `,
  ];

  constructor() {
    super();
    this.expr = "";
    this.of = "";
    this.format = "hex";
    this.digits = 0;
    this.shown = undefined;
    this.problem = "";
  }

  private get source(): string {
    return this.expr || this.of;
  }

  protected override async load(_reader: Reader, session: MachineSession): Promise<void> {
    if (!session.handle || !this.isAt(session.handle.status)) return;
    const answer = await evaluate(this.source, readableOf(session));
    if ("value" in answer) {
      this.shown = showValue(answer.value, this.format, this.digits);
      this.problem = "";
    } else this.problem = `${answer.message} ${answer.hint}`;
  }

  /** Whether the machine stands where this value is of; without a place, anywhere. */
  private isAt(status: MachineStatus): boolean {
    const { at } = this.dataset;
    if (!at) return true;
    const place = parseUntil(at);
    return "value" in place && reached(place.value, status);
  }

  private outline(on: boolean): void {
    this.session?.outline(on ? this.source.toUpperCase() : "");
  }

  override render() {
    const outlined = this.session !== undefined && this.session.outlined === this.source.toUpperCase();
    const where = this.dataset.at ? ` at ${this.dataset.at}` : "";
    const title = this.problem || `${this.source}${where}, read from ${this.session?.label ?? "the machine"}`;
    return html`<span class="value ${outlined ? "outlined" : ""} ${this.problem ? "wrong" : ""}" tabindex=${this.session ? 0 : nothing} title=${title}
      @pointerenter=${() => this.outline(true)} @pointerleave=${() => this.outline(false)} @focus=${() => this.outline(true)} @blur=${() => this.outline(false)}
      >${this.shown === undefined ? html`<slot></slot>` : this.shown}</span>`;
  }
}
