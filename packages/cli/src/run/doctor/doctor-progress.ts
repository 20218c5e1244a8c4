import type { Clock } from '@sluice/kernel/clock';
import type { DoctorProgress } from 'sluice/doctor/doctor';
import { rateAndRest, showLongWork } from '../../output/long-work.ts';
import { formatBytes, formatCount } from '../../output/units.ts';
import type { OutputStream } from '../../shell.ts';

/** Shows how far a check is. */
export function showDoctorProgress(stream: OutputStream, clock: Clock) {
  const shown = showLongWork(stream, clock);
  const startedMs = clock.monotonicMs();
  return {
    update: (progress: DoctorProgress) => shown.update(() => describeCheck(progress, clock.monotonicMs() - startedMs)),
    clear: shown.clear,
  };
}

/** `1.2 GiB of 9.8 GiB checked, 800.0 MiB/s, 11 s left, 512 of 10,000 partitions` */
function describeCheck({ bytes, bytesTotal, partitions, partitionsTotal }: DoctorProgress, elapsedMs: number): string {
  return [
    `${formatBytes(Math.min(bytes, bytesTotal))} of ${formatBytes(bytesTotal)} checked`,
    ...rateAndRest(bytes, bytesTotal - bytes, elapsedMs),
    `${formatCount(partitions)} of ${formatCount(partitionsTotal)} partitions`,
  ].join(', ');
}
