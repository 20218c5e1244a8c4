import type { Offset } from '@sluice/kernel/ids';
import type { AcquiredRecords } from '@sluice/protocol/generated/messages/share-fetch-response';
import { isBatchError } from '@sluice/protocol/records/batch-error';
import { baseOffset, isControlBatch, isCrcValid, lastOffset } from '@sluice/protocol/records/batch-header';
import { readRecords } from '@sluice/protocol/records/read-records';
import type { BatchRecord } from '@sluice/protocol/records/record';
import { walkBatches } from '@sluice/protocol/records/walk-batches';

export interface OffsetRange {
  readonly firstOffset: Offset;
  readonly lastOffset: Offset;
}

export interface AcquiredRecord {
  readonly record: BatchRecord;
  readonly deliveryCount: number;
}

export interface ReadAcquired {
  readonly records: readonly AcquiredRecord[];
  /** Acquired, but there is no record for a user: compacted away, or a control marker. */
  readonly gaps: readonly OffsetRange[];
  /** Acquired, but the batch's checksum is wrong: nobody can read them. */
  readonly corrupt: readonly OffsetRange[];
  /** Acquired, but this side cannot unpack the batch; another member may. */
  readonly unreadable: readonly OffsetRange[];
}

/** What a fetch brought of one partition: of the whole batches in `encoded` only what was acquired. */
export function readAcquired(encoded: Buffer, acquired: readonly AcquiredRecords[]): ReadAcquired {
  const records: AcquiredRecord[] = [];
  const corrupt: OffsetRange[] = [];
  const unreadable: OffsetRange[] = [];
  const ranges = [...acquired].sort((a, b) => a.firstOffset - b.firstOffset);
  let at = 0;

  /** The acquired range that holds the offset; offsets only rise. */
  function rangeOf(offset: Offset): AcquiredRecords | undefined {
    while (at < ranges.length && (ranges[at]?.lastOffset ?? 0) < offset) at++;
    const range = ranges[at];
    return range !== undefined && range.firstOffset <= offset ? range : undefined;
  }

  for (const span of walkBatches(encoded)) {
    // Nothing can be told of what follows; it is released when its lock ends.
    if (span.kind === 'batch-error') break;
    if (isControlBatch(encoded, span.position)) continue;
    const batch = { firstOffset: baseOffset(encoded, span.position), lastOffset: lastOffset(encoded, span.position) };
    if (!isCrcValid(encoded, span.position)) {
      corrupt.push(...ranges.flatMap((range) => intersection(range, batch)));
      continue;
    }
    const read = readRecords(encoded, span.position);
    if (isBatchError(read)) {
      unreadable.push(...ranges.flatMap((range) => intersection(range, batch)));
      continue;
    }
    for (const record of read) {
      const range = rangeOf(record.offset);
      if (range !== undefined) records.push({ record, deliveryCount: range.deliveryCount });
    }
  }
  return { records, corrupt, unreadable, gaps: gapsOf(ranges, encoded, records, [...corrupt, ...unreadable]) };
}

/** Acquired offsets up to the end of what came that are neither records nor in a batch that cannot be read. */
function gapsOf(
  ranges: readonly AcquiredRecords[],
  encoded: Buffer,
  records: readonly AcquiredRecord[],
  unreadable: readonly OffsetRange[],
): OffsetRange[] {
  const end = endOf(encoded);
  const taken: OffsetRange[] = [
    ...records.map(({ record }) => ({ firstOffset: record.offset, lastOffset: record.offset })),
    ...unreadable,
  ].sort((a, b) => a.firstOffset - b.firstOffset);
  const gaps: OffsetRange[] = [];
  let next = 0;
  for (const range of ranges) {
    let from = range.firstOffset;
    const last = Math.min(range.lastOffset, end);
    for (; next < taken.length; next++) {
      const each = taken[next];
      if (each === undefined || each.firstOffset > last) break;
      if (each.firstOffset > from) gaps.push({ firstOffset: from, lastOffset: each.firstOffset - 1 });
      from = Math.max(from, each.lastOffset + 1);
    }
    if (from <= last) gaps.push({ firstOffset: from, lastOffset: last });
  }
  return gaps;
}

/** The last offset of the whole batches that came; Infinity where all of them are whole. */
function endOf(encoded: Buffer): Offset {
  let end = -1;
  for (const span of walkBatches(encoded)) {
    if (span.kind === 'batch-error') return end;
    end = lastOffset(encoded, span.position);
  }
  return Infinity;
}

function intersection(range: AcquiredRecords, batch: OffsetRange): OffsetRange[] {
  const firstOffset = Math.max(range.firstOffset, batch.firstOffset);
  const last = Math.min(range.lastOffset, batch.lastOffset);
  return firstOffset <= last ? [{ firstOffset, lastOffset: last }] : [];
}
