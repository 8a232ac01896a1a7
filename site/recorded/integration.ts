// Records every page's machines after the build (frames.ts). Needs the engine's sources, which Node runs as they are.
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import type { AstroIntegration } from "astro";
import { createHighlighterCore } from "shiki/core";
import { createJavaScriptRegexEngine } from "shiki/engine/javascript";
import { asm } from "../highlight/asm.ts";
import { themes } from "../highlight/themes.ts";
import { dropOld, keptOr, recorderKey } from "./cache.ts";
import { addFrames } from "./frames.ts";

const firmware = fileURLToPath(new URL("../../engine/firmware/", import.meta.url));

async function makeListing() {
  const shiki = await createHighlighterCore({
    themes: [themes.light, themes.dark],
    langs: [asm],
    engine: createJavaScriptRegexEngine(),
  });
  const names = { light: "ring-light", dark: "ring-dark" };
  return async (file: string, lines: string): Promise<string | undefined> => {
    const text = await readFile(join(firmware, posix.basename(file)), "utf8").catch(() => undefined);
    if (text === undefined) return undefined;
    const [from, to] = lines.includes("-") ? lines.split("-").map(Number) : [1, Number(lines) || 16];
    const part = text
      .split("\n")
      .slice(from - 1, to)
      .join("\n");
    return shiki.codeToHtml(part, { lang: "asm", themes: names, defaultColor: false });
  };
}

export function recordedFrames(): AstroIntegration {
  return {
    name: "recorded-frames",
    hooks: {
      "astro:build:done": async ({ dir, logger }) => {
        const folder = fileURLToPath(dir);
        const { createLocalEngine, openBench } = await import("../../engine/index.ts");
        const engine = await createLocalEngine();
        const recorder = recorderKey((await openBench()).engine);
        dropOld();
        const listing = await makeListing();
        for (const file of globSync("**/*.html", { cwd: folder })) {
          const page = file.replaceAll("\\", "/");
          const html = readFileSync(folder + file, "utf8");
          const readAsset = (address: string) => {
            const path = posix.join("/", posix.dirname(page), address);
            const asset = address.startsWith("/") ? address : path;
            return readFile(join(folder, decodeURIComponent(asset))).catch(() => undefined);
          };
          const from = performance.now();
          const record = () => addFrames(html, page, engine, { readFile: readAsset, listing });
          const { html: recorded, kept } = await keptOr(html, `${recorder} ${page}`, record);
          if (recorded === html) continue;
          writeFileSync(folder + file, recorded);
          const how = kept ? "as recorded before" : `recorded in ${Math.round(performance.now() - from)} ms`;
          logger.info(`${page}: machines ${how}`);
        }
      },
    },
  };
}
