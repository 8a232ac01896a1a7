// `npm run check`: types, lint, layers, and what lessons and labs check of themselves. Called by `npm test` too.
// `npm run check -- NAME…`: those lessons and labs alone (authoring/check.ts).
import { spawnSync } from "node:child_process";
import { type Count, root, runSteps, type Step } from "./steps.ts";

const bin = "node_modules";

/** All checks, in order. `astro sync` comes first: on a fresh clone tsc needs the types it writes. */
export function checks(): Step[] {
  return [
    { name: "content types", run: [`${bin}/astro/bin/astro.mjs`, "sync", "--silent"] },
    { name: "types: engine, without the DOM", run: [`${bin}/typescript/bin/tsc`, "-p", "tsconfig.engine.json"] },
    {
      name: "types: pages and the rest",
      run: [
        `${bin}/@astrojs/check/bin/astro-check.js`,
        "--minimumFailingSeverity",
        "error",
        "--minimumSeverity",
        "error",
      ],
    },
    { name: "lint and format", run: [`${bin}/@biomejs/biome/bin/biome`, "ci", "--colors=off", "."] },
    { name: "layers", run: ["scripts/layers.ts"] },
    { name: "lessons and labs", run: ["authoring/check.ts"] },
  ];
}

/** Runs all checks and answers how many passed. */
export function check(): Promise<Count> {
  return runSteps(checks());
}

const named = process.argv.slice(2);
if (import.meta.main && named.length > 0) {
  const { status } = spawnSync(process.execPath, ["authoring/check.ts", ...named], { cwd: root, stdio: "inherit" });
  process.exitCode = status ?? 1;
} else if (import.meta.main) {
  const { passed, failed } = await check();
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed ? 1 : 0;
}
