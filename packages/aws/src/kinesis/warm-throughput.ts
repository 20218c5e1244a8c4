import type { WarmThroughputObject } from './generated/types.ts';
import type { StreamState } from './registry/stream-state.ts';

/** What an on-demand stream is told to be ready for; there is nothing to warm, so it is so at once. */
export function describeWarmThroughput({ warmThroughputMiBps }: StreamState): {
  WarmThroughput?: WarmThroughputObject;
} {
  if (warmThroughputMiBps === null) return {};
  return { WarmThroughput: { TargetMiBps: warmThroughputMiBps, CurrentMiBps: warmThroughputMiBps } };
}
