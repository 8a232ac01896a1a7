// Writes beside each page what it needs to work without a network: every file of _astro/ that it names, that those name,
// and so on, loaded at once or later. The service worker (public/offline.js) keeps them for a reader who opened the page.
import { existsSync, globSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import type { AstroIntegration } from "astro";

const readable = /\.(js|css)$/;

/** The names among `names` that a page's text leads to; `read` gives the text of one. */
export function filesOf(html: string, names: readonly string[], read: (name: string) => string): string[] {
  // Names carry a hash of their content: one that stands in a text is meant.
  const namedIn = (text: string) => names.filter((name) => text.includes(name));
  const found = new Set(namedIn(html));
  for (const name of found) if (readable.test(name)) for (const other of namedIn(read(name))) found.add(other);
  return [...found].sort();
}

/** Lists the files of every page, after all else is built. */
export function offlineLists(): AstroIntegration {
  return {
    name: "offline-lists",
    hooks: {
      "astro:build:done": ({ dir }) => {
        const folder = fileURLToPath(dir);
        if (!existsSync(`${folder}_astro`)) return;
        const names = readdirSync(`${folder}_astro`);
        const texts = new Map<string, string>();
        const read = (name: string) => {
          const text = texts.get(name) ?? readFileSync(`${folder}_astro/${name}`, "utf8");
          texts.set(name, text);
          return text;
        };
        for (const file of globSync("**/index.html", { cwd: folder })) {
          const page = file.replaceAll("\\", "/");
          const up = "../".repeat(page.split("/").length - 1);
          const files = filesOf(readFileSync(folder + file, "utf8"), names, read).map((name) => `${up}_astro/${name}`);
          writeFileSync(folder + posix.join(posix.dirname(page), "offline.json"), JSON.stringify({ files }));
        }
      },
    },
  };
}
