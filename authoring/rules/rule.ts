// What a rule is, and what of the checkout it may look at.
import type { Engine, Workbench } from "../../engine/index.ts";
import type { Document, Kind, Tag } from "../document.ts";
import type { Finding } from "../problem.ts";
import type { Stage } from "../stage.ts";
import type { Vocabulary } from "../vocabulary.ts";

/** What surrounds a document. */
export interface World {
  /** The checkout's folder, with a slash at its end. */
  readonly root: string;
  readonly vocabulary: Vocabulary;
  /** All documents of the checkout, this one included. */
  readonly documents: readonly Document[];
  /** Numbers of the course's plan (site/course.ts). */
  readonly planned: readonly number[];
  /** Names of the firmware's files. */
  readonly firmware: readonly string[];
  readonly bench: Workbench;
  readonly engine: Engine;
  /** The document's machines, that run. */
  stage(document: Document): Stage;
  /** Whether the site has a page of that address: `/labs/`, `/lessons/02-boot/`. */
  hasPage(address: string): boolean;
}

/** One thing that a document must hold to. */
export interface Rule {
  /** Stable: it is printed with every finding. */
  readonly name: string;
  /** What holds, as a sentence. */
  readonly says: string;
  /** A warning does not fail the check. */
  readonly severity?: "warning";
  /** Which documents it is for; all where nothing is said. */
  readonly only?: readonly Kind[];
  check(document: Document, world: World): Iterable<Finding> | Promise<Iterable<Finding>>;
}

/** The tags of that name. */
export function named(document: Document, ...names: readonly string[]): Tag[] {
  return document.tags.filter(({ name }) => names.includes(name));
}

/** An attribute's text where the author typed one; "" where it is missing or an expression. */
export function text(tag: Tag, attribute: string): string {
  return tag.attributes.get(attribute) ?? "";
}

/** The machine whose view a tag is: around it, or the one that it names; undefined where neither is there. */
export function machineOf(document: Document, tag: Tag): Tag | undefined {
  const id = text(tag, "machine");
  const machines = named(document, "ring-machine");
  if (id) return machines.find((machine) => text(machine, "id") === id);
  for (let at: Tag | undefined = tag.parent; at; at = at.parent) if (at.name === "ring-machine") return at;
  return undefined;
}
