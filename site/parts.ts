// Puts each part of a lesson, an <h2> and what follows it to the next, into a <section class="part">, so that a browser
// lays out and paints the parts near the window and not a whole lesson before its first paint (content-visibility,
// styles/prose.css). The lead is never put off: what stands before the first <h2>, to its machine. A part says how much is in it, from which the
// style sheet guesses its height until it was seen.
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { AstroIntegration } from "astro";
import { type Found, findElements, splice } from "./recorded/html.ts";

/** Views whose height does not come from their text. */
const tall = ["ring-machine"];

/** The page with its parts marked. */
export function markParts(html: string): string {
  const pieces: { at: number; html: string }[] = [];
  for (const prose of findElements(html, ["div"]).filter(({ attributes }) => attributes.class === "prose")) {
    const { children, end } = prose;
    const heads = children.flatMap(({ name }, i) => (name === "h2" ? [i] : []));
    // What follows the lead's machine is below the first window, too.
    const machine = children.findIndex(({ name }) => tall.includes(name));
    if (machine >= 0 && machine + 1 < (heads[0] ?? 0)) heads.unshift(machine + 1);
    for (const [n, head] of heads.entries()) {
      const next = heads[n + 1] ?? children.length;
      const { characters, views } = measure(children.slice(head, next));
      const tag = `<section class="part" style="--characters:${characters};--views:${views}">`;
      pieces.push({ at: children[head].start, html: n > 0 ? `</section>${tag}` : tag });
      if (n === heads.length - 1) pieces.push({ at: end, html: "</section>" });
    }
  }
  return splice(html, pieces);
}

function measure(elements: readonly Found[]): { characters: number; views: number } {
  const seen = elements.filter(({ name }) => name !== "script");
  const views = seen.filter(({ name }) => tall.includes(name)).length;
  const texts = seen.filter(({ name }) => !tall.includes(name)).map(({ text }) => text.trim().length + 60);
  return { characters: texts.reduce((sum, length) => sum + length, 0), views };
}

/** Marks the parts of every page, after its machines were recorded. */
export function lessonParts(): AstroIntegration {
  return {
    name: "lesson-parts",
    hooks: {
      "astro:build:done": ({ dir }) => {
        const folder = fileURLToPath(dir);
        for (const file of globSync("lessons/*/index.html", { cwd: folder })) {
          writeFileSync(folder + file, markParts(readFileSync(folder + file, "utf8")));
        }
      },
    },
  };
}
