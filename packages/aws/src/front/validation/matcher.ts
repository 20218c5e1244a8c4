import { re2 } from './re2.ts';

/** Values that matched, kept so that an ARN that comes with every request is matched once. */
const KEPT_VALUES_MAX = 128;

/**
 * Tells whether a whole string matches a model's pattern, in time that grows with its length only. Such with one
 * unbounded repetition at most cannot make a backtracking engine try again; the others (`arn:aws.*:kinesis:.*:…`) run
 * on RE2.
 */
export function createMatcher(pattern: string): (value: string) => boolean {
  if (unboundedCount(pattern) <= 1) {
    const expression = new RegExp(`^(?:${pattern})$`, 'u');
    return (value) => expression.test(value);
  }
  const expression = re2().RE2JS.compile(pattern);
  let kept = new Set<string>();
  return (value) => {
    if (kept.has(value)) return true;
    const matches = expression.matches(value);
    if (matches) {
      if (kept.size === KEPT_VALUES_MAX) kept = new Set();
      kept.add(value);
    }
    return matches;
  };
}

/** Repetitions without an upper bound, outside of character classes. */
export function unboundedCount(pattern: string): number {
  const outside = pattern.replace(/\\./g, '_').replace(/\[\^?\]?[^\]]*\]/g, '_');
  return (outside.match(/[*+]|\{\d+,\}/g) ?? []).length;
}
