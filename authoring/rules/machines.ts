// Rules that run a document's machines and cells.
import { reached } from "../../widgets/model/until.ts";
import { runCells } from "../cells.ts";
import type { Finding } from "../problem.ts";
import { notReached } from "./predictions.ts";
import { machineOf, named, type Rule, text } from "./rule.ts";

export const machineRules: readonly Rule[] = [
  {
    name: "machine-boots",
    says: "Each machine can be switched on, and does not fail on its way to where it wakes.",
    async check(document, world) {
      const findings: Finding[] = [];
      for (const tag of named(document, "ring-machine")) {
        const asked = await world.stage(document).machine(tag);
        const id = text(tag, "id");
        if ("problem" in asked)
          findings.push({
            line: tag.line,
            column: tag.column,
            message: `The machine ${id} does not start: ${asked.problem}`,
            hint: "Mend that, and it is run again.",
          });
        else if (asked.value.status.state === "failed")
          findings.push({
            line: tag.line,
            column: tag.column,
            message: `The emulator failed at instruction ${asked.value.status.tick}.`,
            hint: "This is a fault of the engine: please report it.",
          });
      }
      return findings;
    },
  },
  {
    name: "machine-wakes",
    says: "Each machine comes to where it is to wake.",
    async check(document, world) {
      const findings: Finding[] = [];
      for (const tag of named(document, "ring-machine")) {
        const asked = await world.stage(document).machine(tag);
        if (!text(tag, "at") || "problem" in asked) continue;
        const wish = world.stage(document).place(tag, text(tag, "at"));
        if (!("value" in wish) || reached(wish.value, asked.value.status)) continue;
        const { tick, reason } = asked.value.status;
        const message = `The machine ${text(tag, "id")} does not come to “${text(tag, "at")}”: it stands at instruction ${tick}.`;
        findings.push({ line: tag.line, column: tag.column, message, hint: `It stopped: ${reason.kind}.` });
      }
      return findings;
    },
  },
  {
    name: "value-place",
    says: "The machine comes to where a live value is recorded.",
    async check(document, world) {
      const findings: Finding[] = [];
      for (const tag of named(document, "ring-value")) {
        const where = text(tag, "data-at");
        if (!where) continue;
        for (const one of await notReached(tag, [where], document, world))
          findings.push({ line: tag.line, column: tag.column, ...one });
      }
      return findings;
    },
  },
  {
    name: "value-reads",
    says: "A live value asks something that its machine can answer.",
    async check(document, world) {
      const findings: Finding[] = [];
      for (const tag of named(document, "ring-value")) {
        if (!machineOf(document, tag)) continue;
        const asked = await world.stage(document).value(tag);
        if ("problem" in asked)
          findings.push({
            line: tag.line,
            column: tag.column,
            message: `“${text(tag, "expr") || text(tag, "of")}” cannot be read: ${asked.problem}`,
            hint: "Expressions are in widgets/README.md.",
          });
      }
      return findings;
    },
  },
  {
    name: "verb-reaches",
    says: "The machine comes to where a verb runs it, from where it wakes or from power-on.",
    severity: "warning",
    async check(document, world) {
      const findings: Finding[] = [];
      const known = new Map<string, Awaited<ReturnType<ReturnType<typeof world.stage>["comesTo"]>>>();
      for (const tag of named(document, "ring-verb")) {
        const where = text(tag, "until") || text(tag, "address");
        const machine = machineOf(document, tag);
        if (text(tag, "do") !== "run-to" || !where || !machine) continue;
        const key = `${text(machine, "id")} ${where} ${text(tag, "from")}`;
        const asked = known.get(key) ?? (await world.stage(document).comesTo(machine, where, text(tag, "from")));
        known.set(key, asked);
        if ("value" in asked && !asked.value)
          findings.push({
            line: tag.line,
            column: tag.column,
            message: `The machine ${text(machine, "id")} does not come to “${where}” by itself.`,
            hint: "Fine where a reader does something first.",
          });
      }
      return findings;
    },
  },
  {
    name: "cell-names",
    says: "A cell uses names that another gives, a machine's, a source's, or one of the notebook's own.",
    check: async (document, world) => (await runCells(document, world)).filter(({ kind }) => kind === "name"),
  },
  {
    name: "cell-throws",
    says: "Each cell runs, on its machine where that wakes, without an error.",
    check: async (document, world) => (await runCells(document, world)).filter(({ kind }) => kind === "thrown"),
  },
];
