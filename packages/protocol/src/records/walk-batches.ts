import { type BatchError, batchError } from './batch-error.ts';
import {
  BATCH_HEADER_SIZE_BYTES,
  BATCH_OVERHEAD_SIZE_BYTES,
  baseOffset,
  baseTimestamp,
  batchLength,
  CURRENT_MAGIC,
  HEADER_UP_TO_MAGIC_SIZE_BYTES,
  isCrcValid,
  magic,
  maxTimestamp,
  producerId,
} from './batch-header.ts';

/** A magic-0 message with its offset and size left out; below it no batch of any magic fits. */
const OLD_MESSAGE_SIZE_BYTES_MIN = 14;

/** One whole magic-2 batch inside a buffer. */
export interface BatchSpan {
  readonly kind: 'batch';
  readonly position: number;
  readonly sizeBytes: number;
}

/**
 * The size of the whole batch at `position`, after the checks that need no look at the payload: enough bytes before
 * `end`, a possible length, magic 2, int64 fields that are safe numbers. The CRC is not computed: see `isCrcValid`.
 */
export function checkBatchAt(buffer: Buffer, position: number, end: number = buffer.length): number | BatchError {
  const available = end - position;
  if (available < HEADER_UP_TO_MAGIC_SIZE_BYTES) {
    return batchError('truncated', position, `${available} bytes hold no batch header`);
  }
  const length = batchLength(buffer, position);
  if (length < OLD_MESSAGE_SIZE_BYTES_MIN) return batchError('too-small', position, `batch length ${length}`);
  const version = magic(buffer, position);
  if (version === 0 || version === 1) return batchError('old-magic', position, `magic ${version}`);
  if (version !== CURRENT_MAGIC) return batchError('bad-magic', position, `magic ${version}`);
  if (length < BATCH_HEADER_SIZE_BYTES - BATCH_OVERHEAD_SIZE_BYTES) {
    return batchError('too-small', position, `batch length ${length}`);
  }
  const sizeBytes = length + BATCH_OVERHEAD_SIZE_BYTES;
  if (sizeBytes > available) {
    return batchError('truncated', position, `batch of ${sizeBytes} bytes, ${available} are there`);
  }
  // One sum for the usual case: it is NaN as soon as one of them is.
  const sum =
    baseOffset(buffer, position) +
    baseTimestamp(buffer, position) +
    maxTimestamp(buffer, position) +
    producerId(buffer, position);
  if (Number.isNaN(sum)) return batchError('unsafe-integer', position, 'an int64 field lies beyond 2^53-1');
  return sizeBytes;
}

/** As `checkBatchAt`, and the CRC as well: what bytes from a producer or from a disk must pass. */
export function verifyBatchAt(buffer: Buffer, position: number, end: number = buffer.length): number | BatchError {
  const sizeBytes = checkBatchAt(buffer, position, end);
  if (typeof sizeBytes === 'number' && !isCrcValid(buffer, position)) {
    return batchError('bad-crc', position, 'the CRC-32C does not match');
  }
  return sizeBytes;
}

/**
 * Every batch from `position` to `end`; an error is the last item. A fetch may end in the middle of a batch: its reader
 * takes `truncated` for the end.
 */
export function* walkBatches(
  buffer: Buffer,
  position = 0,
  end: number = buffer.length,
): Generator<BatchSpan | BatchError, void> {
  for (let at = position; at < end; ) {
    const sizeBytes = checkBatchAt(buffer, at, end);
    if (typeof sizeBytes !== 'number') {
      yield sizeBytes;
      return;
    }
    yield { kind: 'batch', position: at, sizeBytes };
    at += sizeBytes;
  }
}
