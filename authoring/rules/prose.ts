// Rules for what is read: length, headings, links, pictures, citations, numbers.
import { existsSync } from "node:fs";
import { posix } from "node:path";
import type { Document } from "../document.ts";
import { suggestion } from "../nearest.ts";
import type { Finding } from "../problem.ts";
import { named, type Rule, text } from "./rule.ts";

const words = { least: 1500, most: 4000 };
const least = 3;
/** What shows a machine at work. */
const isView = (name: string) =>
  name.startsWith("ring-") && !/^ring-(?:value|verb|predict|controls|card|dock)$/.test(name);
/** Languages that the site's highlighter is given, and plain text. */
const languages = "asm c cpp html java javascript js json make mdx text ts typescript sh bash yaml diff ld".split(" ");
/** Manuals of several volumes. */
const manyVolumes = /\b(?:AMD\s+APM|Intel\s+SDM|AMD64 Architecture|Intel 64 and IA-32)/;

export const proseRules: readonly Rule[] = [
  {
    name: "mdx",
    says: "The text is MDX that the site can read.",
    *check({ fault }) {
      if (fault)
        yield {
          ...fault,
          message: `${fault.message}.`,
          hint: "Close what was opened, and write \\{ and \\< for signs.",
        };
    },
  },
  {
    name: "words",
    says: `A lesson has ${words.least} to ${words.most} words.`,
    only: ["lesson"],
    *check({ words: count, fault }) {
      if (fault || (count >= words.least && count <= words.most)) return;
      const hint =
        count < words.least
          ? "What would a reader ask next?"
          : "Make two lessons of it, or leave out what is least needed.";
      yield { line: 1, message: `${count} words; a lesson has ${words.least} to ${words.most}.`, hint };
    },
  },
  {
    name: "views",
    says: `A lesson has at least ${least} live machines, views or cells.`,
    only: ["lesson"],
    *check({ tags, fences, fault }) {
      const count =
        tags.filter(({ name }) => isView(name)).length + fences.filter(({ kind }) => kind === "cell").length;
      if (!fault && count < least)
        yield {
          line: 1,
          message: `${count} live machines, views or cells; a lesson has at least ${least}.`,
          hint: "Show more of it at work.",
        };
    },
  },
  {
    name: "predictions",
    says: `A lesson asks for at least ${least} predictions.`,
    only: ["lesson"],
    *check(document) {
      const { length } = named(document, "ring-predict");
      if (!document.fault && length < least)
        yield {
          line: 1,
          message: `${length} predictions; a lesson has at least ${least}.`,
          hint: "Ask before you tell: <ring-predict>.",
        };
    },
  },
  {
    name: "begins-with-text",
    says: "A lesson begins with a paragraph: the page has its headline already.",
    only: ["lesson", "guide"],
    *check({ begins, fault, headings }) {
      if (!fault && begins === "heading")
        yield {
          line: headings[0].line,
          message: "The text begins with a heading.",
          hint: "Begin with the question at work.",
        };
    },
  },
  {
    name: "heading-order",
    says: "Headings begin at ## and go down one level at a time.",
    *check({ headings }) {
      let above = 1;
      for (const { depth, text: title, line } of headings) {
        if (depth === 1)
          yield {
            line,
            message: `“${title}” is a heading of the first level.`,
            hint: "That one is the page's headline; write ##.",
          };
        else if (depth > above + 1)
          yield {
            line,
            message: `“${title}” has ${depth} #, after a heading with ${above}.`,
            hint: `Write ${"#".repeat(above + 1)}.`,
          };
        above = Math.max(depth, 1);
      }
    },
  },
  {
    name: "heading-once",
    says: "No two headings of a page are the same: each is an address.",
    *check({ headings }) {
      for (const [i, { text: title, line }] of headings.entries()) {
        const first = headings.findIndex((one) => one.text === title);
        if (first < i)
          yield {
            line,
            message: `“${title}” is a heading in line ${headings[first].line} already.`,
            hint: "Say what this part is about.",
          };
      }
    },
  },
  {
    name: "heading-empty",
    says: "A heading is followed by text before the next of its level.",
    *check({ headings, fault }, _world) {
      if (fault) return;
      for (const [i, { depth, text: title, line }] of headings.entries()) {
        const next = headings[i + 1];
        if (next && next.depth <= depth && next.line - line <= 2)
          yield {
            line,
            message: `Nothing stands under “${title}”.`,
            hint: "Write its section, or take the heading away.",
          };
      }
    },
  },
  {
    name: "image-text",
    says: "An image has a text that says what it shows.",
    *check({ images }) {
      for (const { to, text: alt, line } of images)
        if (!alt.trim())
          yield {
            line,
            message: `The image ${to || "here"} has no text.`,
            hint: 'Write ![what it shows](file), or alt="…".',
          };
    },
  },
  {
    name: "image-file",
    says: "An image's file is there.",
    *check({ images, file }, { root }) {
      for (const { to, line } of images) {
        if (/^(?:https?:|data:)/.test(to) || to === "") continue;
        const path = to.startsWith("/") ? `public${to}` : posix.join(posix.dirname(file), to);
        if (!existsSync(root + path))
          yield { line, message: `There is no file ${path}.`, hint: "Put it beside the text." };
      }
    },
  },
  {
    name: "link-text",
    says: "A link's text says where it leads.",
    *check({ links }) {
      for (const { to, text: said, line } of links)
        if (/^(?:|here|click here|this|link|this link|https?:.*)$/i.test(said.trim()))
          yield { line, message: `The link to ${to} says “${said.trim()}”.`, hint: "Name the page that it leads to." };
    },
  },
  {
    name: "dead-link",
    says: "A link within the course leads to a page that is there.",
    *check({ links, file, kind, folder }, world) {
      for (const { to, line } of links) {
        const page = pageOf(to, kind, folder);
        if (page === undefined || world.hasPage(page)) continue;
        const hint = suggestion(page, world.documents.map(addressOf), "Lessons are /lessons/NAME/, labs /labs/NAME/.");
        yield { line, message: `${to}: there is no page ${page} (from ${file}).`, hint };
      }
    },
  },
  {
    name: "dead-anchor",
    says: "A link into a page leads to a heading or an element that is there.",
    *check(document, world) {
      for (const { to, line } of document.links) {
        const anchor = decodeURIComponent(/#(.*)$/.exec(to)?.[1] ?? "");
        const page =
          pageOf(to, document.kind, document.folder) ?? (to.startsWith("#") ? addressOf(document) : undefined);
        const target = world.documents.find((one) => addressOf(one) === page);
        if (!anchor || !target) continue;
        const there = anchorsOf(target);
        const id = anchor.replace(/@\d+$/, "");
        if (there.includes(id)) continue;
        yield {
          line,
          message: `${target.file} has no #${id}.`,
          hint: suggestion(id, there, `It has ${there.map((one) => `#${one}`).join(", ") || "none"}.`),
        };
      }
    },
  },
  {
    name: "citation",
    says: "A citation names a place: volume and section of a manual, a section, page or chapter of anything else.",
    *check(document) {
      for (const cite of named(document, "Cite")) yield* citation(cite.text, cite.line);
    },
  },
  {
    name: "fence-language",
    says: "A listing names its language, one that the site can colour.",
    *check({ fences }) {
      for (const { language, line } of fences) {
        if (!language)
          yield {
            line,
            message: "The listing does not say what language it is.",
            hint: "Write ```asm, ```c, ```sh or ```text.",
          };
        else if (!languages.includes(language))
          yield {
            line,
            message: `The site has no colours for “${language}”.`,
            hint: suggestion(language, languages, "Write ```text."),
          };
      }
    },
  },
  {
    name: "typed-number",
    says: "A number that the machine can say is read from it, not typed.",
    severity: "warning",
    only: ["lesson"],
    async check(document, world) {
      const values = new Map<string, string>();
      const stage = world.stage(document);
      for (const value of named(document, "ring-value")) {
        const asked = await stage.value(value);
        if ("value" in asked && asked.value.replace(/\W/g, "").length >= 5)
          values.set(asked.value.toUpperCase(), text(value, "expr"));
      }
      return typedNumbers(document, values);
    },
  },
];

/** The page that a link within the course leads to, with slashes at both ends; undefined for any other link. */
function pageOf(to: string, kind: Document["kind"], folder: string): string | undefined {
  if (/^[a-z][a-z+.-]*:|^\/\/|^#|^$/i.test(to)) return undefined;
  const here = kind === "guide" ? "/guide/" : `/${kind === "lesson" ? "lessons" : "labs"}/${folder}/`;
  const path = posix.join("/", to.startsWith("/") ? "" : here, to.replace(/[?#].*$/, ""));
  return /\.\w+$/.test(path) || path.endsWith("/") ? path : `${path}/`;
}

/** Where the site puts a document. */
export function addressOf({ kind, folder }: Document): string {
  return kind === "guide" ? "/guide/" : `/${kind === "lesson" ? "lessons" : "labs"}/${folder}/`;
}

function anchorsOf({ headings, tags }: Document): string[] {
  return ["main", ...headings.map(({ slug }) => slug), ...tags.map((tag) => text(tag, "id")).filter(Boolean)];
}

function* citation(said: string, line: number): Iterable<Finding> {
  if (!/\d/.test(said)) {
    yield { line, message: `“${said}” names no place.`, hint: "Write volume and section: AMD APM vol. 2, 14.1.3." };
    return;
  }
  for (const part of said.split(/;/)) {
    if (!manyVolumes.test(part)) continue;
    const rest = /\bvol(?:\.|ume)\s*\d[A-D]?\s*,\s*(.+)/.exec(part)?.[1];
    if (rest === undefined)
      yield {
        line,
        message: `“${part.trim()}” names no volume and section.`,
        hint: "Write vol. 2, then a comma and the section.",
      };
  }
}

const register =
  "(?:E?[ABCD]X|[ABCD][LH]|E?[SD]I|E?[SB]P|E?IP|R(?:[ABCD]X|[SD]I|[SB]P|IP|\\d+)|[CDEFGS]S|CR[0234]|DR[0-7]|EFER|EFLAGS)";
/** “EAX is 60000011”, “CR0 holds 0x11”: a digit at least, and two signs, so that “AL is a byte” is none. */
const typed = new RegExp(
  `\\b${register}\\s+(?:is|holds|contains|reads|becomes)\\s+(?:now\\s+)?((?:0x)?(?=[0-9A-F]*\\d)[0-9A-F]{2,16}h?)\\b`,
  "g",
);

function* typedNumbers({ prose }: Document, values: ReadonlyMap<string, string>): Iterable<Finding> {
  for (const { text: said, line: first } of prose) {
    const lineOf = (offset: number) => first + said.slice(0, offset).split("\n").length - 1;
    for (const match of said.matchAll(typed)) {
      const hint = 'Write <ring-value expr="…"></ring-value> in its place.';
      yield { line: lineOf(match.index), message: `“${match[0].replaceAll("\n", " ")}” is typed.`, hint };
    }
    for (const match of said.matchAll(/\b[0-9A-Fa-f][0-9A-Fa-f,]{4,}\b/g)) {
      const expression = values.get(match[0].toUpperCase());
      if (!expression) continue;
      const hint = `Write <ring-value expr="${expression}"></ring-value> in its place.`;
      yield { line: lineOf(match.index), message: `${match[0]} is typed, and ${expression} is that number.`, hint };
    }
  }
}
