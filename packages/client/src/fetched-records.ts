import type { Offset } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { isBatchError } from '@sluice/protocol/records/batch-error';
import { isControlBatch, isCrcValid, lastOffset } from '@sluice/protocol/records/batch-header';
import { readRecords } from '@sluice/protocol/records/read-records';
import type { BatchRecord } from '@sluice/protocol/records/record';
import { walkBatches } from '@sluice/protocol/records/walk-batches';
import { KafkaError } from './kafka-error.ts';

export interface FetchedBatch {
  /** Those with start ≤ offset < end; none of a control batch. */
  readonly records: readonly BatchRecord[];
  /** Where to go on reading: behind the batch, though its last records may have been compacted away. */
  readonly nextOffset: Offset;
}

/** The batches of a fetched partition. What is no valid batch fails as CORRUPT_MESSAGE. */
export function* fetchedRecords(encoded: Buffer, start: Offset, end: Offset): Generator<FetchedBatch> {
  for (const span of walkBatches(encoded)) {
    if (span.kind === 'batch-error') {
      // A fetch may end in the middle of a batch; the rest comes with the next one.
      if (span.tag === 'truncated') return;
      throw new KafkaError(ErrorCode.CORRUPT_MESSAGE, span.message);
    }
    if (!isCrcValid(encoded, span.position)) {
      throw new KafkaError(ErrorCode.CORRUPT_MESSAGE, 'the CRC of a batch does not match');
    }
    const nextOffset = lastOffset(encoded, span.position) + 1;
    if (nextOffset <= start) continue;
    if (isControlBatch(encoded, span.position)) {
      yield { records: [], nextOffset };
      continue;
    }
    const records = readRecords(encoded, span.position);
    if (isBatchError(records)) throw new KafkaError(ErrorCode.CORRUPT_MESSAGE, records.message);
    yield { records: records.filter(({ offset }) => offset >= start && offset < end), nextOffset };
  }
}
