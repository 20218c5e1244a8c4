import type { Clock } from '@sluice/kernel/clock';
import type { OutputStream } from '../shell.ts';
import { type Progress, startProgress } from './progress.ts';
import { formatBytes } from './units.ts';

/** Where there is no terminal, a line now and then for whoever reads the log. */
const LINE_INTERVAL_MS = 30_000;
const S_MS = 1_000;
const MIN_MS = 60 * S_MS;

/** Shows how far work is that may take hours: a line that renews itself, in a log one each half minute. */
export function showLongWork(stream: OutputStream, clock: Clock): Progress {
  const line = startProgress(stream, clock);
  let nextLineMs = clock.monotonicMs() + LINE_INTERVAL_MS;
  return {
    update(describe) {
      line.update(describe);
      if (stream.isTerminal || clock.monotonicMs() < nextLineMs) return;
      nextLineMs = clock.monotonicMs() + LINE_INTERVAL_MS;
      void stream.write(`${describe()}\n`);
    },
    clear: line.clear,
  };
}

/** `800.0 MiB/s` and `11 s left`; nothing while it is too early to tell. */
export function rateAndRest(doneBytes: number, restBytes: number, elapsedMs: number): readonly string[] {
  if (doneBytes <= 0 || elapsedMs < S_MS) return [];
  const bytesPerMs = doneBytes / elapsedMs;
  const restMs = Math.max(0, restBytes) / bytesPerMs;
  return [`${formatBytes(Math.round(bytesPerMs * S_MS))}/s`, `${formatTime(restMs)} left`];
}

function formatTime(ms: number): string {
  if (ms < 2 * MIN_MS) return `${Math.ceil(ms / S_MS)} s`;
  if (ms < 120 * MIN_MS) return `${Math.ceil(ms / MIN_MS)} min`;
  return `${Math.ceil(ms / (60 * MIN_MS))} h`;
}
