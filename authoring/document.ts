// A lesson, a lab's statement or the guide as its author wrote it: the tree that the site's own Markdown parser makes of
// the MDX, flattened into what rules ask for, each part with its line. Nothing is judged here.
import type { MdastNode } from "satteri";
import { mdxToMdast } from "satteri";
import { isMap, isScalar, LineCounter, parseDocument } from "yaml";
import { fenceKind, readMeta } from "../widgets/notebook/fence.ts";

export type Kind = "lesson" | "statement" | "guide";

/** A tag in the text. */
export interface Tag {
  readonly name: string;
  readonly line: number;
  readonly column: number;
  /** An attribute without a value maps to "", one with an expression (`a={1}`) to undefined. */
  readonly attributes: ReadonlyMap<string, string | undefined>;
  readonly children: readonly Tag[];
  readonly parent: Tag | undefined;
  /** The text within it, tags away. */
  readonly text: string;
}

/** A fenced block. */
export interface Fence {
  readonly language: string;
  readonly meta: ReadonlyMap<string, string>;
  readonly kind: ReturnType<typeof fenceKind>;
  readonly code: string;
  /** Of its first fence; the code begins on the next. */
  readonly line: number;
}

export interface Heading {
  readonly depth: number;
  readonly text: string;
  /** Its anchor in the page. */
  readonly slug: string;
  readonly line: number;
}

/** A piece of running text; headings, tables, code and what stands in elements that draw are none. */
export interface Prose {
  readonly text: string;
  readonly line: number;
}

export interface Target {
  /** An address: a link's, or an image's. */
  readonly to: string;
  /** What a reader sees or hears of it. */
  readonly text: string;
  readonly line: number;
}

export interface Document {
  readonly file: string;
  readonly kind: Kind;
  /** Its folder's name. */
  readonly folder: string;
  /** Front matter; undefined where there is none, or where it is no YAML. */
  readonly head: Readonly<Record<string, unknown>> | undefined;
  /** The line of a front matter field; the first where it is not there. */
  headLine(field: string): number;
  /** What keeps the text from being read; everything else is empty then. */
  readonly fault: { readonly line: number; readonly column: number; readonly message: string } | undefined;
  /** All tags, in order, those within others included. */
  readonly tags: readonly Tag[];
  readonly fences: readonly Fence[];
  readonly headings: readonly Heading[];
  readonly links: readonly Target[];
  readonly images: readonly Target[];
  readonly prose: readonly Prose[];
  /** The type of the first thing after the head. */
  readonly begins: string;
  readonly words: number;
  /** Names that `import` lines bring. */
  readonly imports: ReadonlySet<string>;
}

type Node = {
  readonly type: string;
  readonly position?: { readonly start: { line: number; column: number } };
  readonly children?: readonly Node[];
  readonly value?: string;
  readonly name?: string | null;
  readonly attributes?: readonly { type: string; name?: string; value?: unknown }[];
  readonly lang?: string | null;
  readonly meta?: string | null;
  readonly depth?: number;
  readonly url?: string;
  readonly alt?: string | null;
};

/** Reads `text`, the file at `file` (a path from the checkout). */
export function readDocument(text: string, file: string, kind: Kind): Document {
  const reading = new Reading();
  let fault: Document["fault"];
  let begins = "";
  try {
    const { children = [] } = mdxToMdast(text) as MdastNode as Node;
    begins = children.find(({ type }) => type !== "yaml" && type !== "mdxjsEsm")?.type ?? "";
    for (const node of children) reading.walk(node, undefined, true);
  } catch (error) {
    fault = readFault(error);
  }
  const words = [...reading.all].join(" ").split(/\s+/).filter(Boolean).length;
  return { file, kind, folder: file.split("/").at(-2) ?? "", ...readHead(text), fault, begins, words, ...reading };
}

/** The parser says `5:7: Expected … (mdx-jsx:…)`. */
function readFault(error: unknown): NonNullable<Document["fault"]> {
  const [, line = "1", column = "1", message] =
    /^(\d+):(\d+)(?:-\d+:\d+)?:\s*(.*?)(?: \([\w-]+:[\w-]+\))?$/s.exec(String((error as Error).message)) ?? [];
  return { line: Number(line), column: Number(column), message: message ?? String(error) };
}

function readHead(text: string): Pick<Document, "head" | "headLine"> {
  const head = /^---\n([\s\S]*?)\n---/.exec(text)?.[1];
  if (head === undefined) return { head: undefined, headLine: () => 1 };
  const lines = new LineCounter();
  const parsed = parseDocument(head, { lineCounter: lines });
  const { contents, errors } = parsed;
  const headLine = (field: string) => {
    const pair = isMap(contents)
      ? contents.items.find(({ key }) => isScalar(key) && key.value === field)?.key
      : undefined;
    return isScalar(pair) && pair.range ? lines.linePos(pair.range[0]).line + 1 : 1;
  };
  const values = errors.length === 0 && isMap(contents) ? (parsed.toJS() as Record<string, unknown>) : undefined;
  return { head: values, headLine };
}

/** What a visitor of the tree gathers. */
class Reading {
  readonly tags: Tag[] = [];
  readonly fences: Fence[] = [];
  readonly headings: Heading[] = [];
  readonly links: Target[] = [];
  readonly images: Target[] = [];
  readonly prose: Prose[] = [];
  readonly imports = new Set<string>();
  /** Every word that is read, also in tables and headings. */
  readonly all: string[] = [];
  private readonly slugs = new Map<string, number>();

  walk(node: Node, parent: Tag | undefined, running: boolean): void {
    const { line, column } = node.position?.start ?? { line: 1, column: 1 };
    const inside = (around = parent, runs = running) => {
      for (const child of node.children ?? []) this.walk(child, around, runs);
    };
    switch (node.type) {
      case "text":
        this.all.push(node.value ?? "");
        if (running) this.prose.push({ text: node.value ?? "", line });
        return;
      case "inlineCode":
        this.all.push(node.value ?? "");
        return;
      case "code": {
        const meta = readMeta(node.meta ?? "");
        const language = node.lang ?? "";
        this.fences.push({ language, meta, kind: fenceKind(language, meta), code: node.value ?? "", line });
        return;
      }
      case "heading": {
        const text = textOf(node);
        this.headings.push({ depth: node.depth ?? 1, text, slug: this.slug(text), line });
        inside(parent, false);
        return;
      }
      case "link":
        this.links.push({ to: node.url ?? "", text: textOf(node), line });
        inside();
        return;
      case "image":
        this.images.push({ to: node.url ?? "", text: node.alt ?? "", line });
        return;
      case "table":
        inside(parent, false);
        return;
      case "mdxjsEsm":
        for (const [, names] of (node.value ?? "").matchAll(/^import\s+([^"']+?)\s+from/gm))
          for (const [name] of names.matchAll(/\w+(?=\s*[,}]|\s*$)/g)) this.imports.add(name);
        return;
      case "mdxJsxFlowElement":
      case "mdxJsxTextElement": {
        const tag = this.tag(node, parent, line, column);
        inside(tag, running && !/^(?:svg|option|script|style|td|th|Cite)$/.test(tag.name));
        return;
      }
      default:
        inside();
    }
  }

  private tag(node: Node, parent: Tag | undefined, line: number, column: number): Tag {
    const given = (node.attributes ?? []).filter(({ name }) => name !== undefined);
    const attributes = new Map(
      given.map(({ name, value }) => [name!, typeof value === "string" ? value : value === null ? "" : undefined]),
    );
    const tag: Tag = {
      name: node.name ?? "",
      line,
      column,
      attributes,
      children: [],
      parent,
      text: textOf(node).trim(),
    };
    (parent?.children as Tag[] | undefined)?.push(tag);
    this.tags.push(tag);
    if (tag.name === "a") this.links.push({ to: attributes.get("href") ?? "", text: tag.text, line });
    if (tag.name === "img")
      this.images.push({ to: attributes.get("src") ?? "", text: attributes.get("alt") ?? "", line });
    return tag;
  }

  /** As the site's headings get their anchors: small letters, digits and dashes; a second of one name gets "-1". */
  private slug(text: string): string {
    const base = text
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, "")
      .replaceAll(" ", "-");
    const seen = this.slugs.get(base) ?? 0;
    this.slugs.set(base, seen + 1);
    return seen ? `${base}-${seen}` : base;
  }
}

function textOf(node: Node): string {
  if (node.type === "code") return "";
  return node.value !== undefined ? node.value : (node.children ?? []).map(textOf).join("");
}
