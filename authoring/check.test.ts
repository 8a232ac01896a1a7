// One case a rule: a whole lesson, with one thing changed, and the line and sentence that an author then reads.
import { beforeAll, expect, test } from "vitest";
import { checkDocument, makeWorld, unknownNames } from "./check.ts";
import { type Document, type Kind, readDocument } from "./document.ts";
import { rules } from "./rules/index.ts";
import type { World } from "./rules/rule.ts";

const head = `---
number: 3
title: Modes
question: What changes?
labs: ["03-lab"]
predictions: 3
---`;
const filler = "word ".repeat(1500).trim();
const body = `
${filler}

<ring-machine id="m" label="M" floppy="#boot" at="0x7c00">
  <ring-screen></ring-screen>
  <ring-registers></ring-registers>
</ring-machine>

AL is <ring-value machine="m" expr="AL" data-at="0x7c03"></ring-value>,
<ring-verb machine="m" do="run-to" until="halt">run on</ring-verb>.

<Cite>AMD APM vol. 2, 14.1.3</Cite>

## First

See [the map](/labs/) and [below](#second).

<ring-predict id="a" machine="m" kind="choice" measure="AL" at="0x7c03" question="What is in AL?">
  <option value="0x41">A letter</option>
  <option value="0">Nothing</option>
</ring-predict>
<ring-predict id="b" kind="number" answer="0x40" question="Where?"></ring-predict>
<ring-predict id="c" machine="m" kind="order" question="What comes first?">
  <option until="halt">The end</option>
  <option until="int 0x10">The letter</option>
</ring-predict>

## Second

\`\`\`asm cell=boot
        .code16
        mov   $0x0e41, %ax
        int   $0x10
        mov   $0x12345, %ebx
        cli
        hlt
        .org  510
        .byte 0x55, 0xAA
\`\`\`

\`\`\`js cell=size
const bytes = boot.bytes.length;
\`\`\`

\`\`\`js cell
display(bytes + (await machine.register("AL")));
\`\`\`

\`\`\`asm from=../../engine/firmware/post.S label=post lines=4
\`\`\`
`;
const lesson = `${head}\n${body}`;
const statement = "---\ntitle: A lab\nlesson: 3\n---\n\nBuild it.\n";

let world: World & { close(document: Document): Promise<void> };
const read = (text: string, kind: Kind, file: string) => readDocument(text, file, kind);
const others = [
  read("---\nnumber: 4\n---\n\nText.\n", "lesson", "lessons/04-tools/index.mdx"),
  read(statement, "statement", "labs/03-lab/statement.mdx"),
  read(statement.replace("3", "4"), "statement", "labs/04-other/statement.mdx"),
];
beforeAll(async () => {
  world = await makeWorld(others);
});

async function problemsOf(text: string, by = rules): Promise<string[]> {
  const document = read(text, "lesson", "lessons/03-modes/index.mdx");
  const problems = await checkDocument(document, { ...world, documents: [...others, document] }, by);
  await world.close(document);
  return problems.map(
    ({ rule, line, message, hint, severity }) =>
      `${rule}${severity === "warning" ? "?" : ""} ${line}: ${message} ${hint}`,
  );
}
/** The lesson with `from` in place of `to`. */
const edited = (from: string | RegExp, to: string) => {
  const text = lesson.replace(from, () => to);
  if (text === lesson) throw new Error(`the lesson has no ${from}`);
  return text;
};

/** A rule, what is changed, and what is said (its beginning, after the rule's name). */
const cases: readonly (readonly [string, string, RegExp])[] = [
  ["mdx", edited("</ring-machine>", ""), /^mdx \d+: .*ring-machine/],
  ["words", edited(filler, "Few words."), /^words 1: \d+ words; a lesson has 1500 to 4000/],
  ["views", edited(/<ring-screen>[\s\S]*?<\/ring-registers>|```js[\s\S]*?```/g, ""), /^views 1: 1 live machines/],
  ["predictions", edited(/<ring-predict id="b".*\n/, ""), /^predictions 1: 2 predictions; a lesson has at least 3/],
  ["begins-with-text", edited(filler, `## Start\n\n${filler}`), /^begins-with-text 9: The text begins with a heading/],
  [
    "heading-order",
    edited("## Second", "#### Second"),
    /^heading-order 35: “Second” has 4 #, after a heading with 2. Write ###/,
  ],
  ["heading-once", edited("## Second", "## First"), /^heading-once 35: “First” is a heading in line 21 already/],
  ["heading-empty", edited("## First", "## Empty\n\n## First"), /^heading-empty 21: Nothing stands under “Empty”/],
  ["image-text", edited("## First", "![](x.svg)\n\n## First"), /^image-text 21: The image x.svg has no text/],
  [
    "image-file",
    edited("## First", "![A map](x.svg)\n\n## First"),
    /^image-file 21: There is no file lessons\/03-modes\/x.svg/,
  ],
  ["link-text", edited("[the map]", "[here]"), /^link-text 23: The link to \/labs\/ says “here”/],
  ["dead-link", edited("(/labs/)", "(/labs/04-othr/)"), /^dead-link 23: .* Did you mean \/labs\/04-other\/\?/],
  ["dead-anchor", edited("(#second)", "(#secund)"), /^dead-anchor 23: .* has no #secund. Did you mean second\?/],
  ["citation", edited("APM vol. 2, ", "APM, "), /^citation 19: “AMD APM, 14.1.3” names no volume and section/],
  ["fence-language", edited("## Second", "```\nx\n```\n\n## Second"), /^fence-language 35: The listing does not say/],
  ["typed-number", edited("See [", "CS is F000. See ["), /^typed-number\? 23: “CS is F000” is typed/],
  [
    "typed-number",
    edited("See [", '12345 is in <ring-value machine="m" expr="EBX" data-at="0x7c0b"></ring-value>. See ['),
    /^typed-number\? 23: 12345 is typed, and EBX is that number/,
  ],
  [
    "head",
    edited("title: Modes", "titel: Modes"),
    /^head 1: The head lacks “title”[\s\S]*head 3: The head has no field “titel”: is it title\?/,
  ],
  ["course-number", edited("number: 3", "number: 99"), /^course-number 2: 99 is not in site\/course.ts/],
  ["number-once", edited("number: 3", "number: 4"), /^number-once 2: lessons\/04-tools\/index.mdx is lesson 4 already/],
  ["folder-name", edited("number: 3", "number: 5"), /^folder-name 2: The folder is called 03-modes. Expected 05-name/],
  [
    "labs-exist",
    edited("03-lab", "03-labb"),
    /^labs-exist 5: There is no lab 03-labb under labs\/. Did you mean 03-lab\?/,
  ],
  [
    "lab-lesson",
    edited('"03-lab"', '"03-lab", "04-other"'),
    /^lab-lesson 5: The lab 04-other says that it belongs to lesson 4/,
  ],
  [
    "predictions-count",
    edited("predictions: 3", "predictions: 2"),
    /^predictions-count 6: There are 3 predictions, but the head says 2/,
  ],
  ["question", edited("changes?", "changes"), /^question 4: The question does not end/],
  [
    "unknown-element",
    edited("<ring-screen></ring-screen>", "<ring-scren></ring-scren>"),
    /^unknown-element 12: There is no element <ring-scren>. Did you mean ring-screen\?/,
  ],
  [
    "unknown-attribute",
    edited('expr="AL"', 'exp="AL"'),
    /unknown-attribute 16: <ring-value> has no attribute exp. Did you mean expr\?/,
  ],
  [
    "attribute-value",
    edited('kind="number"', 'kind="nummer"'),
    /^attribute-value 29: .*“nummer” is none of its values. Did you mean number\?/,
  ],
  ["place", edited('until="halt">run', 'until="hlt">run'), /^place 17: “hlt” is no place to stop at/],
  ["duplicate-id", edited('id="b"', 'id="a"'), /^duplicate-id 29: The name a is taken in line 25/],
  [
    "missing-machine",
    edited('verb machine="m"', 'verb machine="n"'),
    /^missing-machine 17: <ring-verb> names the machine n/,
  ],
  ["no-machine", edited(' machine="m" do', " do"), /^no-machine 17: <ring-verb> stands in no machine/],
  ["machine-name", edited(' label="M"', ""), /^machine-name 11: The machine has no label/],
  [
    "machine-in-machine",
    edited("<ring-screen></ring-screen>", '<ring-machine id="n" label="N"></ring-machine>'),
    /^machine-in-machine 12: The machine n stands in m/,
  ],
  ["verb", edited(' until="halt">run on', ">run on"), /^verb 17: do="run-to" needs until or address/],
  ["value-text", edited('0x7c03"></ring-value>', '0x7c03">41</ring-value>'), /^value-text\? 16: 41 is typed/],
  [
    "instruction",
    edited("## Second", '<ring-card instruction="IRETT"></ring-card>\n\n## Second'),
    /^instruction 35: There is no instruction “IRETT”/,
  ],
  [
    "file-of-firmware",
    edited("<ring-screen></ring-screen>", '<ring-source file="post2.S"></ring-source>'),
    /^file-of-firmware 12: .* Did you mean post.S\?/,
  ],
  ["fence-words", edited("cell=boot", "cell=boot bits=17"), /^fence-words 37: bits=17 cannot be. It takes 16, 32, 64/],
  ["source-name", edited("cell=boot", "cell=the-boot"), /^[\s\S]*source-name 37: “the-boot” is no name/],
  ["assembles", edited("cli", "clii"), /assembles 42: boot: .*clii/],
  [
    "source-used",
    edited("## Second", "```asm cell=idle\nnop\n```\n\n## Second"),
    /^source-used 35: Nothing uses the source idle/,
  ],
  [
    "source-label",
    edited('floppy="#boot"', 'floppy="#bot"'),
    /source-label 11: There is no source bot on the page. Did you mean boot\?/,
  ],
  [
    "excerpt",
    edited("label=post", "label=pots"),
    /^excerpt 56: engine\/firmware\/post.S has no label pots. Did you mean post\?/,
  ],
  ["cell-compiles", edited("const bytes = ", "const bytes == "), /cell-compiles 49: .*token/],
  ["prediction-id", edited('id="b" ', ""), /^prediction-id 29: The prediction has no id/],
  ["prediction-question", edited(' question="Where?"', ""), /^prediction-question 29: The prediction has no question/],
  ["prediction-answer", edited(' answer="0x40"', ""), /^prediction-answer 29: The prediction has no answer/],
  [
    "prediction-options",
    edited('  <option value="0">Nothing</option>\n', ""),
    /^prediction-options 25: The prediction has 1 options/,
  ],
  [
    "prediction-right",
    edited('answer="0x40"', 'answer="forty"'),
    /^prediction-right 29: The answer “forty” is no number/,
  ],
  [
    "prediction-order",
    edited('<option until="halt">', "<option>"),
    /prediction-order 30: “The end” does not say where it is/,
  ],
  [
    "prediction-place",
    edited('measure="AL" at="0x7c03"', 'measure="AL" at="int 0x99"'),
    /prediction-place 25: The machine does not come to “int 0x99”/,
  ],
  [
    "prediction-measure",
    edited('measure="AL"', 'measure="ALL"'),
    /^prediction-measure 25: “ALL” cannot be read: There is no register “ALL”/,
  ],
  [
    "prediction-agrees",
    edited('measure="AL"', 'measure="AL" answer="0"'),
    /^prediction-agrees 25: The answer is “0”, but the machine says 0x41/,
  ],
  [
    "prediction-fits",
    edited(/value="0x41"(.*)\n(.*)value="0"/, 'value="letter">A letter</option>\n  <option value="none"'),
    /^prediction-fits 25: The machine says 0x41 \(65\), which no option is/,
  ],
  [
    "prediction-fits",
    edited(
      /at="0x7c03" question="What is in AL\?">\n {2}<option value="0x41"/,
      'format="hex" at="0x7c03" question="What is in AL?">\n  <option value="0x40"',
    ),
    /^prediction-fits 25: The machine says 0x41 \(65\), which no option is; the nearest is 0x40/,
  ],
  [
    "prediction-sorted",
    edited(
      /( {2}<option until="halt">.*\n)( {2}<option until="int.*\n)/,
      '  <option until="int 0x10">The letter</option>\n  <option until="halt">The end</option>\n',
    ),
    /^prediction-sorted 30: The options stand in the machine's order/,
  ],
  [
    "machine-boots",
    edited('at="0x7c00"', 'at="0x7c00" memory="0"'),
    /machine-boots 11: The machine m does not start: /,
  ],
  [
    "machine-wakes",
    edited('at="0x7c00"', 'at="port 0x9999"'),
    /machine-wakes 11: The machine m does not come to “port 0x9999”/,
  ],
  [
    "value-place",
    edited('data-at="0x7c03"', 'data-at="exception 6"'),
    /^value-place 16: The machine does not come to “exception 6”/,
  ],
  ["value-reads", edited('expr="AL"', 'expr="word[0x7dfe"'), /^value-reads 16: “word\[0x7dfe” cannot be read: /],
  [
    "verb-reaches",
    edited('until="halt">run', 'until="int 0x77">run'),
    /^verb-reaches\? 17: The machine m does not come to “int 0x77” by itself/,
  ],
  [
    "cell-names",
    edited("display(bytes", "display(byte"),
    /^cell-names 52: The cell cell-1 uses byte, which nothing gives. Did you mean bytes\?/,
  ],
  [
    "cell-throws",
    edited("boot.bytes.length", "boot.bites.length"),
    /^cell-throws 49: The cell size throws: Cannot read properties of undefined/,
  ],
];

test("a whole lesson has nothing to mend", async () => expect(await problemsOf(lesson)).toEqual([]));

test.each(cases)("%s", async (name, text, said) => {
  const one = rules.filter((rule) => rule.name === name);
  expect((await problemsOf(text, one)).join("\n")).toMatch(said);
});

test("a lab that its lesson does not name is told so", async () => {
  const text = statement;
  const world4 = read(lesson.replace("03-lab", "03-x"), "lesson", "lessons/03-modes/index.mdx");
  const document = read(text, "statement", "labs/03-lab/statement.mdx");
  const problems = await checkDocument(document, { ...world, documents: [world4, document] });
  expect(problems).toMatchObject([
    { rule: "lab-listed", line: 3, hint: 'Add "03-lab" to labs in lessons/03-modes/index.mdx.' },
  ]);
});

test("an element that the guide does not show is named", async () => {
  const tags = [...world.vocabulary.views.keys()].filter((name) => name !== "ring-tlb" && name !== "ring-dock");
  const text = tags.map((name) => `<${name}></${name}>`).join("\n\n");
  const guide = read(`---\ntitle: Guide\n---\n\n${text}\n`, "guide", "authoring/guide/index.mdx");
  const by = rules.filter(({ name }) => name === "guide-shows");
  const problems = await checkDocument(guide, world, by);
  expect(problems.map(({ message }) => message)).toEqual(["The guide does not show <ring-tlb>."]);
});

test("a label of a machine's source is a place; one that the source lacks is named", async () => {
  const labelled = lesson
    .replaceAll('at="0x7c03"', 'at="label second"')
    .replace("        int   $0x10", "second: int   $0x10")
    .replace("\n\n## First", ' <ring-verb machine="m" do="run-to" until="label third">on</ring-verb>\n\n## First');
  const places = (await problemsOf(labelled)).filter((one) => /label|place|verb/.test(one));
  expect(places).toEqual([expect.stringMatching(/^place 19: The machine's source has no label “third”/)]);
});

test("every rule has a case", () => {
  const tried = new Set([...cases.map(([name]) => name), "lab-listed", "guide-shows"]);
  expect(rules.map(({ name }) => name).filter((name) => !tried.has(name))).toEqual([]);
  expect(rules.length).toBe(new Set(rules.map(({ name }) => name)).size);
});

test("a name that is of no lesson or lab is found before anything is checked", () => {
  expect(unknownNames(["02-boot", "lessons/02-boot/", "labs/02-boot-sector", "guide"])).toEqual([]);
  expect(unknownNames(["02-boot", "02-bot"])).toEqual(["02-bot"]);
});
