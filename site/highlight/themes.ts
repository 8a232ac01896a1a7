// Shiki's two themes, from the tokens: keywords are bold ink, comments italic, constants and strings have a hue.
// Few kinds of token have a colour, so that what the machine paints on a line (who runs, what changed) is seen.
import { readFileSync } from "node:fs";
import type { ThemeRegistration } from "shiki";
import { readTokens, type Token } from "../styles/tokens.ts";

const tokens = readTokens(readFileSync(new URL("../styles/tokens.css", import.meta.url), "utf8"));

interface Kind {
  scope: string[];
  colour: keyof typeof tokens;
  style?: "bold" | "italic";
}

const kinds: Kind[] = [
  { scope: ["comment", "punctuation.definition.comment"], colour: "ink-2", style: "italic" },
  {
    scope: ["keyword", "storage", "keyword.mnemonic", "variable.language", "support.type.primitive", "entity.name.tag"],
    colour: "ink",
    style: "bold",
  },
  { scope: ["keyword.operator", "punctuation", "meta.brace"], colour: "ink" },
  { scope: ["keyword.operator.new", "keyword.operator.expression"], colour: "ink", style: "bold" },
  { scope: ["keyword.directive", "storage.size"], colour: "ink-2", style: "bold" },
  { scope: ["constant", "constant.numeric", "constant.language"], colour: "syn-num" },
  { scope: ["string", "string.regexp", "punctuation.definition.string", "constant.character"], colour: "syn-str" },
  { scope: ["entity.name", "support", "variable"], colour: "ink" },
];

function theme(type: keyof Token): ThemeRegistration {
  return {
    name: `ring-${type}`,
    type,
    colors: { "editor.background": tokens.panel[type], "editor.foreground": tokens.ink[type] },
    settings: kinds.map(({ scope, colour, style }) => ({
      scope,
      settings: { foreground: tokens[colour][type], fontStyle: style ?? "" },
    })),
  };
}

export const themes: { light: ThemeRegistration; dark: ThemeRegistration } = {
  light: theme("light"),
  dark: theme("dark"),
};
