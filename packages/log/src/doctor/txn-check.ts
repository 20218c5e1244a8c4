import type { Disk } from '@sluice/kernel/disk';
import type { Offset } from '@sluice/kernel/ids';
import { TXN_CHECKSUM_SUFFIX, TXN_INDEX_SUFFIX } from '../file-names.ts';
import { checksumOf } from '../index-files.ts';
import { type Segment, segmentPath } from '../segment.ts';
import { type AbortedTxn, decodeTxnIndex } from '../txn-index.ts';
import type { IndexFault } from './index-check.ts';

export interface TxnCheckOptions {
  readonly disk: Disk;
  readonly segment: Segment;
  /** What the batches say was aborted, by markers in this segment. */
  readonly aborted: readonly AbortedTxn[];
  /** Compaction takes out what an entry was made from: then what is in the index cannot be told from the log. */
  readonly isCompacted: boolean;
  /** Behind the segment's last batch. */
  readonly nextOffset: Offset;
  /** The log before it is not there, so a transaction may have begun in it. */
  readonly knownFrom: Offset;
  /** Its indexes may be behind the log, to be made at the next start. */
  readonly isActive: boolean;
}

/** Holds a segment's `.txnindex` against the markers in the log: a wrong one shows aborted records, or hides good ones. */
export async function checkTxnIndex(options: TxnCheckOptions): Promise<IndexFault | undefined> {
  const { disk, segment } = options;
  const content = await disk.readFile(segmentPath(segment, TXN_INDEX_SUFFIX));
  const checksum = await disk.readFile(segmentPath(segment, TXN_CHECKSUM_SUFFIX));
  const wrong = (what: string): IndexFault => ({ suffix: TXN_INDEX_SUFFIX, isMissing: false, what });
  const indexed = decodeTxnIndex(content ?? Buffer.alloc(0), segment.baseOffset);
  if (checksum !== undefined && content === undefined) {
    return { suffix: TXN_INDEX_SUFFIX, isMissing: true, what: 'its checksum is there, the file is not' };
  }
  if (checksum !== undefined && !checksumOf(content ?? Buffer.alloc(0)).equals(checksum)) {
    return wrong('its checksum does not match');
  }
  if (indexed === undefined) return wrong('it is not what an index of aborted transactions looks like');
  const beyond = indexed.find(({ lastOffset }) => lastOffset >= options.nextOffset);
  if (beyond !== undefined) return wrong(`it knows of a marker at offset ${beyond.lastOffset}, behind the log's end`);
  // Compaction, or a loss that was accepted, takes out what an entry was made from; the checksum vouches for it.
  if (options.isCompacted || (checksum !== undefined && content !== undefined)) return undefined;
  const expected = options.aborted.filter(({ firstOffset }) => firstOffset >= options.knownFrom);
  const actual = indexed.filter(({ firstOffset }) => firstOffset >= options.knownFrom);
  const lost = expected.find((txn) => !actual.some((each) => isSame(each, txn)));
  if (lost !== undefined && !options.isActive) {
    const what = `it lacks the transaction of producer ${lost.producerId}, aborted at offset ${lost.lastOffset}`;
    return { suffix: TXN_INDEX_SUFFIX, isMissing: content === undefined, what };
  }
  const invented = actual.find((txn) => !expected.some((each) => isSame(each, txn)));
  if (invented === undefined) return undefined;
  return wrong(
    `it says that producer ${invented.producerId} aborted at offset ${invented.lastOffset}; the log does not`,
  );
}

function isSame(left: AbortedTxn, right: AbortedTxn): boolean {
  return (
    left.producerId === right.producerId &&
    left.firstOffset === right.firstOffset &&
    left.lastOffset === right.lastOffset
  );
}
