// gdb's letters, for a machine that has focus inside and is not held; Shift goes back in time (look.md, section 7).
import { grouped } from "./number.ts";
import type { MachineSession } from "./session.ts";
import { say } from "./speech.ts";
import { placeText, reasonText, stateWords, whoText } from "./words.ts";

/** The keys with what they do, for the list that `?` opens. */
export const keyHelp: readonly (readonly [keys: string, does: string])[] = [
  ["s", "step one instruction"],
  ["n", "step over a call, INT or repeat"],
  ["f", "run until the function returns"],
  ["c", "run; again: pause"],
  ["Shift+S", "one instruction back"],
  ["Shift+N", "back to the stop before"],
  ["Shift+C", "back to the breakpoint before, or the start"],
  ["b", "breakpoint at the chosen line"],
  ["[  ]", "previous, next event"],
  ["Home, End", "start of the run, now"],
  ["g", "go to an address"],
  ["w", "who wrote this: on a register or a byte"],
  ["i", "say the machine's state"],
  ["Enter, Esc", "on the screen: keys and mouse to the guest, leave"],
  ["?", "show these keys"],
];

/** "Paused at 0000:7c05, instruction 1,204 of 9,310, real mode." */
export function stateSentence(session: MachineSession): string {
  const { status, state } = session;
  if (!status) return `${session.label}: ${stateWords[state].toLowerCase()}.`;
  const reason = reasonText(status);
  const where = `at ${placeText(status)}, instruction ${grouped(status.tick)} of ${grouped(Math.max(session.furthest, status.tick))}`;
  return `${stateWords[state]} ${where}, ${whoText(status)}${reason ? `. ${reason}` : ""}.`;
}

function isTyping(target: EventTarget | undefined): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return target.type !== "range";
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable;
}

/** Does what a key means; false where it means nothing here. `b`, `g` and `?` go to the views as "command" events. */
export function actOnKey(event: KeyboardEvent, session: MachineSession, host: HTMLElement): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.composedPath()[0]))
    return false;
  // A held-down key waits for the machine instead of piling up.
  const stepping = "snfSN".includes(event.key);
  if (event.repeat && stepping && session.busy) return true;
  switch (event.key) {
    case "s":
      void session.step();
      return true;
    case "n":
      void session.over();
      return true;
    case "f":
      void session.out();
      return true;
    case "c":
      void session.runOrPause();
      return true;
    case "S":
      void session.back();
      return true;
    case "N":
      void session.backToStop();
      return true;
    case "C":
      void session.backToStop(true);
      return true;
    case "F":
    case "[":
      void session.toEvent(-1);
      return true;
    case "]":
      void session.toEvent(1);
      return true;
    case "Home":
      void session.goTo(0);
      return true;
    case "End":
      void session.returnToNow();
      return true;
    case "i":
      say(session.id, stateSentence(session));
      return true;
    case "b":
    case "g":
    case "?":
      return (
        session.dispatchEvent(new CustomEvent("command", { detail: { key: event.key, host }, cancelable: true })) ===
        false
      );
    default:
      return false;
  }
}
