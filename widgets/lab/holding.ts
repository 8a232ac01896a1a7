/**
 * Tab is never trapped (look.md, section 7): an editor that was reached by Tab lets the next Tab go on. It holds Tab
 * once somebody types in it, clicks into it or presses Enter; Esc lets go, and focus stays where it is.
 */
import { indentLess, indentMore } from "@codemirror/commands";
import { closeSearchPanel, searchPanelOpen } from "@codemirror/search";
import { type Extension, Prec, StateEffect, StateField } from "@codemirror/state";
import { EditorView, keymap, showPanel } from "@codemirror/view";

const setHeld = StateEffect.define<boolean>();

const heldField = StateField.define<boolean>({
  create: () => false,
  update(held, transaction) {
    for (const effect of transaction.effects) if (effect.is(setHeld)) return effect.value;
    return held || transaction.isUserEvent("input") || transaction.isUserEvent("delete");
  },
  provide: (field) => [
    showPanel.from(field, (held) => (held ? strip : null)),
    EditorView.editorAttributes.from(field, (held) => ({ class: held ? "held" : "" })),
  ],
});

function strip(): { dom: HTMLElement; top: boolean } {
  const dom = document.createElement("div");
  dom.className = "held-strip";
  dom.textContent = "Tab indents. Esc leaves.";
  return { dom, top: false };
}

/** Whether Tab is the editor's now. */
export function isHeld(view: EditorView): boolean {
  return view.state.field(heldField);
}

function hold(view: EditorView, held: boolean): boolean {
  if (isHeld(view) === held) return false;
  view.dispatch({ effects: setHeld.of(held) });
  return true;
}

/** The extension; it must stand before other keymaps. */
export function holding(): Extension {
  return [
    heldField,
    Prec.highest(
      keymap.of([
        { key: "Tab", run: (view) => isHeld(view) && !view.state.readOnly && indentMore(view) },
        { key: "Shift-Tab", run: (view) => isHeld(view) && !view.state.readOnly && indentLess(view) },
        // Reached by Tab, the first Enter takes hold and types nothing.
        { key: "Enter", run: (view) => hold(view, true) },
        {
          key: "Escape",
          run: (view) => (searchPanelOpen(view.state) ? closeSearchPanel(view) : hold(view, false)),
        },
      ]),
    ),
    EditorView.domEventHandlers({
      mousedown(_, view) {
        hold(view, true);
      },
      blur(_, view) {
        hold(view, false);
      },
    }),
  ];
}
