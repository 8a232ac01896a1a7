// Recordings kept from one build to the next, outside of git: a page that asks the same of the same engine is not run
// again. What a recording depends on is its key (the page's HTML, the engine's build, and the sources that record), so
// a stale one is never found; it is made anew.
import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = `${root}node_modules/.cache/ring/recorded/`;
/** Pages that were not asked for in so many days are dropped. */
const days = 14;

/** What records, and what its answers look like; the engine has a name of its own. */
const sources = ["{site/recorded,site/highlight,widgets/model}/**/*.ts", "engine/firmware/*.S"];

/** A hash of everything but the page that a recording depends on. */
export function recorderKey(engineBuild: string): string {
  const hash = createHash("sha256").update(engineBuild);
  const files = globSync(sources, { cwd: root })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => !file.endsWith(".test.ts"))
    .sort();
  for (const file of files) hash.update(`\0${file}\0`).update(readFileSync(root + file));
  return hash.digest("hex");
}

/** The recorded page, kept or made by `record`. Pages with disk images of their own are made each time. */
export async function keptOr(
  html: string,
  recorder: string,
  record: () => Promise<string>,
  where = folder,
): Promise<{ html: string; kept: boolean }> {
  if (/\bfloppy(?:-b)?="(?!#)[^"]/.test(html)) return { html: await record(), kept: false };
  const file = where + createHash("sha256").update(recorder).update("\0").update(html).digest("hex");
  if (existsSync(file)) {
    utimesSync(file, new Date(), new Date());
    return { html: readFileSync(file, "utf8"), kept: true };
  }
  const recorded = await record();
  mkdirSync(where, { recursive: true });
  writeFileSync(file, recorded);
  return { html: recorded, kept: false };
}

/** Drops what no build has asked for in two weeks. */
export function dropOld(where = folder, now = Date.now()): void {
  for (const name of existsSync(where) ? globSync("*", { cwd: where }) : []) {
    if (now - statSync(where + name).mtimeMs > days * 86_400_000) rmSync(where + name);
  }
}
