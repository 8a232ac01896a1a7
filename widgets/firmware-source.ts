// The text of our firmware, a file at a time, for views that show it while it runs. Vite makes a small chunk of each.
let byName: ReadonlyMap<string, () => Promise<string>> | undefined;

function loaders(): ReadonlyMap<string, () => Promise<string>> {
  byName ??= new Map(
    Object.entries(import.meta.glob<string>("../engine/firmware/*.S", { query: "?raw", import: "default" })).map(
      ([path, load]) => [path.split("/").at(-1)!, load],
    ),
  );
  return byName;
}

/** The files' names, as listings give them. */
export function firmwareFiles(): readonly string[] {
  return [...loaders().keys()];
}

/** One file's text; undefined where there is no file of that name. */
export async function firmwareText(name: string): Promise<string | undefined> {
  return loaders().get(name)?.();
}
