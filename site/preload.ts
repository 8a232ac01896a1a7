// Tells each page's head what its scripts will import, so that a browser fetches all of it at once and not one import
// after the other. Where the page has a machine, its head also starts the engine's worker, which comes up while the page
// is read, and tells it what the first machine will be, so that it stands where it wakes before anybody asks;
// widgets/model/page-engine.ts takes the worker over. Names come from the built files themselves.
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import type { AstroIntegration } from "astro";
import { machineConfiguration } from "../widgets/model/machine-configuration.ts";
import type { RecordedFrame } from "../widgets/model/reader.ts";
import { floppyBytes } from "../widgets/model/recorded-disk.ts";
import { findElements, scriptJson } from "./recorded/html.ts";

/** Reads a built script by its name in _astro/; undefined where there is none. */
export type ReadScript = (name: string) => string | undefined;

const named = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => posix.basename(match[1]));
const staticImports = /(?:from|import)\s*["']\.\/([\w.-]+\.js)["']/g;
/** A view of its own module: its tag, and the script that has its class (widgets/registry.ts). */
const views = /["'`](ring-[\w-]+)["'`]:\s*async\s*\(\)\s*=>.{0,120}?import\(\s*[`"']\.\/([\w.-]+\.js)[`"']/g;
const workers = /new URL\(\s*[`"'](worker-[\w.-]+\.js)[`"'],\s*import\.meta\.url/g;

function closure(from: readonly string[], next: (text: string) => string[], read: ReadScript): string[] {
  const seen = new Set(from);
  for (const name of seen) for (const other of next(read(name) ?? "")) if (read(other) !== undefined) seen.add(other);
  return [...seen];
}

const cells = /<ring-(?:cell|asm)\b/;
const notebooks = /import\(\s*[`"']\.\/(notebook\.[\w.-]+\.js)[`"']/g;

/** What a page imports beyond the scripts in the page itself, and the engine's worker. */
export function findPreloads(html: string, read: ReadScript): { modules: string[]; worker: string | undefined } {
  const scripts = named(html, /<script type="module" src="[^"]*\/([\w.-]+\.js)"/g);
  const modules = closure(scripts, (text) => named(text, staticImports), read);
  const tags = new Set([...html.matchAll(/<(ring-[\w-]+)/g)].map(([, tag]) => tag));
  const fetched = modules.flatMap((name) =>
    [...(read(name) ?? "").matchAll(views)].filter(([, tag]) => tags.has(tag)).map(([, , module]) => module),
  );
  const notebook = cells.test(html) ? modules.flatMap((name) => named(read(name) ?? "", notebooks)) : [];
  const all = [...modules, ...closure([...fetched, ...notebook], (text) => named(text, staticImports), read)];
  // A machine that waits to be woken by hand needs no engine yet.
  const started = /<ring-machine(?![^>]*\smanual)/.test(html)
    ? modules.flatMap((name) => named(read(name) ?? "", workers))
    : [];
  return { modules: [...new Set(all)].filter((name) => !scripts.includes(name)), worker: started[0] };
}

/** In the page: a disk from its bytes in base64. */
const makeDisk = `d=b=>{let i=new Uint8Array(${floppyBytes});i.set(Uint8Array.from(atob(b),c=>c.charCodeAt(0)));return i}`;

/** Tells the worker of the page's first machine; "" where that wakes by hand, or has a disk that is not in the page. */
export function prepareEarly(html: string): string {
  const machine = findElements(html, ["ring-machine"])[0];
  const recorded = machine?.children.find(({ attributes }) => attributes.class === "recorded")?.text;
  if (!machine?.attributes.id || "manual" in machine.attributes || !recorded) return "";
  const { id, memory = "16", rtc, floppy, "floppy-b": second } = machine.attributes;
  const { status, disks = [] } = JSON.parse(recorded) as RecordedFrame;
  const images = [floppy, second].map((name) => name && disks.find((disk) => disk.name === name)?.bytes);
  if ((images[0] === undefined && floppy) || (images[1] === undefined && second)) return "";
  const message = {
    to: "prepare",
    id,
    configuration: machineConfiguration({ memory: Number(memory), rtc }, []),
    tick: status.tick,
  };
  const disksOf = images.map((bytes) => (bytes ? `d("${bytes}")` : "")).join();
  const floppies = images.some(Boolean) ? `m.configuration.floppies=[${disksOf}];` : "";
  return `let m=${scriptJson(message)},${makeDisk};${floppies}ringWorker.postMessage(m)`;
}

/** Starts a worker, unless the reader saves data; where that fails, the page's own attempt says why. */
function startEarly(worker: string, prepare: string): string {
  return (
    `<script>if(!navigator.connection?.saveData)try{` +
    `(self.ringWorker=new Worker("/_astro/${worker}",{type:"module"})).onerror=function(){this.failed=true};${prepare}}catch{}</script>`
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
          const early = worker ? html.replace("<link", () => `${startEarly(worker, prepareEarly(html))}<link`) : html;
          if (links) writeFileSync(folder + file, early.replace("</head>", `${links}</head>`));
        }
      },
    },
  };
}
