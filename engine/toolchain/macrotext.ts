/** Text of macros: arguments as they are written in a call, and their places in a body. Source: Using as, 7 ".macro". */
import type { Scanner } from "./scanner.ts";
import { skipCharacter, skipString } from "./source.ts";

/** A body's statement with `\name`, `\@` and `\()` replaced; `number` is what `\@` stands for. */
export function replaceParameters(
  text: string,
  values: ReadonlyMap<string, string>,
  number: string | undefined,
): string {
  // A character constant ('\\c') was read before, as in as: it is no parameter.
  return text.replace(/'\\.|\\(?:\(\)|@|([A-Za-z_.$][\w.$]*))/g, (whole, name: string | undefined) => {
    if (whole.startsWith("'")) return whole;
    if (whole === "\\()") return "";
    if (whole === "\\@") return number ?? whole;
    // The longest parameter that the word begins with: `\register.` is `register` and a dot.
    for (let length = (name as string).length; length > 0; length--) {
      const value = values.get((name as string).slice(0, length));
      if (
        value !== undefined &&
        (length === (name as string).length || /[.$]/.test((name as string)[length] as string))
      )
        return value + (name as string).slice(length);
    }
    return whole;
  });
}

/** A macro argument: up to a comma, or to a space that does not stand beside an operator; quotes are dropped. */
export function readArgument(s: Scanner): string {
  s.skipSpace();
  let out = "";
  let depth = 0;
  while (s.position < s.end) {
    const c = s.text[s.position] as string;
    if (c === "," && depth === 0) break;
    if (c === '"') {
      const end = Math.min(skipString(s.text, s.position), s.end);
      out += out === "" && depth === 0 ? s.text.slice(s.position + 1, end - 1) : s.text.slice(s.position, end);
      s.position = end;
      continue;
    }
    if (c === "'") {
      const end = skipCharacter(s.text, s.position);
      out += s.text.slice(s.position, end);
      s.position = end;
      continue;
    }
    if (c === "(" || c === "[") depth++;
    if (c === ")" || c === "]") depth--;
    if (/\s/.test(c) && depth <= 0) {
      const before = out[out.length - 1] ?? "";
      s.skipSpace();
      const after = s.position < s.end ? (s.text[s.position] as string) : "";
      if (/[\w.$%)\]'"\\]/.test(before) && /[\w.$%"'\\@]/.test(after)) break;
      continue;
    }
    out += c;
    s.position++;
  }
  return out;
}
