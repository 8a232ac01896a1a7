// Builds the site into dist/, unless nothing it is made of has changed since the last build.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { root } from "./steps.ts";

const inputs = [
  "{site,widgets,lessons,labs,engine,public,authoring/guide}/**/*.*",
  "{package.json,package-lock.json,astro.config.mjs,tsconfig.json,scripts/build.ts}",
];
const stampFile = `${root}node_modules/.cache/ring/built`;

/** A hash over the names and contents of everything that the site is built from. */
function hashInputs(): string {
  const hash = createHash("sha256");
  const files = globSync(inputs, { cwd: root, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".test.ts"))
    .map((entry) => `${entry.parentPath}/${entry.name}`)
    .sort();
  for (const file of files) hash.update(file.slice(root.length)).update("\0").update(readFileSync(file)).update("\0");
  return hash.digest("hex");
}

/** True when dist/ is what a build would make now. */
export function isBuilt(): boolean {
  return (
    existsSync(`${root}dist/index.html`) && existsSync(stampFile) && readFileSync(stampFile, "utf8") === hashInputs()
  );
}

/** Builds when needed. Answers what the builder printed if it failed, else undefined. */
export async function build(): Promise<string | undefined> {
  if (isBuilt()) return undefined;
  const hash = hashInputs();
  rmSync(stampFile, { force: true });
  const { code, output } = await runAstro();
  if (code !== 0) return whatWentWrong(output);
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, hash);
  return undefined;
}

/** The part of the builder's log that says why: from its first error on, without the stack. */
function whatWentWrong(output: string): string {
  const lines = output.split("\n").filter((line) => !/^\s+at |Stack trace:/.test(line));
  const from = lines.findIndex((line) => line.includes("[ERROR]"));
  return lines.slice(from < 0 ? -20 : from).join("\n");
}

function runAstro(): Promise<{ code: number; output: string }> {
  return new Promise((done) => {
    const child = spawn(process.execPath, ["node_modules/astro/bin/astro.mjs", "build"], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ASTRO_TELEMETRY_DISABLED: "1", NO_COLOR: "1", FORCE_COLOR: undefined },
    });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.on("error", (error) => done({ code: 1, output: error.message }));
    child.on("close", (code) => done({ code: code ?? 1, output }));
  });
}

if (import.meta.main) {
  const problem = await build();
  if (problem !== undefined) {
    console.error(problem.trimEnd());
    process.exitCode = 1;
  }
}
