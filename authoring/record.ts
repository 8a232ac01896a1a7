// `npm run record [NAME…]`: prints what the build records of each machine, number and question, as print and a page without
// scripts have it. Nothing is written: recordings are made when the site is built, by the engine that the page will run
// (site/recorded/), and one that is kept between builds is found only by everything it depends on. So none can be stale.
import { createLocalEngine, type MachineHandle, screenText } from "../engine/index.ts";
import { readDocuments, root } from "./check.ts";
import type { Document } from "./document.ts";
import { text } from "./rules/rule.ts";
import { Stage } from "./stage.ts";

/** The machine where it wakes: its moment, its general registers, what stands on its screen. */
async function machineText(machine: MachineHandle): Promise<string[]> {
  const { tick, address, mode } = machine.status;
  const { general } = await machine.registers();
  const screen = await machine.screen();
  const rows =
    screen.kind === "text" ? screenText(screen).trimEnd().split("\n") : [`${screen.width} × ${screen.height}`];
  return [
    `at instruction ${tick}, address ${address.toString(16)}, ${mode}`,
    general.map(({ name, value }) => `${name} ${value.toString(16)}`).join("  "),
    ...rows.map((row) => `| ${row}`),
  ];
}

/** What is recorded of a document, a line each. */
export async function recordText(document: Document, stage: Stage): Promise<string[]> {
  const lines: string[] = [];
  const say = (line: number, what: string, answer: { problem: string } | { value: unknown }) =>
    lines.push(
      `${document.file}:${line}: ${what}: ${"problem" in answer ? `cannot be recorded: ${answer.problem}` : answer.value}`,
    );
  for (const tag of document.tags) {
    if (tag.name === "ring-machine") {
      const asked = await stage.machine(tag);
      say(tag.line, `machine ${text(tag, "id")}`, "problem" in asked ? asked : { value: "" });
      if ("value" in asked) lines.push(...(await machineText(asked.value)).map((line) => `    ${line}`));
    } else if (tag.name === "ring-value") say(tag.line, text(tag, "expr") || text(tag, "of"), await stage.value(tag));
    else if (tag.name === "ring-predict") say(tag.line, `question ${text(tag, "id")}`, await stage.answer(tag));
  }
  return lines;
}

if (import.meta.main) {
  const names = process.argv.slice(2);
  const engine = await createLocalEngine();
  const documents = readDocuments().filter(
    ({ folder }) => names.length === 0 || names.some((name) => name.replace(/\/$/, "").endsWith(folder)),
  );
  if (documents.length === 0) {
    console.error(`There is no lesson, lab or guide called ${names.join(" or ")}.`);
    process.exitCode = 1;
  }
  for (const document of documents) {
    const stage = new Stage(document, root, engine);
    const lines = await recordText(document, stage);
    await stage.close();
    if (lines.length > 0) console.log(`${lines.join("\n")}\n`);
  }
}
