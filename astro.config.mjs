// The site: static pages from site/, lessons/ and labs/, that work in any folder of any host (site/relative-urls.ts).
import { satteri } from "@astrojs/markdown-satteri";
import mdx from "@astrojs/mdx";
import { defineConfig } from "astro/config";
import { ringEngine } from "./engine/cli/vite-plugin.ts";
import { asm } from "./site/highlight/asm.ts";
import { themes } from "./site/highlight/themes.ts";
import { offlineLists } from "./site/offline.ts";
import { lessonParts } from "./site/parts.ts";
import { preloads } from "./site/preload.ts";
import { recordedFrames } from "./site/recorded/integration.ts";
import { relativePages } from "./site/relative-urls.ts";
import notebook from "./widgets/notebook/astro-plugin.mjs";

// Fenced blocks marked `cell` become the notebook's cells.
const { mdastPlugins, alias } = notebook();

// Scripts that pages always want together, each with all that it imports, are one file: a request costs more than the
// bytes that a page could do without.
const together = [
  { name: "widgets", test: /widgets\/index\.ts$|site\/scripts\/elements\.ts$|vite\/preload-helper/, priority: 2 },
  { name: "notebook", test: /widgets\/notebook\/index\.ts$/, priority: 1 },
  { name: "htl", test: /node_modules\/htl\//, priority: 1 },
];

export default defineConfig({
  srcDir: "./site",
  publicDir: "./public",
  outDir: "./dist",
  trailingSlash: "always",
  devToolbar: { enabled: false },
  build: { format: "directory", inlineStylesheets: "never" },
  markdown: {
    processor: satteri({ mdastPlugins }),
    shikiConfig: { themes, defaultColor: false, langs: [asm] },
  },
  integrations: [mdx(), recordedFrames(), lessonParts(), preloads(), relativePages(), offlineLists()],
  vite: {
    plugins: [ringEngine()],
    resolve: { alias },
    worker: { format: "es", plugins: () => [ringEngine()] },
    build: { assetsInlineLimit: 0, target: "es2023" },
    environments: { client: { build: { rolldownOptions: { output: { codeSplitting: { groups: together } } } } } },
    experimental: {
      renderBuiltUrl: (_, { hostType, ssr }) => (ssr || hostType === "html" ? undefined : { relative: true }),
    },
  },
});
