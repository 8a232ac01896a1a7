// A guest that lives on NaNs ends in Node's hash in Chromium, and in Firefox and WebKitGTK where Debian's are installed.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { createServer, type ViteDevServer } from "vite";
import { ringEngine } from "../../engine/cli/vite-plugin.ts";
import { openBench } from "../../engine/index.ts";
import { floatGuest } from "../fixtures/floatguest.ts";

const bench = await openBench();
const guest = floatGuest(bench, process.env.RING_FULL ? 1 : 5);
const configuration = { memoryMiB: 4, kernel: { image: guest.image } };
let server: ViteDevServer;
let expected: string;
/** Called with what the page sent. */
let answered: (hash: string) => void = () => {};

const PAGE = `<!doctype html><title>Floats</title><script type="module">
  const say = (text) => fetch("/answer", { method: "POST", body: text });
  try {
    const { createLocalEngine } = await import("/engine/index.ts");
    const engine = await createLocalEngine();
    const image = new Uint8Array(await (await fetch("/guest")).arrayBuffer());
    const machine = await engine.create("m", { memoryMiB: 4, kernel: { image } });
    await machine.run({ address: ${guest.end} });
    await say(await machine.hash());
  } catch (error) {
    await say(String(error));
  }
</script>`;

test.beforeAll(async () => {
  server = await createServer({
    configFile: false,
    root: new URL("../../", import.meta.url).pathname,
    plugins: [ringEngine()],
    worker: { format: "es", plugins: () => [ringEngine()] },
    optimizeDeps: { noDiscovery: true, include: ["@noble/hashes/sha2.js"] },
    server: { port: 0, hmr: false, watch: null },
    appType: "custom",
    logLevel: "error",
  });
  server.middlewares.use("/floats", (_request, response) => {
    response.setHeader("Content-Type", "text/html").end(PAGE);
  });
  server.middlewares.use("/guest", (_request, response) => void response.end(guest.image));
  server.middlewares.use("/answer", (request, response) => {
    let text = "";
    request.on("data", (part) => {
      text += part;
    });
    request.on("end", () => {
      response.end();
      answered(text);
    });
  });
  await server.listen();
  const machine = bench.powerOn(configuration);
  machine.run({ address: guest.end });
  const results = machine.readMemory("physical", guest.results, guest.resultBytes);
  const rows = Array.from({ length: results.length / 16 }, (_, i) => results.slice(i * 16, i * 16 + 16).join());
  expect(new Set(rows).size, "every row of pairs has left another mixture").toBe(rows.length);
  expected = machine.hash();
});

test.afterAll(() => server.close());

const address = () => `${server.resolvedUrls?.local[0]}floats`;
const answer = () =>
  new Promise<string>((resolve) => {
    answered = resolve;
  });

test.describe.configure({ mode: "serial", timeout: 300_000 });

test("Chromium", async ({ page }) => {
  const hash = answer();
  await page.goto(address());
  expect(await hash).toBe(expected);
});

/** Opens the page in a browser that nobody drives: it answers by itself. */
async function ask(program: string, arguments_: readonly string[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "ring-browser-"));
  const hash = answer();
  const browser: ChildProcess = spawn(
    program,
    arguments_.map((text) => text.replace("FOLDER", folder).replace("PAGE", address())),
    { env: { ...process.env, HOME: folder }, stdio: "ignore", detached: true },
  );
  try {
    return await hash;
  } finally {
    // With the processes that it started.
    if (browser.pid !== undefined) process.kill(-browser.pid, "SIGKILL");
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

const found = (program: string) => spawnSync("which", [program]).status === 0;

test("Firefox", async () => {
  test.skip(!found("firefox-esr"), "firefox-esr is not installed");
  expect(await ask("firefox-esr", ["--headless", "--no-remote", "--profile", "FOLDER", "PAGE"])).toBe(expected);
});

const MINI_BROWSER = ["4.1", "4.0", "6.0"]
  .map((version) => `/usr/lib/x86_64-linux-gnu/webkit2gtk-${version}/MiniBrowser`)
  .find((path) => existsSync(path));

test("WebKitGTK", async () => {
  test.skip(!MINI_BROWSER || !found("xvfb-run"), "webkit2gtk's MiniBrowser and xvfb are not installed");
  expect(await ask("xvfb-run", ["-a", MINI_BROWSER as string, "PAGE"])).toBe(expected);
});
