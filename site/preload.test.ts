import { expect, test } from "vitest";
import { findPreloads, prepareEarly } from "./preload.ts";

// A small site as Vite builds one.
const files: Record<string, string> = {
  "page.js": 'import{a}from"./widgets.js";import"./progress.js"',
  "widgets.js":
    'import{r}from"./runtime.js";const n=()=>import(`./notebook.1.js`),x=()=>import(`./xterm.js`);new Worker(new URL(`worker-1.js`,import.meta.url).href)',
  "progress.js": "",
  "runtime.js": "",
  "notebook.1.js": 'import{r}from"./cells.js";new Worker(new URL(`compiler.worker-1.js`,import.meta.url).href)',
  "cells.js": "",
  "compiler.worker-1.js": "",
  "xterm.js": "",
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

test("a page with a machine starts the engine's worker, one with a cell fetches the notebook, too", () => {
  expect(findPreloads(`${script}<ring-machine id="m"></ring-machine><ring-cell></ring-cell>`, read)).toEqual({
    modules: ["widgets.js", "progress.js", "runtime.js", "notebook.1.js", "cells.js"],
    worker: "worker-1.js",
  });
});

test("the worker is told the first machine: its memory, its assembled disk of 1.44 MB, the tick where it wakes", () => {
  const frame = { status: { tick: 520809 }, disks: [{ name: "#boot", mark: "", bytes: btoa("\xfa\xf4") }] };
  const machine = (attributes: string) =>
    `<ring-machine ${attributes}><script type="application/json" class="recorded">${JSON.stringify(frame)}</script></ring-machine>`;
  const told: { configuration: { floppies: Uint8Array[] } }[] = [];
  const ringWorker = { postMessage: (message: (typeof told)[number]) => told.push(message) };
  new Function("ringWorker", prepareEarly(machine('id="m" memory="2" floppy="#boot" at="0x7c00"')))(ringWorker);
  const [{ configuration, ...rest }] = told;
  expect(rest).toEqual({ to: "prepare", id: "m", tick: 520809 });
  expect({ ...configuration, floppies: undefined }).toEqual({ memoryMiB: 2, stopOnTripleFault: true });
  const [disk] = configuration.floppies;
  expect([disk.length, disk[0], disk[1], disk[2]]).toEqual([1_474_560, 0xfa, 0xf4, 0]);
  // A disk that the page would have to fetch, or one that was not assembled.
  expect(prepareEarly(machine('id="m" floppy="/disk.img"'))).toBe("");
  expect(prepareEarly(machine('id="m" floppy="#boot" floppy-b="#other"'))).toBe("");
  expect(prepareEarly(machine('id="m" manual'))).toBe("");
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
