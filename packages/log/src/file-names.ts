import type { Offset } from '@sluice/kernel/ids';

/** Kafka's suffixes of the files of a segment. */
export const LOG_SUFFIX = '.log';
export const OFFSET_INDEX_SUFFIX = '.index';
export const TIME_INDEX_SUFFIX = '.timeindex';
export const TXN_INDEX_SUFFIX = '.txnindex';
/** Ours: the CRC-32C of the transaction index, whose format has no room for one. Kafka passes over it. */
export const TXN_CHECKSUM_SUFFIX = '.txncheck';
/** Ours: the offset at which the segments end that a compaction's output replaces; there only until it has. */
export const REPLACES_SUFFIX = '.replaces';
export const SNAPSHOT_SUFFIX = '.snapshot';
/** Renamed away, to be removed. */
export const DELETED_SUFFIX = '.deleted';
/** A compaction's output that is not complete. */
export const CLEANED_SUFFIX = '.cleaned';
/** A compaction's complete output that has not replaced its input yet. */
export const SWAP_SUFFIX = '.swap';

export const LEADER_EPOCH_CHECKPOINT = 'leader-epoch-checkpoint';
export const PARTITION_METADATA = 'partition.metadata';

const OFFSET_DIGITS = 20;
const FILE_NAME = /^(\d{20})(\.[a-z]+)((?:\.[a-z]+)?)$/;

export interface SegmentFileName {
  readonly offset: Offset;
  readonly suffix: string;
  /** `.deleted`, `.cleaned`, `.swap`, or nothing. */
  readonly state: string;
}

export function segmentFileName(offset: Offset, suffix: string): string {
  return `${String(offset).padStart(OFFSET_DIGITS, '0')}${suffix}`;
}

export function parseSegmentFileName(name: string): SegmentFileName | undefined {
  const match = FILE_NAME.exec(name);
  if (match === null) return undefined;
  const offset = Number(match[1]);
  if (!Number.isSafeInteger(offset)) return undefined;
  return { offset, suffix: match[2] ?? '', state: match[3] ?? '' };
}
