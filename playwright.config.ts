import { defineConfig } from "@playwright/test";
import { findBrowser } from "./scripts/browser.mjs";

// Browser tests run against dist/ as a plain static server gives it; `npm test` builds it first.
// Its port is this run's own, so that two runs, or a running course, do not meet; workers inherit it.
process.env.RING_TEST_PORT ??= String(20_000 + (process.pid % 20_000));
const port = Number(process.env.RING_TEST_PORT);

export default defineConfig({
  testDir: "tests/browser",
  testMatch: "**/*.spec.ts",
  outputDir: "node_modules/.cache/ring/test-results",
  fullyParallel: true,
  workers: 2,
  timeout: 60_000,
  retries: process.env.CI ? 1 : 0,
  reporter: [
    ["line"],
    ["json", { outputFile: process.env.PLAYWRIGHT_JSON_OUTPUT_FILE ?? "node_modules/.cache/ring/playwright.json" }],
  ],
  use: {
    baseURL: `http://127.0.0.1:${port}/`,
    viewport: { width: 1280, height: 800 },
    // Each test has a browser of its own, which would fetch whole lessons to keep them (tests/browser/offline.spec.ts).
    serviceWorkers: "block",
    launchOptions: {
      executablePath: findBrowser(),
      // Chromium's sandbox does not start as root, which is what a bare container is.
      args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
    },
  },
  webServer: {
    command: `node scripts/start.ts --port ${port}`,
    url: `http://127.0.0.1:${port}/`,
    reuseExistingServer: false,
    timeout: 120_000,
  },
});
