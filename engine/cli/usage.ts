/** A command line that cannot be carried out: told in one sentence, exit status 1. */
export class UsageError extends Error {}
