// The text of our firmware, a file at a time, for views that show it while it runs. Vite makes a small chunk of each.
const files = import.meta.glob<string>("../engine/firmware/*.S", { query: "?raw", import: "default" });
const byName = new Map(Object.entries(files).map(([path, load]) => [path.split("/").at(-1)!, load]));

/** The files' names, as listings give them. */
export function firmwareFiles(): readonly string[] {
  return [...byName.keys()];
}

/** One file's text; undefined where there is no file of that name. */
export async function firmwareText(name: string): Promise<string | undefined> {
  return byName.get(name)?.();
}
