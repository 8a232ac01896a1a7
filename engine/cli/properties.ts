/** QEMU's lists of properties, `user,id=n,restrict=on`, and the values in them. */
import { UsageError } from "./usage.ts";

export type Properties = Readonly<Record<string, string>>;

/**
 * `a=1,b=2` as a record; a word without `=` is a key with "on", but the first one is the value of `implied`, where there
 * is such a key; `,,` in a value is a comma.
 */
export function properties(text: string, implied?: string): Record<string, string> {
  const parts = text.split(/(?<!,),(?!,)/).map((part) => part.replaceAll(",,", ","));
  return Object.fromEntries(
    parts.map((part, i) => {
      const at = part.indexOf("=");
      if (at < 0) return i === 0 && implied !== undefined ? [implied, part] : [part, "on"];
      return [part.slice(0, at), part.slice(at + 1)];
    }),
  );
}

/** `user,id=n` as "user" and the rest. */
export function kindAndProperties(text: string, implied = "type"): [kind: string, given: Record<string, string>] {
  const { [implied]: kind = "", ...given } = properties(text, implied);
  return [kind, given];
}

/** A UsageError for the first key that `flag` does not take. */
export function expectKeys(flag: string, given: Properties, known: readonly string[]): void {
  const odd = Object.keys(given).find((key) => !known.includes(key));
  if (odd !== undefined) throw new UsageError(`${flag},${odd}=: expected ${known.join(", ") || "nothing"}`);
}

export function integer(flag: string, text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isSafeInteger(value) || value < 0)
    throw new UsageError(`${flag}${flag.endsWith("=") ? "" : " "}${text}: expected a number`);
  return value;
}

/** `on` or `off`; `otherwise` where nothing is said. */
export function onOff(flag: string, text: string | undefined, otherwise: boolean): boolean {
  if (text === undefined) return otherwise;
  if (["on", "yes", "true", "y"].includes(text)) return true;
  if (["off", "no", "false", "n"].includes(text)) return false;
  throw new UsageError(`${flag}${text}: expected on or off`);
}

/** Bytes, by a number with k, M or G; `unit` where no letter is there. */
export function size(flag: string, text: string, unit: number): number {
  const found = /^(0x[0-9a-fA-F]+|\d+(?:\.\d+)?)([bBkKmMgGtT]?)$/.exec(text);
  if (found === null) throw new UsageError(`${flag} ${text}: expected a size as 64, 64M or 1G`);
  const scales: Readonly<Record<string, number>> = { "": unit, b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };
  return Number(found[1]) * (scales[(found[2] as string).toLowerCase()] as number);
}
