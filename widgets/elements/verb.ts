// <ring-verb machine="boot" do="run-to" address="0x7c00">Run to 7c00</ring-verb>: a verb in prose that the machine does.
import { css, html, nothing } from "lit";
import { evaluate } from "../model/expression.ts";
import { readableOf } from "../model/readable.ts";
import type { MachineSession } from "../model/session.ts";
import { shared, tokens } from "../style.ts";
import { MachineView } from "./view.ts";

/** What a machine can be told to do. */
const verbs = ["step", "over", "out", "back", "run", "pause", "reset", "run-to", "go-to", "now", "break", "follow"];

export class RingVerb extends MachineView {
  static override properties = {
    ...MachineView.properties,
    do: { type: String, means: verbs },
    address: { type: String, means: "address" },
    until: { type: String, means: "place" },
    from: { type: Number },
    tick: { type: Number },
    count: { type: Number },
    doing: { state: true },
    problem: { state: true },
  };
  declare do: string;
  declare address: string;
  /** For run-to: where to stop (model/until.ts). */
  declare until: string;
  /** For run-to: the tick to start from; without it, from here, or from power-on where the place has passed. */
  declare from: number | undefined;
  declare tick: number;
  declare count: number;
  declare doing: boolean;
  declare problem: string;

  static override styles = [
    tokens,
    shared,
    css`
      :host {
        display: inline;
        font: inherit;
      }
      button {
        display: inline-block;
        padding: 0 0.5em;
        border: 1px solid var(--_edge);
        border-radius: 4px;
        background: var(--_raised);
        color: var(--_ink);
        font-family: var(--_sans);
        font-size: 0.83em;
        font-weight: 600;
        line-height: 1.5;
        cursor: pointer;
      }
      button:hover {
        border-color: var(--_ink);
      }
      button[aria-busy="true"] {
        border-style: dashed;
      }
      .problem {
        color: var(--_fault);
        font: var(--_ui);
      }
      @media (pointer: coarse) {
        button {
          min-height: 44px;
          padding: 0 12px;
        }
      }
      @media print {
        button {
          display: inline !important;
          border: 0;
          padding: 0;
        }
      }
    `,
  ];

  constructor() {
    super();
    this.do = "step";
    this.address = "";
    this.until = "";
    this.from = undefined;
    this.tick = 0;
    this.count = 1;
    this.doing = false;
    this.problem = "";
  }

  private async act(session: MachineSession): Promise<void> {
    switch (this.do) {
      case "step":
        return session.step(this.count);
      case "over":
        return session.over();
      case "out":
        return session.out();
      case "back":
        return session.back(this.count);
      case "run":
        return session.run();
      case "pause":
        return session.pause();
      case "reset":
        return session.reset();
      case "now":
        return session.returnToNow();
      case "go-to":
        return session.goTo(this.tick);
      case "run-to":
        return this.runTo(session);
      case "break":
      case "follow":
        return this.atAddress(session);
      default:
        this.problem = `“${this.do}” is no verb of a machine.`;
    }
  }

  private async runTo(session: MachineSession): Promise<void> {
    const wish = await session.placeOf(this.until || this.address);
    if ("value" in wish) await session.runTo(wish.value, this.from);
    else this.problem = `${wish.message} ${wish.hint}`;
  }

  private async atAddress(session: MachineSession): Promise<void> {
    await session.wake();
    const answer = await evaluate(this.address, readableOf(session));
    if (!("value" in answer) || typeof answer.value === "string") {
      this.problem = "message" in answer ? `${answer.message} ${answer.hint}` : "Text is no address.";
      return;
    }
    const address = Number(answer.value);
    if (this.do === "follow") session.follow(address);
    else if (!session.breakpoints.has(address)) await session.toggleBreakpoint(address);
  }

  private async onClick(): Promise<void> {
    const { session } = this;
    if (!session || this.doing) return;
    this.problem = "";
    this.doing = true;
    try {
      await this.act(session);
    } finally {
      this.doing = false;
    }
  }

  override render() {
    return html`<button aria-busy=${this.doing} @click=${this.onClick}><slot></slot></button>${
      this.problem ? html` <span class="problem" role="status">${this.problem}</span>` : nothing
    }`;
  }
}
