// Rules for tags: that they are known, that what they say can be meant, and that what they name is there.
import { parseNumber } from "../../widgets/model/number.ts";
import { labelIn, parseUntil } from "../../widgets/model/until.ts";
import { fenceName } from "../../widgets/notebook/fence.ts";
import type { Document, Tag } from "../document.ts";
import { suggestion } from "../nearest.ts";
import type { Finding } from "../problem.ts";
import type { Meaning, Vocabulary } from "../vocabulary.ts";
import { machineOf, named, type Rule, text, type World } from "./rule.ts";

/** Attributes of every element. */
const everywhere = /^(?:id|class|style|slot|title|lang|dir|hidden|tabindex|role|(?:data|aria)-[\w-]+)$/;
/** What our elements read of the HTML within them. */
const ofOptions = ["value", "until"];

/** A label where the machine that it is asked of has one; undefined where that does not start, which another rule says. */
async function labelled(tag: Tag, where: string, document: Document, world: World) {
  const asked = tag.name === "option" || tag.name === "li" ? (tag.parent ?? tag) : tag;
  const machine = tag.name === "ring-machine" ? tag : machineOf(document, asked);
  if (!machine || "problem" in (await world.stage(document).machine(machine))) return undefined;
  return world.stage(document).place(machine, where);
}

const places = ["until", "at", "data-at", "data-until"];

/** The attributes that a tag takes besides those of every element; undefined where any are taken (plain HTML). */
function attributesOf({ name, parent }: Tag, { views, components }: Vocabulary): readonly string[] | undefined {
  if (views.has(name)) return [...views.get(name)!.keys()];
  if (components.has(name)) return components.get(name);
  return name === "option" && parent?.name === "ring-predict" ? ofOptions : undefined;
}

/** Why a value cannot be meant, and what can. */
function refuse(value: string, meaning: Meaning): Pick<Finding, "message" | "hint"> | undefined {
  if (typeof meaning === "object") {
    if (meaning.includes(value)) return undefined;
    return {
      message: `“${value}” is none of its values.`,
      hint: suggestion(value, meaning, `It takes ${meaning.join(", ")}.`),
    };
  }
  if (meaning === "number" && !/^-?\d+(?:\.\d+)?$/.test(value))
    return { message: `“${value}” is no number.`, hint: "Write it in decimal digits." };
  if (meaning === "switch" && value !== "" && value !== "true")
    return { message: "It is a switch: there or not.", hint: "Write its name alone, or leave it out." };
  if (meaning === "expression" && value.trim() === "")
    return { message: "It is empty.", hint: "Write EAX, word[0x7dfe], tick …" };
  return undefined;
}

export const elementRules: readonly Rule[] = [
  {
    name: "unknown-element",
    says: "Every tag is an element of widgets/, a component of site/components/, or HTML.",
    *check({ tags, imports }, { vocabulary: { views, components, isHtml } }) {
      for (const { name, line, column, parent } of tags) {
        if (views.has(name) || components.has(name) || imports.has(name.split(".")[0]) || name === "") continue;
        if (isHtml(name) || insideSvg(parent) || name === "ring-cell" || name === "ring-asm") continue;
        const hint = suggestion(
          name,
          [...views.keys(), ...components.keys()],
          "widgets/README.md and the guide list them.",
        );
        yield { line, column, message: `There is no element <${name}>.`, hint };
      }
    },
  },
  {
    name: "unknown-attribute",
    says: "An element has only attributes that it reads.",
    *check({ tags }, { vocabulary }) {
      for (const tag of tags) {
        const known = attributesOf(tag, vocabulary);
        if (!known) continue;
        for (const name of tag.attributes.keys()) {
          if (known.includes(name) || everywhere.test(name)) continue;
          const hint = suggestion(name, known, known.length ? `It takes ${known.join(", ")}.` : "It takes none.");
          yield { line: tag.line, column: tag.column, message: `<${tag.name}> has no attribute ${name}.`, hint };
        }
      }
    },
  },
  {
    name: "attribute-value",
    says: "An attribute's value is one that it can have.",
    *check({ tags }, { vocabulary: { views } }) {
      for (const { name, line, column, attributes } of tags) {
        for (const [attribute, value] of attributes) {
          const meaning = views.get(name)?.get(attribute);
          const wrong = value === undefined || meaning === undefined ? undefined : refuse(value, meaning);
          if (wrong)
            yield { line, column, message: `<${name} ${attribute}="${value}">: ${wrong.message}`, hint: wrong.hint };
        }
      }
    },
  },
  {
    name: "place",
    says: "A place to stop at is written as one.",
    async check(document, world) {
      const { views } = world.vocabulary;
      const findings: Finding[] = [];
      for (const tag of document.tags) {
        for (const [attribute, value] of tag.attributes) {
          const meant =
            views.get(tag.name)?.get(attribute) === "place" ||
            (places.includes(attribute) && !views.get(tag.name)?.has(attribute));
          if (!meant || !value) continue;
          const wish = labelIn(value) === undefined ? parseUntil(value) : await labelled(tag, value, document, world);
          if (wish && !("value" in wish)) findings.push({ line: tag.line, column: tag.column, ...wish });
        }
      }
      return findings;
    },
  },
  {
    name: "duplicate-id",
    says: "No two things on a page have one name.",
    *check({ tags, fences }) {
      const taken = new Map<string, number>();
      const ids = [
        ...tags.map((tag) => ({ id: text(tag, "id"), line: tag.line })),
        ...fences
          .filter(({ kind }) => kind === "cell" || kind === "source")
          .map(({ meta, line }) => ({ id: fenceName(meta), line })),
      ].sort((a, b) => a.line - b.line);
      for (const { id, line } of ids) {
        if (!id) continue;
        const first = taken.get(id);
        if (first === undefined) taken.set(id, line);
        else yield { line, message: `The name ${id} is taken in line ${first}.`, hint: "Give one of them another." };
      }
    },
  },
  {
    name: "missing-machine",
    says: "A machine that something names is on the page.",
    *check(document) {
      const ids = named(document, "ring-machine").map((tag) => text(tag, "id"));
      const asks = [
        ...document.tags.map((tag) => ({ id: text(tag, "machine"), what: `<${tag.name}>`, line: tag.line })),
        ...document.fences.map(({ meta, line }) => ({ id: meta.get("machine") ?? "", what: "The block", line })),
      ];
      for (const { id, what, line } of asks) {
        if (id && !ids.includes(id))
          yield {
            line,
            message: `${what} names the machine ${id}, which is not here.`,
            hint: suggestion(id, ids, `There is ${ids.join(", ") || "none"}.`),
          };
      }
    },
  },
  {
    name: "no-machine",
    says: "A view stands in a machine or names one.",
    *check(document, { vocabulary: { views } }) {
      for (const tag of document.tags) {
        if (!views.get(tag.name)?.has("machine") || tag.name === "ring-machine" || text(tag, "machine")) continue;
        if (machineOf(document, tag) || (tag.name === "ring-predict" && !asksMachine(tag))) continue;
        yield {
          line: tag.line,
          column: tag.column,
          message: `<${tag.name}> stands in no machine and names none.`,
          hint: 'Write machine="id".',
        };
      }
    },
  },
  {
    name: "machine-name",
    says: "A machine has an id, by which views and links find it, and a label, by which a screen reader names it.",
    *check(document) {
      for (const tag of named(document, "ring-machine")) {
        for (const attribute of ["id", "label"])
          if (!text(tag, attribute))
            yield {
              line: tag.line,
              column: tag.column,
              message: `The machine has no ${attribute}.`,
              hint: `Write ${attribute}="…".`,
            };
      }
    },
  },
  {
    name: "machine-in-machine",
    says: "A machine stands in no other.",
    *check(document) {
      for (const tag of named(document, "ring-machine"))
        if (tag.parent && machineOf(document, tag) !== undefined && tag.parent.name === "ring-machine")
          yield {
            line: tag.line,
            message: `The machine ${text(tag, "id")} stands in ${text(tag.parent, "id")}.`,
            hint: "Close that one first.",
          };
    },
  },
  {
    name: "verb",
    says: "A verb says what it does, and has what it needs for it.",
    *check(document) {
      const needs: Record<string, readonly string[]> = {
        "run-to": ["until", "address"],
        "go-to": ["tick"],
        break: ["address"],
        follow: ["address"],
      };
      for (const tag of named(document, "ring-verb")) {
        const wants = needs[text(tag, "do")];
        if (wants && !wants.some((attribute) => tag.attributes.has(attribute)))
          yield {
            line: tag.line,
            column: tag.column,
            message: `do="${text(tag, "do")}" needs ${wants.join(" or ")}.`,
            hint: `Write ${wants[0]}="…".`,
          };
        if (!tag.text)
          yield {
            line: tag.line,
            column: tag.column,
            message: "The verb has no text: its button would be empty.",
            hint: "Say what it does, as in Run to 7c00.",
          };
      }
    },
  },
  {
    name: "value-text",
    says: "A live value has no text of its own: the build reads the machine for it.",
    severity: "warning",
    *check(document) {
      for (const tag of named(document, "ring-value"))
        if (/^[0-9A-Fa-fxh,]+$/.test(tag.text))
          yield {
            line: tag.line,
            column: tag.column,
            message: `${tag.text} is typed into <ring-value>.`,
            hint: "Leave it empty.",
          };
    },
  },
  {
    name: "guide-shows",
    says: "The guide shows every element at work.",
    severity: "warning",
    only: ["guide"],
    *check({ tags }, { vocabulary: { views } }) {
      const shown = new Set(tags.map(({ name }) => name));
      for (const name of views.keys()) {
        // The dock comes by itself.
        if (shown.has(name) || name === "ring-dock") continue;
        yield { line: 1, message: `The guide does not show <${name}>.`, hint: "Put one where its kind stands." };
      }
    },
  },
  {
    name: "instruction",
    says: "A reference card is of an instruction that the table has.",
    async check(document, { engine, vocabulary: { views } }) {
      const findings: Finding[] = [];
      for (const { name, line, column, attributes } of document.tags) {
        for (const [attribute, value = ""] of attributes) {
          if (views.get(name)?.get(attribute) !== "instruction" || (await engine.instruction(value))) continue;
          const hint = "Write its mnemonic as AMD APM vol. 3 does.";
          findings.push({ line, column, message: `There is no instruction “${value}”.`, hint });
        }
      }
      return findings;
    },
  },
  {
    name: "file-of-firmware",
    says: "A listing of the firmware names one of its files.",
    *check(document, { firmware }) {
      for (const tag of named(document, "ring-source")) {
        const file = text(tag, "file");
        if (file && !firmware.includes(file))
          yield {
            line: tag.line,
            column: tag.column,
            message: `The firmware has no file ${file}.`,
            hint: suggestion(file, firmware, "See engine/firmware/."),
          };
      }
    },
  },
];

/** Whether a prediction's answer is a machine's. */
export function asksMachine(tag: Tag): boolean {
  return text(tag, "measure") !== "" || text(tag, "kind") === "order";
}

function insideSvg(tag: Tag | undefined): boolean {
  return tag !== undefined && (tag.name === "svg" || insideSvg(tag.parent));
}

/** A typed number in any of the page's spellings. */
export function numberIn(typed: string): bigint | undefined {
  const parsed = parseNumber(typed);
  return "value" in parsed ? parsed.value : undefined;
}
