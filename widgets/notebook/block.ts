// What cells and sources share: a block of code that the page was built with, which the reader may edit, run, reset and
// undo. The author's <pre> stays as it is until Edit puts the editor in its place; without a script it is all there is.
import type { Diagnostic } from "../../engine/index.ts";
import { say } from "../model/speech.ts";
import type { BlockEditor } from "./editor.ts";
import { pageEdits } from "./page.ts";
import { drawProblem } from "./problem.ts";

/** What the foot says of the text: the author's; the reader's and not run; the reader's and running. */
export type TextState = "original" | "edited" | "yours";

const says: Record<TextState, string> = { original: "Original", edited: "Edited, not run", yours: "Yours is running" };

export abstract class CodeBlock extends HTMLElement {
  /** The author's text. */
  protected original = "";
  /** What stands in the block now. */
  protected text = "";
  protected abstract readonly language: "js" | "ts" | "asm";
  /** What the head calls it. */
  protected abstract readonly caption: string;

  private pre!: HTMLPreElement;
  private readonly head = document.createElement("div");
  private readonly foot = document.createElement("div");
  private readonly status = document.createElement("span");
  private editor: BlockEditor | undefined;
  private problems: readonly Diagnostic[] = [];
  private litLine: number | undefined;
  /** The text that Reset took away, until something is typed. */
  private undone: string | undefined;
  private readonly buttons = {
    fold: button("Show code", () => this.fold(this.dataset["open"] === undefined)),
    edit: button("Edit", () => this.edit()),
    copy: button("Copy", () => this.copy()),
    run: button("Run", () => this.run()),
    reset: button("Reset", () => this.reset()),
  };

  connectedCallback(): void {
    const pre = this.querySelector("pre");
    if (!pre || this.head.isConnected) return;
    this.pre = pre;
    this.original = this.text = pre.textContent ?? "";
    this.build();
    const kept = pageEdits().get(this.id);
    if (kept !== undefined && kept !== this.original) {
      this.text = kept;
      this.setState("edited");
      void this.mount();
    }
    this.start(kept !== undefined);
  }

  /** The block is in the page; `edited`: its text is the reader's, kept from before. */
  protected abstract start(edited: boolean): void;
  /** Compiles and runs `text`; called on Run. */
  protected abstract runText(): void;
  /** The text changed and was not run yet, or is the one that ran again. */
  protected textChanged(): void {}

  get state(): TextState {
    return (this.dataset["text"] as TextState | undefined) ?? "original";
  }

  protected setState(state: TextState): void {
    this.dataset["text"] = state;
    this.status.textContent = says[state];
    this.buttons.run.classList.toggle("primary", state === "edited");
    this.buttons.reset.textContent = this.undone === undefined ? "Reset" : "Undo reset";
    this.buttons.reset.hidden = this.text === this.original && this.undone === undefined;
    this.textChanged();
  }

  /** Shows problems under their lines, in place of those before. */
  protected setProblems(problems: readonly Diagnostic[]): void {
    this.problems = problems;
    if (problems.length) this.fold(true);
    this.classList.toggle("has-problems", problems.length > 0);
    for (const old of this.pre.querySelectorAll(".problem-row")) old.remove();
    const lines = this.pre.querySelectorAll(".line");
    if (this.editor) this.editor.setProblems(problems);
    else for (const problem of problems) lines[Math.min(problem.line, lines.length) - 1]?.append(drawProblem(problem));
    if (problems.length) {
      const [first] = problems;
      say(`block ${this.id}`, `${this.caption}, line ${first.line}: ${first.message} ${first.hint}`);
    }
  }

  /** Lights the line that executes, from 1; undefined: none. */
  protected light(line: number | undefined): void {
    this.litLine = line;
    this.editor?.light(line);
    for (const old of this.pre.querySelectorAll(".line.lit")) old.classList.remove("lit");
    if (line !== undefined) this.pre.querySelectorAll(".line")[line - 1]?.classList.add("lit");
  }

  /** Puts `more` between the code and its foot. */
  protected addBelow(more: HTMLElement): void {
    this.foot.before(more);
  }

  /** Puts `more` into the foot, after its buttons. */
  protected addToFoot(more: HTMLElement): void {
    this.status.before(more);
  }

  private build(): void {
    this.head.className = "block-head";
    this.foot.className = "block-foot";
    this.status.className = "block-state";
    const caption = document.createElement("span");
    caption.className = "block-caption";
    caption.textContent = this.caption;
    this.setAttribute("role", "group");
    this.setAttribute("aria-label", this.caption);
    this.head.append(caption, this.buttons.fold, this.buttons.edit, this.buttons.copy);
    this.buttons.fold.hidden = this.dataset["fold"] === undefined;
    this.buttons.fold.setAttribute("aria-expanded", "false");
    this.foot.append(this.buttons.run, this.buttons.reset, this.status);
    this.pre.before(this.head);
    this.append(this.foot);
    this.pre.addEventListener("dblclick", (event) => this.edit(event));
    this.setState("original");
    this.toggleAttribute("ready", true);
  }

  /** Shows or hides code that the author folded away (`fold`). */
  private fold(open: boolean): void {
    if (this.dataset["fold"] === undefined) return;
    this.toggleAttribute("data-open", open);
    this.buttons.fold.textContent = open ? "Hide code" : "Show code";
    this.buttons.fold.setAttribute("aria-expanded", String(open));
  }

  private edit(at?: MouseEvent): void {
    this.fold(true);
    void this.mount().then((editor) => (at ? editor.focusAt(at.clientX, at.clientY) : editor.focus()));
  }

  private async mount(): Promise<BlockEditor> {
    if (this.editor) return this.editor;
    const { mountEditor } = await import("./editor.ts");
    if (this.editor) return this.editor;
    const parent = document.createElement("div");
    parent.className = "block-editor";
    this.editor = mountEditor({
      parent,
      text: this.text,
      original: this.original,
      language: this.language,
      label: `${this.caption}, editor`,
      onChange: (text) => this.typed(text),
      onRun: () => this.run(),
    });
    this.pre.hidden = true;
    this.pre.after(parent);
    this.buttons.edit.hidden = true;
    this.setProblems(this.problems);
    this.editor.light(this.litLine);
    return this.editor;
  }

  private typed(text: string): void {
    if (text === this.text) return;
    this.text = text;
    this.undone = undefined;
    const stored = pageEdits().set(this.id, text === this.original ? undefined : text);
    this.setState("edited");
    if (!stored) this.status.textContent = "Edited, not run. This browser cannot keep it: copy it before you leave";
  }

  private run(): void {
    this.setState(this.text === this.original ? "original" : "yours");
    this.runText();
  }

  private reset(): void {
    const text = this.undone ?? this.original;
    this.undone = this.undone === undefined ? this.text : undefined;
    this.text = text;
    this.editor?.setText(text);
    pageEdits().set(this.id, text === this.original ? undefined : text);
    this.run();
    say(
      `block ${this.id}`,
      this.undone === undefined ? `${this.caption}: your text is back.` : `${this.caption}: the original is back.`,
    );
    this.buttons.reset.hidden = false;
  }

  private copy(): void {
    navigator.clipboard.writeText(this.text).then(
      () => say(`block ${this.id}`, `${this.caption} copied.`),
      () => say(`block ${this.id}`, "The browser did not allow copying."),
    );
  }
}

function button(name: string, click: () => void): HTMLButtonElement {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "button";
  element.textContent = name;
  element.addEventListener("click", click);
  return element;
}
