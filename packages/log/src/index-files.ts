import type { Disk, DiskFile } from '@sluice/kernel/disk';
import { crc32c } from '@sluice/protocol/records/crc32c';
import { type FileCache, withExistingFile } from './file-cache.ts';
import { OFFSET_INDEX_SUFFIX, TIME_INDEX_SUFFIX, TXN_CHECKSUM_SUFFIX, TXN_INDEX_SUFFIX } from './file-names.ts';
import { checkOffsetIndex, createOffsetIndex, OFFSET_INDEX_ENTRY_SIZE_BYTES } from './offset-index.ts';
import { logPath, type Segment, type SegmentIndexes, segmentPath } from './segment.ts';
import { checkTimeIndex, createTimeIndex, TIME_INDEX_ENTRY_SIZE_BYTES, type TimeIndexEntry } from './time-index.ts';
import { decodeTxnIndex, encodeTxnIndex } from './txn-index.ts';
import { walkHeaders } from './walk-file.ts';
import { writeWhole } from './write-whole.ts';

/** Behind the last time index entry. */
const BATCHES_LOOKED_AT_MAX = 128;

/**
 * Makes the index files hold exactly these entries, durably. Kafka writes no `.txnindex` where nothing was aborted.
 * `state` is for files that are not in their place yet: `.cleaned`.
 */
export async function writeIndexFiles(
  disk: Disk,
  segment: Segment,
  indexes: SegmentIndexes,
  state = '',
): Promise<void> {
  const contents: [string, Buffer][] = [
    [OFFSET_INDEX_SUFFIX, indexes.offsets.bytes()],
    [TIME_INDEX_SUFFIX, indexes.times.bytes()],
  ];
  const aborted = encodeTxnIndex(indexes.abortedTxns);
  if (segment.fault !== undefined) {
    // What a corrupt log says is not made to look sound: whoever opens it next has to build it again.
    contents.push([TXN_INDEX_SUFFIX, aborted], [TXN_CHECKSUM_SUFFIX, wrongChecksumOf(aborted)]);
  } else if (aborted.length > 0) {
    contents.push([TXN_INDEX_SUFFIX, aborted], [TXN_CHECKSUM_SUFFIX, checksumOf(aborted)]);
  } else {
    await disk.unlink(`${segmentPath(segment, TXN_INDEX_SUFFIX)}${state}`);
    await disk.unlink(`${segmentPath(segment, TXN_CHECKSUM_SUFFIX)}${state}`);
  }
  await Promise.all(
    contents.map(([suffix, content]) => writeWhole(disk, `${segmentPath(segment, suffix)}${state}`, content)),
  );
}

export function checksumOf(content: Buffer): Buffer {
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32c(content));
  return checksum;
}

function wrongChecksumOf(content: Buffer): Buffer {
  return checksumOf(content).map((byte) => ~byte) as Buffer;
}

/** What the index files hold, as far as it can be right; `fault` says what cannot. */
export interface IndexFiles {
  readonly indexes: SegmentIndexes;
  readonly fault: string | undefined;
}

/**
 * Reads the index files of a segment whose log has `logSizeBytes`. The last time index entry, which decides whether a
 * lookup by time looks into the segment at all, is compared with the batch that it names; in files that are to cover the
 * whole log, also with those behind it.
 */
export async function readIndexFiles(
  disk: Disk,
  files: FileCache,
  segment: Segment,
  logSizeBytes: number,
  covers: 'whole-log' | 'part-of-it',
): Promise<IndexFiles> {
  const { baseOffset } = segment;
  const [offsetContent, timeContent, txnContent, txnChecksum] = await Promise.all(
    [OFFSET_INDEX_SUFFIX, TIME_INDEX_SUFFIX, TXN_INDEX_SUFFIX, TXN_CHECKSUM_SUFFIX].map((suffix) =>
      disk.readFile(segmentPath(segment, suffix)),
    ),
  );
  const faults: string[] = [];
  const offsetCheck = checkOffsetIndex(offsetContent ?? Buffer.alloc(0), logSizeBytes);
  if (offsetContent === undefined || !offsetCheck.isWhole) faults.push('.index');
  const timeCheck = checkTimeIndex(timeContent ?? Buffer.alloc(0));
  if (timeContent === undefined || !timeCheck.isWhole) faults.push('.timeindex');
  const abortedTxns = decodeTxnIndex(txnContent ?? Buffer.alloc(0), baseOffset);
  // Kafka writes no checksum.
  const isTxnIndexRight = txnChecksum === undefined || checksumOf(txnContent ?? Buffer.alloc(0)).equals(txnChecksum);
  if (abortedTxns === undefined || !isTxnIndexRight) faults.push('.txnindex');
  const indexes: SegmentIndexes = {
    offsets: createOffsetIndex(
      baseOffset,
      offsetContent?.subarray(0, offsetCheck.entryCount * OFFSET_INDEX_ENTRY_SIZE_BYTES),
    ),
    times: createTimeIndex(baseOffset, timeContent?.subarray(0, timeCheck.entryCount * TIME_INDEX_ENTRY_SIZE_BYTES)),
    abortedTxns: abortedTxns ?? [],
  };
  const { last } = indexes.times;
  if (faults.length === 0 && logSizeBytes > 0 && (last !== undefined || covers === 'whole-log')) {
    const isRight = await withExistingFile(files, logPath(segment), async (file) => {
      if (!(await isTimeEntryRight(file, last, indexes, logSizeBytes))) return false;
      return covers === 'part-of-it' || (await isNoTimeEntryMissing(file, indexes, logSizeBytes));
    });
    if (!isRight) faults.push('.timeindex');
  }
  return { indexes, fault: faults.length === 0 ? undefined : faults.join(', ') };
}

/** A missing last entry would name one of the next few batches: there is one for each index interval. */
async function isNoTimeEntryMissing(file: DiskFile, indexes: SegmentIndexes, logSizeBytes: number): Promise<boolean> {
  const { last } = indexes.times;
  const from = last === undefined ? 0 : indexes.offsets.lookup(last.batchLastOffset).position;
  let isRight = true;
  let seenCount = 0;
  await walkHeaders(file, from, logSizeBytes, (batch) => {
    if (last !== undefined && batch.lastOffset <= last.batchLastOffset) return 'next';
    isRight = batch.maxTimestampMs <= (last?.timestampMs ?? -1);
    seenCount++;
    return isRight && seenCount < BATCHES_LOOKED_AT_MAX ? 'next' : 'stop';
  });
  return isRight;
}

/** Whether the batch that an entry names is there and has the entry's timestamp. */
export async function isTimeEntryRight(
  file: DiskFile,
  entry: TimeIndexEntry | undefined,
  indexes: SegmentIndexes,
  logSizeBytes: number,
): Promise<boolean> {
  if (entry === undefined) return true;
  const { position } = indexes.offsets.lookup(entry.batchLastOffset);
  let isRight = false;
  await walkHeaders(file, position, logSizeBytes, (batch) => {
    if (batch.lastOffset < entry.batchLastOffset) return 'next';
    isRight = batch.lastOffset === entry.batchLastOffset && batch.maxTimestampMs === entry.timestampMs;
    return 'stop';
  });
  return isRight;
}
