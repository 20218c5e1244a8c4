/** A range of a message's versions, both ends included; `Infinity` for "and later". Undefined is no version at all. */
export interface Versions {
  readonly min: number;
  readonly max: number;
}

/** Kafka's notation: `3`, `0-4`, `2+` or `none`. */
export function parseVersions(text: string): Versions | undefined {
  if (text === 'none') return undefined;
  const match = /^(\d+)(?:(\+)|-(\d+))?$/.exec(text);
  if (match === null) throw new Error(`no version range: ${text}`);
  const [, first, plus, last] = match;
  const min = Number(first);
  return { min, max: plus !== undefined ? Number.POSITIVE_INFINITY : Number(last ?? first) };
}

export function intersect(a: Versions | undefined, b: Versions | undefined): Versions | undefined {
  if (a === undefined || b === undefined) return undefined;
  const min = Math.max(a.min, b.min);
  const max = Math.min(a.max, b.max);
  return min <= max ? { min, max } : undefined;
}

/** The smallest range that holds both. */
export function hull(a: Versions | undefined, b: Versions | undefined): Versions | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) };
}

export function contains(outer: Versions | undefined, inner: Versions): boolean {
  return outer !== undefined && outer.min <= inner.min && outer.max >= inner.max;
}

export function includes(versions: Versions | undefined, version: number): boolean {
  return versions !== undefined && version >= versions.min && version <= versions.max;
}

/**
 * When `versions` holds, of the versions in `context`: always, never, or on a condition in TypeScript about `version`.
 */
export type When = 'always' | 'never' | { readonly condition: string };

export function whenIn(versions: Versions | undefined, context: Versions): When {
  if (intersect(versions, context) === undefined || versions === undefined) return 'never';
  if (contains(versions, context)) return 'always';
  const parts: string[] = [];
  const fromLater = versions.min > context.min;
  const toEarlier = versions.max < context.max;
  if (fromLater && toEarlier && versions.min === versions.max) return { condition: `version === ${versions.min}` };
  if (fromLater) parts.push(`version >= ${versions.min}`);
  if (toEarlier) parts.push(`version <= ${versions.max}`);
  return { condition: parts.join(' && ') };
}
