import { isBatchError } from '@sluice/protocol/records/batch-error';
import { lastOffset } from '@sluice/protocol/records/batch-header';
import { readRecords } from '@sluice/protocol/records/read-records';
import type { BatchRecord } from '@sluice/protocol/records/record';
import { verifyBatchAt, walkBatches } from '@sluice/protocol/records/walk-batches';

/** All records of whole batches; anything wrong with them is an error. */
export function recordsOf(batches: Buffer): BatchRecord[] {
  return spansOf(batches).flatMap((position) => {
    const records = readRecords(batches, position);
    if (isBatchError(records)) throw new Error(`fetched batch: ${records.message}`);
    return records;
  });
}

/** The offset behind the last batch; −1 if there is none. */
export function nextOffset(batches: Buffer): number {
  const last = spansOf(batches).at(-1);
  return last === undefined ? -1 : lastOffset(batches, last) + 1;
}

function spansOf(batches: Buffer): number[] {
  const positions: number[] = [];
  for (const span of walkBatches(batches)) {
    // A fetch may end within a batch.
    if (span.kind === 'batch-error' && span.tag === 'truncated') break;
    if (span.kind === 'batch-error') throw new Error(`fetched batch: ${span.message}`);
    if (typeof verifyBatchAt(batches, span.position) !== 'number') throw new Error('fetched batch: wrong CRC');
    positions.push(span.position);
  }
  return positions;
}
