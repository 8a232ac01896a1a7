// What a page shows before, and without, its script: each machine's frame, recorded while the site is built, by the very
// engine that the page will run. A machine gets its frame as data (views draw it at first paint) and as a plain screen;
// a prediction its question and the machine's answer; a listing of the firmware its lines.
import type { Engine, MachineEvent, MachineHandle } from "../../engine/index.ts";
import { evaluate, type Readable, type Value } from "../../widgets/model/expression.ts";
import { machineConfiguration } from "../../widgets/model/machine-configuration.ts";
import { binary, grouped, hex } from "../../widgets/model/number.ts";
import { chosenByMachine, growth, orderByTicks, showNumber } from "../../widgets/model/prediction.ts";
import { type Instant, type Reader, type RecordedFrame, recordFrame, screenRows } from "../../widgets/model/reader.ts";
import { floppyBytes, type RecordedDisk, recordDisk } from "../../widgets/model/recorded-disk.ts";
import { recordedViews } from "../../widgets/model/recorded-views.ts";
import { type Labels, parseUntil, reached } from "../../widgets/model/until.ts";
import { escapeHtml, type Found, findElements, scriptJson, splice } from "./html.ts";

const names = [
  "script",
  "ring-machine",
  "ring-asm",
  "ring-predict",
  "ring-source",
  "ring-disassembly",
  "ring-value",
  "ring-card",
  ...Object.keys(recordedViews),
];

/** What a page's machines need besides the page; each answers undefined where there is no such file. */
export interface Surroundings {
  /** A file by its address on the page. */
  readFile(address: string): Promise<Uint8Array | undefined>;
  /** Lines of a file of the firmware as highlighted HTML; `lines` is "18-34", or a number of lines. */
  listing(file: string, lines: string): Promise<string | undefined>;
}

/** What holds assembly source on a page: a notebook's block, or a script that no browser runs. */
const isSource = ({ name, attributes }: Found) => name === "ring-asm" || attributes.type === "text/x-asm";

const sourceText = ({ html, text }: Found) => findElements(html, ["pre"])[0]?.text ?? text;

/** Wrong things that an author wrote, for the build's log. */
export class AuthorError extends Error {}

/** The page with what its machines show, recorded. `page` names it in messages. Throws AuthorError. */
export async function addFrames(
  html: string,
  page: string,
  engine: Engine,
  { readFile, listing }: Surroundings,
): Promise<string> {
  const found = findElements(html, names);
  const machines = found.filter(({ name }) => name === "ring-machine");
  if (!found.some(({ name }) => name !== "script")) return html;
  const recorder = new Recorder(found, page, engine, readFile);
  const pieces = [];
  for (const machine of machines) {
    if (!machine.children.some(({ attributes }) => attributes.class === "recorded")) {
      pieces.push({ at: machine.inside, html: await recorder.frame(machine) });
    }
  }
  for (const one of found.filter(({ name }) => name === "ring-predict")) {
    pieces.push(...(await recorder.prediction(one)));
  }
  for (const one of found.filter(({ name, text }) => name === "ring-value" && !text.trim())) {
    pieces.push({ at: one.inside, html: await recorder.value(one) });
  }
  for (const one of found.filter(({ name }) => name === "ring-card")) {
    pieces.push({ at: one.inside, html: await recorder.card(one) });
  }
  for (const one of found.filter(({ name, attributes }) => name === "ring-source" && attributes.file)) {
    const { file, lines } = one.attributes;
    const text = await listing(file, lines ?? "");
    if (text === undefined) throw new AuthorError(`${page}: the firmware has no file ${file}`);
    pieces.push({ at: one.inside, html: `<div class="recorded-view">${text}</div>` });
  }
  for (const one of found.filter(({ name }) => name === "ring-source" || name === "ring-disassembly")) {
    pieces.push({ at: one.inside - 1, html: ` style="--lines:${recorder.lines(one)}"` });
  }
  await recorder.close();
  return splice(html, pieces);
}

/** As <ring-value> shows it (widgets/elements/value.ts, which needs a browser). */
function showValue(value: bigint | string, format: string, digits: number): string {
  if (typeof value === "string") return value;
  if (format === "decimal") return grouped(value);
  return format === "binary" ? binary(value, digits || 16) : hex(value, digits);
}

/** The machines of a page, and what they answer. The check of lessons asks it, too (authoring/stage.ts). */
export class Recorder {
  private readonly found: readonly Found[];
  private readonly page: string;
  private readonly engine: Engine;
  private readonly readFile: Surroundings["readFile"];
  private count = 0;
  /** By the name of their source. */
  private readonly assembled = new Map<string, RecordedDisk>();
  private readonly labels = new Map<string, Labels>();
  /** Disks by name, and machines that stand where values are read of them, by id and place. */
  private readonly images = new Map<string, Promise<Uint8Array>>();
  private readonly standing = new Map<string, Promise<MachineHandle>>();

  constructor(found: readonly Found[], page: string, engine: Engine, readFile: Surroundings["readFile"]) {
    this.found = found;
    this.page = page;
    this.engine = engine;
    this.readFile = readFile;
  }

  private refuse(what: string): never {
    throw new AuthorError(`${this.page}: ${what}`);
  }

  /** Gives back the memory of machines that are kept. */
  async close(): Promise<void> {
    for (const machine of this.standing.values()) (await machine.catch(() => undefined))?.close();
    this.standing.clear();
  }

  /** The element's machine, switched on and run to where it wakes. */
  async machine(element: Found, events: MachineEvent[] = []): Promise<MachineHandle> {
    const { attributes } = element;
    const floppies = [await this.image(attributes.floppy), await this.image(attributes["floppy-b"])];
    const configuration = machineConfiguration(
      { memory: Number(attributes.memory ?? 16), rtc: attributes.rtc },
      floppies,
    );
    const machine = await this.engine.create(`${this.page}#${++this.count}`, configuration);
    machine.onEvents(["exception", "interrupt"], (more) => events.push(...more));
    await this.runTo(machine, attributes.at, this.labelsOf(element));
    return machine;
  }

  private async runTo(machine: MachineHandle, where: string | undefined, labels: Labels): Promise<void> {
    if (!where) return;
    const wish = parseUntil(where, labels);
    if (!("value" in wish)) this.refuse(`${wish.message} ${wish.hint}`);
    if (wish.value.tick !== machine.status.tick) await machine.run(wish.value);
  }

  /** The labels of what a machine boots, once it was switched on: those of its first disk's source before the second's. */
  labelsOf({ attributes }: Found): Labels {
    const each = [attributes["floppy-b"], attributes.floppy].map((name) => this.labels.get(name ?? ""));
    return Object.assign({}, ...each);
  }

  /** The disks that were assembled for a machine. */
  private disksOf({ attributes }: Found): RecordedDisk[] {
    return [attributes.floppy, attributes["floppy-b"]].flatMap((name) => this.assembled.get(name ?? "") ?? []);
  }

  private async image(name: string | undefined): Promise<Uint8Array | undefined> {
    if (!name) return undefined;
    if (!this.images.has(name)) this.images.set(name, this.makeImage(name));
    return this.images.get(name);
  }

  private async makeImage(name: string): Promise<Uint8Array> {
    const image = new Uint8Array(floppyBytes);
    if (!name.startsWith("#")) {
      const bytes = await this.readFile(name);
      return bytes ?? this.refuse(`there is no disk image ${name}`);
    }
    const source = this.found.find((one) => isSource(one) && `#${one.attributes.id}` === name);
    if (!source) this.refuse(`there is no source ${name} on the page`);
    const { attributes } = source;
    const text = sourceText(source);
    const answer = await this.engine.assemble(text, {
      file: attributes["data-file"] ?? `${attributes.id}.S`,
      origin: Number(attributes["data-origin"] ?? 0x7c00),
      codeBits: attributes["data-bits"] === "32" ? 32 : attributes["data-bits"] === "64" ? 64 : 16,
      syntax: attributes["data-syntax"] === "intel" ? "intel" : "att",
    });
    const wrong = answer.diagnostics.find(({ severity }) => severity === "error");
    if (wrong) this.refuse(`${wrong.file}, line ${wrong.line}: ${wrong.message} ${wrong.hint}`);
    image.set(answer.bytes.subarray(0, floppyBytes));
    this.assembled.set(name, recordDisk(name, text, image));
    this.labels.set(name, answer.symbols);
    return image;
  }

  /** What the views of a machine read, inside it and elsewhere on the page. */
  private viewsOf({ attributes: { id }, inside, end }: Found) {
    const its = (one: Found) =>
      one.attributes.machine ? one.attributes.machine === id : one.start >= inside && one.start < end;
    return this.found
      .filter((one) => one.name in recordedViews && its(one))
      .map((one) => {
        const read = recordedViews[one.name];
        return (reader: Reader, instant: Instant) => read(reader, instant, one.attributes);
      });
  }

  /** The frame as data, and for readers without a script the screen as text. */
  async frame(element: Found): Promise<string> {
    const events: MachineEvent[] = [];
    const machine = await this.machine(element, events);
    const disks = this.disksOf(element);
    const frame: RecordedFrame = {
      ...(await recordFrame(machine, { codeLines: 24, events, views: this.viewsOf(element) })),
      ...(disks.length > 0 && { disks }),
    };
    const screen = await machine.screen();
    const rows = screen.kind === "text" ? screenRows(screen) : [];
    const { tick, cs, ip } = machine.status;
    const hex4 = (value: number) => value.toString(16).toUpperCase().padStart(4, "0");
    machine.close();
    const label = escapeHtml(element.attributes.label ?? "Machine");
    return (
      `<script type="application/json" class="recorded">${scriptJson(frame)}</script>` +
      `<div class="recorded-view"><p>${label}, recorded at instruction ${grouped(BigInt(tick))}, CS:IP = ${hex4(cs)}:${hex4(ip)}.` +
      ` It runs where the page may use scripts.</p>${screenAsText(rows)}${stateAsText(frame)}</div>`
    );
  }

  /** Question and answer of a prediction, for readers without a script. */
  async prediction(element: Found): Promise<{ at: number; html: string }[]> {
    const { attributes, children } = element;
    const explanation = children.find((child) => child.attributes.slot === "explanation");
    const question = attributes.question ? `<p>${escapeHtml(attributes.question)}</p>` : "";
    const answer = await this.answer(element);
    return [
      { at: element.inside, html: `<div class="recorded-view"><p><b>Predict.</b></p>${question}</div>` },
      {
        at: element.end,
        html:
          `<details class="recorded-view"><summary>What the machine says</summary>` +
          `${answer ? `<p>${answer}</p>` : ""}${explanation ? `<p>${explanation.html}</p>` : ""}</details>`,
      },
    ];
  }

  /** How many lines a listing will show: its room, until it is drawn (site/styles/room.css). */
  lines({ attributes: { lines = "", of = "" } }: Found): number {
    const [first, last] = lines.split("-").map(Number);
    if (last) return Math.min(last - first + 1, 60);
    const source = this.found.find((one) => isSource(one) && `#${one.attributes.id}` === of);
    const all = source ? sourceText(source).trimEnd().split("\n").length : Number.POSITIVE_INFINITY;
    return Math.min(first || 16, all);
  }

  /** What an empty `<ring-value>` reads where its machine wakes, or at its `data-at`: no number is typed in a text. */
  async value({ attributes }: Found): Promise<string> {
    const machine = await this.standingAt(attributes.machine, "a value", attributes["data-at"]);
    const answer = await evaluate(attributes.expr ?? attributes.of ?? "", readable(machine));
    if (!("value" in answer)) this.refuse(`${answer.message} ${answer.hint}`);
    return escapeHtml(showValue(answer.value, attributes.format ?? "hex", Number(attributes.digits ?? 0)));
  }

  /** The reference card of an instruction: what the table says, as data and in words. */
  async card({ attributes: { instruction = "" } }: Found): Promise<string> {
    const card = await this.engine.instruction(instruction);
    if (!card) this.refuse(`there is no instruction “${instruction}”`);
    const rows = card.encodings.map(({ opcode, words, notes }) => [opcode, words.join("; "), notes.join("; ")]);
    const table = rows.map((row) => `<tr>${row.map((cell) => `<td>${escapeHtml(cell)}</td>`).join("")}</tr>`).join("");
    const head = "<tr><th>Opcode</th><th>Operands</th><th>Notes</th></tr>";
    return (
      `<script type="application/json" class="recorded">${scriptJson(card)}</script>` +
      `<div class="recorded-view"><p><b>${card.name}</b> ${escapeHtml(card.says)}</p><table>${head}${table}</table>` +
      `<p>${escapeHtml(card.source)}</p></div>`
    );
  }

  /** A machine that is only read there, and so serves all who ask for that moment. */
  standingAt(id: string | undefined, who: string, where: string | undefined): Promise<MachineHandle> {
    const key = `${id ?? ""}@${where ?? ""}`;
    const machine = this.standing.get(key) ?? this.machineOf(id, who, where);
    this.standing.set(key, machine);
    return machine;
  }

  /** The machine of that id, or the page's first; `who` asks. */
  owner(id: string | undefined, who: string): Found {
    const owner = this.found.find((one) => one.name === "ring-machine" && (!id || one.attributes.id === id));
    return owner ?? this.refuse(`${who} asks the machine “${id}”, which is not on the page`);
  }

  /** The machine of that id, or the page's first, run to `where` from power-on; without `where`, to where it wakes. */
  private async machineOf(id: string | undefined, who: string, where: string | undefined): Promise<MachineHandle> {
    const owner = this.owner(id, who);
    return this.machine({ ...owner, attributes: { ...owner.attributes, at: where ?? owner.attributes.at ?? "" } });
  }

  /** A machine at a place as a reader's comes there: from tick `from`, else from where it wakes, or failing that from power-on. */
  private async comeTo(owner: Found, where: string | undefined, from: string | undefined): Promise<MachineHandle> {
    if (!where) return this.machine(owner);
    if (from === undefined) {
      const machine = await this.machine(owner);
      const wish = parseUntil(where, this.labelsOf(owner));
      if ("value" in wish) {
        const { address } = wish.value;
        if (address === undefined || address !== machine.status.address) await machine.run(wish.value);
        if (reached(wish.value, machine.status)) return machine;
      }
      machine.close();
    }
    const machine = await this.machine({ ...owner, attributes: { ...owner.attributes, at: from ?? "0" } });
    await this.runTo(machine, where, this.labelsOf(owner));
    return machine;
  }

  /** What the machine answers to a prediction that measures something, or by how much that grew. */
  async measured({ attributes }: Found): Promise<Value> {
    const { measure, since, until, at, from } = attributes;
    const owner = this.owner(attributes.machine, "a prediction");
    const machine = await this.comeTo(owner, since ?? until ?? at, from);
    const ask = async () => {
      const answer = await evaluate(measure, readable(machine));
      return "value" in answer ? answer.value : this.refuse(`${answer.message} ${answer.hint}`);
    };
    try {
      const before = since ? await ask() : undefined;
      if (since) await this.runTo(machine, until ?? at, this.labelsOf(owner));
      return growth(before, await ask());
    } finally {
      machine.close();
    }
  }

  /** The order in which a machine comes to the places of a prediction's options, as their numbers. */
  async order({ attributes, children }: Found): Promise<number[]> {
    const ticks = [];
    for (const option of children.filter(isOption)) {
      const where = option.attributes.until ?? option.attributes["data-until"] ?? "";
      const machine = await this.standingAt(attributes.machine, "a prediction", where);
      const wish = parseUntil(where, this.labelsOf(this.owner(attributes.machine, "a prediction")));
      ticks.push("value" in wish && reached(wish.value, machine.status) ? machine.status.tick : undefined);
    }
    return orderByTicks(ticks);
  }

  /** A prediction's answer as HTML: the machine's, or the author's. */
  async answer(element: Found): Promise<string | undefined> {
    const { attributes, children } = element;
    const options = children.filter(isOption);
    if (attributes.kind === "order") {
      const order = await this.order(element);
      return order.map((i, place) => `${place + 1}. ${options[i].html}`).join("<br>");
    }
    if (!attributes.measure) {
      const right = options.find((option) => worthOf(option) === attributes.answer);
      return right?.html ?? (attributes.answer && escapeHtml(attributes.answer));
    }
    const value = await this.measured(element);
    const base =
      attributes.kind === "place" || attributes.format === "hex" || /\bhex\b/i.test(attributes.question ?? "")
        ? "hex"
        : "decimal";
    const plain = typeof value === "string" ? escapeHtml(value) : showNumber(value, base);
    const chosen = options[chosenByMachine(options.map(worthOf), value)];
    return chosen ? `${chosen.html} (<code>${plain}</code>)` : `<code>${plain}</code>`;
  }
}

const isOption = ({ name }: Found) => name === "option" || name === "li";
/** What an option stands for. */
const worthOf = ({ attributes, text }: Found) => attributes.value ?? attributes["data-value"] ?? text.trim();

/** The screen down to its last line with text; nothing where it is empty. */
function screenAsText(rows: readonly string[]): string {
  const last = rows.findLastIndex((row) => row.trim());
  return last < 0 ? "" : `<pre class="screen" tabindex="0">${escapeHtml(rows.slice(0, last + 1).join("\n"))}</pre>`;
}

/** The next instructions and the general registers. */
function stateAsText({ code = [], registers }: RecordedFrame): string {
  const lines = code.slice(0, 6).map(({ address, text }, i) => `${i ? " " : ">"} ${hex(BigInt(address), 8)}  ${text}`);
  const values = registers?.general.map(({ name, value }) => `${name} ${value.toUpperCase().padStart(8, "0")}`) ?? [];
  const rows = [values.slice(0, 4).join("  "), values.slice(4).join("  ")];
  return `<pre tabindex="0">${escapeHtml([...lines, "", ...rows].join("\n"))}</pre>`;
}

function readable(machine: MachineHandle): Readable {
  return {
    registers: () => machine.registers(),
    readMemory: (space, address, length) => machine.readMemory(space, address, length),
    screenRows: async () => {
      const screen = await machine.screen();
      return screen.kind === "text" ? screenRows(screen) : [];
    },
    serial: async () => {
      let text = "";
      const stop = machine.onSerial((more) => {
        text += more;
      });
      await new Promise((done) => setTimeout(done));
      stop();
      return text;
    },
    tick: async () => machine.status.tick,
    ledger: async () => (await machine.ledger()).counts,
  };
}
