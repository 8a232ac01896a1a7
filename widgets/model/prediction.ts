// Predictions: what a reader guessed against what the machine measured. Pure; the element asks and draws.
import type { Value } from "./expression.ts";
import { grouped, hex, type Parsed, parseNumber } from "./number.ts";

export type PredictionKind = "choice" | "number" | "order" | "place";

/** What is kept in this browser: the guess, the machine's answer, and the instant at which it gave it. */
export interface KeptPrediction {
  readonly said: string;
  readonly measured: string;
  readonly tick?: number;
}

/** Reads a typed number; where the question is about hex, bare digits are hex, elsewhere only what cannot be decimal. */
export function readGuess(typed: string, base: "hex" | "decimal"): Parsed<bigint> {
  const parsed = parseNumber(typed, base);
  if ("value" in parsed || base === "hex") return parsed;
  const asHex = parseNumber(typed, "hex");
  return "value" in asHex ? asHex : parsed;
}

/** What was measured, or by how much it grew since `before`. */
export function growth(before: Value | undefined, now: Value): Value {
  return typeof before === "bigint" && typeof now === "bigint" ? now - before : now;
}

/** A number in the base of its question, with the other base beside it where they differ: "4e (78)". */
export function showNumber(value: bigint, base: "hex" | "decimal"): string {
  if (value >= 0n && value < 10n) return value.toString();
  return base === "hex"
    ? `${hex(value)} (${grouped(value)})`
    : `${grouped(value)}${value > 255n ? "" : ` (${hex(value)} hex)`}`;
}

/**
 * The choice that a measured value stands for: the one of that very value, else, among numbers, the nearest by ratio
 * ("about ten thousand" for 8,192). −1 where none can be it.
 */
export function chosenByMachine(values: readonly string[], measured: Value): number {
  if (typeof measured === "string") return values.findIndex((value) => value.trim() === measured.trim());
  const numbers = values.map((value) => {
    const parsed = parseNumber(value);
    return "value" in parsed ? parsed.value : undefined;
  });
  const exact = numbers.indexOf(measured);
  if (exact >= 0 || numbers.some((number) => number === undefined)) return exact;
  const distance = (number: bigint) => Math.abs(Math.log((Number(number) + 1) / (Number(measured) + 1)));
  const distances = numbers.map((number) => distance(number!));
  return distances.indexOf(Math.min(...distances));
}

/** The order of places by the tick at which each was reached first; what was never reached stands last. */
export function orderByTicks(ticks: readonly (number | undefined)[]): number[] {
  return ticks
    .map((tick, index) => ({ tick: tick ?? Number.POSITIVE_INFINITY, index }))
    .sort((a, b) => a.tick - b.tick || a.index - b.index)
    .map(({ index }) => index);
}
