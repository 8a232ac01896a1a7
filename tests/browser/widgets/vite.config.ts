// Serves the views' test pages as anybody's page would load them.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const root = fileURLToPath(new URL("../../..", import.meta.url));
export default defineConfig({
  root,
  logLevel: "warn",
  server: { port: 4397, strictPort: true, hmr: false },
  // Found while serving, dependencies would reload the page under a test.
  optimizeDeps: { noDiscovery: true, include: ["@xterm/xterm"] },
  cacheDir: "node_modules/.cache/ring/vite-widgets",
  plugins: [
    {
      name: "engine-for-now",
      enforce: "pre",
      resolveId: (id: string) => (id.endsWith("engine/index.ts") ? `${root}widgets/fake-machine.ts` : undefined),
    },
  ],
  worker: { format: "es" },
});
