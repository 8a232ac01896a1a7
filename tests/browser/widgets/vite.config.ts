// Serves the views' test pages as anybody's page would load them; run by the tests of this folder.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const root = fileURLToPath(new URL("../../..", import.meta.url));
export default defineConfig({
  root,
  configFile: false,
  server: { port: 4397, strictPort: true, hmr: false },
  optimizeDeps: { noDiscovery: true, include: [] },
  plugins: [
    { name: "x", resolveId: (id) => (id.endsWith("engine/index.ts") ? `${root}widgets/fake-machine.ts` : undefined) },
  ],
  worker: { format: "es" },
});
