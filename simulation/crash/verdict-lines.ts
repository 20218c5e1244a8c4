import type { RowVerdict } from './check-history.ts';

const VIOLATIONS_SHOWN_MAX = 5;

/** One promise of a report, and the first of what broke it. */
export function verdictLines({ row, promise, checkedCount, violations }: RowVerdict): readonly string[] {
  const hidden = violations.length - VIOLATIONS_SHOWN_MAX;
  return [
    `${row.padEnd(4)}${String(violations.length).padStart(6)} violations in ${checkedCount} checks: ${promise}`,
    ...violations.slice(0, VIOLATIONS_SHOWN_MAX).map((violation) => `        ${violation}`),
    ...(hidden > 0 ? [`        and ${hidden} more`] : []),
  ];
}
