/**
 * A CodeMirror editor for one file of a lab: assembly in the course's colours, the assembler's diagnostics under their
 * lines, the line that a machine executes lit. Who runs, saves and checks is the caller's business.
 */
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { indentUnit } from "@codemirror/language";
import { lintGutter, lintKeymap, type Diagnostic as Mark, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, type Extension, StateEffect, StateField, Transaction } from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import type { Diagnostic } from "../../engine/index.ts";
import { asmLanguage } from "../notebook/asmlanguage.ts";
import { editorColours, editorTheme } from "./editortheme.ts";
import { holding } from "./holding.ts";

export interface EditorOptions {
  readonly text: string;
  readonly readOnly: boolean;
  /** Read by screen readers: "boot.S, editor". */
  readonly label: string;
  readonly changed: (text: string) => void;
  /** Ctrl or ⌘ with Enter. */
  readonly check: () => void;
}

const setLit = StateEffect.define<number | undefined>();
const litLine = Decoration.line({ class: "lit", attributes: { "aria-current": "step" } });

const litField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(lit, transaction) {
    for (const effect of transaction.effects) {
      if (!effect.is(setLit)) continue;
      const { doc } = transaction.state;
      const line = effect.value;
      if (line === undefined || line < 1 || line > doc.lines) return Decoration.none;
      return Decoration.set([litLine.range(doc.line(line).from)]);
    }
    // An edited text is not the one that runs.
    return transaction.docChanged ? Decoration.none : lit;
  },
  provide: (field) => EditorView.decorations.from(field),
});

const readOnly = new Compartment();
const still = (on: boolean): Extension => (on ? [EditorState.readOnly.of(true), EditorView.editable.of(false)] : []);

/** What an editor is made of: the text, parsed and coloured. Not in the page yet. */
export function editorState(options: EditorOptions): EditorState {
  return EditorState.create({ doc: options.text, extensions: extensions(options) });
}

function extensions(options: EditorOptions): Extension {
  const check = () => {
    options.check();
    return true;
  };
  return [
    holding(),
    keymap.of([{ key: "Mod-Enter", run: check }]),
    lineNumbers(),
    lintGutter(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    highlightSpecialChars(),
    highlightSelectionMatches(),
    drawSelection(),
    history(),
    EditorState.tabSize.of(8),
    indentUnit.of("        "),
    EditorState.phrases.of({ "Control character": "control character" }),
    keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap, ...lintKeymap]),
    asmLanguage,
    editorColours,
    litField,
    editorTheme,
    readOnly.of(still(options.readOnly)),
    EditorView.contentAttributes.of({
      "aria-label": options.label,
      // Also where it cannot be edited: keys then scroll it.
      tabindex: "0",
      autocapitalize: "off",
      spellcheck: "false",
    }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) options.changed(update.state.doc.toString());
    }),
  ];
}

export class CodeEditor {
  readonly view: EditorView;

  constructor(parent: HTMLElement, state: EditorState) {
    this.view = new EditorView({ parent, state });
  }

  get text(): string {
    return this.view.state.doc.toString();
  }

  /** Replaces the text as one edit, which undo takes back. What did not change keeps the caret. */
  replace(text: string): void {
    const now = this.text;
    if (now === text) return;
    let from = 0;
    while (from < now.length && from < text.length && now[from] === text[from]) from++;
    let tail = 0;
    const most = Math.min(now.length, text.length) - from;
    while (tail < most && now[now.length - 1 - tail] === text[text.length - 1 - tail]) tail++;
    this.view.dispatch({
      changes: { from, to: now.length - tail, insert: text.slice(from, text.length - tail) },
      annotations: Transaction.userEvent.of("replace"),
    });
  }

  /** Puts the assembler's messages under their lines. */
  showDiagnostics(diagnostics: readonly Diagnostic[]): void {
    const { doc } = this.view.state;
    const marks = diagnostics.map(({ line, column, message, hint, severity }): Mark => {
      const at = doc.line(Math.min(Math.max(1, line), doc.lines));
      const from = Math.min(at.from + Math.max(0, column - 1), at.to);
      const word = /^[\w.$%\\]+/.exec(doc.sliceString(from, at.to))?.[0].length ?? 0;
      const to = Math.min(at.to, from + Math.max(1, word));
      return { from: to > from ? from : at.from, to, severity, message: hint ? `${message}\n${hint}` : message };
    });
    this.view.dispatch(setDiagnostics(this.view.state, marks));
  }

  /** Lights the line that is about to execute; undefined: none. */
  light(line: number | undefined, scroll = false): void {
    const effects: StateEffect<unknown>[] = [setLit.of(line)];
    if (line !== undefined && scroll && line <= this.view.state.doc.lines) {
      effects.push(EditorView.scrollIntoView(this.view.state.doc.line(line).from, { y: "center" }));
    }
    this.view.dispatch({ effects });
  }

  /** Puts the caret on a line and gives the editor focus. */
  goTo(line: number): void {
    const { doc } = this.view.state;
    const at = doc.line(Math.min(Math.max(1, line), doc.lines));
    this.view.dispatch({
      selection: { anchor: at.from },
      effects: EditorView.scrollIntoView(at.from, { y: "center" }),
    });
    this.view.focus();
  }

  setReadOnly(on: boolean): void {
    if (on !== this.view.state.readOnly) this.view.dispatch({ effects: readOnly.reconfigure(still(on)) });
  }

  /** Types `text` at the caret, as the row of keys above a phone's keyboard does. */
  insert(text: string): void {
    this.view.dispatch(this.view.state.replaceSelection(text), { userEvent: "input.type" });
    this.view.focus();
  }
}
