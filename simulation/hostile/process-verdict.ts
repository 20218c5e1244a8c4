import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessSample, ProcessWatch } from './process-watch.ts';
import type { ProcessReport } from './report.ts';

export interface ProcessLimits {
  /** What resident memory may have grown by once all is over, and at any time. */
  readonly growthBytesMax: number;
  readonly peakGrowthBytesMax: number;
}

/** Sockets need a moment to go, and garbage to be collected. */
const SETTLE_MS_MAX = 10_000;
const SETTLE_STEP_MS = 200;
const SOCKETS_LEFT_MAX = 20;

export interface ProcessVerdict {
  readonly report: ProcessReport | undefined;
  readonly violations: readonly string[];
}

/** Measures from now on; the result waits until the process has settled and says how it fared. */
export function judgeProcess(watch: ProcessWatch | undefined, limits: ProcessLimits): () => Promise<ProcessVerdict> {
  const before = watch?.now();
  const peak = watch?.meterPeak();
  return async () => {
    if (watch === undefined || before === undefined || peak === undefined) return { report: undefined, violations: [] };
    const after = await settled(watch, before, limits);
    const report = {
      residentBeforeBytes: before.residentBytes,
      residentPeakBytes: peak(),
      residentAfterBytes: after?.residentBytes ?? 0,
    };
    return { report, violations: violationsOf(report, before, after, limits) };
  };
}

async function settled(watch: ProcessWatch, before: ProcessSample, limits: ProcessLimits) {
  const deadline = performance.now() + SETTLE_MS_MAX;
  for (;;) {
    const now = watch.now();
    if (now === undefined || performance.now() > deadline) return now;
    const isSmall = now.residentBytes - before.residentBytes <= limits.growthBytesMax;
    if (isSmall && now.socketCount - before.socketCount <= SOCKETS_LEFT_MAX) return now;
    await sleep(SETTLE_STEP_MS);
  }
}

function violationsOf(
  report: ProcessReport,
  before: ProcessSample,
  after: ProcessSample | undefined,
  limits: ProcessLimits,
): string[] {
  if (after === undefined) return ['the broker is gone'];
  const violations: string[] = [];
  const peakGrowthBytes = report.residentPeakBytes - before.residentBytes;
  if (peakGrowthBytes > limits.peakGrowthBytesMax) {
    violations.push(`resident memory grew by ${Math.round(peakGrowthBytes / 1e6)} MB`);
  }
  const growthBytes = after.residentBytes - before.residentBytes;
  if (growthBytes > limits.growthBytesMax) {
    violations.push(`${Math.round(growthBytes / 1e6)} MB of resident memory did not come back`);
  }
  const socketsLeft = after.socketCount - before.socketCount;
  if (socketsLeft > SOCKETS_LEFT_MAX) violations.push(`${socketsLeft} more sockets are open`);
  return violations;
}
