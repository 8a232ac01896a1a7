// The pages that dist/ holds, found on the disk: a new lesson or lab is tested the moment it is built.
import { globSync } from "node:fs";
import { fileURLToPath } from "node:url";

const dist = fileURLToPath(new URL("../../dist/", import.meta.url));

/** Every page as a path from the site's root, without a slash at its start: "", "lessons/02-boot/", "404.html". */
export function allPages(): string[] {
  return globSync("**/*.html", { cwd: dist })
    .map((file) => file.replaceAll("\\", "/").replace(/(^|\/)index\.html$/, "$1"))
    .sort();
}
