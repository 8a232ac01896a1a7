// <ring-cell>: a fenced `js cell` or `ts cell` of a lesson. The build compiled it (data-cell); it runs when the page has
// loaded, again when a name it uses changes, and again when the reader's own text of it is run.
import type { Diagnostic } from "../../engine/index.ts";
import { CodeBlock } from "./block.ts";
import { type CellLanguage, type CompiledCell, sourcePosition } from "./compiled.ts";
import { compileInWorker } from "./compiler.ts";
import { dependantsOf, type Named } from "./dependants.ts";
import { EndlessLoop } from "./guard.ts";
import { type CellObserver, placeInCell } from "./notebook.ts";
import { isStale } from "./observation.ts";
import { markRunning, pageEdits, pageNotebook } from "./page.ts";
import { show } from "./show.ts";

/** Everything in the page that gives names to cells or uses them. */
export const namedBlocks = new Set<Named & { waitFor?(waiting: boolean): void }>();

/** Tells what depends on `block` that it waits for a run, or no longer. */
export function holdDependants(block: Named, waiting: boolean): void {
  for (const dependant of dependantsOf(block, namedBlocks)) dependant.waitFor?.(waiting);
}

export class RingCell extends CodeBlock implements Named {
  private authors!: CompiledCell;
  private compiled!: CompiledCell;
  /** The text that `compiled` came from, for places in it. */
  private compiledText = "";
  private output!: HTMLElement;
  private readonly notice = document.createElement("p");
  private edition = 0;
  private settle: (() => void) | undefined;

  protected get language(): CellLanguage {
    return this.dataset["language"] === "ts" ? "ts" : "js";
  }
  protected get caption(): string {
    return this.dataset["name"]
      ? `Cell ${this.dataset["name"]}`
      : this.gives.length
        ? `Cell ${this.gives.join(", ")}`
        : "Cell";
  }
  get gives(): readonly string[] {
    return this.authorsCell().outputs;
  }
  get needs(): readonly string[] {
    return (this.compiled ?? this.authorsCell()).inputs.map((name) => this.renamed()[name] ?? name);
  }

  private authorsCell(): CompiledCell {
    this.authors ??= JSON.parse(this.dataset["cell"] ?? "{}") as CompiledCell;
    return this.authors;
  }

  protected start(edited: boolean): void {
    namedBlocks.add(this);
    this.output = this.querySelector(".cell-output") ?? document.createElement("div");
    this.output.classList.add("cell-output");
    this.addBelow(this.output);
    this.notice.className = "cell-notice";
    this.notice.hidden = true;
    this.addBelow(this.notice);
    if (!edited) this.define(this.authorsCell(), this.original);
    else if (pageEdits().held) {
      this.say("The page did not finish loading with your edits last time. They wait: read them, then press Run.");
    } else {
      this.setState("yours");
      this.runText();
    }
  }

  waitFor(waiting: boolean): void {
    this.classList.toggle("waiting", waiting);
    if (waiting) this.say("Waiting for your run.");
    else if (this.notice.textContent === "Waiting for your run.") this.say("");
  }

  protected override textChanged(): void {
    if (this.state === "edited") holdDependants(this, true);
  }

  protected runText(): void {
    holdDependants(this, false);
    this.say("");
    const edition = ++this.edition;
    if (this.text === this.original) {
      this.define(this.authorsCell(), this.original);
      return;
    }
    const text = this.text;
    void compileInWorker(text, this.language, this.caption).then(({ cell, diagnostics }) => {
      if (edition !== this.edition) return;
      if (cell) this.define(cell, text);
      else this.fail(diagnostics);
    });
  }

  private define(cell: CompiledCell, text: string): void {
    this.compiled = cell;
    this.compiledText = text;
    pageNotebook().define(this.id, cell, this.observer(), this.renamed());
  }

  /** `machine=boot` in the fence: what this cell calls `machine` is the machine called boot. */
  private renamed(): Record<string, string> {
    const machine = this.dataset["machine"];
    return machine ? { machine } : {};
  }

  private observer(): CellObserver {
    let displayed = false;
    return {
      element: this.output,
      started: () => {
        displayed = false;
        // Every cell may hang on what an edit gives it, so the mark is up for each once anything is edited.
        if (document.querySelector('[data-text="yours"]')) {
          this.settle?.();
          this.settle = markRunning();
          setTimeout(this.settle, 1500);
        }
      },
      pending: () => this.setAttribute("aria-busy", "true"),
      display: (value, first) => {
        displayed = true;
        if (first) this.output.replaceChildren();
        this.output.append(show(value));
      },
      fulfilled: (value) => {
        this.settled();
        this.setProblems([]);
        if (this.compiled.autodisplay) this.output.replaceChildren(...(value === undefined ? [] : [show(value)]));
        else if (!displayed) this.output.replaceChildren();
      },
      rejected: (error) => {
        // It runs again with the machine's next moment; what it showed stands until then.
        if (isStale(error)) return;
        this.settled();
        this.fail([this.diagnose(error)]);
      },
    };
  }

  private settled(): void {
    this.removeAttribute("aria-busy");
    this.classList.remove("stale");
    this.output.dataset["filled"] = "";
    this.settle?.();
    this.settle = undefined;
  }

  private fail(problems: readonly Diagnostic[]): void {
    this.removeAttribute("aria-busy");
    this.classList.toggle("stale", this.output.hasChildNodes());
    this.setProblems(problems);
  }

  private diagnose(error: unknown): Diagnostic {
    const input = (error as { input?: unknown } | null)?.input;
    const place = placeInCell(error, this.id);
    const at =
      typeof input === "string"
        ? this.placeOf(input)
        : place && sourcePosition(this.compiled, this.compiledText, place.line, place.column);
    const owner = [...namedBlocks].find((block) => typeof input === "string" && block.gives.includes(input));
    const message = error instanceof Error ? error.message : String(error);
    const hint =
      error instanceof EndlessLoop
        ? "The other cells went on. Does the loop ever end?"
        : owner
          ? `${input} comes from another cell: mend that one first.`
          : typeof input === "string"
            ? "No cell gives this name. machine, Plot, Inputs and html are there without one."
            : "The other cells go on without this one.";
    const ended = /[.?:]$/.test(message) ? message : `${message}.`;
    return {
      file: this.caption,
      line: at?.line ?? 1,
      column: at?.column ?? 1,
      message: ended,
      hint,
      severity: "error",
    };
  }

  /** Where a name first stands in the text. */
  private placeOf(name: string): { line: number; column: number } | undefined {
    const lines = this.compiledText.split("\n");
    for (const [index, text] of lines.entries()) {
      const found = text.search(new RegExp(`(?<![\\w$.])${name.replace(/\$/g, "\\$")}(?![\\w$])`));
      if (found >= 0) return { line: index + 1, column: found + 1 };
    }
    return undefined;
  }

  private say(text: string): void {
    this.notice.textContent = text;
    this.notice.hidden = text === "";
  }
}
