import type { DiskFile } from '@sluice/kernel/disk';
import type { Offset } from '@sluice/kernel/ids';
import {
  BATCH_HEADER_SIZE_BYTES,
  batchSizeBytes,
  CURRENT_MAGIC,
  isCrcValid,
} from '@sluice/protocol/records/batch-header';
import { type BatchInfo, readBatchInfo } from './batch-info.ts';
import { BATCH_SIZE_BYTES_MAX } from './batch-size-max.ts';

const CHUNK_SIZE_BYTES = 1024 * 1024;
const MAGIC_AT = 16;

export interface NextBatchOptions {
  readonly from: number;
  readonly end: number;
  /** It starts at this offset or behind it, */
  readonly offsetMin: Offset;
  /** and ends below this one. */
  readonly offsetEnd: Offset;
  /** Where it would be if what the damage says of its own length were true. */
  readonly hint: number | undefined;
}

/**
 * The first whole batch behind damage. A batch may hold others as its records' values, so what the damaged one says of
 * its length comes first.
 */
export async function findNextBatch(file: DiskFile, options: NextBatchOptions): Promise<BatchInfo | undefined> {
  const { from, end, hint } = options;
  if (hint !== undefined && hint >= from && hint + BATCH_HEADER_SIZE_BYTES <= end) {
    const header = Buffer.allocUnsafe(BATCH_HEADER_SIZE_BYTES);
    await file.read(header, hint);
    const batch = readBatchInfo(header, 0, hint);
    if (typeof batch !== 'string' && (await isBatch(file, batch, options))) return batch;
  }
  const chunk = Buffer.allocUnsafe(Math.max(0, Math.min(CHUNK_SIZE_BYTES, end - from)));
  for (let position = from; position + BATCH_HEADER_SIZE_BYTES <= end; ) {
    const filled = await file.read(chunk.subarray(0, Math.min(chunk.length, end - position)), position);
    const last = filled - BATCH_HEADER_SIZE_BYTES;
    for (let at = 0; at <= last; at++) {
      // Offsets are below 2^53, so the first byte of a batch is zero.
      if (chunk[at + MAGIC_AT] !== CURRENT_MAGIC || chunk[at] !== 0) continue;
      const batch = readBatchInfo(chunk.subarray(0, filled), at, position + at);
      if (typeof batch !== 'string' && (await isBatch(file, batch, options))) return batch;
    }
    if (last < 0) return undefined;
    position += last + 1;
  }
  return undefined;
}

async function isBatch(file: DiskFile, batch: BatchInfo, options: NextBatchOptions): Promise<boolean> {
  const { position, sizeBytes } = batch;
  if (batch.baseOffset < options.offsetMin || batch.lastOffset >= options.offsetEnd) return false;
  if (position + sizeBytes > options.end || sizeBytes > BATCH_SIZE_BYTES_MAX) return false;
  const bytes = Buffer.allocUnsafe(sizeBytes);
  if ((await file.read(bytes, position)) < sizeBytes) return false;
  return isCrcValid(bytes, 0);
}

/** Where the damaged batch would end by its own word. */
export async function claimedEnd(file: DiskFile, position: number, sizeBytes: number): Promise<number | undefined> {
  if (position + BATCH_HEADER_SIZE_BYTES > sizeBytes) return undefined;
  const header = Buffer.alloc(BATCH_HEADER_SIZE_BYTES);
  await file.read(header, position);
  const claimed = batchSizeBytes(header, 0);
  return claimed < BATCH_HEADER_SIZE_BYTES ? undefined : position + claimed;
}
