// Every rule that a document is held to; labs have theirs in labs.ts.
import { elementRules } from "./elements.ts";
import { headRules } from "./head.ts";
import { machineRules } from "./machines.ts";
import { predictionRules } from "./predictions.ts";
import { proseRules } from "./prose.ts";
import type { Rule } from "./rule.ts";
import { sourceRules } from "./sources.ts";

/** In the order in which an author mends things: what cannot be read first, what must run last. */
export const rules: readonly Rule[] = [
  ...proseRules,
  ...headRules,
  ...elementRules,
  ...sourceRules,
  ...predictionRules,
  ...machineRules,
];
