import type { Clock } from '@sluice/kernel/clock';
import type { ImportProgress } from 'sluice/import/import-types';
import { rateAndRest, showLongWork } from '../../output/long-work.ts';
import { formatBytes, formatCount } from '../../output/units.ts';
import type { OutputStream } from '../../shell.ts';

/** Shows how far an import is. */
export function showImportProgress(stream: OutputStream, clock: Clock) {
  const shown = showLongWork(stream, clock);
  const startedMs = clock.monotonicMs();
  /** What was there already when the first report came says nothing about the rate. */
  let firstBytes: number | undefined;
  shown.update(() => 'looking at what is there');
  return {
    update(progress: ImportProgress) {
      firstBytes ??= progress.bytes;
      const movedBytes = progress.bytes - firstBytes;
      shown.update(() => describeProgress(progress, movedBytes, clock.monotonicMs() - startedMs));
    },
    clear: shown.clear,
  };
}

/** `1,234 of 5,678 files, 1.2 GiB of 3.4 GiB copied, 120.0 MiB/s, 18 s left` */
export function describeProgress(
  { files, filesTotal, bytes, bytesTotal }: ImportProgress,
  movedBytes: number,
  elapsedMs: number,
): string {
  const copied = `${formatBytes(Math.min(bytes, bytesTotal))} of ${formatBytes(bytesTotal)} copied`;
  return [
    `${formatCount(files)} of ${formatCount(filesTotal)} files`,
    ...(bytesTotal > 0 ? [copied] : []),
    ...rateAndRest(movedBytes, bytesTotal - bytes, elapsedMs),
  ].join(', ');
}
