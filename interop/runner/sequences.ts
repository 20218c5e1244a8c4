/** Throws when what was read of a partition is not exactly `first, first + step, …` in this order. */
export function expectSequence(
  what: string,
  values: readonly number[],
  first: number,
  step: number,
  count: number,
): void {
  const wrongAt = Array.from({ length: count }, (_, index) => index).find(
    (index) => values[index] !== first + index * step,
  );
  if (wrongAt === undefined && values.length === count) return;
  const seen = new Set(values);
  const wanted = Array.from({ length: count }, (_, index) => first + index * step);
  const lost = wanted.filter((value) => !seen.has(value));
  const problems = [
    `${values.length} records, not ${count}`,
    `${lost.length} lost${lost.length > 0 ? ` (${lost.slice(0, 10).join(' ')})` : ''}`,
    `${values.length - seen.size} doubled`,
  ];
  if (wrongAt !== undefined) problems.push(`at ${wrongAt} is ${values[wrongAt]}, not ${wanted[wrongAt]}`);
  throw new Error(`${what}: ${problems.join(', ')}`);
}
