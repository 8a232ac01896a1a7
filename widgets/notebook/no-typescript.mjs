// Stands for `typescript` in what the page loads: notebook-kit names it, cells here lose their types without it
// (types.ts), and it would be a megabyte.
const missing = () => {
  throw new Error("TypeScript is not part of the page.");
};
export const ModuleKind = {};
export const ScriptTarget = {};
export const transpile = missing;
export const createProgram = missing;
export const createSourceFile = missing;
export const isClassExpression = missing;
export const isFunctionExpression = missing;
export const isParenthesizedExpression = missing;
export const isExpressionStatement = missing;
