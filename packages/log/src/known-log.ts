import type { Offset, TimestampMs } from '@sluice/kernel/ids';
import type { EpochEntry } from './leader-epochs.ts';
import type { LogState } from './log-state.ts';
import type { OffsetQuery, TimestampedOffset } from './partition-log.ts';
import { earliestOffset, latestOffset } from './special-offsets.ts';

/** What is known of a log at rest without its files: enough for most questions, and to tell whether there is work to do. */
export interface KnownLog {
  readonly logStartOffset: Offset;
  /** Everything below is durable. */
  readonly logEndOffset: Offset;
  /** Everything below has its indexes and producer state on disk; what is above is read again when the log is opened. */
  readonly recoveryPoint: Offset;
  /** −1 if no transaction is open. */
  readonly firstUnstableOffset: Offset;
  readonly sizeBytes: number;
  readonly segmentCount: number;
  /** Of the oldest segment: what retention asks first. */
  readonly oldestSizeBytes: number;
  /** −1 if unknown. */
  readonly oldestTimestampMs: TimestampMs;
  readonly producerCount: number;
  readonly epochs: readonly EpochEntry[];
  /** `undefined` for a log that was never compacted and has no gaps. */
  readonly cleanedOffset: Offset | undefined;
}

/** A log that nothing was ever written to. */
export const BLANK_LOG: KnownLog = {
  logStartOffset: 0,
  logEndOffset: 0,
  recoveryPoint: 0,
  firstUnstableOffset: -1,
  sizeBytes: 0,
  segmentCount: 1,
  oldestSizeBytes: 0,
  oldestTimestampMs: -1,
  producerCount: 0,
  epochs: [],
  cleanedOffset: undefined,
};

export function knownOf(state: LogState, recoveryPoint: Offset, cleanedOffset: Offset | undefined): KnownLog {
  const [oldest] = state.segments;
  return {
    logStartOffset: state.logStartOffset,
    logEndOffset: state.logEndOffset,
    recoveryPoint,
    firstUnstableOffset: state.producers.firstUnstableOffset,
    sizeBytes: state.segments.reduce((total, segment) => total + segment.sizeBytes, 0),
    segmentCount: state.segments.length,
    oldestSizeBytes: oldest?.sizeBytes ?? 0,
    oldestTimestampMs: oldest?.maxTimestamp?.timestampMs ?? -1,
    producerCount: state.producers.count,
    epochs: state.epochs.entries,
    cleanedOffset,
  };
}

/** Kafka's last stable offset of a log at rest. */
export function knownStableOffset({ firstUnstableOffset, logStartOffset, logEndOffset }: KnownLog): Offset {
  return firstUnstableOffset === -1 ? logEndOffset : Math.max(firstUnstableOffset, logStartOffset);
}

/** The answer to a query that needs no file; `undefined` if it needs one. */
export function knownOffsetFor(query: OffsetQuery, known: KnownLog): TimestampedOffset | undefined {
  const { logStartOffset, logEndOffset, epochs } = known;
  switch (query.kind) {
    case 'earliest':
    case 'earliest-local':
      return earliestOffset(logStartOffset, epochs);
    case 'latest':
      return latestOffset(logEndOffset, epochs);
    case 'latest-stable':
      return latestOffset(knownStableOffset(known), epochs);
    default:
      return undefined;
  }
}
