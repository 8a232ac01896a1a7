// The tags and attributes that an author may write. Nothing is listed here: live views say themselves what they take
// (`static properties` in widgets/elements/), the site's components say it as their Props, and HTML's names are parse5's.
import { readFileSync } from "node:fs";
import { html } from "parse5";
import { elements, fetched } from "../widgets/registry.ts";

/** What an attribute's text is: one of some words, a number, a switch, or something that a machine is asked. */
export type Meaning =
  | readonly string[]
  | "number"
  | "switch"
  | "text"
  | "expression"
  | "address"
  | "place"
  | "instruction"
  | "source"
  | "image";

export interface Vocabulary {
  /** Tags with a dash, and the attributes of each besides those of every element. */
  readonly views: ReadonlyMap<string, ReadonlyMap<string, Meaning>>;
  /** Components by name, and their props. */
  readonly components: ReadonlyMap<string, readonly string[]>;
  isHtml(name: string): boolean;
}

/** HTML that the parser treats as any other element, so that its table of special names lacks it. */
const plainHtml = (
  "abbr audio bdi bdo cite data del dfn figcaption ins kbd map meter output picture progress q samp slot small " +
  "sub sup time var video"
).split(" ");
const htmlNames = new Set<string>([...Object.values(html.TAG_NAMES), ...plainHtml]);

/** As Lit keeps it of `static properties`; `means` is ours. */
interface Declaration {
  readonly attribute?: boolean | string;
  readonly state?: boolean;
  readonly type?: unknown;
  readonly means?: Meaning;
}

function attributesOf(element: object): Map<string, Meaning> {
  const { observedAttributes, elementProperties } = element as {
    observedAttributes: readonly string[];
    elementProperties: ReadonlyMap<string, Declaration>;
  };
  const known = new Map<string, Meaning>(observedAttributes.map((name) => [name, "text"]));
  for (const [property, { attribute, state, type, means }] of elementProperties) {
    if (state || attribute === false) continue;
    const name = typeof attribute === "string" ? attribute : property.toLowerCase();
    known.set(name, means ?? (type === Number ? "number" : type === Boolean ? "switch" : "text"));
  }
  return known;
}

/** `interface Props { title?: string; wide?: boolean }` of an Astro component → its names. */
function propsOf(source: string): string[] {
  const body = /interface Props \{([\s\S]*?)\n\}/.exec(source)?.[1] ?? "";
  return [...body.matchAll(/^\s*(\w+)\??:/gm)].map(([, name]) => name);
}

/** Reads what this checkout has. */
export async function readVocabulary(root: string): Promise<Vocabulary> {
  const late = await Promise.all(Object.entries(fetched).map(async ([name, load]) => [name, await load()] as const));
  const views = new Map(
    [...Object.entries(elements), ...late].map(([name, element]) => [name, attributesOf(element)] as const),
  );
  const folder = `${root}site/components/`;
  const list = readFileSync(`${folder}mdx.ts`, "utf8");
  const components = new Map(
    [...list.matchAll(/^import (\w+) from "\.\/(\w+\.astro)"/gm)].map(([, name, file]) => [
      name,
      propsOf(readFileSync(folder + file, "utf8")),
    ]),
  );
  return { views, components, isHtml: (name) => htmlNames.has(name) };
}
