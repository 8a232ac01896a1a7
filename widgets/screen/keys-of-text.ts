// Keys of a US keyboard by KeyboardEvent.code: for phone keyboards, which send text and no codes, and for the row of
// keys that a phone lacks.

/** The extra keys under a held screen, by label and code. */
export const extraKeys: readonly (readonly [label: string, code: string])[] = [
  ["Esc", "Escape"],
  ["Tab", "Tab"],
  ["Ctrl", "ControlLeft"],
  ["Alt", "AltLeft"],
  ["Left", "ArrowLeft"],
  ["Up", "ArrowUp"],
  ["Down", "ArrowDown"],
  ["Right", "ArrowRight"],
  ...Array.from({ length: 12 }, (_, i) => [`F${i + 1}`, `F${i + 1}`] as const),
];

/** What a phone's edit means as keys: text to type, or codes to press. */
export function keysOfInput(event: {
  readonly inputType: string;
  readonly data: string | null;
}): { text: string } | { code: string } | undefined {
  switch (event.inputType) {
    case "insertText":
    case "insertCompositionText":
    case "insertFromPaste":
    case "insertReplacementText":
      return event.data ? { text: event.data } : undefined;
    case "insertLineBreak":
    case "insertParagraph":
      return { code: "Enter" };
    case "deleteContentBackward":
    case "deleteWordBackward":
      return { code: "Backspace" };
    case "deleteContentForward":
      return { code: "Delete" };
    default:
      return undefined;
  }
}
