// What an author may write behind the language of a fenced block that runs, and what it becomes. The build reads it
// (astro-plugin.mjs), and so does the check of lessons.

/** `cell=boot file="a b.S" fold` → a map of words; a word without a value maps to "". */
export function readMeta(text: string): Map<string, string> {
  const words = text.matchAll(/([\w-]+)(?:=(?:"([^"]*)"|(\S+)))?/g);
  return new Map(Array.from(words, ([, name, quoted, bare]) => [name, quoted ?? bare ?? ""]));
}

/** The words that each kind of block takes; what a word's value must be, where there is a set of them. */
export const fenceWords: Readonly<Record<"cell" | "source" | "excerpt", Readonly<Record<string, readonly string[]>>>> =
  {
    cell: { cell: [], machine: [], height: [], fold: [] },
    source: {
      cell: [],
      name: [],
      file: [],
      origin: [],
      bits: ["16", "32", "64"],
      syntax: ["att", "intel"],
      machine: [],
    },
    excerpt: { from: [], label: [], lines: [] },
  };

const languages = new Set(["js", "ts", "asm"]);

/** Which kind of running block this is; undefined: a listing to read. */
export function fenceKind(language: string, meta: ReadonlyMap<string, string>): keyof typeof fenceWords | undefined {
  if (meta.has("from")) return "excerpt";
  if (!languages.has(language) || !(meta.has("cell") || meta.has("name"))) return undefined;
  return language === "asm" ? "source" : "cell";
}

/** The name that a block gives itself; "" for a cell without one. */
export function fenceName(meta: ReadonlyMap<string, string>): string {
  return meta.get("cell") ?? meta.get("name") ?? "";
}

/** The attributes of the `<ring-asm>` that a source becomes. */
export function sourceAttributes(meta: ReadonlyMap<string, string>): Record<string, string> {
  const name = fenceName(meta);
  const attributes: Record<string, string> = { id: name, "data-file": meta.get("file") ?? `${name}.S` };
  for (const word of ["origin", "bits", "syntax", "machine"]) {
    if (meta.get(word)) attributes[`data-${word}`] = meta.get(word)!;
  }
  return attributes;
}

/** Whether a line begins what a label names: a label of assembly, or a function or constant of TypeScript. */
function begins(line: string, label: string): boolean {
  return line.startsWith(`${label}:`) || new RegExp(`^(export )?(function|const) ${label}\\b`).test(line);
}

/** How many lines from the one that begins a function to its closing brace. */
function functionLines(all: readonly string[], first: number): number {
  const end = all.findIndex((line, i) => i > first && /^[}\])]/.test(line) && !line.endsWith("{"));
  return end < 0 ? all.length - first : end - first + 1;
}

/** The lines of `text` that an excerpt shows, from 1; undefined where there is no such label. */
export function excerptLines(
  text: string,
  meta: ReadonlyMap<string, string>,
): { readonly lines: readonly string[]; readonly first: number; readonly last: number } | undefined {
  const all = text.replace(/\n$/, "").split("\n");
  const label = meta.get("label");
  let first = label === undefined ? 0 : all.findIndex((line) => begins(line, label));
  if (first < 0) return undefined;
  const isFunction = label !== undefined && !all[first].startsWith(`${label}:`);
  const count = Number(meta.get("lines") ?? (isFunction ? functionLines(all, first) : all.length - first));
  const last = Math.min(first + count, all.length);
  while (first > 0 && /^(#|\/\/|\/\*\*| \*)/.test(all[first - 1])) first--;
  return { lines: all.slice(first, last), first: first + 1, last };
}
