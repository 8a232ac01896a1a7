// Where a machine's disk comes from: `floppy="#boot-src"` names an element that holds assembly source (a notebook's
// named block, a <textarea>, a <script type="text/x-asm">), anything else is the address of an image.
import type { AssembleAnswer, Engine } from "../../engine/index.ts";
import { floppyBytes, type RecordedDisk, recordedImage } from "./recorded-disk.ts";
import type { Labels } from "./until.ts";

/**
 * An element with assembly source: its `source` property where it has one, else its value or text. It may carry
 * `data-origin` (default 0x7c00), `data-bits` (default 16), `data-syntax` and `data-file`. When a reader's edit is to
 * run it sends "ring-source"; after assembling it is sent "ring-assembled" with the AssembleAnswer as detail.
 */
export interface SourceElement extends HTMLElement {
  readonly source?: string;
  readonly value?: string;
}

/** What each source's text assembled to. */
const assembled = new WeakMap<SourceElement, { readonly text: string; readonly symbols: Labels }>();

/** The source element that `name` names by `#id`, near `from` first. */
export function sourceIn(name: string, from: Element): SourceElement | undefined {
  if (!name.startsWith("#")) return undefined;
  const root = from.getRootNode() as Document | ShadowRoot;
  const id = CSS.escape(name.slice(1));
  return (root.querySelector(`#${id}`) ?? document.querySelector(`#${id}`) ?? undefined) as SourceElement | undefined;
}

/** The text of a source element. */
export function sourceText(element: SourceElement): string {
  // Markup begins the text of a <script> or <pre> on a line of its own.
  return element.source ?? element.value ?? (element.textContent ?? "").replace(/^\n/, "").trimEnd() + "\n";
}

/** The name under which an element's source stands in listings and messages. */
export function sourceFile(element: SourceElement): string {
  return element.dataset.file ?? `${element.id || "source"}.S`;
}

/** Assembles an element's source and tells the element how it went. */
export async function assembleElement(element: SourceElement, engine: Engine): Promise<AssembleAnswer> {
  const { origin, bits, syntax } = element.dataset;
  const text = sourceText(element);
  const answer = await engine.assemble(text, {
    file: sourceFile(element),
    origin: origin === undefined ? 0x7c00 : Number(origin),
    codeBits: bits === "32" ? 32 : bits === "64" ? 64 : 16,
    syntax: syntax === "intel" ? "intel" : "att",
  });
  assembled.set(element, { text, symbols: answer.symbols });
  element.dispatchEvent(new CustomEvent("ring-assembled", { bubbles: true, composed: true, detail: answer }));
  return answer;
}

/** The labels of an element's source as it runs now; assembled for it where that is not known yet. */
export async function labelsOf(element: SourceElement, engine: Engine): Promise<Labels> {
  const known = assembled.get(element);
  return known?.text === sourceText(element) ? known.symbols : (await assembleElement(element, engine)).symbols;
}

/**
 * The bytes of a 1.44 MB floppy, or of the image at an address. Throws with the first thing that is wrong. `disks`: what
 * the build assembled, for sources that are still as they were.
 */
export async function readImage(
  name: string,
  from: Element,
  engine: Engine,
  disks?: readonly RecordedDisk[],
): Promise<Uint8Array> {
  if (name.startsWith("#")) {
    const element = sourceIn(name, from);
    if (!element) throw new Error(`There is no source “${name}” on this page.`);
    const recorded = recordedImage(disks, name, sourceText(element), floppyBytes);
    if (recorded) return recorded;
    const { bytes, diagnostics } = await assembleElement(element, engine);
    const wrong = diagnostics.find(({ severity }) => severity === "error");
    if (wrong) throw new Error(`${wrong.file}, line ${wrong.line}: ${wrong.message} ${wrong.hint}`);
    const image = new Uint8Array(floppyBytes);
    image.set(bytes.subarray(0, floppyBytes));
    return image;
  }
  const answer = await fetch(new URL(name, document.baseURI));
  if (!answer.ok) throw new Error(`The disk ${name} could not be loaded: ${answer.status} ${answer.statusText}.`);
  return new Uint8Array(await answer.arrayBuffer());
}
