// Serial output as text: without escape sequences, and as what is said of it aloud.

/** Text without terminal escape sequences and other controls; CR LF is one line end. */
export function plainText(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed.
      .replace(/\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])/g, "")
      .replace(/\r+\n/g, "\n")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: as above.
      .replace(/[\x00-\x08\x0b-\x1f\x7f]/g, "")
  );
}

/** Whole lines, five at most, then how many more; the unfinished line is kept for later. */
export function spokenLines(text: string): { spoken: string; rest: string } {
  const lines = text.split("\n");
  const rest = lines.pop() ?? "";
  const said = lines.map((line) => line.trim()).filter(Boolean);
  const more = said.length - 5;
  const spoken = said.slice(0, 5).join(". ");
  if (more <= 0) return { spoken, rest };
  return { spoken: `${spoken.slice(0, 80)} ${more} more line${more === 1 ? "" : "s"} in the transcript`, rest };
}
