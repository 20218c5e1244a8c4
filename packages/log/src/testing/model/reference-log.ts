import type { Offset, TimestampMs } from '@sluice/kernel/ids';
import type { Codec } from '@sluice/protocol/compression/codec';

export interface ReferenceRecord {
  readonly offset: Offset;
  /** A control record has its type here. */
  readonly key: string;
  readonly value: string | null;
  readonly timestampMs: TimestampMs;
}

export interface ReferenceBatch {
  readonly baseOffset: Offset;
  readonly lastOffset: Offset;
  readonly leaderEpoch: number;
  readonly codec: Codec;
  /** −1 for none. */
  readonly producerId: number;
  readonly baseSequence: number;
  readonly isTransactional: boolean;
  readonly marker: 'COMMIT' | 'ABORT' | undefined;
  readonly records: readonly ReferenceRecord[];
  readonly isDurable: boolean;
  isAcked: boolean;
}

/** Of a transaction's batch; `plain` for one outside of any, and for markers. */
export type Decision = 'plain' | 'open' | 'committed' | 'aborted';

/** All that was ever appended and not cut off again: a list, and brute force. */
export interface ReferenceLog {
  batches: ReferenceBatch[];
  endOffset: Offset;
  /** What answered and what asked deletions amount to; a crash may leave anything between them. */
  logStartOffset: Offset;
  logStartAskedOffset: Offset;
  leaderEpoch: number;
  /** Compaction may have taken something out below it. */
  compactedBelow: Offset;
  /** What was decided below it has been acted on: nobody cuts the log there any more. */
  stableBelow: Offset;
  /** When the true time was what, as a tombstone was first found below what is compacted. */
  readonly tombstonesSeenMs: Map<Offset, TimestampMs>;
}

export function createReferenceLog(): ReferenceLog {
  return {
    batches: [],
    endOffset: 0,
    logStartOffset: 0,
    logStartAskedOffset: 0,
    leaderEpoch: 0,
    compactedBelow: 0,
    stableBelow: 0,
    tombstonesSeenMs: new Map(),
  };
}

/** What became of every batch's transaction. */
export function decisionsOf({ batches }: ReferenceLog): Map<ReferenceBatch, Decision> {
  const decisions = new Map<ReferenceBatch, Decision>();
  const open = new Map<number, ReferenceBatch[]>();
  for (const batch of batches) {
    if (batch.marker !== undefined) {
      const decision = batch.marker === 'ABORT' ? 'aborted' : 'committed';
      for (const each of open.get(batch.producerId) ?? []) decisions.set(each, decision);
      open.delete(batch.producerId);
      decisions.set(batch, 'plain');
    } else if (batch.isTransactional) {
      decisions.set(batch, 'open');
      open.set(batch.producerId, [...(open.get(batch.producerId) ?? []), batch]);
    } else decisions.set(batch, 'plain');
  }
  return decisions;
}

/** First offsets of open transactions, by producer. */
export function openTransactionsOf(log: ReferenceLog): Map<number, Offset> {
  const open = new Map<number, Offset>();
  for (const [batch, decision] of decisionsOf(log)) {
    if (decision === 'open' && !open.has(batch.producerId)) open.set(batch.producerId, batch.baseOffset);
  }
  return open;
}

/** The last stable offset; of a transaction whose records are all deleted a log may know or not. */
export function lastStableOffsetsOf(log: ReferenceLog): readonly Offset[] {
  const first = Math.min(log.endOffset, ...openTransactionsOf(log).values());
  const batches = log.batches.filter(({ lastOffset }) => lastOffset >= log.logStartOffset);
  const firstLeft = Math.min(log.endOffset, ...openTransactionsOf({ ...log, batches }).values());
  return [Math.max(first, log.logStartOffset), Math.max(firstLeft, log.logStartOffset)];
}

/** Batches go as a whole. */
export function cutReference(log: ReferenceLog, endOffset: Offset): void {
  log.batches = log.batches.filter((batch) => batch.lastOffset < endOffset);
  log.endOffset = Math.min(log.endOffset, endOffset);
  log.compactedBelow = Math.min(log.compactedBelow, endOffset);
  for (const offset of log.tombstonesSeenMs.keys()) if (offset >= endOffset) log.tombstonesSeenMs.delete(offset);
}

/**
 * Why compaction may have taken a record out (I15): `undefined` if it may not. `laterByKey` are the records of its key
 * that count, oldest first.
 */
export function reasonToBeGone(
  log: ReferenceLog,
  record: ReferenceRecord,
  decision: Decision,
  lastByKey: ReadonlyMap<string, Offset>,
  expiredBeforeMs: TimestampMs,
): string | undefined {
  if (record.offset >= log.compactedBelow) return undefined;
  if (decision === 'aborted') return 'aborted';
  if (decision === 'open') return undefined;
  if ((lastByKey.get(record.key) ?? -1) > record.offset) return 'superseded';
  const seenMs = log.tombstonesSeenMs.get(record.offset);
  if (record.value === null && seenMs !== undefined && seenMs <= expiredBeforeMs) return 'expired';
  return undefined;
}

/** The offset of each key's last record below `compactedBelow` that counts for compaction. */
export function lastByKeyOf(log: ReferenceLog, decisions: ReadonlyMap<ReferenceBatch, Decision>): Map<string, Offset> {
  const last = new Map<string, Offset>();
  for (const [batch, decision] of decisions) {
    if (decision === 'aborted' || decision === 'open' || batch.marker !== undefined) continue;
    for (const { offset, key } of batch.records) if (offset < log.compactedBelow) last.set(key, offset);
  }
  return last;
}
