import { KafkaError } from '@sluice/client/kafka-error';
import type { Offset } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { AbortedTransaction } from '@sluice/protocol/generated/messages/fetch-response';
import { isBatchError } from '@sluice/protocol/records/batch-error';
import {
  baseOffset,
  isControlBatch,
  isCrcValid,
  isTransactional,
  lastOffset,
  producerId,
} from '@sluice/protocol/records/batch-header';
import { readRecords } from '@sluice/protocol/records/read-records';
import type { BatchRecord } from '@sluice/protocol/records/record';
import { walkBatches } from '@sluice/protocol/records/walk-batches';

export interface CommittedRecords {
  /** Made when they are first asked for: whoever waits before that does not keep thousands of objects alive meanwhile. */
  readonly records: readonly BatchRecord[];
  /** Behind the last whole batch, though its last records may have been compacted away or aborted. */
  readonly nextOffset: Offset;
}

/**
 * The records of a fetched partition from an offset on, without those of aborted transactions: a fetch of committed
 * records brings them all, and says which producers' transactions were aborted from which offset on.
 */
export function committedRecords(
  encoded: Buffer,
  start: Offset,
  abortedTransactions: readonly AbortedTransaction[],
): CommittedRecords {
  const aborted = [...abortedTransactions].sort((a, b) => a.firstOffset - b.firstOffset);
  const abortedProducers = new Set<number>();
  const positions: number[] = [];
  let nextOffset = start;
  for (const span of walkBatches(encoded)) {
    if (span.kind === 'batch-error') {
      // A fetch may end in the middle of a batch; the rest comes with the next one.
      if (span.tag === 'truncated') break;
      throw new KafkaError(ErrorCode.CORRUPT_MESSAGE, span.message);
    }
    if (!isCrcValid(encoded, span.position)) throw new KafkaError(ErrorCode.CORRUPT_MESSAGE, 'the CRC does not match');
    while (aborted[0] !== undefined && aborted[0].firstOffset <= baseOffset(encoded, span.position)) {
      abortedProducers.add(aborted[0].producerId);
      aborted.shift();
    }
    nextOffset = Math.max(nextOffset, lastOffset(encoded, span.position) + 1);
    if (isControlBatch(encoded, span.position)) {
      // A marker ends its producer's transaction, whichever way.
      abortedProducers.delete(producerId(encoded, span.position));
      continue;
    }
    if (isTransactional(encoded, span.position) && abortedProducers.has(producerId(encoded, span.position))) continue;
    positions.push(span.position);
  }
  let records: readonly BatchRecord[] | undefined;
  return {
    get records() {
      records ??= recordsAt(encoded, positions, start);
      return records;
    },
    nextOffset,
  };
}

function recordsAt(encoded: Buffer, positions: readonly number[], start: Offset): readonly BatchRecord[] {
  const records: BatchRecord[] = [];
  for (const position of positions) {
    const batch = readRecords(encoded, position);
    if (isBatchError(batch)) throw new KafkaError(ErrorCode.CORRUPT_MESSAGE, batch.message);
    for (const record of batch) if (record.offset >= start) records.push(record);
  }
  return records;
}
