// A document's machines, run in Node as the page will run them: by the site's own recorder, on what the author wrote.
// A question that cannot be answered comes back as the sentence that the page's build would stop with.
import { readFileSync } from "node:fs";
import type { Engine, MachineHandle, MachineStatus, Until } from "../engine/index.ts";
import { AuthorError, Recorder } from "../site/recorded/frames.ts";
import type { Found } from "../site/recorded/html.ts";
import type { Value } from "../widgets/model/expression.ts";
import type { Parsed } from "../widgets/model/number.ts";
import { parseUntil, reached } from "../widgets/model/until.ts";
import { fenceName, sourceAttributes } from "../widgets/notebook/fence.ts";
import type { Document, Tag } from "./document.ts";

/** One second of the machine's own time: a verb of a page takes no longer. */
const verbTicks = 200_000_000;

export type Asked<T> = { readonly value: T } | { readonly problem: string };

export class Stage {
  private readonly recorder: Recorder;
  private readonly found = new Map<Tag, Found>();
  private readonly document: Document;
  private readonly answers = new Map<Tag, Promise<Asked<Value>>>();
  private readonly woken = new Map<Tag, Promise<Asked<MachineHandle>>>();

  constructor(document: Document, root: string, engine: Engine) {
    this.document = document;
    const tags = document.tags.map((tag) => this.asFound(tag));
    const sources = document.fences.filter(({ kind }) => kind === "source");
    const asms = sources.map(({ meta, code }) => found("ring-asm", sourceAttributes(meta), `${code}\n`));
    this.recorder = new Recorder([...tags, ...asms], document.file, engine, async (address) =>
      readImage(root, address),
    );
  }

  private asFound(tag: Tag): Found {
    const attributes = [...tag.attributes].flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
    const one = found(tag.name, Object.fromEntries(attributes), tag.text);
    this.found.set(tag, one);
    one.children = tag.children.map((child) => this.found.get(child) ?? this.asFound(child));
    return one;
  }

  private async ask<T>(question: () => Promise<T>): Promise<Asked<T>> {
    try {
      return { value: await question() };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const text = error instanceof AuthorError ? error.message.replace(`${this.document.file}: `, "") : error.message;
      return { problem: /[.!?]$/.test(text) ? text : `${text}.` };
    }
  }

  /** The machine where it wakes; it is read and never run on. */
  machine(tag: Tag): Promise<Asked<MachineHandle>> {
    const known = this.woken.get(tag) ?? this.ask(() => this.recorder.machine(this.found.get(tag)!));
    this.woken.set(tag, known);
    return known;
  }

  value(tag: Tag): Promise<Asked<string>> {
    return this.ask(() => this.recorder.value(this.found.get(tag)!));
  }

  /** Several rules ask the same of a prediction: it is run once. */
  measured(tag: Tag): Promise<Asked<Value>> {
    const known = this.answers.get(tag) ?? this.ask(() => this.recorder.measured(this.found.get(tag)!));
    this.answers.set(tag, known);
    return known;
  }

  order(tag: Tag): Promise<Asked<number[]>> {
    return this.ask(() => this.recorder.order(this.found.get(tag)!));
  }

  /** What the page says of a prediction without a script. */
  answer(tag: Tag): Promise<Asked<string | undefined>> {
    return this.ask(() => this.recorder.answer(this.found.get(tag)!));
  }

  /** Where the machine of a value or a prediction stands when it is run to `where` from power-on, and whether that is there. */
  async standing(id: string, where: string): Promise<Asked<{ status: MachineStatus; there: boolean }>> {
    return this.ask(async () => {
      const { status } = await this.recorder.standingAt(id || undefined, "the text", where);
      const wish = parseUntil(where, this.recorder.labelsOf(this.recorder.owner(id || undefined, "the text")));
      return { status, there: "value" in wish && reached(wish.value, status) };
    });
  }

  /** A place of a machine that was switched on, labels of its source included. */
  place(machine: Tag, where: string): Parsed<Until> {
    return parseUntil(where, this.recorder.labelsOf(this.found.get(machine)!));
  }

  /** Whether the machine comes to `where` from where it wakes or, failing that, from `tick` (power-on where that is ""). */
  async comesTo(machine: Tag, where: string, tick: string): Promise<Asked<boolean>> {
    const from = this.found.get(machine)!;
    for (const start of [from, { ...from, attributes: { ...from.attributes, at: tick } }]) {
      const asked = await this.ask(async () => {
        const handle = await this.recorder.machine(start);
        const wish = this.place(machine, where);
        if (!("value" in wish)) throw new AuthorError(`${wish.message} ${wish.hint}`);
        const status = await handle.run({ ...wish.value, ticks: Math.min(wish.value.ticks ?? verbTicks, verbTicks) });
        handle.close();
        return reached(wish.value, status);
      });
      if ("problem" in asked || asked.value) return asked;
    }
    return { value: false };
  }

  /** Gives back the machines' memory. */
  async close(): Promise<void> {
    await this.recorder.close();
    for (const asked of this.woken.values()) {
      const one = await asked;
      if ("value" in one) one.value.close();
    }
  }

  /** The sources by name, as cells see them. */
  sourceNames(): string[] {
    return this.document.fences.filter(({ kind }) => kind === "source").map(({ meta }) => fenceName(meta));
  }
}

function found(name: string, attributes: Record<string, string>, text: string): Found {
  return { name, attributes, text, html: text, children: [], start: 0, inside: 0, end: 0 };
}

/** An image that the site serves: from public/. */
function readImage(root: string, address: string): Uint8Array | undefined {
  try {
    return readFileSync(`${root}public/${address.replace(/^(?:\.\.\/|\.\/|\/)*/, "")}`);
  } catch {
    return undefined;
  }
}
