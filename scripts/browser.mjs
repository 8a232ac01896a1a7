// Finds the Chromium that the browser tests drive, in this order: CHROME_PATH, the usual places, Playwright's own
// download, and on Debian as root `apt-get install chromium`. A browser counts when it answers `--version`: a
// download whose shared libraries are missing does not. Plain JavaScript: the bootstrap runs it before Node 24 is there.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome", "microsoft-edge"];

function usualPlaces() {
  const { platform, env } = process;
  if (platform === "darwin") {
    const apps = ["Google Chrome", "Chromium", "Microsoft Edge"];
    return ["/Applications", join(homedir(), "Applications")].flatMap((folder) =>
      apps.map((app) => `${folder}/${app}.app/Contents/MacOS/${app}`),
    );
  }
  if (platform === "win32") {
    const programs = [env.PROGRAMFILES, env["PROGRAMFILES(X86)"], env.LOCALAPPDATA].filter(Boolean);
    const inside = ["Google\\Chrome\\Application\\chrome.exe", "Microsoft\\Edge\\Application\\msedge.exe"];
    return programs.flatMap((folder) => inside.map((file) => join(folder, file)));
  }
  const folders = [
    ...(env.PATH ?? "").split(delimiter),
    "/usr/bin",
    "/usr/local/bin",
    "/snap/bin",
    "/opt/google/chrome",
  ];
  return names.flatMap((name) => folders.map((folder) => join(folder, name)));
}

/** Where Playwright puts its own browser, or undefined while Playwright is not installed. */
function playwrightsOwn() {
  try {
    const require = createRequire(import.meta.url);
    return require("playwright-core").chromium.executablePath();
  } catch {
    return undefined;
  }
}

function works(file) {
  if (!file || !existsSync(file)) return false;
  // Chrome on Windows opens a window for --version; that it is there has to do.
  if (process.platform === "win32") return true;
  return spawnSync(file, ["--version"], { timeout: 20_000, stdio: "ignore" }).status === 0;
}

/** The path of a browser that runs, or undefined. Throws nothing; looks at the disk only. */
export function findBrowser() {
  if (process.env.CHROME_PATH && works(process.env.CHROME_PATH)) return process.env.CHROME_PATH;
  return [...new Set(usualPlaces()), playwrightsOwn()].find(works);
}

function run(command, args, timeout) {
  const env = {
    ...process.env,
    DEBIAN_FRONTEND: "noninteractive",
    PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: "15000",
  };
  return spawnSync(command, args, { stdio: "ignore", timeout, env }).status === 0;
}

/**
 * Finds a browser, or installs one. `say` gets a line of progress. Answers `{ path }`, or `{ problem }`: one sentence
 * for a person.
 */
export async function ensureBrowser(say) {
  const wish = process.env.CHROME_PATH;
  if (wish && !works(wish)) return { problem: `CHROME_PATH is ${wish}, which is not a browser that runs.` };
  const there = findBrowser();
  if (there) return { path: there };

  say("No Chromium or Chrome found: downloading one for the browser tests …");
  const cli = fileURLToPath(new URL("../node_modules/playwright-core/cli.js", import.meta.url));
  run(process.execPath, [cli, "install", "chromium-headless-shell", "chromium"], 300_000);
  const downloaded = findBrowser();
  if (downloaded) return { path: downloaded };

  if (process.platform === "linux" && process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    say("Installing Debian's chromium …");
    run("apt-get", ["update"], 120_000);
    run("apt-get", ["install", "-y", "chromium"], 600_000);
    const packaged = findBrowser();
    if (packaged) return { path: packaged };
  }
  return {
    problem:
      "No browser for the tests was found and none could be installed: install Chromium or Chrome, or set CHROME_PATH to one.",
  };
}
