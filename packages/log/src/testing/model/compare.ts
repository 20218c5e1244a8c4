import assert from 'node:assert/strict';
import type { Offset, TimestampMs } from '@sluice/kernel/ids';
import type { Codec } from '@sluice/protocol/compression/codec';
import { isBatchError } from '@sluice/protocol/records/batch-error';
import {
  baseOffset,
  baseSequence,
  codec,
  isControlBatch,
  isTransactional,
  lastOffset,
  partitionLeaderEpoch,
  producerId,
} from '@sluice/protocol/records/batch-header';
import { controlRecordType } from '@sluice/protocol/records/control-records';
import { readRecords } from '@sluice/protocol/records/read-records';
import { walkBatches } from '@sluice/protocol/records/walk-batches';
import type { ManagedLog } from '../../managed-log.ts';
import { READ_ALL } from '../test-log.ts';
import {
  type Decision,
  lastByKeyOf,
  lastStableOffsetsOf,
  type ReferenceBatch,
  type ReferenceLog,
  type ReferenceRecord,
  reasonToBeGone,
} from './reference-log.ts';

/** A batch as a consumer got it. */
export interface ReadBatch {
  readonly baseOffset: Offset;
  readonly lastOffset: Offset;
  readonly leaderEpoch: number;
  readonly codec: Codec | undefined;
  readonly producerId: number;
  readonly baseSequence: number;
  readonly isTransactional: boolean;
  readonly isControl: boolean;
  readonly records: readonly ReferenceRecord[];
  readonly sizeBytes: number;
}

export function batchesOf(bytes: Buffer): ReadBatch[] {
  return [...walkBatches(bytes)].map((batch) => {
    assert(batch.kind === 'batch', JSON.stringify(batch));
    const at = batch.position;
    const records = readRecords(bytes, at);
    assert(!isBatchError(records), JSON.stringify(records));
    const isControl = isControlBatch(bytes, at);
    return {
      baseOffset: baseOffset(bytes, at),
      lastOffset: lastOffset(bytes, at),
      leaderEpoch: partitionLeaderEpoch(bytes, at),
      codec: codec(bytes, at),
      producerId: producerId(bytes, at),
      baseSequence: baseSequence(bytes, at),
      isTransactional: isTransactional(bytes, at),
      isControl,
      records: records.map(({ offset, key, value, timestampMs }) => ({
        offset,
        key: isControl ? String(controlRecordType(key)) : String(key),
        value: isControl ? null : (value?.toString() ?? null),
        timestampMs,
      })),
      sizeBytes: batch.sizeBytes,
    };
  });
}

async function fetch(
  log: ManagedLog,
  offset: Offset,
  maxBytes: number,
  upTo: 'high-watermark' | 'last-stable' = 'high-watermark',
): Promise<ReadBatch[]> {
  const result = await log.read(offset, { ...READ_ALL, maxBytes, upTo });
  assert(result.kind === 'batches', `a fetch at ${offset}: ${JSON.stringify(result)}`);
  return batchesOf(Buffer.concat(result.buffers));
}

/** Everything that consumers can see, by as many fetches as it takes. */
export async function readWhole(log: ManagedLog, maxBytes = READ_ALL.maxBytes): Promise<ReadBatch[]> {
  const all: ReadBatch[] = [];
  for (let next = log.logStartOffset; ; next = (all.at(-1)?.lastOffset ?? 0) + 1) {
    const batches = await fetch(log, next, maxBytes);
    if (batches.length === 0) return all;
    all.push(...batches);
  }
}

/** I1, I2, I15: what is there was sent, as it was sent and in its order; what is not there has a reason to be gone. */
export function checkContent(
  actual: readonly ReadBatch[],
  reference: ReferenceLog,
  decisions: ReadonlyMap<ReferenceBatch, Decision>,
  expiredBeforeMs: TimestampMs,
): void {
  const sent = new Map(reference.batches.map((batch) => [batch.baseOffset, batch]));
  const present = new Set<Offset>();
  let previous = -1;
  for (const batch of actual) {
    assert(batch.baseOffset > previous, `I2: batches are in their order at ${batch.baseOffset}`);
    previous = batch.lastOffset;
    const original = sent.get(batch.baseOffset);
    assert(original !== undefined, `I2: a batch at ${batch.baseOffset} was never appended`);
    const { records: _, isDurable, isAcked, codec: sentCodec, marker, ...header } = original;
    const { records, sizeBytes, codec: readCodec, isControl, ...readHeader } = batch;
    assert.deepEqual(readHeader, header, `I2: the batch at ${batch.baseOffset}`);
    assert.equal(isControl, marker !== undefined, `I2: the batch at ${batch.baseOffset}`);
    // An emptied one has nothing to compress.
    if (records.length > 0) assert.equal(readCodec, sentCodec, `the batch at ${batch.baseOffset} keeps its codec`);
    const originals = new Map(original.records.map((record) => [record.offset, record]));
    for (const record of records) {
      assert.deepEqual(record, originals.get(record.offset), `I2: offset ${record.offset}`);
      assert(!present.has(record.offset), `I2: offset ${record.offset} twice`);
      present.add(record.offset);
    }
  }
  const lastByKey = lastByKeyOf(reference, decisions);
  for (const batch of reference.batches) {
    // Markers go when nothing of their transaction is left; the read-committed view says whether that was right.
    if (batch.marker !== undefined) {
      const isTouched = batch.baseOffset < reference.compactedBelow || batch.baseOffset < reference.logStartOffset;
      assert(isTouched || present.has(batch.baseOffset), `I1: the marker at ${batch.baseOffset} is gone`);
      continue;
    }
    for (const record of batch.records) {
      if (record.offset < reference.logStartOffset || present.has(record.offset)) continue;
      const decision = decisions.get(batch) ?? 'plain';
      const reason = reasonToBeGone(reference, record, decision, lastByKey, expiredBeforeMs);
      const what = record.offset < reference.compactedBelow ? 'I15: by compaction,' : 'I1:';
      assert(
        reason !== undefined,
        `${what} offset ${record.offset} (${record.value === null ? 'tombstone of ' : ''}${record.key}, ${decision}) is gone`,
      );
    }
  }
}

/** What compaction promises to have done: below its end no key is there twice, and nothing of an aborted transaction. */
export function checkCompacted(
  actual: readonly ReadBatch[],
  reference: ReferenceLog,
  decisions: ReadonlyMap<ReferenceBatch, Decision>,
  cleanedOffset: Offset,
): void {
  const byBase = new Map([...decisions].map(([batch, decision]) => [batch.baseOffset, decision]));
  const seen = new Set<string>();
  for (const batch of actual) {
    if (batch.isControl) continue;
    for (const { offset, key } of batch.records) {
      if (offset >= cleanedOffset || offset < reference.logStartOffset) continue;
      assert(byBase.get(batch.baseOffset) !== 'aborted', `I15: offset ${offset} is aborted, and still there`);
      assert(!seen.has(key), `I15: key ${key} is there twice below ${cleanedOffset}`);
      seen.add(key);
    }
  }
}

/** I10: a fetch anywhere begins with the batch that holds the offset, or the next one, and goes on within its limit. */
export async function checkFetch(
  log: ManagedLog,
  actual: readonly ReadBatch[],
  offset: Offset,
  maxBytes: number,
): Promise<void> {
  const got = await fetch(log, offset, maxBytes);
  const first = actual.findIndex((batch) => batch.lastOffset >= offset);
  const expected = first === -1 ? [] : actual.slice(first);
  const firstBase = expected[0]?.baseOffset;
  assert.equal(got[0]?.baseOffset, firstBase, `I10: a fetch at ${offset} begins with the batch that holds it`);
  assert.deepEqual(got, expected.slice(0, got.length), `I10: a fetch at ${offset}`);
  const sizeBytes = got.reduce((total, batch) => total + batch.sizeBytes, 0);
  assert(got.length <= 1 || sizeBytes <= maxBytes, `a fetch at ${offset} gives ${sizeBytes} of ${maxBytes} bytes`);
}

/** I16: out of range below the log's start and behind its end. */
export async function checkRange(log: ManagedLog): Promise<void> {
  for (const offset of [log.logStartOffset - 1, log.logEndOffset + 1]) {
    if (offset < 0) continue;
    const { kind } = await log.read(offset, READ_ALL);
    assert.equal(kind, 'out-of-range', `I16: a fetch at ${offset}`);
  }
}

/** I5: a consumer of committed records, from any offset, sees all of those that are there and none else. */
export async function checkCommitted(
  log: ManagedLog,
  actual: readonly ReadBatch[],
  reference: ReferenceLog,
  decisions: ReadonlyMap<ReferenceBatch, Decision>,
  offset: Offset,
): Promise<void> {
  const lastStable = log.lastStableOffset;
  const stable = lastStableOffsetsOf(reference);
  assert(stable.includes(lastStable), `I8: the last stable offset ${lastStable} is one of ${stable.join()}`);
  if (offset > lastStable) return;
  const seen: Offset[] = [];
  for (let next = offset; ; ) {
    const batches = await fetch(log, next, READ_ALL.maxBytes, 'last-stable');
    const end = (batches.at(-1)?.lastOffset ?? -1) + 1;
    if (end === 0) break;
    seen.push(...committedOf(batches, await log.abortedTransactions(next, end)).filter((each) => each >= next));
    next = end;
  }
  const byBase = new Map([...decisions].map(([batch, decision]) => [batch.baseOffset, decision]));
  const expected = actual
    .filter((batch) => batch.lastOffset < lastStable && byBase.get(batch.baseOffset) !== 'aborted' && !batch.isControl)
    .flatMap(({ records }) => records.map((record) => record.offset))
    .filter((each) => each >= offset);
  assert.deepEqual(seen, expected, `I5: what a consumer of committed records sees from ${offset}`);
}

/** As Kafka's consumers do it. */
function committedOf(
  batches: readonly ReadBatch[],
  aborted: readonly { producerId: number; firstOffset: Offset }[],
): Offset[] {
  const upcoming = [...aborted].sort((one, other) => one.firstOffset - other.firstOffset);
  const current = new Set<number>();
  const seen: Offset[] = [];
  for (const batch of batches) {
    while ((upcoming[0]?.firstOffset ?? Number.POSITIVE_INFINITY) <= batch.lastOffset) {
      current.add(upcoming.shift()?.producerId ?? -1);
    }
    if (batch.isControl) {
      if (batch.records[0]?.key === 'ABORT') current.delete(batch.producerId);
    } else if (!batch.isTransactional || !current.has(batch.producerId)) {
      seen.push(...batch.records.map(({ offset }) => offset));
    }
  }
  return seen;
}

/** I14: by brute force over what is there. */
export async function checkTimes(
  log: ManagedLog,
  actual: readonly ReadBatch[],
  timestamps: readonly TimestampMs[],
): Promise<void> {
  const records = actual
    .flatMap((batch) => batch.records.map((record) => ({ ...record, leaderEpoch: batch.leaderEpoch })))
    .filter(({ offset }) => offset >= log.logStartOffset);
  const answerOf = (found: (typeof records)[number] | undefined) =>
    found && { offset: found.offset, timestampMs: found.timestampMs, leaderEpoch: found.leaderEpoch };
  for (const timestampMs of timestamps) {
    const expected = answerOf(records.find((record) => record.timestampMs >= timestampMs));
    assert.deepEqual(await log.offsetForTimestamp({ kind: 'time', timestampMs }), expected, `I14: at ${timestampMs}`);
  }
  const largest = Math.max(...records.map((record) => record.timestampMs));
  const expected = answerOf(records.find((record) => record.timestampMs === largest));
  assert.deepEqual(await log.offsetForTimestamp({ kind: 'max-timestamp' }), expected, 'I14: the largest');
  assert.equal((await log.offsetForTimestamp({ kind: 'earliest' }))?.offset, log.logStartOffset, 'I14: the earliest');
  assert.equal((await log.offsetForTimestamp({ kind: 'latest' }))?.offset, log.highWatermark, 'I14: the latest');
}
