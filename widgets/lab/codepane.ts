/**
 * The code pane: files as tabs, the editor, and what happened to the work in words with a way back. On touch screens
 * the editor is read-only until Edit, so that the keyboard stays down, and a row of keys stands above it.
 */
import { html, nothing, render, type TemplateResult } from "lit";
import type { Diagnostic } from "../../engine/index.ts";
import { pageTurns } from "../model/turns.ts";
import { CodeEditor, editorState } from "./editor.ts";

export interface Notice {
  readonly id: string;
  readonly text: string;
  /** Work is at risk: said at once. */
  readonly alert?: boolean;
  readonly actions: readonly { readonly label: string; run(): void }[];
}

export interface CodePaneActions {
  /** What stands in the file now. */
  text(file: string): string;
  changed(file: string, text: string): void;
  check(): void;
  reset(file: string): void;
}

const keys = ["Tab", "%", "$", "(", ")", ",", ":", "#", "."];

export class CodePane {
  private readonly actions: CodePaneActions;
  private readonly editors = new Map<string, CodeEditor>();
  private readonly boxes = new Map<string, HTMLElement>();
  private readonly head = document.createElement("div");
  private readonly foot = document.createElement("div");
  private readonly touch = matchMedia("(pointer: coarse)").matches;
  private editing = !matchMedia("(pointer: coarse)").matches;
  private notices: readonly Notice[] = [];
  private edited = false;
  private diagnostics: readonly Diagnostic[] = [];
  file: string;

  constructor(host: HTMLElement, files: readonly string[], actions: CodePaneActions) {
    this.actions = actions;
    this.file = files[0];
    host.replaceChildren();
    host.classList.add("code-pane");
    this.head.className = "code-head";
    this.foot.className = "code-foot";
    host.append(this.head, ...files.map((file) => this.makeBox(file)), this.foot);
    this.draw();
  }

  private makeBox(file: string): HTMLElement {
    const box = document.createElement("div");
    box.className = "editor-box";
    box.hidden = file !== this.file;
    this.boxes.set(file, box);
    return box;
  }

  /** Brings the editors, in turns. Each is typed into as soon as it is there, and shows what stands by then. */
  async mount(): Promise<void> {
    for (const [file, box] of this.boxes) {
      const state = await pageTurns.take(() =>
        editorState({
          text: this.actions.text(file),
          readOnly: !this.editing,
          label: `${file}, editor`,
          changed: (now) => this.actions.changed(file, now),
          check: this.actions.check,
        }),
      );
      await pageTurns.take(() => {
        const editor = new CodeEditor(box, state);
        this.editors.set(file, editor);
        editor.replace(this.actions.text(file));
        editor.setReadOnly(!this.editing);
      });
    }
  }

  /** Of the file that is shown; undefined until it is mounted. */
  get editor(): CodeEditor | undefined {
    return this.editors.get(this.file);
  }

  replace(file: string, text: string): void {
    this.editors.get(file)?.replace(text);
  }

  show(file: string): void {
    this.file = file;
    for (const [name, box] of this.boxes) box.hidden = name !== file;
    this.draw();
  }

  goTo(file: string, line: number): void {
    this.show(file);
    this.editor?.goTo(line);
  }

  setNotices(notices: readonly Notice[]): void {
    this.notices = notices;
    this.draw();
  }

  setEdited(edited: boolean): void {
    if (edited === this.edited) return;
    this.edited = edited;
    this.draw();
  }

  setDiagnostics(diagnostics: readonly Diagnostic[]): void {
    this.diagnostics = diagnostics;
    for (const [file, editor] of this.editors) editor.showDiagnostics(diagnostics.filter((one) => one.file === file));
    this.draw();
  }

  private draw(): void {
    render(this.headView(), this.head);
    render(this.footView(), this.foot);
  }

  private headView(): TemplateResult {
    return html`
      <div class="files">
        ${[...this.boxes.keys()].map(
          (file) =>
            html`<button type="button" class="file" aria-pressed=${String(file === this.file)} @click=${() => this.show(file)}>${file}</button>`,
        )}
      </div>
      <span class="edited">${this.edited ? "Edited" : "As given"}</span>
      ${
        this.touch
          ? html`<button type="button" class="button" aria-pressed=${String(this.editing)} @click=${() => this.toggleEditing()}>${this.editing ? "Done" : "Edit"}</button>`
          : nothing
      }
      <button type="button" class="button" @click=${() => this.actions.reset(this.file)}>Reset file</button>
    `;
  }

  private footView(): TemplateResult {
    const [first, ...rest] = this.diagnostics;
    return html`
      ${
        first
          ? html`<p class="problem">
            <button type="button" class="button" @click=${() => this.goTo(first.file, first.line)}>${first.file} line ${first.line}</button>
            <span>${first.message}${first.hint ? html` <span class="hint">${first.hint}</span>` : nothing}${rest.length ? ` And ${rest.length} more.` : ""}</span>
          </p>`
          : nothing
      }
      ${this.notices.map(
        (notice) => html`<p class="notice" data-notice=${notice.id} role=${notice.alert ? "alert" : "status"}>
          <span>${notice.text}</span>
          ${notice.actions.map(({ label, run }) => html`<button type="button" class="button" @click=${run}>${label}</button>`)}
        </p>`,
      )}
      ${
        this.touch && this.editing
          ? html`<div class="key-row" role="group" aria-label="Keys">
            ${keys.map((key) => html`<button type="button" class="button" @pointerdown=${(event: Event) => event.preventDefault()} @click=${() => this.editor?.insert(key === "Tab" ? "        " : key)}>${key}</button>`)}
          </div>`
          : nothing
      }
    `;
  }

  private toggleEditing(): void {
    this.editing = !this.editing;
    for (const editor of this.editors.values()) editor.setReadOnly(!this.editing);
    this.draw();
    if (this.editing) this.editor?.view.focus();
  }
}
