// Picking a place in a machine's views, for <ring-predict kind="place">. A view marks what can be picked with
// `data-place`: a register's name, or an address as addressText has it, which is also what a session outlines. While a
// place is picked, the next click (or Enter, or space) on one is the answer and nothing else; Escape ends it.
import { parseNumber } from "../model/number.ts";
import type { MachineSession } from "../model/session.ts";
import { addressText } from "../model/words.ts";

/** A place that was typed, or that an author wrote: a register's name where `isName` knows it, else an address in hex. */
export function readPlace(typed: string, isName: (name: string) => boolean): string | undefined {
  const text = typed.trim();
  if (isName(text.toUpperCase())) return text.toUpperCase();
  const parsed = parseNumber(text, "hex");
  return "value" in parsed ? addressText(Number(parsed.value)) : undefined;
}

/** What lies under an event in one of the session's views. */
function placeUnder(event: Event, session: MachineSession): string | undefined {
  const path = event.composedPath();
  if (!path.some((node) => (node as { session?: unknown }).session === session)) return undefined;
  return path.map((node) => (node as HTMLElement).dataset?.["place"]).find((place) => place !== undefined);
}

/** Waits for a place of the session; `end` gets it, or undefined where the reader stopped. Answers how to stop. */
export function pickPlace(session: MachineSession, end: (place: string | undefined) => void): () => void {
  const onEvent = (event: Event) => {
    const { key } = event as KeyboardEvent;
    if (event.type === "keydown" && key === "Escape") finish(event, undefined);
    else if (event.type === "click" || key === "Enter" || key === " ") {
      const place = placeUnder(event, session);
      if (place !== undefined) finish(event, place);
    }
  };
  const finish = (event: Event, place: string | undefined) => {
    event.preventDefault();
    event.stopPropagation();
    stop();
    end(place);
  };
  const stop = () => {
    for (const type of ["click", "keydown"]) document.removeEventListener(type, onEvent, true);
  };
  for (const type of ["click", "keydown"]) document.addEventListener(type, onEvent, true);
  return stop;
}
