/**
 * The client of every lab's page: gives `<ring-lab>` its lab, the starter's files and the grading worker, and puts the
 * element into the page. Loaded by site/scripts/lab.ts.
 */
import { GradeClient } from "../widgets/lab/gradeclient.ts";
import "../widgets/lab/ring-lab.css";
import "../widgets/lab/ring-lab.ts";
import type { Lab } from "../widgets/lab/rubric.ts";
import { provideLabs } from "../widgets/lab/services.ts";

const labs = import.meta.glob<{ lab: Lab }>("./*/lab.ts");
const starters = import.meta.glob<string>("./*/starter/*", { query: "?raw", import: "default" });

const makeWorker = () => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });

provideLabs(async (id) => {
  const load = labs[`./${id}/lab.ts`];
  if (!load) return undefined;
  const { lab } = await load();
  const texts = lab.files.map(async (file) => [file, await starters[`./${id}/starter/${file}`]()] as const);
  return { lab, starter: Object.fromEntries(await Promise.all(texts)), grader: new GradeClient(makeWorker) };
});

const host = document.querySelector<HTMLElement>("[data-lab]");
if (host) {
  const element = document.createElement("ring-lab");
  element.setAttribute("lab", host.dataset.lab ?? "");
  host.append(element);
}
