import type { Clock } from '@sluice/kernel/clock';
import type { DoctorProgress } from 'sluice/doctor/doctor';
import { startProgress } from '../../output/progress.ts';
import { formatBytes, formatCount } from '../../output/units.ts';
import type { OutputStream } from '../../shell.ts';

/** Where there is no terminal, a line now and then for whoever reads the log. */
const LINE_INTERVAL_MS = 30_000;
const S_MS = 1_000;
const MIN_MS = 60 * S_MS;

/** Shows how far a check is: a line that renews itself, in a log one each half minute. */
export function showDoctorProgress(stream: OutputStream, clock: Clock) {
  const line = startProgress(stream, clock);
  const startedMs = clock.monotonicMs();
  let nextLineMs = startedMs + LINE_INTERVAL_MS;
  return {
    update(progress: DoctorProgress) {
      const describe = () => describeCheck(progress, clock.monotonicMs() - startedMs);
      line.update(describe);
      if (stream.isTerminal || clock.monotonicMs() < nextLineMs) return;
      nextLineMs = clock.monotonicMs() + LINE_INTERVAL_MS;
      void stream.write(`${describe()}\n`);
    },
    clear: () => line.clear(),
  };
}

/** `1.2 GiB of 9.8 GiB checked, 800.0 MiB/s, 11 s left, 512 of 10,000 partitions` */
function describeCheck({ bytes, bytesTotal, partitions, partitionsTotal }: DoctorProgress, elapsedMs: number): string {
  const parts = [`${formatBytes(Math.min(bytes, bytesTotal))} of ${formatBytes(bytesTotal)} checked`];
  if (bytes > 0 && elapsedMs >= S_MS) {
    const bytesPerMs = bytes / elapsedMs;
    parts.push(`${formatBytes(Math.round(bytesPerMs * S_MS))}/s`);
    parts.push(`${formatTime(Math.max(0, bytesTotal - bytes) / bytesPerMs)} left`);
  }
  parts.push(`${formatCount(partitions)} of ${formatCount(partitionsTotal)} partitions`);
  return parts.join(', ');
}

function formatTime(ms: number): string {
  if (ms < 2 * MIN_MS) return `${Math.ceil(ms / S_MS)} s`;
  if (ms < 120 * MIN_MS) return `${Math.ceil(ms / MIN_MS)} min`;
  return `${Math.ceil(ms / (60 * MIN_MS))} h`;
}
