import { expect, test } from "vitest";
import { findPreloads } from "./preload.ts";

// A small site as Vite builds one.
const files: Record<string, string> = {
  "page.js": 'import{a}from"./widgets.js";import"./progress.js";import(`./notebook.js`)',
  "widgets.js":
    'import{r}from"./runtime.js";const n=()=>import(`./notebook.js`),e=()=>import(`./engine.js`),x=()=>import(`./xterm.js`)',
  "progress.js": "",
  "runtime.js": "",
  "notebook.js": "new Worker(new URL(`compiler.worker-1.js`,import.meta.url).href)",
  "compiler.worker-1.js": "",
  "xterm.js": "",
  "engine.js": 'import{r}from"./runtime.js";new Worker(new URL(`worker-1.js`,import.meta.url).href)',
  "worker-1.js": "const r=()=>import(`./resources.js`)",
  "resources.js": "const v=()=>import(`./rom.js`)",
  "rom.js": "",
};
const script = '<script type="module" src="/_astro/page.js"></script>';
const read = (name: string) => files[name];

test("a page without a machine gets what its scripts import, and nothing lazy", () => {
  expect(findPreloads(script, read)).toEqual({
    modules: ["widgets.js", "progress.js", "runtime.js"],
    worker: undefined,
  });
});

test("a page with a machine gets the engine's client, and starts its worker", () => {
  expect(findPreloads(`${script}<ring-machine id="m"></ring-machine>`, read)).toEqual({
    modules: ["widgets.js", "progress.js", "runtime.js", "engine.js"],
    worker: "worker-1.js",
  });
});

test("a view of its own module is named where its tag stands, with what it imports", () => {
  const more: Record<string, string> = {
    ...files,
    "page.js":
      'import"./runtime.js";const v={"ring-console":async()=>(await E(async()=>{let{C:e}=await import(`./console.js`);return{C:e}},d)).C,"ring-tlb":async()=>(await E(async()=>{let{T:e}=await import(`./tlb.js`);return{T:e}},d)).T}',
    "console.js": "",
    "tlb.js": 'import"./bits.js"',
    "bits.js": "",
  };
  const modules = (html: string) => findPreloads(script + html, (name) => more[name]).modules;
  expect(modules("")).toEqual(["runtime.js"]);
  expect(modules("<ring-tlb></ring-tlb>")).toEqual(["runtime.js", "tlb.js", "bits.js"]);
});

test("a machine that is woken by hand fetches no engine", () => {
  expect(findPreloads(`${script}<ring-machine id="m" manual></ring-machine>`, read).worker).toBeUndefined();
});
