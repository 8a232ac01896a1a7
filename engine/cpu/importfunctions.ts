/** What generated code calls in TypeScript, by name; all take and give i32 (`Imports` in emitter.ts says what). */

/** `type`: its place among the types of handlers.ts, which is its number of parameters less two. */
export const IMPORTS = [
  { name: "read", type: 2 },
  { name: "update", type: 2 },
  { name: "store", type: 2 },
  { name: "commit", type: 2 },
  { name: "segment", type: 3 },
  { name: "link", type: 2 },
  { name: "jump", type: 2 },
  { name: "system", type: 1 },
  { name: "port", type: 2 },
  { name: "interrupt", type: 2 },
  { name: "interruptReturn", type: 1 },
  { name: "float", type: 1 },
  { name: "warm", type: 1 },
  { name: "guard", type: 1 },
  { name: "renew", type: 1 },
] as const;

/** The functions that a processor gives. */
export type ImportFunctions = Record<(typeof IMPORTS)[number]["name"], (...parameters: number[]) => number>;
