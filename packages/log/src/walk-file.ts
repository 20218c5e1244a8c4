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

export interface ChunkOptions {
  /** Read at once; a larger batch is read whole. */
  readonly chunkSizeBytes?: number;
  /** A longer batch counts as damage: its length must not be the memory's. */
  readonly batchSizeBytesMax?: number;
  /** Runs when the batches of a chunk were seen, before the next one takes the place of their bytes. */
  readonly betweenChunks?: (walkedSizeBytes: number) => Promise<void>;
}

/** Reads every byte, one large chunk after the other; each batch that `visit` sees is whole. */
export async function walkBatches(
  file: DiskFile,
  from: number,
  end: number,
  visit: (batch: BatchInfo, buffer: Buffer, at: number) => Verdict,
  {
    chunkSizeBytes = SCAN_CHUNK_SIZE_BYTES,
    batchSizeBytesMax = Number.POSITIVE_INFINITY,
    betweenChunks,
  }: ChunkOptions = {},
): Promise<WalkEnd> {
  let chunk = Buffer.allocUnsafe(Math.max(0, Math.min(chunkSizeBytes, end - from)));
  for (let position = from; position < end; ) {
    const filled = await file.read(chunk.subarray(0, Math.min(chunk.length, end - position)), position);
    const walked = walkChunk(chunk.subarray(0, filled), position, end, visit);
    if (walked.position > position) await betweenChunks?.(walked.position - position);
    if (walked.isOver) return { position: walked.position, fault: walked.fault };
    position = walked.position;
    if (walked.cutBatchSizeBytes > batchSizeBytesMax) {
      return { position, fault: `a batch of ${walked.cutBatchSizeBytes} bytes` };
    }
    if (walked.cutBatchSizeBytes > chunk.length) chunk = Buffer.allocUnsafe(walked.cutBatchSizeBytes);
    else if (walked.cutBatchSizeBytes > filled) return { position, fault: 'the file ends within a batch' };
  }
  return { position: end, fault: undefined };
}

interface WalkedChunk extends WalkEnd {
  readonly isOver: boolean;
  /** Of a first batch that the chunk does not hold whole; 0 if it held one. */
  readonly cutBatchSizeBytes: number;
}

/** Shows the whole batches of a chunk that starts at `from` of the file. */
function walkChunk(
  chunk: Buffer,
  from: number,
  end: number,
  visit: (batch: BatchInfo, buffer: Buffer, at: number) => Verdict,
): WalkedChunk {
  const over = (position: number, fault?: string): WalkedChunk => ({
    position,
    fault,
    isOver: true,
    cutBatchSizeBytes: 0,
  });
  const more = (position: number, cutBatchSizeBytes = 0): WalkedChunk => ({
    position,
    fault: undefined,
    isOver: false,
    cutBatchSizeBytes,
  });
  for (let position = from; ; ) {
    const at = position - from;
    if (position >= end) return more(end);
    if (at + BATCH_HEADER_SIZE_BYTES > chunk.length && at > 0) return more(position);
    const batch = readBatchInfo(chunk, at, position);
    if (typeof batch === 'string') return over(position, batch);
    if (position + batch.sizeBytes > end) return over(position, 'the file ends within a batch');
    if (at + batch.sizeBytes > chunk.length) return more(position, at > 0 ? 0 : batch.sizeBytes);
    const verdict = visit(batch, chunk, at);
    if (verdict !== 'next') return over(position, verdict === 'stop' ? undefined : verdict.fault);
    position += batch.sizeBytes;
  }
}
