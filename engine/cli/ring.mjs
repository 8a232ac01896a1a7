#!/usr/bin/env node
// Starts `ring` under the workspace's own Node, whatever node is first on the path: only Node 24 runs TypeScript as is.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const wanted = 24;
const main = new URL("./main.ts", import.meta.url);

if (Number(process.versions.node.split(".")[0]) >= wanted) {
  await import(main.href);
} else {
  let node;
  try {
    node = createRequire(import.meta.url).resolve("node/bin/node");
  } catch {
    console.error(`ring: needs Node ${wanted}; run \`npm ci\` in its folder, which installs it.`);
    process.exit(1);
  }
  const child = spawn(node, [fileURLToPath(main), ...process.argv.slice(2)], { stdio: "inherit" });
  // The child hears of Ctrl-C itself, and puts the terminal back; others are passed on.
  process.on("SIGINT", () => {});
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    console.error(`ring: Node ${wanted} cannot be started: ${error.message}`);
    process.exit(1);
  });
  child.on("exit", (code, signal) => process.exit(code ?? 128 + (signal === "SIGINT" ? 2 : 15)));
}
