import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { isBatchError } from '@sluice/protocol/records/batch-error';
import {
  isControlBatch,
  isTransactional,
  producerId,
  type TimestampType,
  timestampType,
} from '@sluice/protocol/records/batch-header';
import { readRecords } from '@sluice/protocol/records/read-records';
import type { BatchRecord } from '@sluice/protocol/records/record';
import { walkBatches } from '@sluice/protocol/records/walk-batches';
import type { ManagedLog } from '../managed-log.ts';
import type { ExpectedRead } from './load-fixture.ts';
import { readBytes } from './test-log.ts';

/** As a consumer sees a log: no control records and, if `isCommitted`, no aborted ones either. */
export async function consume(log: ManagedLog, isCommitted: boolean): Promise<ExpectedRead> {
  const end = isCommitted ? log.lastStableOffset : log.highWatermark;
  const aborted = await log.abortedTransactions(log.logStartOffset, end);
  const digest = createHash('sha256');
  const offsets: number[] = [];
  for (let next = log.logStartOffset; next < end; ) {
    const bytes = await readBytes(log, next, {
      maxBytes: 10_000,
      upTo: isCommitted ? 'last-stable' : 'high-watermark',
    });
    if (bytes.length === 0) break;
    for (const batch of walkBatches(bytes)) {
      assert(batch.kind === 'batch');
      const records = readRecords(bytes, batch.position);
      assert(!isBatchError(records));
      next = Math.max(next, (records.at(-1)?.offset ?? next) + 1);
      if (isControlBatch(bytes, batch.position)) continue;
      const id = producerId(bytes, batch.position);
      const isAborted = (record: BatchRecord) =>
        isCommitted &&
        isTransactional(bytes, batch.position) &&
        aborted.some(
          (txn) => txn.producerId === id && record.offset >= txn.firstOffset && record.offset <= txn.lastOffset,
        );
      for (const record of records) {
        if (isAborted(record)) continue;
        offsets.push(record.offset);
        digest.update(lineOf(record, timestampType(bytes, batch.position)));
      }
    }
  }
  return {
    records: offsets.length,
    firstOffset: offsets[0] ?? null,
    lastOffset: offsets.at(-1) ?? null,
    sha256: digest.digest('hex'),
  };
}

/** As librdkafka numbers them, which wrote the digests. */
const TIMESTAMP_TYPES = { CreateTime: 1, LogAppendTime: 2 };

function lineOf(record: BatchRecord, type: TimestampType): string {
  const hex = (bytes: Buffer | null) => bytes?.toString('hex') ?? '-';
  const headers = record.headers.map((header) => `${header.key}=${hex(header.value)}`).join(',');
  return `${[record.offset, TIMESTAMP_TYPES[type], record.timestampMs, hex(record.key), hex(record.value), headers].join('\t')}\n`;
}
