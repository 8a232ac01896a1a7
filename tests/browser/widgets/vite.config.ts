// Serves the views' test pages as anybody's page would load them.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { ringEngine } from "../../../engine/cli/vite-plugin.ts";

export default defineConfig({
  root: fileURLToPath(new URL("../../..", import.meta.url)),
  logLevel: "warn",
  server: { port: 4397, strictPort: true, hmr: false },
  // Found while serving, dependencies would reload the page under a test.
  optimizeDeps: { noDiscovery: true, include: ["@xterm/xterm"] },
  cacheDir: "node_modules/.cache/ring/vite-widgets",
  plugins: [ringEngine()],
  worker: { format: "es", plugins: () => [ringEngine()] },
});
