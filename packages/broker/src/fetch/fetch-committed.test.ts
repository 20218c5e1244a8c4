import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ZERO_UUID } from '@sluice/kernel/ids';
import type { AbortedTxn } from '@sluice/log/txn-index';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { buildBatch } from '@sluice/protocol/records/build-batch';
import type { HostedPartition } from '../partitions/hosted-partition.ts';
import { fetchPartition } from './fetch-partition.ts';

const TARGET = {
  topic: 'orders',
  topicId: ZERO_UUID,
  partition: 0,
  fetchOffset: 0,
  currentLeaderEpoch: -1,
  lastFetchedEpoch: -1,
  maxBytes: 1_000,
};
const OPTIONS = { maxBytes: 1_000, minOneBatch: true, upTo: 'last-stable' } as const;
const ABORTED: AbortedTxn = { producerId: 7, firstOffset: 0, lastOffset: 5, lastStableOffset: 6 };

/** A log whose reads and aborted transactions are these; `moves`: it is compacted while they are looked up, so many times. */
function hosted(abortedTransactions: () => readonly AbortedTxn[] | Promise<readonly AbortedTxn[]>, moves = 0) {
  const records = buildBatch([{ key: null, value: Buffer.from('value'), timestampMs: 0 }]);
  const state = { generation: 0, reads: 0, released: 0 };
  const log = {
    highWatermark: 6,
    lastStableOffset: 6,
    logStartOffset: 0,
    get generation() {
      return state.generation;
    },
    read() {
      state.reads++;
      const release = () => void state.released++;
      return { kind: 'batches', buffers: [records], sizeBytes: records.length, release };
    },
    abortedTransactions() {
      if (state.generation < moves) state.generation++;
      return abortedTransactions();
    },
  };
  return { state, partition: { topic: 'orders', partition: 0, log } as unknown as HostedPartition };
}

test('aborted transactions that begin behind what is sent are left out', async () => {
  const { partition } = hosted(() => [ABORTED, { ...ABORTED, producerId: 8, firstOffset: 1 }]);
  const { data } = await fetchPartition(TARGET, partition, OPTIONS);
  assert.deepEqual(data.abortedTransactions, [{ producerId: 7, firstOffset: 0 }]);
});

test('records are read again when a compaction came between them and their aborted transactions', async () => {
  for (const find of [() => [], async () => []]) {
    const { partition, state } = hosted(find, 2);
    const { data } = await fetchPartition(TARGET, partition, OPTIONS);
    assert.equal(data.errorCode, ErrorCode.NONE);
    assert.deepEqual(state, { generation: 2, reads: 3, released: 2 });
  }
});

test('an index that cannot be read, and a log that never rests: an error that passes, and nothing is kept', async () => {
  const unreadable = hosted(() => Promise.reject(new Error('io')));
  assert.equal(
    (await fetchPartition(TARGET, unreadable.partition, OPTIONS)).data.errorCode,
    ErrorCode.KAFKA_STORAGE_ERROR,
  );
  assert.equal(unreadable.state.released, 1);
  const restless = hosted(() => [], Number.POSITIVE_INFINITY);
  assert.equal(
    (await fetchPartition(TARGET, restless.partition, OPTIONS)).data.errorCode,
    ErrorCode.KAFKA_STORAGE_ERROR,
  );
  assert.equal(restless.state.released, restless.state.reads);
});
