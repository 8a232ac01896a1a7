// Runs the tools that `npm run check` and `npm test` are made of, one after another, and counts what passed.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The checkout's folder, with a slash at its end. */
export const root: string = fileURLToPath(new URL("..", import.meta.url));

export interface Step {
  name: string;
  /** A tool of node_modules/.bin as a path from the root, then its arguments; Node runs it. */
  run: string[];
  env?: Record<string, string>;
}

export interface Count {
  passed: number;
  failed: number;
}

/** Runs one step with Node; its output appears as it comes. Answers its exit code (1 when it died of a signal). */
export function runStep(step: Step): Promise<number> {
  return new Promise((done) => {
    const child = spawn(process.execPath, step.run, {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
      env: { ...process.env, ASTRO_TELEMETRY_DISABLED: "1", NODE_NO_WARNINGS: "1", ...step.env },
    });
    child.on("error", () => done(1));
    child.on("close", (code) => done(code ?? 1));
  });
}

/** Runs every step, also after one failed, and prints a line for each. */
export async function runSteps(steps: Step[]): Promise<Count> {
  const count: Count = { passed: 0, failed: 0 };
  for (const step of steps) {
    const from = performance.now();
    const code = await runStep(step);
    const seconds = ((performance.now() - from) / 1000).toFixed(1);
    console.log(`${code === 0 ? "✓" : "✕"} ${step.name} (${seconds} s)`);
    if (code === 0) count.passed++;
    else count.failed++;
  }
  return count;
}
