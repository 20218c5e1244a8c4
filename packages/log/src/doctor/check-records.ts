import { isControlBatch, lastOffsetDelta } from '@sluice/protocol/records/batch-header';
import { DEFAULT_READ_LIMITS, visitRecords } from '@sluice/protocol/records/read-records';
import { materialize } from '@sluice/protocol/records/record-cursor';
import type { BatchInfo } from '../batch-info.ts';

/** Says what is wrong with a record's key and value, as those who read the topic need them. */
export type RecordDecoder = (key: Buffer | null, value: Buffer | null) => string | undefined;

/** Takes a batch whose CRC is right apart: codec, count, offsets. A text says what is wrong. */
export function checkRecords(
  buffer: Buffer,
  at: number,
  batch: BatchInfo,
  decode: RecordDecoder | undefined,
): string | undefined {
  const lastDelta = lastOffsetDelta(buffer, at);
  let previousDelta = -1;
  let fault: string | undefined;
  const isDecoded = decode !== undefined && !isControlBatch(buffer, at);
  const error = visitRecords(buffer, at, DEFAULT_READ_LIMITS, (cursor) => {
    const delta = cursor.offset - batch.baseOffset;
    if (delta <= previousDelta) fault = `offset ${cursor.offset} comes behind ${batch.baseOffset + previousDelta}`;
    else if (delta > lastDelta) fault = `offset ${cursor.offset} lies behind the batch's last, ${batch.lastOffset}`;
    previousDelta = delta;
    if (fault === undefined && isDecoded) {
      const { key, value } = materialize(cursor);
      const wrong = decode(key, value);
      if (wrong !== undefined) fault = `the record at offset ${cursor.offset}: ${wrong}`;
    }
    return fault === undefined;
  });
  return fault ?? error?.message;
}
