import { defineConfig } from "vitest/config";

// Tests sit beside the file they test; guests and other things that span parts are in tests/whole, the native processor as judge in tests/native.
// `npm run test:full` sets RING_FULL=1: long cases look at it (tests/README.md).
export default defineConfig({
  test: {
    include: [
      "{engine,widgets,lessons,labs,site,gradebook,authoring,scripts}/**/*.test.ts",
      "tests/{whole,native}/**/*.test.ts",
    ],
    environment: "node",
    // Every core: on two, Vitest's own choice is one worker.
    maxWorkers: "100%",
    testTimeout: 60_000,
    hookTimeout: 60_000,
    passWithNoTests: true,
  },
});
