import type { Clock } from '@sluice/kernel/clock';
import type { ImportProgress } from 'sluice/import/import-types';
import { startProgress } from '../../output/progress.ts';
import { formatBytes, formatCount } from '../../output/units.ts';
import type { OutputStream } from '../../shell.ts';

/** Where there is no terminal, a line now and then for whoever reads the log. */
const LINE_INTERVAL_MS = 30_000;
const S_MS = 1_000;
const MIN_MS = 60 * S_MS;

/** Shows how far an import is: a line that renews itself, in a log one each half minute. */
export function showImportProgress(stream: OutputStream, clock: Clock) {
  const line = startProgress(stream, clock);
  const startedMs = clock.monotonicMs();
  /** What was there already when the first report came says nothing about the rate. */
  let firstBytes: number | undefined;
  let nextLineMs = startedMs + LINE_INTERVAL_MS;
  line.update(() => 'looking at what is there');
  return {
    update(progress: ImportProgress) {
      firstBytes ??= progress.bytes;
      const movedBytes = progress.bytes - firstBytes;
      const describe = () => describeProgress(progress, movedBytes, clock.monotonicMs() - startedMs);
      line.update(describe);
      if (stream.isTerminal || clock.monotonicMs() < nextLineMs) return;
      nextLineMs = clock.monotonicMs() + LINE_INTERVAL_MS;
      void stream.write(`${describe()}\n`);
    },
    clear: () => line.clear(),
  };
}

/** `1,234 of 5,678 files, 1.2 GiB of 3.4 GiB copied, 120.0 MiB/s, 18 s left` */
export function describeProgress(
  { files, filesTotal, bytes, bytesTotal }: ImportProgress,
  movedBytes: number,
  elapsedMs: number,
): string {
  const parts = [`${formatCount(files)} of ${formatCount(filesTotal)} files`];
  if (bytesTotal > 0) parts.push(`${formatBytes(Math.min(bytes, bytesTotal))} of ${formatBytes(bytesTotal)} copied`);
  if (movedBytes > 0 && elapsedMs >= S_MS) {
    const bytesPerMs = movedBytes / elapsedMs;
    parts.push(`${formatBytes(Math.round(bytesPerMs * S_MS))}/s`);
    parts.push(`${formatTime(Math.max(0, bytesTotal - bytes) / bytesPerMs)} left`);
  }
  return parts.join(', ');
}

function formatTime(ms: number): string {
  if (ms < 2 * MIN_MS) return `${Math.ceil(ms / S_MS)} s`;
  if (ms < 120 * MIN_MS) return `${Math.ceil(ms / MIN_MS)} min`;
  return `${Math.ceil(ms / (60 * MIN_MS))} h`;
}
