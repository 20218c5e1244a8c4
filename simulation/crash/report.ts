import type { RowVerdict } from './check-history.ts';
import type { History } from './history.ts';
import { verdictLines } from './verdict-lines.ts';

export interface CrashReport {
  readonly seed: number;
  readonly cycles: number;
  readonly operations: number;
  readonly acked: number;
  readonly info: number;
  readonly recordsReadBack: number;
  readonly worstStart: { readonly readyMs: number; readonly uncheckedSizeBytes: number };
  readonly worstStartCpuMs: number;
  readonly medianStartMs: number;
  readonly sizeBytes: number;
  readonly rows: readonly RowVerdict[];
}

export function summarise(seed: number, cycles: number, history: History, rows: readonly RowVerdict[]): CrashReport {
  const operations = history.events.filter(({ kind }) => kind === 'sent' || kind === 'changed' || kind === 'deleted');
  const acked = history.events.filter((event) => 'outcome' in event && event.outcome === 'ok');
  const refused = history.events.filter((event) => 'outcome' in event && event.outcome === 'refused');
  const starts = history.events.filter((event) => event.kind === 'started').sort((a, b) => b.readyMs - a.readyMs);
  return {
    seed,
    cycles,
    operations: operations.length,
    acked: acked.length,
    info: operations.length - acked.length - refused.length,
    recordsReadBack: [...history.readBack.values()].reduce((sum, { records }) => sum + records.size, 0),
    worstStart: starts[0] ?? { readyMs: 0, uncheckedSizeBytes: 0 },
    worstStartCpuMs: Math.max(0, ...starts.map(({ readyCpuMs }) => readyCpuMs ?? 0)),
    medianStartMs: starts[Math.floor(starts.length / 2)]?.readyMs ?? 0,
    sizeBytes: Math.max(0, ...starts.map(({ sizeBytes }) => sizeBytes)),
    rows,
  };
}

export function violationCount({ rows }: CrashReport): number {
  return rows.reduce((sum, { violations }) => sum + violations.length, 0);
}

export function formatReport(report: CrashReport): string {
  const { worstStart, medianStartMs, sizeBytes } = report;
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  const lines = [
    `F1 kill -9: cycles=${report.cycles} operations=${report.operations} acked=${report.acked} info=${report.info} violations=${violationCount(report)} seed=${report.seed}`,
    `starts: median ${medianStartMs.toFixed(0)} ms, worst ${worstStart.readyMs.toFixed(0)} ms with ${megabytes(worstStart.uncheckedSizeBytes)} behind the recovery points, at most ${report.worstStartCpuMs} ms of processor time; logs ${megabytes(sizeBytes)}, ${report.recordsReadBack} records read back`,
  ];
  return [...lines, ...report.rows.flatMap(verdictLines)].join('\n');
}
