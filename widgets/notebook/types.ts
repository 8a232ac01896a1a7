// TypeScript → JavaScript by blanking: each type becomes spaces of the same length, so nothing moves. Only what a cell
// needs: annotations, type arguments and parameters, interfaces, type aliases, `as`, `satisfies`, `!`, `declare`.
// Refused, as by Node's own type stripping: enums, namespaces, parameter properties (they would need code).
import { parser } from "@lezer/javascript";

const typescript = parser.configure({ dialect: "ts" });

/** Nodes of the grammar that are types and nothing else. */
const blanked = new Set([
  "TypeAnnotation",
  "TypeArgList",
  "TypeParamList",
  "InterfaceDeclaration",
  "TypeAliasDeclaration",
  "AmbientDeclaration",
  "TypePredicate",
  "Privacy",
]);
const refused = new Set(["EnumDeclaration", "NamespaceDeclaration"]);

/** `source` with its types blanked; throws SyntaxError for what cannot be. Same length, same line breaks. */
export function blankTypes(source: string): string {
  const characters = source.split("");
  const blank = (from: number, to: number) => {
    for (let i = from; i < to; i++) if (characters[i] !== "\n") characters[i] = " ";
  };
  typescript.parse(source).iterate({
    enter(node) {
      if (refused.has(node.name)) {
        const before = source.slice(0, node.from).split("\n");
        const place = `(${before.length}:${before[before.length - 1].length})`;
        throw new SyntaxError(`${node.name.replace("Declaration", "s").toLowerCase()} are not types ${place}`);
      }
      if (blanked.has(node.name)) {
        blank(node.from, node.to);
        return false;
      }
      // `x as T`, `x satisfies T`: from the word on. `x!`: the mark.
      if (node.name === "as" || node.name === "satisfies") {
        const end = node.node.parent?.to;
        if (end !== undefined && node.node.parent?.name === "BinaryExpression") blank(node.from, end);
      }
      if (node.name === "LogicOp" && node.node.parent?.name === "PostfixExpression") blank(node.from, node.to);
      if (node.name === "Optional") blank(node.from, node.to);
      if (node.name === "implements") blank(node.from, node.node.parent?.getChild("ClassBody")?.from ?? node.to);
      return undefined;
    },
  });
  return characters.join("");
}
