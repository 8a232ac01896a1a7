// The site: static pages from site/, lessons/ and labs/, that work in any folder of any host (site/relative-urls.ts).
import { existsSync } from "node:fs";
import { satteri } from "@astrojs/markdown-satteri";
import mdx from "@astrojs/mdx";
import { defineConfig } from "astro/config";
import { ringEngine } from "./engine/cli/vite-plugin.ts";
import { asm } from "./site/highlight/asm.ts";
import { themes } from "./site/highlight/themes.ts";
import { relativePages } from "./site/relative-urls.ts";

// Fenced blocks marked `cell` become the notebook's cells: { mdastPlugins, hastPlugins, vite }, each optional.
const plugin = new URL("./widgets/notebook/astro-plugin.mjs", import.meta.url);
const notebook = existsSync(plugin) ? (await import(plugin.href)).default() : {};

export default defineConfig({
  srcDir: "./site",
  publicDir: "./public",
  outDir: "./dist",
  trailingSlash: "always",
  devToolbar: { enabled: false },
  build: { format: "directory", inlineStylesheets: "never" },
  markdown: {
    processor: satteri({ mdastPlugins: notebook.mdastPlugins ?? [], hastPlugins: notebook.hastPlugins ?? [] }),
    shikiConfig: { themes, defaultColor: false, langs: [asm] },
  },
  integrations: [mdx(), relativePages(), ...(notebook.integrations ?? [])],
  vite: {
    plugins: [ringEngine(), ...(notebook.vitePlugins ?? [])],
    resolve: { alias: notebook.alias ?? {} },
    worker: { format: "es", plugins: () => [ringEngine()] },
    build: { assetsInlineLimit: 0, target: "es2023" },
    experimental: {
      renderBuiltUrl: (_, { hostType, ssr }) => (ssr || hostType === "html" ? undefined : { relative: true }),
    },
  },
});
