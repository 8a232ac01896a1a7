// Rules for fenced blocks that run: sources for machines, cells, and excerpts of files.
import { existsSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { compileCell } from "../../widgets/notebook/compile.ts";
import { excerptLines, fenceName, fenceWords, sourceAttributes } from "../../widgets/notebook/fence.ts";
import type { Document, Fence } from "../document.ts";
import { suggestion } from "../nearest.ts";
import { type Rule, text } from "./rule.ts";

const sourcesOf = ({ fences }: Document) => fences.filter(({ kind }) => kind === "source");
const cellsOf = ({ fences }: Document) => fences.filter(({ kind }) => kind === "cell");

/** The cell's own name, or the one that the build gives it. */
export function cellName(document: Document, fence: Fence): string {
  return fenceName(fence.meta) || `cell-${cellsOf(document).indexOf(fence) + 1}`;
}

/** What cells, machines and listings name of sources, as `#id` or by its bare name. */
function usedNames(document: Document): Set<string> {
  const used = new Set<string>();
  for (const tag of document.tags)
    for (const value of tag.attributes.values()) if (value?.startsWith("#")) used.add(value.slice(1));
  for (const fence of cellsOf(document)) {
    const { cell } = compileCell(fence.code, fence.language as "js" | "ts", cellName(document, fence));
    for (const name of cell?.inputs ?? []) used.add(name);
  }
  return used;
}

export const sourceRules: readonly Rule[] = [
  {
    name: "fence-words",
    says: "What stands behind a block's language are words that it takes.",
    *check({ fences }) {
      for (const { kind, meta, line } of fences) {
        if (!kind) continue;
        const known = fenceWords[kind];
        for (const [word, value] of meta) {
          if (!(word in known))
            yield {
              line,
              message: `A block of this kind has no word “${word}”.`,
              hint: suggestion(word, Object.keys(known), `It takes ${Object.keys(known).join(", ")}.`),
            };
          else if (known[word].length && !known[word].includes(value))
            yield { line, message: `${word}=${value} cannot be.`, hint: `It takes ${known[word].join(", ")}.` };
        }
      }
    },
  },
  {
    name: "source-name",
    says: "A source has a name that cells can use: letters, digits and _.",
    *check(document) {
      for (const { meta, line } of sourcesOf(document))
        if (!/^[A-Za-z_]\w*$/.test(fenceName(meta)))
          yield { line, message: `“${fenceName(meta)}” is no name for a source.`, hint: "Write ```asm cell=boot." };
    },
  },
  {
    name: "assembles",
    says: "Each source assembles.",
    *check(document, { bench }) {
      for (const { meta, code, line } of sourcesOf(document)) {
        const attributes = sourceAttributes(meta);
        const { diagnostics } = bench.assemble(`${code}\n`, {
          file: attributes["data-file"],
          origin: Number(attributes["data-origin"] ?? 0x7c00),
          codeBits: attributes["data-bits"] === "32" ? 32 : attributes["data-bits"] === "64" ? 64 : 16,
          syntax: attributes["data-syntax"] === "intel" ? "intel" : "att",
        });
        for (const { line: at, column, message, hint } of diagnostics)
          yield { line: line + at, column, message: `${attributes.id}: ${message}`, hint };
      }
    },
  },
  {
    name: "source-used",
    says: "A source is used: a machine boots it, or a cell reads it.",
    *check(document) {
      const used = usedNames(document);
      for (const { meta, line } of sourcesOf(document)) {
        const name = fenceName(meta);
        if (!used.has(name) && !meta.has("machine"))
          yield {
            line,
            message: `Nothing uses the source ${name}.`,
            hint: `Write floppy="#${name}" on its machine, or make it a listing: \`\`\`asm.`,
          };
      }
    },
  },
  {
    name: "source-label",
    says: "A source that something names is on the page.",
    *check(document, { vocabulary: { views } }) {
      const names = sourcesOf(document).map(({ meta }) => fenceName(meta));
      const ids = document.tags
        .filter(({ name }) => name === "script" || name === "textarea")
        .map((tag) => text(tag, "id"));
      for (const tag of document.tags) {
        for (const [attribute, value = ""] of tag.attributes) {
          const meaning = views.get(tag.name)?.get(attribute);
          if (meaning === "source" && value !== "firmware" && !value.startsWith("#"))
            yield {
              line: tag.line,
              column: tag.column,
              message: `“${value}” names no source.`,
              hint: 'Write "#name", or "firmware".',
            };
          if ((meaning !== "source" && meaning !== "image") || !value.startsWith("#")) continue;
          const name = value.slice(1);
          if (!names.includes(name) && !ids.includes(name))
            yield {
              line: tag.line,
              column: tag.column,
              message: `There is no source ${name} on the page.`,
              hint: suggestion(name, names, `There is ${names.join(", ") || "none"}.`),
            };
        }
      }
    },
  },
  {
    name: "excerpt",
    says: "The part of a file that a block shows is there.",
    *check({ file, fences }, { root }) {
      for (const { kind, meta, line } of fences) {
        if (kind !== "excerpt") continue;
        const path = posix.join(posix.dirname(file), meta.get("from") ?? "");
        if (!existsSync(root + path)) {
          yield { line, message: `There is no file ${path}.`, hint: "from= is a path from the text's own folder." };
          continue;
        }
        const source = readFileSync(root + path, "utf8");
        const label = meta.get("label") ?? "";
        const labels = [...source.matchAll(/^([\w.$]+):/gm)].map(([, name]) => name);
        if (!excerptLines(source, meta))
          yield {
            line,
            message: `${path} has no label ${label}.`,
            hint: suggestion(label, labels, "A label stands at the beginning of its line."),
          };
        else if (Number.isNaN(Number(meta.get("lines") ?? 1)))
          yield { line, message: `lines=${meta.get("lines")} is no number.`, hint: "Say how many lines there are." };
      }
    },
  },
  {
    name: "cell-compiles",
    says: "Each cell is JavaScript or TypeScript that the notebook can compile.",
    *check(document) {
      for (const fence of cellsOf(document)) {
        const { diagnostics = [] } = compileCell(fence.code, fence.language as "js" | "ts", cellName(document, fence));
        for (const { line, column, message, hint } of diagnostics)
          yield { line: fence.line + line, column, message, hint };
      }
    },
  },
];
