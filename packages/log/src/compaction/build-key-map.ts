import type { Offset } from '@sluice/kernel/ids';
import { isControlBatch, isTransactional, producerId } from '@sluice/protocol/records/batch-header';
import { DEFAULT_READ_LIMITS, visitRecords } from '@sluice/protocol/records/read-records';
import { readEndTxnMarker } from '../end-txn-marker.ts';
import { type FileCache, withExistingFile } from '../file-cache.ts';
import { logPath, type Segment } from '../segment.ts';
import type { AbortedTxn } from '../txn-index.ts';
import type { KeyMap } from './key-map.ts';
import { createTransactionFilter } from './transactions.ts';
import { CompactionError, walkInSlices } from './walk-segment.ts';

export interface BuildOptions {
  readonly files: FileCache;
  /** Those that overlap the dirty segments, wherever their markers are. */
  readonly abortedTxns: readonly AbortedTxn[];
  readonly betweenSlices: (readSizeBytes: number) => Promise<void>;
}

/**
 * Puts the keys from `fromOffset` on into the map, oldest first, as far as there is room; `dirty` are the segments that
 * hold `[fromOffset, endOffset)`. Returns the offset up to which all keys are in it: so far the log can be compacted
 * this time.
 */
export async function buildKeyMap(
  map: KeyMap,
  dirty: readonly Segment[],
  fromOffset: Offset,
  endOffset: Offset,
  options: BuildOptions,
): Promise<Offset> {
  const transactions = createTransactionFilter(options.abortedTxns);
  let mappedTo = fromOffset;
  for (const segment of dirty) {
    const result = await withExistingFile(options.files, logPath(segment), (file) =>
      walkInSlices(
        file,
        segment.writtenSizeBytes,
        (batch, buffer, at) => {
          const isFull = isAborted(buffer, at, batch.baseOffset, batch.lastOffset) ? false : !putKeys(buffer, at);
          if (isFull) return 'stop';
          mappedTo = Math.max(mappedTo, batch.lastOffset + 1);
          return 'next';
        },
        options.betweenSlices,
      ),
    );
    if (result === 'stopped') return mappedTo;
  }
  // Where an earlier compaction emptied the end, there is nothing left to map.
  return endOffset;

  /** Whether none of the batch's records has a key that counts. */
  function isAborted(buffer: Buffer, at: number, firstOffset: Offset, lastOffset: Offset): boolean {
    if (isControlBatch(buffer, at)) {
      const marker = readEndTxnMarker(buffer, at);
      if (marker !== undefined) transactions.onMarker(marker.producerId, firstOffset, marker.isAbort);
      return true;
    }
    return isTransactional(buffer, at) && transactions.onBatch(producerId(buffer, at), lastOffset);
  }

  function putKeys(buffer: Buffer, at: number): boolean {
    let hasRoom = true;
    const error = visitRecords(buffer, at, DEFAULT_READ_LIMITS, (cursor) => {
      if (cursor.keySizeBytes < 0 || cursor.offset < fromOffset) return true;
      hasRoom = map.put(cursor.payload, cursor.keyStart, cursor.keySizeBytes, cursor.offset);
      return hasRoom;
    });
    if (error !== undefined) throw new CompactionError(error.message);
    return hasRoom;
  }
}
