import type { Offset, TimestampMs } from '@sluice/kernel/ids';
import type { BatchError } from '@sluice/protocol/records/batch-error';
import {
  baseOffset,
  baseSequence,
  baseTimestamp,
  batchSizeBytes,
  codec,
  hasDeleteHorizon,
  isControlBatch,
  isTransactional,
  lastOffsetDelta,
  maxTimestamp,
  partitionLeaderEpoch,
  producerEpoch,
  producerId,
  recordCount,
  timestampType,
} from '@sluice/protocol/records/batch-header';
import { type BatchOptions, buildBatch, type NewRecord } from '@sluice/protocol/records/build-batch';
import { DEFAULT_READ_LIMITS, visitRecords } from '@sluice/protocol/records/read-records';
import { materialize, type RecordCursor } from '@sluice/protocol/records/record-cursor';

/** What the compaction knows of a batch before it looks at its records. */
export interface BatchFate {
  /** All of its records go: it was aborted, or is a marker whose time has come. */
  readonly isDiscarded: boolean;
  /** Without a record it stays as a bare header: it holds its producer's last sequence, or where the log goes on. */
  readonly isKeptEmpty: boolean;
  /** A marker behind which nothing of its transaction is left: it goes once its delete horizon has passed. */
  readonly isEmptyTransactionsMarker: boolean;
}

export interface FilterOptions {
  readonly fate: BatchFate;
  /** The earliest and the latest that it may be: tombstones go by the one, and are given time by the other. */
  readonly earliestNowMs: TimestampMs;
  readonly latestNowMs: TimestampMs;
  /** KIP-534: `delete.retention.ms` after it is first seen by a compaction, a tombstone goes. */
  readonly deleteRetentionMs: number;
  /** The largest offset of the record's key, or −1. */
  latestOffset(cursor: RecordCursor): Offset;
  /** Records behind it are not in the map: they stay. */
  readonly mapEndOffset: Offset;
  /** False: a tombstone waits for its horizon rather than that the batch grows by it. */
  readonly mayGrow: boolean;
}

export type Filtered =
  | { readonly kind: 'kept' }
  | { readonly kind: 'dropped' }
  | { readonly kind: 'rewritten'; readonly batch: Buffer };

const KEPT: Filtered = { kind: 'kept' };
const DROPPED: Filtered = { kind: 'dropped' };

/** One batch with the records that compaction keeps: itself, a smaller one with the same offsets and sequences, or nothing. */
export function filterBatch(buffer: Buffer, at: number, options: FilterOptions): Filtered | BatchError {
  const { fate } = options;
  const isControl = isControlBatch(buffer, at);
  const horizonMs = hasDeleteHorizon(buffer, at) ? baseTimestamp(buffer, at) : undefined;
  const keepsTombstones = horizonMs === undefined || options.earliestNowMs < horizonMs;
  const retained: NewRecord[] = [];
  let hasTombstone = false;

  function keeps(cursor: RecordCursor): boolean {
    if (fate.isDiscarded) return false;
    if (isControl || cursor.offset >= options.mapEndOffset) return true;
    // A record without a key is refused at its append; one from before the topic was compacted is of no use.
    if (cursor.keySizeBytes < 0) return false;
    if (cursor.offset < options.latestOffset(cursor)) return false;
    return cursor.valueSizeBytes >= 0 || keepsTombstones;
  }

  const error = visitRecords(buffer, at, DEFAULT_READ_LIMITS, (cursor) => {
    if (!keeps(cursor)) return true;
    if (cursor.valueSizeBytes < 0 && !isControl) hasTombstone = true;
    const { key, value, headers, timestampMs } = materialize(cursor);
    retained.push({ key, value, headers, timestampMs, offsetDelta: cursor.offsetDelta });
    return true;
  });
  if (error !== undefined) return error;

  if (retained.length === 0) return fate.isKeptEmpty ? emptied(buffer, at) : DROPPED;
  const needsHorizon = horizonMs === undefined && (hasTombstone || fate.isEmptyTransactionsMarker);
  if (retained.length === recordCount(buffer, at) && !needsHorizon) return KEPT;
  const rewrite = (newHorizonMs: TimestampMs | undefined) =>
    buildBatch(retained, {
      ...headerOf(buffer, at),
      ...(newHorizonMs === undefined ? {} : { deleteHorizonMs: newHorizonMs }),
      // At the codec's default level, as Kafka: the topic's is for what producers send.
      codec: codec(buffer, at) ?? 'none',
    });
  const batch = rewrite(needsHorizon ? options.latestNowMs + options.deleteRetentionMs : horizonMs);
  if (options.mayGrow || batch.length <= batchSizeBytes(buffer, at)) return { kind: 'rewritten', batch };
  return retained.length === recordCount(buffer, at) ? KEPT : { kind: 'rewritten', batch: rewrite(horizonMs) };
}

/** The bare header, unless it is one already. */
function emptied(buffer: Buffer, at: number): Filtered {
  if (recordCount(buffer, at) === 0) return KEPT;
  return {
    kind: 'rewritten',
    batch: buildBatch([], { ...headerOf(buffer, at), maxTimestampMs: maxTimestamp(buffer, at) }),
  };
}

/** All of the header that does not follow from the records. */
function headerOf(buffer: Buffer, at: number): BatchOptions {
  return {
    baseOffset: baseOffset(buffer, at),
    lastOffsetDelta: lastOffsetDelta(buffer, at),
    partitionLeaderEpoch: partitionLeaderEpoch(buffer, at),
    producerId: producerId(buffer, at),
    producerEpoch: producerEpoch(buffer, at),
    baseSequence: baseSequence(buffer, at),
    isTransactional: isTransactional(buffer, at),
    isControlBatch: isControlBatch(buffer, at),
    ...(timestampType(buffer, at) === 'LogAppendTime' ? { logAppendTimeMs: maxTimestamp(buffer, at) } : {}),
  };
}
