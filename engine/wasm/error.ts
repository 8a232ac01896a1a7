/** The one type that a bug of ours throws: what was wrong, and the state needed to reproduce it. */
export class EngineError extends Error {
  readonly details: Record<string, unknown>;
  constructor(message: string, details: Record<string, unknown> = {}) {
    super(message);
    this.name = "EngineError";
    this.details = details;
  }
}
