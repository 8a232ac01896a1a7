// A question of site/course.ts may hold `code`; this makes HTML of it and of nothing else.

const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** HTML for one line of text in which `backticks` mark code. */
export function inlineCode(text: string): string {
  const safe = text.replace(/[&<>"]/g, (sign) => escapes[sign]);
  return safe.replace(/`([^`]+)`/g, "<code>$1</code>");
}

/** The same text without its marks: for titles, labels and search engines. */
export function plainText(text: string): string {
  return text.replaceAll("`", "");
}
