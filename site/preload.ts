// Tells each page's head what its scripts will import, so that a browser fetches all of it at once and not one import
// after the other. Where the page has a machine, its head also starts the engine's worker, which comes up while the page
// is read; widgets/model/page-engine.ts takes it over. Names come from the built files themselves.
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import type { AstroIntegration } from "astro";

/** Reads a built script by its name in _astro/; undefined where there is none. */
export type ReadScript = (name: string) => string | undefined;

const named = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => posix.basename(match[1]));
const staticImports = /(?:from|import)\s*["']\.\/([\w.-]+\.js)["']/g;
const lazyImports = /import\(\s*[`"']\.\/([\w.-]+\.js)[`"']/g;
/** A view of its own module: its tag, and the script that has its class (widgets/registry.ts). */
const views = /["'`](ring-[\w-]+)["'`]:\s*async\s*\(\)\s*=>.{0,120}?import\(\s*[`"']\.\/([\w.-]+\.js)[`"']/g;
const workers = /new URL\(\s*[`"'](worker-[\w.-]+\.js)[`"'],\s*import\.meta\.url/g;

function closure(from: readonly string[], next: (text: string) => string[], read: ReadScript): string[] {
  const seen = new Set(from);
  for (const name of seen) for (const other of next(read(name) ?? "")) if (read(other) !== undefined) seen.add(other);
  return [...seen];
}

/** What a page imports beyond the scripts in the page itself, and the engine's worker. */
export function findPreloads(html: string, read: ReadScript): { modules: string[]; worker: string | undefined } {
  const scripts = named(html, /<script type="module" src="[^"]*\/([\w.-]+\.js)"/g);
  const modules = closure(scripts, (text) => named(text, staticImports), read);
  // The engine's client is the lazy import that makes engine/machine/worker.ts (the notebook makes a worker, too, but
  // only when a cell is edited). A machine that waits to be woken by hand needs none yet.
  const clients = /<ring-machine(?![^>]*\smanual)/.test(html)
    ? modules.flatMap((name) => named(read(name) ?? "", lazyImports)).filter((name) => makesWorker(read(name)))
    : [];
  const tags = new Set([...html.matchAll(/<(ring-[\w-]+)/g)].map(([, tag]) => tag));
  const fetched = modules.flatMap((name) =>
    [...(read(name) ?? "").matchAll(views)].filter(([, tag]) => tags.has(tag)).map(([, , module]) => module),
  );
  const started = clients.flatMap((name) => named(read(name) ?? "", workers));
  const all = [...modules, ...closure([...fetched, ...clients], (text) => named(text, staticImports), read)];
  return { modules: [...new Set(all)].filter((name) => !scripts.includes(name)), worker: started[0] };
}

const makesWorker = (text = "") => text.includes("new Worker(") && named(text, workers).length > 0;

/** Starts a worker, unless the reader saves data; where that fails, the page's own attempt says why. */
function startEarly(worker: string): string {
  return (
    `<script>if(!navigator.connection?.saveData)try{` +
    `(self.ringWorker=new Worker("/_astro/${worker}",{type:"module"})).onerror=function(){this.failed=true}}catch{}</script>`
  );
}

/** Adds the hints to every page, before its links are made relative. */
export function preloads(): AstroIntegration {
  return {
    name: "preloads",
    hooks: {
      "astro:build:done": ({ dir }) => {
        const folder = fileURLToPath(dir);
        const cache = new Map<string, string | undefined>();
        const read: ReadScript = (name) => {
          const path = `${folder}_astro/${name}`;
          if (!cache.has(name)) cache.set(name, existsSync(path) ? readFileSync(path, "utf8") : undefined);
          return cache.get(name);
        };
        for (const file of globSync("**/*.html", { cwd: folder })) {
          const html = readFileSync(folder + file, "utf8");
          const { modules, worker } = findPreloads(html, read);
          const links = modules.map((name) => `<link rel="modulepreload" href="/_astro/${name}">`).join("");
          // Before the first style sheet: a script after one waits for it.
          const early = worker ? html.replace("<link", `${startEarly(worker)}<link`) : html;
          if (links) writeFileSync(folder + file, early.replace("</head>", `${links}</head>`));
        }
      },
    },
  };
}
