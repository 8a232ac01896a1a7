/** The editor in the tokens of site/styles: the same font, ground and gutter as a static block of code. */
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

/** Mnemonics bold, comments italic, constants and strings with a hue: as site/highlight colours a static block. */
export const editorColours = syntaxHighlighting(
  HighlightStyle.define([
    { tag: tags.comment, color: "var(--ink-2)", fontStyle: "italic" },
    { tag: tags.keyword, color: "var(--ink)", fontWeight: "700" },
    { tag: tags.meta, color: "var(--ink-2)", fontWeight: "700" },
    { tag: tags.number, color: "var(--syn-num)" },
    { tag: tags.string, color: "var(--syn-str)" },
  ]),
);

export const editorTheme = EditorView.theme({
  "&": { height: "100%", color: "var(--ink)", backgroundColor: "var(--raised)", font: "var(--text-editor)" },
  // The ring is drawn over gutters and scroller, which would cover an outline (.editor-box in ring-lab.css).
  "&.cm-focused": { outline: "none" },
  ".cm-content:focus-visible": { outline: "none", boxShadow: "none" },
  ".cm-scroller": {
    fontFamily: "var(--code)",
    lineHeight: "20px",
    fontVariantLigatures: "none",
    fontSynthesis: "style",
  },
  ".cm-content": { padding: "8px 0", caretColor: "var(--ink)" },
  ".cm-line": { padding: "0 12px" },
  ".cm-cursor": { borderLeft: "2px solid var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--raised)", color: "var(--ink-2)", border: "0" },
  ".cm-lineNumbers .cm-gutterElement": { padding: "0 4px 0 12px", minWidth: "34px" },
  ".cm-activeLine": { backgroundColor: "var(--panel)" },
  ".cm-activeLineGutter": { backgroundColor: "var(--panel)", color: "var(--ink)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--soft-ground)",
  },
  ".cm-selectionMatch": { backgroundColor: "var(--changed-old)" },
  ".cm-searchMatch": { backgroundColor: "var(--changed-old)", outline: "1px solid var(--edge)" },
  ".cm-searchMatch-selected": { backgroundColor: "var(--changed)" },
  ".cm-panels": { backgroundColor: "var(--panel)", color: "var(--ink)", font: "var(--text-ui)" },
  ".cm-panels-bottom": { borderTop: "1px solid var(--hairline)" },
  ".cm-textfield": { border: "1px solid var(--edge)", backgroundColor: "var(--raised)", color: "var(--ink)" },
  ".cm-button": {
    backgroundImage: "none",
    backgroundColor: "var(--raised)",
    border: "1px solid var(--edge)",
    borderRadius: "var(--radius)",
    color: "var(--ink)",
  },
  ".held-strip": { padding: "2px 12px", color: "var(--ink-2)" },
  ".lit": { backgroundColor: "var(--soft-ground)", boxShadow: "inset 4px 0 var(--r0)" },
  ".cm-lintRange-error": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--fault)",
    textUnderlineOffset: "3px",
  },
  ".cm-lintRange-warning": {
    backgroundImage: "none",
    textDecoration: "underline dashed var(--break)",
    textUnderlineOffset: "3px",
  },
  ".cm-lint-marker": { width: "0.8em", height: "0.8em" },
  ".cm-lint-marker-error": {
    content: '""',
    borderLeft: "0.4em solid transparent",
    borderRight: "0.4em solid transparent",
    borderBottom: "0.7em solid var(--fault)",
    width: "0",
    height: "0",
    marginTop: "4px",
  },
  ".cm-tooltip": {
    backgroundColor: "var(--raised)",
    color: "var(--ink)",
    border: "1px solid var(--edge)",
    borderRadius: "var(--radius)",
    font: "var(--text-ui)",
    maxWidth: "min(480px, 90vw)",
    whiteSpace: "pre-line",
  },
  ".cm-diagnostic": { padding: "8px 12px", borderLeft: "0", whiteSpace: "pre-line" },
  ".cm-diagnostic-error": { borderLeft: "4px solid var(--fault)" },
  ".cm-diagnostic-warning": { borderLeft: "4px solid var(--break)" },
});
