/** A broken invariant: a bug in Sluice, never a user's mistake. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/** Stays on in production. `message` says what must hold; build it only from what is at hand. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/** Makes a switch over a union exhaustive: a missing case does not compile. */
export function unreachable(value: never): never {
  throw new AssertionError(`unreachable: ${String(value)}`);
}
