/** Runs `action` for every item, at most `concurrencyMax` at a time. Fails with the first failure, after those under way. */
export async function forEachBounded<T>(
  items: Iterable<T>,
  concurrencyMax: number,
  action: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  let failure: { error: unknown } | undefined;
  async function work(): Promise<void> {
    for (let next = iterator.next(); !next.done && failure === undefined; next = iterator.next()) {
      try {
        await action(next.value);
      } catch (error) {
        failure ??= { error };
      }
    }
  }
  await Promise.all(Array.from({ length: concurrencyMax }, work));
  if (failure !== undefined) throw failure.error;
}
