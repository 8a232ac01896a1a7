// The floors of the house, top to bottom; an import goes down or stays, never up, and never in a circle.
//   authoring → site → lessons, labs → widgets → engine/index.ts
//   inside the engine: cli → machine, vmm, debug → chipset, firmware, toolchain, cpu → isa → wasm
// Not seen by dependency-cruiser: `new URL("…", import.meta.url)`, .astro and .mdx; scripts/hidden-edges.ts reads those
// with these same rules, and exempts source imported as text (`?raw`).

const house = ["engine", "widgets", "(?:lessons|labs)", "site", "gradebook", "authoring"];
const engine = ["wasm", "isa", "(?:chipset|firmware|toolchain|cpu)", "(?:machine|vmm|debug)", "cli"];
const test = "\\.(test|bench)\\.ts$|^tests/|/tests?/";

/** One rule a floor: what stands on it may not import what stands above it. */
function upward(floors, prefix, kind) {
  return floors.slice(0, -1).map((floor, i) => ({
    name: `${kind}: ${floor.replace(/\(\?:|\)/g, "").replaceAll("|", ", ")} is below`,
    severity: "error",
    from: { path: `^${prefix}${floor}/`, pathNot: test },
    to: {
      path: floors
        .slice(i + 1)
        .map((above) => `^${prefix}${above}/`)
        .join("|"),
    },
  }));
}

export default {
  forbidden: [
    ...upward(house, "", "floor"),
    ...upward(engine, "engine/", "engine floor"),
    {
      name: "no circles",
      severity: "error",
      from: { pathNot: test },
      to: { circular: true },
    },
    {
      name: "the engine is entered by its front door",
      comment: "Outside engine/, only engine/index.ts and the worker's URL may be named.",
      severity: "error",
      from: { pathNot: `^engine/|${test}` },
      to: { path: "^engine/", pathNot: "^engine/index\\.ts$|^engine/machine/worker\\.ts$" },
    },
    {
      name: "the front door is not used from inside",
      severity: "error",
      from: { path: "^engine/", pathNot: `^engine/cli/|^engine/[^/]+$|${test}` },
      to: { path: "^engine/[^/]+\\.ts$" },
    },
    {
      name: "nobody imports the command line",
      severity: "error",
      from: { pathNot: `^engine/cli/|${test}` },
      to: { path: "^engine/cli/" },
    },
    {
      name: "only engine/cli and tests use Node's modules",
      severity: "error",
      from: { path: "^engine/", pathNot: `^engine/cli/|${test}` },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "nobody imports tests or scripts",
      severity: "error",
      from: { path: "^(engine|widgets|lessons|labs|site|gradebook|authoring)/", pathNot: test },
      to: { path: `^scripts/|${test}` },
    },
    {
      name: "imports resolve",
      severity: "error",
      from: { path: "^(engine|widgets|lessons|labs|site|gradebook|authoring|scripts)/" },
      to: { couldNotResolve: true, pathNot: "\\?|^astro:|^virtual:" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "browser", "default", "types"] },
  },
};
