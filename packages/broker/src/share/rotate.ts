/** Begins elsewhere with each request of a session, so that none of its partitions is always last. */
export function rotate<T>(items: readonly T[], epoch: number): readonly T[] {
  const at = items.length === 0 ? 0 : Math.max(0, epoch) % items.length;
  return at === 0 ? items : [...items.slice(at), ...items.slice(0, at)];
}
