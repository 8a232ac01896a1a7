// <ring-asm>: a fenced `asm cell=name` of a lesson: source that machines boot (`<ring-machine floppy="#name">`) and
// cells read. Cells see it under its name as what the assembler answered: bytes, symbols, lines. Run assembles it; where
// that succeeds, machines that boot it power on again with the new disk (widgets/model/image.ts says how they hear) and
// the one it is shown with runs.
import type { AssembleAnswer } from "../../engine/index.ts";
import type { RingMachine } from "../elements/machine.ts";
import { assembleElement, type SourceElement } from "../model/image.ts";
import { litAddress } from "../model/lit-address.ts";
import { pageEngine } from "../model/page-engine.ts";
import type { MachineSession } from "../model/session.ts";
import { CodeBlock } from "./block.ts";
import { holdDependants, namedBlocks } from "./cell.ts";
import type { Named } from "./dependants.ts";
import { pageEdits, pageNotebook } from "./page.ts";

/** What cells see of a source: the assembler's answer, and the text it answered to. */
export interface AssembledSource extends AssembleAnswer {
  readonly source: string;
}

/** So long after its machine is awake is a source assembled that the machine did not need: the machine goes first. */
const asideMs = 500;

export class RingAsm extends CodeBlock implements Named, SourceElement {
  protected readonly language = "asm";
  readonly needs: readonly string[] = [];
  private readonly summary = document.createElement("p");
  private provide: ((value: AssembledSource) => void) | undefined;
  private answer: AssembleAnswer | undefined;
  private asked = false;
  /** The text that runs: the one assembled last, not the one being typed. */
  private running = "";
  private session: MachineSession | undefined;

  protected get caption(): string {
    return this.dataset["file"] ?? `${this.id}.S`;
  }
  get gives(): readonly string[] {
    return [this.id];
  }
  /** What a machine assembles when it powers on. */
  get source(): string {
    return this.running;
  }

  protected start(edited: boolean): void {
    namedBlocks.add(this);
    this.running = this.text;
    this.summary.className = "asm-summary";
    this.addToFoot(this.summary);
    if (edited && pageEdits().held) this.running = this.original;
    else if (edited) this.setState("yours");
    this.provide = pageNotebook().provide<AssembledSource>(this.id);
    this.addEventListener("ring-assembled", (event) => this.assembled((event as CustomEvent<AssembleAnswer>).detail));
    // Cells that use it should not wait for a machine to wake.
    queueMicrotask(() => {
      if ([...namedBlocks].some(({ needs }) => needs.includes(this.id))) void this.assemble();
    });
    void this.follow();
  }

  protected override textChanged(): void {
    if (this.state === "edited") {
      holdDependants(this, true);
      this.light(undefined);
    }
  }

  protected runText(): void {
    holdDependants(this, false);
    const before = this.running;
    this.running = this.text;
    void this.assemble().then((answer) => {
      if (answer.diagnostics.some(({ severity }) => severity === "error")) {
        this.running = before;
        this.setState("edited");
      } else this.boot();
    });
  }

  /** Tells the machines that have it for a disk; the one it is shown with (`machine=`, or the first) also runs. */
  private boot(): void {
    const { session } = this;
    const asleep = session && !session.handle;
    if (session && !asleep) session.addEventListener("new run", () => void session.run(), { once: true });
    this.dispatchEvent(new CustomEvent("ring-source", { bubbles: true, composed: true }));
    if (asleep) void session.wake().then(() => session.run());
  }

  private async assemble(): Promise<AssembleAnswer> {
    return assembleElement(this, await pageEngine());
  }

  private assembled(answer: AssembleAnswer): void {
    this.setProblems(answer.diagnostics);
    const failed = answer.diagnostics.filter(({ severity }) => severity === "error").length;
    if (failed) {
      this.summary.textContent = failed === 1 ? "1 error: nothing was run" : `${failed} errors: nothing was run`;
      return;
    }
    this.answer = answer;
    this.summary.textContent = `${answer.bytes.length} ${answer.bytes.length === 1 ? "byte" : "bytes"}`;
    this.provide?.({ ...answer, source: this.running });
    this.lightNow();
  }

  /** Lights the line that the machine which boots this source is about to execute. */
  private async follow(): Promise<void> {
    await customElements.whenDefined("ring-machine");
    const name = this.dataset["machine"];
    const machine = document.querySelector(
      name ? `ring-machine#${CSS.escape(name)}` : `ring-machine[floppy="#${CSS.escape(this.id)}"]`,
    );
    this.session = (machine as RingMachine | null)?.session;
    this.session?.addEventListener("change", () => this.lightNow());
    this.lightNow();
  }

  private lightNow(): void {
    // A machine that was built with the page had no need of the assembler; the line and the summary have.
    if (this.session?.handle && !this.answer && !this.asked) {
      this.asked = true;
      setTimeout(() => {
        if (!this.answer) void this.assemble();
      }, asideMs);
    }
    const status = this.session?.handle?.status;
    const standing = status !== undefined && status.state !== "running" && this.state !== "edited";
    const at = standing ? litAddress(status) : undefined;
    const line =
      at !== undefined && this.answer?.lines.find(({ address, length }) => at >= address && at < address + length);
    this.light(line ? line.line : undefined);
  }
}
