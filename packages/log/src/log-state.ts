import { assert } from '@sluice/kernel/assert';
import type { Offset } from '@sluice/kernel/ids';
import type { LeaderEpochs } from './leader-epochs.ts';
import type { LogConfig } from './partition-log.ts';
import type { ProducerState } from './producer-state.ts';
import type { Segment } from './segment.ts';
import type { LogTail } from './tail-cache.ts';

/** Why a log takes no appends, and whether what is on disk may still be read. */
export interface LogFailure {
  readonly reason: string;
  /** A full disk: reads go on, and appends again once there is space. */
  readonly isDiskFull: boolean;
}

/** All that one partition's log knows in memory. The appender, the writer, the reader and the housekeeper share it. */
export interface LogState {
  readonly topic: string;
  readonly partition: number;
  /** Where its files are; another one once the log was moved. */
  directory: string;
  config: LogConfig;
  /** By base offset, rising, never empty; the last one is active. */
  segments: Segment[];
  logStartOffset: Offset;
  logEndOffset: Offset;
  writtenOffset: Offset;
  /** Everything below survives a power loss: in the segments, or in the journal. */
  durableOffset: Offset;
  /** Everything below is durable in the segments themselves. */
  syncedOffset: Offset;
  highWatermark: Offset;
  readonly epochs: LeaderEpochs;
  readonly producers: ProducerState;
  readonly tail: LogTail;
  failure: LogFailure | undefined;
  /** Takes no appends meanwhile. */
  isTruncating: boolean;
  /** Rises whenever offsets that were read, or places in files, may now hold something else or nothing. */
  truncations: number;
  /** Settles when files that were compacted are in the place of others; nobody begins to read them meanwhile. */
  swapping: Promise<void> | undefined;
}

/** The same files have other names from now on. Whoever looked for one by its old name begins again. */
export function relocate(state: LogState, directory: string): void {
  state.directory = directory;
  for (const segment of state.segments) segment.directory = directory;
  state.truncations++;
}

export function activeSegment(state: LogState): Segment {
  const segment = state.segments.at(-1);
  assert(segment !== undefined, 'a log has an active segment');
  return segment;
}

/** Index of the last segment whose base offset is at or below `offset`; −1 if all are above. */
export function segmentIndexOf(segments: readonly Segment[], offset: Offset): number {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((segments[middle]?.baseOffset ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** No record of the segment is at or above it. */
export function endOffsetOf(segment: Segment, { segments, logEndOffset }: LogState): Offset {
  return segments[segments.indexOf(segment) + 1]?.baseOffset ?? logEndOffset;
}

/** The segments that hold `[from, to)`: `from` may lie within the first of them. */
export function segmentsBetween(segments: readonly Segment[], from: Offset, to: Offset): Segment[] {
  return segments.slice(Math.max(0, segmentIndexOf(segments, from))).filter(({ baseOffset }) => baseOffset < to);
}

/** Kafka's last stable offset: nothing at or above it is decided for readers of committed records. */
export function lastStableOffset(state: LogState): Offset {
  const unstable = state.producers.firstUnstableOffset;
  return unstable === -1
    ? state.highWatermark
    : Math.min(state.highWatermark, Math.max(unstable, state.logStartOffset));
}
