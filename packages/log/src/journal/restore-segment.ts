import type { Disk, DiskFile } from '@sluice/kernel/disk';
import { BATCH_HEADER_SIZE_BYTES, isCrcValid } from '@sluice/protocol/records/batch-header';
import { type BatchInfo, readBatchInfo } from '../batch-info.ts';
import { walkHeaders } from '../walk-file.ts';
import type { JournalEntry } from './format.ts';

export interface RestoredSegment {
  readonly sizeBytes: number;
  /** Why the entries from some point on were not put back. */
  readonly fault: string | undefined;
}

/**
 * Puts back what a segment's file lacks of its entries, and makes all of it durable. What is there and sound stays,
 * whatever the entries say. `checksPlace`: first makes sure that batches lead up to the first entry.
 */
export async function restoreSegment(
  disk: Disk,
  path: string,
  entries: readonly JournalEntry[],
  checksPlace: boolean,
): Promise<RestoredSegment> {
  const file = await disk.open(path, 'update');
  try {
    let sizeBytes = 0;
    let fault = checksPlace ? await placeFault(file, entries[0]) : undefined;
    for (const entry of entries) {
      if (fault !== undefined) break;
      const restored = await restoreEntry(file, entry);
      if (typeof restored === 'string') fault = restored;
      else sizeBytes += restored;
    }
    // Also if nothing was missing: a killed process may have left it in the page cache only.
    await file.sync();
    return { sizeBytes, fault };
  } finally {
    await file.close();
  }
}

/** The bytes that were put back, or why none were. */
async function restoreEntry(file: DiskFile, entry: JournalEntry): Promise<number | string> {
  const { position, payload } = entry;
  const batches = batchesOf(entry);
  if (typeof batches === 'string') return batches;
  if ((await file.size()) < position) return `bytes before position ${position} are missing`;
  const present = Buffer.alloc(payload.length);
  const filled = await file.read(present, position);
  for (const batch of batches) {
    const start = batch.position - position;
    const end = start + batch.sizeBytes;
    if (end <= filled && payload.compare(present, start, end, start, end) === 0) continue;
    if (await holdsBatch(file, batch.position)) return `position ${batch.position} holds other records`;
    await file.writev([payload.subarray(start)], batch.position);
    return payload.length - start;
  }
  return 0;
}

/** The whole, sound batches that a payload consists of, or what is wrong with it. */
function batchesOf({ position, payload, baseOffset }: JournalEntry): BatchInfo[] | string {
  const batches: BatchInfo[] = [];
  let nextOffset = baseOffset;
  for (let at = 0; at < payload.length; ) {
    const batch = readBatchInfo(payload, at, position + at);
    if (typeof batch === 'string') return `an entry with ${batch}`;
    if (at + batch.sizeBytes > payload.length || !isCrcValid(payload, at)) return 'an entry with half a batch';
    if (batch.baseOffset !== nextOffset) return `an entry with offset ${batch.baseOffset} instead of ${nextOffset}`;
    batches.push(batch);
    nextOffset = batch.lastOffset + 1;
    at += batch.sizeBytes;
  }
  return batches;
}

async function holdsBatch(file: DiskFile, position: number): Promise<boolean> {
  const header = Buffer.alloc(BATCH_HEADER_SIZE_BYTES);
  if ((await file.read(header, position)) < header.length) return false;
  const batch = readBatchInfo(header, 0, position);
  if (typeof batch === 'string' || position + batch.sizeBytes > (await file.size())) return false;
  const content = Buffer.alloc(batch.sizeBytes);
  await file.read(content, position);
  return isCrcValid(content, 0);
}

async function placeFault(file: DiskFile, first: JournalEntry | undefined): Promise<string | undefined> {
  if (first === undefined || first.position === 0) return undefined;
  let nextOffset = first.segmentBaseOffset;
  const end = Math.min(first.position, await file.size());
  const walked = await walkHeaders(file, 0, end, ({ lastOffset }) => {
    nextOffset = lastOffset + 1;
    return 'next';
  });
  const isRight = walked.position === first.position && nextOffset === first.baseOffset;
  return isRight ? undefined : `offset ${first.baseOffset} does not belong at position ${first.position}`;
}
