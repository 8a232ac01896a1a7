// Stops endless loops of a cell. Every loop body and function body begins with a call of `__guard`, which throws once
// the cell has kept the page's thread for longer than its budget. The clock starts at the first call after the page was
// free, so a loop that awaits the machine may run for ever, and one that only awaits resolved promises may not.
// Not caught: time spent inside one built-in (a pathological regular expression, `new Array(2 ** 31).fill()`); for
// those there is the mark of edits.ts, which keeps the page from running them again at its next load.

/** Text put into a cell's source: `text` at `offset`. None of it holds a line break, so lines keep their numbers. */
export interface Insertion {
  readonly offset: number;
  readonly text: string;
}

/** What is read of a syntax tree (ESTree, as acorn gives it): a type, a span, and whatever hangs below. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

const call = "__guard();";
const loops = new Set(["ForStatement", "ForInStatement", "ForOfStatement", "WhileStatement", "DoWhileStatement"]);
const functions = new Set(["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"]);

/** Where calls of `__guard` go in the source that `tree` was parsed from, in the order of their offsets. */
export function findGuards(tree: SyntaxNode): Insertion[] {
  const insertions: Insertion[] = [];
  visit(tree);
  // Stable: of two at one offset the outer one was found first, and its text must stand first.
  return insertions.sort((a, b) => a.offset - b.offset);

  function visit(node: SyntaxNode) {
    const body = loops.has(node.type) || functions.has(node.type) ? (node["body"] as SyntaxNode) : undefined;
    if (body?.type === "BlockStatement") insertions.push({ offset: body.start + 1, text: call });
    else if (body && loops.has(node.type)) insertions.push({ offset: body.start, text: `{${call}` });
    else if (body) insertions.push({ offset: body.start, text: "(__guard()," });
    for (const child of children(node)) visit(child);
    // After the children: where bodies end together the inner one closes first.
    if (body && body.type !== "BlockStatement") {
      insertions.push({ offset: body.end, text: loops.has(node.type) ? "}" : ")" });
    }
  }
}

function children(node: SyntaxNode): SyntaxNode[] {
  return Object.values(node)
    .flat()
    .filter((value): value is SyntaxNode => typeof (value as SyntaxNode | null)?.type === "string");
}

/** `source` with every insertion in its place. */
export function insert(source: string, insertions: readonly Insertion[]): string {
  let text = "";
  let from = 0;
  for (const { offset, text: inserted } of insertions) {
    text += source.slice(from, offset) + inserted;
    from = offset;
  }
  return text + source.slice(from);
}

/** Raised in a cell that was stopped. */
export class EndlessLoop extends Error {
  override readonly name = "EndlessLoop";
}

/**
 * A cell's guard: call it often. Throws EndlessLoop when the thread was not given back for `budgetMs`, and from then on
 * at each call until it is (a loop that catches the error ends too). Looks at the clock once in 256 calls.
 */
export function createGuard(budgetMs: number, now: () => number = () => performance.now()): () => void {
  let calls = 0;
  let since: number | undefined;
  let spent = false;
  return () => {
    if (!spent) {
      if (++calls & 0xff) return;
      if (since === undefined) {
        since = now();
        setTimeout(() => {
          since = undefined;
          spent = false;
        });
      }
      spent = now() - since > budgetMs;
      if (!spent) return;
    }
    throw new EndlessLoop(`Stopped after ${budgetMs / 1000} s: this cell kept the page waiting.`);
  };
}
