import type { DiskFile } from '@sluice/kernel/disk';
import { BATCH_HEADER_SIZE_BYTES } from '@sluice/protocol/records/batch-header';
import { type BatchInfo, readBatchInfo } from './batch-info.ts';

/** Read at once while only headers matter: two index intervals. */
const HEADERS_CHUNK_SIZE_BYTES = 8 * 1024;
const SCAN_CHUNK_SIZE_BYTES = 1024 * 1024;

export interface WalkEnd {
  /** Where the walk stopped: the end, the batch at which `visit` said so, or the first byte that is no batch. */
  readonly position: number;
  /** Why the bytes at `position` are no batch. */
  readonly fault: string | undefined;
}

/** `'stop'` ends the walk before the batch, a text ends it as a fault. */
export type Verdict = 'next' | 'stop' | { readonly fault: string };

/** Goes from header to header without reading the payloads of large batches. */
export async function walkHeaders(
  file: DiskFile,
  from: number,
  end: number,
  visit: (batch: BatchInfo, header: Buffer, at: number) => Verdict,
): Promise<WalkEnd> {
  const chunk = Buffer.allocUnsafe(Math.max(0, Math.min(HEADERS_CHUNK_SIZE_BYTES, end - from)));
  for (let position = from; position < end; ) {
    const filled = await file.read(chunk.subarray(0, Math.min(chunk.length, end - position)), position);
    const start = position;
    do {
      const batch = readBatchInfo(chunk.subarray(0, filled), position - start, position);
      if (typeof batch === 'string') return { position, fault: batch };
      if (position + batch.sizeBytes > end) return { position, fault: 'the file ends within a batch' };
      const verdict = visit(batch, chunk, position - start);
      if (verdict !== 'next') return { position, fault: verdict === 'stop' ? undefined : verdict.fault };
      position += batch.sizeBytes;
    } while (position - start + BATCH_HEADER_SIZE_BYTES <= filled);
  }
  return { position: end, fault: undefined };
}

/** Reads every byte, one large chunk after the other; each batch that `visit` sees is whole. */
export async function walkBatches(
  file: DiskFile,
  from: number,
  end: number,
  visit: (batch: BatchInfo, buffer: Buffer, at: number) => Verdict,
): Promise<WalkEnd> {
  let chunk = Buffer.allocUnsafe(Math.max(0, Math.min(SCAN_CHUNK_SIZE_BYTES, end - from)));
  for (let position = from; position < end; ) {
    const filled = await file.read(chunk.subarray(0, Math.min(chunk.length, end - position)), position);
    const start = position;
    for (;;) {
      const at = position - start;
      if (at + BATCH_HEADER_SIZE_BYTES > filled && position < end && at > 0) break;
      if (position >= end) return { position: end, fault: undefined };
      const batch = readBatchInfo(chunk.subarray(0, filled), at, position);
      if (typeof batch === 'string') return { position, fault: batch };
      if (position + batch.sizeBytes > end) return { position, fault: 'the file ends within a batch' };
      if (at + batch.sizeBytes > filled) {
        if (at > 0) break;
        if (batch.sizeBytes <= chunk.length) return { position, fault: 'the file ends within a batch' };
        chunk = Buffer.allocUnsafe(batch.sizeBytes);
        break;
      }
      const verdict = visit(batch, chunk, at);
      if (verdict !== 'next') return { position, fault: verdict === 'stop' ? undefined : verdict.fault };
      position += batch.sizeBytes;
    }
  }
  return { position: end, fault: undefined };
}
