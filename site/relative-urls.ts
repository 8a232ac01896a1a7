// Makes the built pages independent of where they are put: every link and asset from the site's root (`/lessons/…`)
// becomes relative to its page (`../../lessons/…`), so dist/ works in any folder of any static host. The fonts that a
// style sheet names go the same way; scripts are made relative by Vite (astro.config.mjs). 404.html keeps its links: a host shows it at any depth.
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { AstroIntegration } from "astro";

const linkAttribute = /(\s(?:href|src|poster|action|data-src)=")\/(?!\/)([^"]*)"/g;
// Assets are also named in attributes of custom elements, in srcset, and in inline scripts and styles.
const asset = /(["'(=,\s])\/(_astro\/)/g;

/** A page's HTML or a style sheet with its root-absolute URLs made relative. `path` is the file, from dist/: `a/b/index.html`. */
export function relativeUrls(html: string, path: string): string {
  const up = "../".repeat(path.split("/").length - 1) || "./";
  return html
    .replace(linkAttribute, (_, before, rest) => `${before}${up}${rest}"`)
    .replace(asset, (_, before, rest) => `${before}${up}${rest}`);
}

/** Rewrites all pages and style sheets after the build. */
export function relativePages(): AstroIntegration {
  return {
    name: "relative-urls",
    hooks: {
      "astro:build:done": ({ dir }) => {
        const folder = fileURLToPath(dir);
        for (const file of globSync("**/*.{html,css}", { cwd: folder })) {
          const path = file.replaceAll("\\", "/");
          if (path === "404.html") continue;
          writeFileSync(folder + file, relativeUrls(readFileSync(folder + file, "utf8"), path));
        }
      },
    },
  };
}
