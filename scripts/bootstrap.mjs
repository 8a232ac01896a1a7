// Makes the checkout ready to run: installs the dependencies when package.json or the lock changed since the last
// time, and with --browser finds or installs a browser for the tests. Runs before npm's other scripts on whatever
// Node ≥ 20 there is, with nothing installed, so it uses nothing but Node. Not done here: building (scripts/start.ts).
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ensureBrowser } from "./browser.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const stampFile = `${root}node_modules/.ring-installed`;
const quiet = process.argv.includes("--quiet");
const say = (line) => quiet || console.log(line);

/** Ends with one sentence and no stack trace. */
function stop(sentence) {
  console.error(sentence);
  process.exit(1);
}

/** What the installed tree must agree with. */
function wanted() {
  const hash = createHash("sha256");
  for (const file of ["package.json", "package-lock.json"]) {
    if (existsSync(root + file)) hash.update(readFileSync(root + file));
  }
  return `${hash.digest("hex")} ${process.platform}-${process.arch}\n`;
}

/** Runs npm, its words kept back: shown only when they are needed. */
function npm(args) {
  const cli = process.env.npm_execpath;
  const [command, first] = cli ? [process.execPath, [cli]] : [process.platform === "win32" ? "npm.cmd" : "npm", []];
  return new Promise((done) => {
    const child = spawn(command, [...first, ...args, "--no-audit", "--no-fund"], {
      cwd: root,
      shell: !cli && process.platform === "win32",
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        npm_config_fetch_retries: args[0] === "view" ? "1" : "3",
        npm_config_fetch_retry_mintimeout: "1000",
        npm_config_fetch_retry_maxtimeout: "5000",
        npm_config_omit: "",
        NODE_ENV: "",
      },
    });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.on("error", () => done({ code: 127, output: "npm was not found" }));
    child.on("close", (code) => done({ code, output }));
  });
}

const unreachable =
  "The npm registry cannot be reached, so the dependencies are not installed: connect and run this again.";
const offline = (output) => /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH/.test(output);

async function install() {
  const hash = wanted();
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === hash) return;
  say("Installing dependencies (once, about a minute) …");
  // One question first: without a network npm would ask for every package in turn, for a minute.
  const asked = await npm(["view", "node@24", "version"]);
  if (asked.code !== 0 && offline(asked.output)) stop(unreachable);
  // A second install mends the tree in place: on Windows a running node.exe cannot be deleted, as `npm ci` would.
  const first = existsSync(`${root}node_modules`) ? "install" : "ci";
  let result = await npm([first]);
  if (result.code !== 0 && !offline(result.output)) result = await npm(["install"]);
  if (result.code !== 0) {
    if (offline(result.output)) stop(unreachable);
    const why = result.output.split("\n").filter((line) => /^npm (error|ERR!)/.test(line));
    stop(`npm could not install the dependencies:\n${why.slice(0, 12).join("\n") || result.output.slice(-1500)}`);
  }
  if (!existsSync(`${root}node_modules/node/bin`) && !existsSync(`${root}node_modules/.bin/node`))
    stop("npm did not install Node 24 (the package `node`): allow its install script and run this again.");
  writeFileSync(stampFile, wanted());
}

if (Number(process.versions.node.split(".")[0]) < 20)
  stop(`Node 20 or newer is needed to set up; this is Node ${process.versions.node}.`);

await install();
if (process.argv.includes("--browser")) {
  const { problem } = await ensureBrowser(say);
  if (problem) stop(problem);
}
