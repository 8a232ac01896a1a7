// What a rule finds, and the sentence that an author reads.

/** What a rule says of one place; the check adds which rule, and in which file. */
export interface Finding {
  /** Of the document; or of `file`, where the place is in another. */
  readonly line: number;
  readonly column?: number;
  readonly message: string;
  /** What to do. */
  readonly hint: string;
  /** Path from the checkout, where it is not the document's own. */
  readonly file?: string;
}

export interface Problem extends Finding {
  readonly file: string;
  readonly rule: string;
  readonly severity: "error" | "warning";
}

/** `lessons/x/index.mdx:12:3: message hint [rule]`, as editors and terminals follow it. */
export function problemText({ file, line, column, message, hint, rule }: Problem): string {
  return `${file}:${line}${column === undefined ? "" : `:${column}`}: ${message} ${hint} [${rule}]`;
}
