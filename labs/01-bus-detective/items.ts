/** The rubric of "Bus detective": one item an access, and what happened on the machine's buses is the judge. */
import type { MachineEvent } from "../../engine/index.ts";
import type { Context, Finding, Item } from "../../widgets/lab/rubric.ts";
import { type Answer, answers, type Observed, observe, resultOf } from "./observe.ts";
import { type Access, ANSWER_BYTES, ANSWERS_OFFSET, accesses, words } from "./probe.ts";

const ORIGIN = 0x7c00;

const hex = (value: number, digits: number) => value.toString(16).toUpperCase().padStart(digits, "0");

/** The event by which the machine told who it was, for each access. */
const decides: Readonly<Record<number, (event: MachineEvent) => boolean>> = {
  1: inFrom(0x3fd),
  2: inFrom(0x64),
  3: inFrom(0x71),
  4: inFrom(0x21),
  5: inFrom(0x92),
  6: inFrom(0x2e8),
  7: inFrom(0xcfc),
  8: (event) => event.kind === "mmio" && event.address === 0xb8000 && !event.write,
  9: (event) => event.kind === "dma" && event.write && event.address === 0x8000,
};

function inFrom(port: number) {
  return (event: MachineEvent) => event.kind === "port" && !event.write && event.port === port;
}

export const items: readonly Item[] = [
  { id: "assembles", title: "Eleven lines of answers that assemble", points: 10, check: assembles },
  ...accesses.map(
    (access): Item => ({
      id: `access-${access.n}`,
      title: `${access.n}. ${access.title[0].toUpperCase()}${access.title.slice(1)}`,
      points: 10,
      dependsOn: ["assembles"],
      check: (context) => judge(context, access),
    }),
  ),
];

const LINES = 11;

function assembles(context: Context): Finding {
  const error = context.build.diagnostics.find(({ severity }) => severity === "error");
  const expected = `answers.S assembles, with one line for each of ${LINES} accesses`;
  if (error) {
    const { file, line, message } = error;
    return { passed: false, expected, saw: message, place: { file, line } };
  }
  const found = answers(context);
  const missing = Array.from({ length: LINES }, (_, i) => i + 1).filter((n) => !found.has(n));
  if (missing.length > 0) return { passed: false, expected, saw: `no line for ${missing.join(", ")}` };
  const unknown = [...found].filter(([, { code }]) => !words.some((word) => word.code === code));
  if (unknown.length > 0)
    return { passed: false, expected, saw: `line ${unknown[0][0]} names nobody that the comment lists` };
  return { passed: true };
}

function judge(context: Context, { n, size }: Access): Finding {
  const seen = context.once(observe);
  const event = seen.events.find(decides[n]);
  if (!event || !seen.done) {
    return { passed: false, expected: "the machine makes all nine accesses", saw: "it stopped before" };
  }
  const said = answers(context).get(n) as Answer;
  const word = whoIs(seen, event);
  const value = resultOf(seen, n);
  const rightPart = words.find(({ code }) => code === said.code)?.word === word;
  if (rightPart && said.value === value) return { passed: true, saw: `${word}, ${hex(value, 2 * size)}` };
  const saying = words.find(({ code }) => code === said.code)?.word ?? "?";
  const wrong = [...(rightPart ? [] : ["another part"]), ...(said.value === value ? [] : ["another value"])];
  const at = ORIGIN + ANSWERS_OFFSET + ANSWER_BYTES * [...answers(context).keys()].indexOf(n);
  const place = context.placeOf(at);
  return {
    passed: false,
    expected: `${wrong.join(" and ")}: run to this instant and look`,
    saw: `${saying}, ${hex(said.value, 2 * size)}`,
    moment: { scenario: "plain", tick: event.tick },
    ...(place ? { place } : {}),
  };
}

/** The word for the part that an event tells of. */
function whoIs({ board }: Observed, event: MachineEvent): string {
  const part = "part" in event && event.part !== undefined ? event.part : "";
  const name = part || (event.kind === "port" ? "" : memoryAt(board, event));
  return words.find(({ parts }) => parts.includes(name))?.word ?? "";
}

function memoryAt(board: Observed["board"], event: MachineEvent): string {
  const address = event.kind === "mmio" || event.kind === "dma" ? event.address : 0;
  const kind = board.memory.find(({ first, last }) => first <= address && address <= last)?.kind;
  return kind === "ram" || kind === "rom" ? kind : "";
}
