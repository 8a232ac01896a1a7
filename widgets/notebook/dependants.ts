// Who uses whose names: what has to wait while a block is edited and not run.

/** A block that gives names to the cells, or uses them. */
export interface Named {
  readonly id: string;
  /** Names it defines. */
  readonly gives: readonly string[];
  /** Names it uses. */
  readonly needs: readonly string[];
}

/** All blocks that use a name of `from`, directly or through others; `from` is not among them. */
export function dependantsOf<T extends Named>(from: Named, all: Iterable<T>): Set<T> {
  const blocks = [...all];
  const found = new Set<T>();
  const visit = (block: Named) => {
    for (const other of blocks) {
      if (other.id === from.id || found.has(other) || !other.needs.some((name) => block.gives.includes(name))) continue;
      found.add(other);
      visit(other);
    }
  };
  visit(from);
  return found;
}
