// `npm test`: the checks, the tests beside the source, the build, the browser tests; then one line with the sums.
// `--full` (npm run test:full) sets RING_FULL=1, which the long cases wait for.
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { check } from "./check.ts";
import { type Count, root, runStep } from "./steps.ts";

const reports = `${root}node_modules/.cache/ring/reports`;
const env: Record<string, string> = process.argv.includes("--full") ? { RING_FULL: "1" } : {};

function report(file: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(readFileSync(`${reports}/${file}`, "utf8"));
  } catch {
    return undefined;
  }
}

/** A tool that failed without a failing test (it could not start, a file did not load) counts as one failure. */
function atLeast(code: number, count: Count): Count {
  return code !== 0 && count.failed === 0 ? { ...count, failed: 1 } : count;
}

async function unitTests(): Promise<Count> {
  const file = "vitest.json";
  const run = ["node_modules/vitest/vitest.mjs", "run", "--reporter=default", "--reporter=json"];
  const code = await runStep({ name: "tests", run: [...run, `--outputFile.json=${reports}/${file}`], env });
  const found = report(file) as { numPassedTests: number; numFailedTests: number } | undefined;
  return atLeast(code, { passed: found?.numPassedTests ?? 0, failed: found?.numFailedTests ?? 0 });
}

async function build(): Promise<Count> {
  const code = await runStep({ name: "build", run: ["scripts/build.ts"], env });
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 };
}

async function browserTests(): Promise<Count> {
  const file = "playwright.json";
  const code = await runStep({
    name: "browser tests",
    run: ["node_modules/@playwright/test/cli.js", "test"],
    env: { ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: `${reports}/${file}` },
  });
  const stats = (report(file) as { stats: Record<string, number> } | undefined)?.stats;
  return atLeast(code, { passed: (stats?.expected ?? 0) + (stats?.flaky ?? 0), failed: stats?.unexpected ?? 0 });
}

rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });
const total: Count = { passed: 0, failed: 0 };
for (const part of [check, unitTests, build, browserTests]) {
  const { passed, failed } = await part();
  total.passed += passed;
  total.failed += failed;
}
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed ? 1 : 0;
