import { type RowReport, violationCount } from './row.ts';

const VIOLATIONS_SHOWN_MAX = 5;

export function formatReport(report: RowReport): string {
  const { row, cycles, operations, acked, info, worstStartMs, seed } = report;
  const lines = [
    `${row}: cycles=${cycles} operations=${operations} acked=${acked} info=${info} violations=${violationCount(report)} worst start=${worstStartMs.toFixed(0)} ms seed=${seed}`,
  ];
  for (const { row: invariant, promise, checkedCount, violations } of report.verdicts) {
    if (checkedCount === 0 && violations.length === 0) continue;
    lines.push(
      `  ${invariant.padEnd(4)}${String(violations.length).padStart(6)} violations in ${checkedCount} checks: ${promise}`,
    );
    for (const violation of violations.slice(0, VIOLATIONS_SHOWN_MAX)) lines.push(`          ${violation}`);
    const hidden = violations.length - VIOLATIONS_SHOWN_MAX;
    if (hidden > 0) lines.push(`          and ${hidden} more`);
  }
  return lines.join('\n');
}
