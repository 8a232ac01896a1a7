// The editor that takes the place of a block's <pre>: CodeMirror 6, in the same box, font and gutter. Loaded at the
// first Edit. Tab belongs to the page until the reader types or clicks into the text, and again after Esc (look.md 7).
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { javascript } from "@codemirror/lang-javascript";
import { HighlightStyle, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { type Extension, RangeSetBuilder, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, keymap, lineNumbers, WidgetType } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { Diagnostic } from "../../engine/index.ts";
import { holding } from "../lab/holding.ts";
import { asmLanguage } from "./asmlanguage.ts";
import { changedLines } from "./changedlines.ts";
import { drawProblem } from "./problem.ts";

export interface EditorOptions {
  readonly parent: HTMLElement;
  readonly text: string;
  /** The author's text: lines that differ from it get a bar. */
  readonly original: string;
  readonly language: "js" | "ts" | "asm";
  /** What a screen reader calls it. */
  readonly label: string;
  readonly onChange: (text: string) => void;
  /** Ctrl/⌘+Enter. */
  readonly onRun: () => void;
}

export interface BlockEditor {
  setText(text: string): void;
  /** Under their lines, in place of those before. */
  setProblems(problems: readonly Diagnostic[]): void;
  /** Lights the line that executes; undefined: none. */
  light(line: number | undefined): void;
  focus(): void;
  /** Puts the caret at a place on the screen, where the reader clicked. */
  focusAt(x: number, y: number): void;
}

/** Mounts an editor in `parent`. */
export function mountEditor(options: EditorOptions): BlockEditor {
  const run = () => {
    options.onRun();
    return true;
  };
  const view = new EditorView({
    doc: options.text,
    parent: options.parent,
    extensions: [
      options.language === "asm"
        ? [asmLanguage, indentUnit.of("        ")]
        : javascript({ typescript: options.language === "ts" }),
      lineNumbers(),
      history(),
      holding(),
      keymap.of([{ key: "Mod-Enter", run }, ...defaultKeymap, ...historyKeymap]),
      syntaxHighlighting(colours),
      problems,
      lit,
      changed(options.original),
      EditorView.contentAttributes.of({ "aria-label": options.label, autocapitalize: "off", spellcheck: "false" }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) options.onChange(update.state.doc.toString());
      }),
      theme,
    ],
  });
  return {
    setText(text) {
      if (view.state.doc.toString() !== text) {
        view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
      }
    },
    setProblems: (list) => view.dispatch({ effects: setProblems.of(list) }),
    light: (line) => view.dispatch({ effects: setLit.of(line) }),
    focus: () => view.focus(),
    focusAt(x, y) {
      const anchor = view.posAtCoords({ x, y });
      if (anchor !== null) view.dispatch({ selection: { anchor } });
      view.focus();
    },
  };
}

const setProblems = StateEffect.define<readonly Diagnostic[]>();
const problems = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(shown, transaction) {
    for (const effect of transaction.effects) {
      if (!effect.is(setProblems)) continue;
      const lines = transaction.state.doc.lines;
      const widgets = effect.value.map((problem) => {
        const line = transaction.state.doc.line(Math.min(Math.max(problem.line, 1), lines));
        return Decoration.widget({ widget: new ProblemWidget(problem), block: true, side: 1 }).range(line.to);
      });
      return Decoration.set(widgets, true);
    }
    return shown.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

class ProblemWidget extends WidgetType {
  private readonly problem: Diagnostic;
  constructor(problem: Diagnostic) {
    super();
    this.problem = problem;
  }
  override eq(other: ProblemWidget) {
    return other.problem === this.problem;
  }
  toDOM() {
    return drawProblem(this.problem);
  }
}

const setLit = StateEffect.define<number | undefined>();
const litLine = Decoration.line({ class: "lit" });
const lit = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(shown, transaction) {
    for (const effect of transaction.effects) {
      if (!effect.is(setLit)) continue;
      if (effect.value === undefined || effect.value > transaction.state.doc.lines) return Decoration.none;
      return Decoration.set(litLine.range(transaction.state.doc.line(effect.value).from));
    }
    return shown.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

const changedLine = Decoration.line({ class: "changed-line" });
function changed(original: string): Extension {
  const find = (doc: { toString(): string; line(n: number): { from: number } }) => {
    const builder = new RangeSetBuilder<Decoration>();
    for (const line of changedLines(original, doc.toString()))
      builder.add(doc.line(line).from, doc.line(line).from, changedLine);
    return builder.finish();
  };
  return StateField.define<DecorationSet>({
    create: (state) => find(state.doc),
    update: (shown, transaction) => (transaction.docChanged ? find(transaction.state.doc) : shown),
    provide: (field) => EditorView.decorations.from(field),
  });
}

const colours = HighlightStyle.define([
  { tag: tags.comment, color: "var(--ink-2)", fontStyle: "italic" },
  { tag: [tags.keyword, tags.self, tags.typeOperator], color: "var(--ink)", fontWeight: "bold" },
  { tag: [tags.meta, tags.processingInstruction], color: "var(--ink-2)", fontWeight: "bold" },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: "var(--syn-num)" },
  { tag: [tags.string, tags.special(tags.string), tags.regexp, tags.escape], color: "var(--syn-str)" },
]);

const theme = EditorView.theme({
  "&": { backgroundColor: "transparent", color: "var(--ink)", font: "var(--text-code)", fontSynthesis: "style" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { font: "inherit", lineHeight: "1.25rem", overflowX: "auto" },
  ".cm-content": { padding: "0", caretColor: "var(--ink)" },
  ".cm-line": { padding: "0 var(--s4) 0 var(--s3)" },
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--ink-2)", border: "0" },
  ".cm-lineNumbers .cm-gutterElement": { padding: "0", minWidth: "var(--gutter)", boxSizing: "border-box" },
  ".cm-cursor": { borderLeftColor: "var(--ink)", borderLeftWidth: "2px" },
  // Above the text and not under it: a strip that took room would move Run away from under the pointer.
  ".cm-panels, .cm-panels-bottom": {
    position: "absolute",
    left: "auto",
    right: "0",
    bottom: "0",
    backgroundColor: "var(--panel)",
    color: "var(--ink-2)",
    font: "var(--text-ui)",
    border: "0",
  },
  ".held-strip": { padding: "2px 12px" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground, ::selection": {
    backgroundColor: "var(--soft-ground) !important",
  },
});
