import { verdictLines } from '../crash/verdict-lines.ts';
import { type RowReport, violationCount } from './row.ts';

export function formatReport(report: RowReport): string {
  const { row, cycles, operations, acked, info, worstStartMs, seed } = report;
  const told = report.verdicts.filter(({ checkedCount, violations }) => checkedCount > 0 || violations.length > 0);
  return [
    `${row}: cycles=${cycles} operations=${operations} acked=${acked} info=${info} violations=${violationCount(report)} worst start=${worstStartMs.toFixed(0)} ms seed=${seed}`,
    ...told.flatMap(verdictLines).map((line) => `  ${line}`),
  ].join('\n');
}
