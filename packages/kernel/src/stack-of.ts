/** Where something was thrown, for the log: what was thrown need not be an `Error`. */
export function stackOf(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
}
