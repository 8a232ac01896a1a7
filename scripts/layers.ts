// Holds the floors of the house (.dependency-cruiser.mjs). dependency-cruiser reads the imports of .ts and .mjs; this
// adds the edges it cannot see, under the same rules: `new URL("./worker.ts", import.meta.url)`, .astro and .mdx.
import { spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import config from "../.dependency-cruiser.mjs";
import { root } from "./steps.ts";

/** One import that goes against a rule; paths are from the checkout's root. */
export interface Violation {
  rule: string;
  from: string;
  to: string;
}

interface Rule {
  name: string;
  from: { path?: string; pathNot?: string };
  to: { path?: string; pathNot?: string; circular?: boolean; couldNotResolve?: boolean; dependencyTypes?: string[] };
}

/** What is read of dependency-cruiser's report. */
interface Cruise {
  modules: { source: string; dependencies: { module: string; resolved: string }[] }[];
  summary: { violations: { rule: { name: string }; from: string; to: string; cycle?: { name: string }[] }[] };
}

const folders = ["engine", "widgets", "lessons", "labs", "site", "gradebook", "authoring", "scripts", "tests"];
const matches = (pattern: string | undefined, path: string) => pattern === undefined || new RegExp(pattern).test(path);
const escapes = (pattern: string | undefined, path: string) => pattern === undefined || !new RegExp(pattern).test(path);

/** Every violation in the checkout at `base` (a folder that ends with a slash). Throws when the tool cannot run. */
export function findViolations(base: string): Violation[] {
  return [...visibleEdges(base), ...hiddenEdges(base).flatMap(judge)];
}

function visibleEdges(base: string): Violation[] {
  const present = folders.filter((folder) => existsSync(base + folder));
  const cli = `${root}node_modules/dependency-cruiser/bin/dependency-cruiser.mjs`;
  const args = [
    cli,
    "--config",
    `${root}.dependency-cruiser.mjs`,
    "--output-type",
    "json",
    "--no-progress",
    ...present,
  ];
  const result = spawnSync(process.execPath, args, { cwd: base, encoding: "utf8", maxBuffer: 1 << 28 });
  if (!result.stdout) throw new Error(`dependency-cruiser did not run: ${result.stderr}`);
  const { modules, summary } = JSON.parse(result.stdout) as Cruise;
  // `import text from "./boot.S?raw"` reads a file, it does not use it: exempt, alone and as part of a circle.
  const asText = new Set<string>();
  for (const { source, dependencies } of modules) {
    for (const { module, resolved } of dependencies) if (module.includes("?")) asText.add(`${source} ${resolved}`);
  }
  return summary.violations
    .map(({ rule, from, to, cycle }) => ({ rule: rule.name, from, path: cycle?.map((step) => step.name) ?? [to] }))
    .filter(({ from, path }) => !path.some((to, i) => asText.has(`${path[i - 1] ?? from} ${to}`)))
    .map(({ rule, from, path }) => ({ rule, from, to: path.join(" → ") }));
}

function hiddenEdges(base: string): { from: string; to: string }[] {
  const files = globSync("{engine,widgets,lessons,labs,site,gradebook,authoring}/**/*.{ts,mjs,astro,mdx}", {
    cwd: base,
  });
  return files.flatMap((file) => {
    const from = file.replaceAll("\\", "/");
    const text = readFileSync(base + file, "utf8");
    const found = [...text.matchAll(/new URL\(\s*["']([^"']+)["'],\s*import\.meta\.url/g)];
    if (/\.(astro|mdx)$/.test(from)) {
      found.push(
        ...text.matchAll(/^\s*(?:import|export)\b[^"'\n]*["']([^"'\n]+)["']/gm),
        ...text.matchAll(/\bimport\(\s*["']([^"'\n]+)["']/g),
      );
    }
    return found
      .map((match) => match[1])
      .filter((name) => name.startsWith(".") && /\.(ts|mjs|js|astro)$/.test(name))
      .map((name) => ({ from, to: posix.join(posix.dirname(from), name) }));
  });
}

function judge({ from, to }: { from: string; to: string }): Violation[] {
  return (config.forbidden as Rule[])
    .filter((rule) => !rule.to.circular && !rule.to.couldNotResolve && !rule.to.dependencyTypes)
    .filter((rule) => matches(rule.from.path, from) && escapes(rule.from.pathNot, from))
    .filter((rule) => matches(rule.to.path, to) && escapes(rule.to.pathNot, to))
    .map((rule) => ({ rule: rule.name, from, to }));
}

if (import.meta.main) {
  const violations = findViolations(root);
  for (const { rule, from, to } of violations) console.error(`${from} imports ${to}\n  against: ${rule}`);
  process.exitCode = violations.length ? 1 : 0;
}
