import type { Offset } from '@sluice/kernel/ids';
import type { EpochEntry } from './leader-epochs.ts';
import type { TimestampedOffset } from './partition-log.ts';

/** ListOffsets' answer to EARLIEST: the epoch of a log start below all known epochs is unknown. */
export function earliestOffset(logStartOffset: Offset, epochs: readonly EpochEntry[]): TimestampedOffset {
  const [first] = epochs;
  const isKnown = first !== undefined && first.startOffset <= logStartOffset;
  return { offset: logStartOffset, timestampMs: -1, leaderEpoch: isKnown ? first.epoch : -1 };
}

/** ListOffsets' answer to LATEST, which is the high watermark or the last stable offset. */
export function latestOffset(offset: Offset, epochs: readonly EpochEntry[]): TimestampedOffset {
  return { offset, timestampMs: -1, leaderEpoch: epochs.at(-1)?.epoch ?? -1 };
}
