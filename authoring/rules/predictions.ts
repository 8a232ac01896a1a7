// Rules for <ring-predict>: that it can be asked, that it has an answer, and that the machine agrees with it.
import { chosenByMachine } from "../../widgets/model/prediction.ts";
import type { Document, Tag } from "../document.ts";
import type { Finding } from "../problem.ts";
import { asksMachine, numberIn } from "./elements.ts";
import { named, type Rule, text, type World } from "./rule.ts";

const kindOf = (tag: Tag) => text(tag, "kind") || "choice";
const optionsOf = (tag: Tag) =>
  [...tag.children, ...tag.children.flatMap(({ children }) => children)].filter(
    ({ name }) => name === "option" || name === "li",
  );
const worthOf = (option: Tag) => option.attributes.get("value") ?? option.attributes.get("data-value") ?? option.text;
const untilOf = (option: Tag) => text(option, "until") || text(option, "data-until");

/** A rule for each prediction of a document. */
function forEach(
  name: string,
  says: string,
  judge: (
    tag: Tag,
    document: Document,
    world: World,
  ) => Iterable<Omit<Finding, "line">> | Promise<Iterable<Omit<Finding, "line">>>,
): Rule {
  return {
    name,
    says,
    async check(document, world) {
      const findings: Finding[] = [];
      for (const tag of named(document, "ring-predict"))
        for (const finding of await judge(tag, document, world))
          findings.push({ line: tag.line, column: tag.column, ...finding });
      return findings;
    },
  };
}

export const predictionRules: readonly Rule[] = [
  forEach("prediction-id", "A prediction has an id: a reader's answer is kept under it.", function* (tag) {
    if (!text(tag, "id")) yield { message: "The prediction has no id.", hint: 'Write id="…".' };
  }),
  forEach("prediction-question", "A prediction asks something.", function* (tag) {
    if (!text(tag, "question") && !tag.children.some((child) => text(child, "slot") === "question"))
      yield { message: "The prediction has no question.", hint: 'Write question="…", or <p slot="question">…</p>.' };
  }),
  forEach(
    "prediction-answer",
    "A prediction has an answer: the machine's, or where no machine can say, the author's.",
    function* (tag) {
      if (!asksMachine(tag) && !text(tag, "answer"))
        yield { message: "The prediction has no answer.", hint: 'Write measure="AL" with at="…", or answer="…".' };
    },
  ),
  forEach(
    "prediction-options",
    "A choice or an order has at least two options, each with a text and a value of its own.",
    function* (tag) {
      const options = optionsOf(tag);
      if (kindOf(tag) === "number") {
        if (options.length)
          yield {
            message: "A number is typed: the options are not shown.",
            hint: 'Write kind="choice", or take them away.',
          };
        return;
      }
      if (kindOf(tag) !== "choice" && kindOf(tag) !== "order") return;
      if (options.length < 2)
        yield {
          message: `The prediction has ${options.length} options.`,
          hint: 'Write <option value="…">…</option> for each.',
        };
      const worths = options.map(kindOf(tag) === "order" ? (option) => option.text : worthOf);
      for (const [i, worth] of worths.entries()) {
        if (!options[i].text)
          yield {
            line: options[i].line,
            message: "The option has no text.",
            hint: "Say what the reader chooses.",
          } as Omit<Finding, "line">;
        if (worths.indexOf(worth) < i)
          yield { message: `Two options stand for “${worth}”.`, hint: "Give each its own value." };
      }
    },
  ),
  forEach(
    "prediction-right",
    "The author's answer is one of the options, or a number where one is asked for.",
    function* (tag) {
      const answer = text(tag, "answer");
      if (!answer) return;
      if (kindOf(tag) === "number" && numberIn(answer) === undefined)
        yield { message: `The answer “${answer}” is no number.`, hint: "Write 0x40, 40h or 64." };
      if (kindOf(tag) === "choice" && !optionsOf(tag).some((option) => worthOf(option) === answer))
        yield {
          message: `No option has the value “${answer}”.`,
          hint: `Their values are ${optionsOf(tag).map(worthOf).join(", ")}.`,
        };
    },
  ),
  forEach(
    "prediction-order",
    "What is put in order says for each option where the machine comes to it.",
    function* (tag) {
      if (kindOf(tag) !== "order") return;
      for (const option of optionsOf(tag))
        if (!untilOf(option))
          yield { message: `“${option.text}” does not say where it is.`, hint: 'Write <option until="0x7c00">.' };
    },
  ),
  forEach("prediction-place", "The machine comes to where a prediction is measured.", async (tag, document, world) => {
    const wheres = kindOf(tag) === "order" ? optionsOf(tag).map(untilOf) : [text(tag, "until") || text(tag, "at")];
    return asksMachine(tag) ? notReached(tag, wheres.filter(Boolean), document, world) : [];
  }),
  forEach("prediction-measure", "What a prediction measures can be read there.", async (tag, document, world) => {
    if (!text(tag, "measure")) return [];
    const asked = await world.stage(document).measured(tag);
    return "problem" in asked
      ? [
          {
            message: `“${text(tag, "measure")}” cannot be read: ${asked.problem}`,
            hint: "Expressions are in widgets/README.md.",
          },
        ]
      : [];
  }),
  forEach(
    "prediction-agrees",
    "The machine agrees with the answer that an author wrote beside its measure.",
    async (tag, document, world) => {
      const answer = text(tag, "answer");
      if (!answer || !text(tag, "measure")) return [];
      const asked = await world.stage(document).measured(tag);
      if ("problem" in asked) return [];
      const worths = optionsOf(tag).map(worthOf);
      const said = kindOf(tag) === "choice" ? worths[chosenByMachine(worths, asked.value)] : asked.value;
      const same =
        said === answer ||
        (numberIn(answer) !== undefined && numberIn(answer) === (typeof said === "string" ? numberIn(said) : said));
      return same
        ? []
        : [
            {
              message: `The answer is “${answer}”, but the machine says ${shown(asked.value)}.`,
              hint: "Take the answer away: the machine's stands.",
            },
          ];
    },
  ),
  forEach("prediction-fits", "What the machine measures is one of the options.", async (tag, document, world) => {
    if (kindOf(tag) !== "choice" || !text(tag, "measure")) return [];
    const asked = await world.stage(document).measured(tag);
    const worths = optionsOf(tag).map(worthOf);
    if ("problem" in asked) return [];
    const nearest = chosenByMachine(worths, asked.value);
    // “About half a million” is an option that a count is near to; an address or a vector is none.
    const exact = text(tag, "format") === "hex" && typeof asked.value === "bigint";
    if (exact && nearest >= 0 && numberIn(worths[nearest]) !== asked.value)
      return [
        {
          message: `The machine says ${shown(asked.value)}, which no option is; the nearest is ${worths[nearest]}.`,
          hint: "Does it come to the place that you mean? Firmware halts and is interrupted, too.",
        },
      ];
    if (nearest >= 0) return [];
    return [
      {
        message: `The machine says ${shown(asked.value)}, which no option is.`,
        hint: `Their values are ${worths.join(", ")}.`,
      },
    ];
  }),
  forEach("prediction-sorted", "Options to be put in order are not in it already.", async (tag, document, world) => {
    if (kindOf(tag) !== "order" || optionsOf(tag).length < 2) return [];
    const asked = await world.stage(document).order(tag);
    if ("problem" in asked || asked.value.some((option, place) => option !== place)) return [];
    return [{ message: "The options stand in the machine's order: there is nothing to do.", hint: "Mix them." }];
  }),
];

const shown = (value: bigint | string) =>
  typeof value === "string" ? `“${value}”` : `0x${value.toString(16)} (${value})`;

/** What is wrong with places that the machine of `tag` should come to from power-on. */
export async function notReached(tag: Tag, wheres: readonly string[], document: Document, world: World) {
  const findings: Omit<Finding, "line">[] = [];
  for (const where of wheres) {
    const asked = await world.stage(document).standing(text(tag, "machine") || text(tag.parent ?? tag, "id"), where);
    if ("problem" in asked) findings.push({ message: asked.problem, hint: "Mend its machine first." });
    else if (!asked.value.there)
      findings.push({
        message: `The machine does not come to “${where}”: it stands at instruction ${asked.value.status.tick}.`,
        hint: `It stopped: ${asked.value.status.reason.kind}.`,
      });
  }
  return findings;
}
