import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import {
  batch,
  errorOf,
  KEY,
  openShareState,
  QUEUE_ID,
  QUEUE_PARTITIONS,
  responseOf,
  type ShareStateFixture,
  written,
} from '../testing/share-state-fixture.ts';
import type { SharePartitionKey, WriteShareState } from './persister.ts';
import { STATE_BATCHES_MAX } from './share-shard.ts';

async function begun(key: SharePartitionKey = KEY, startOffset = -1): Promise<ShareStateFixture> {
  const fixture = await openShareState();
  responseOf(await fixture.settled(fixture.store.initialize(key, 1, startOffset)));
  return fixture;
}

async function read(fixture: ShareStateFixture, leaderEpoch = -1) {
  return responseOf(await fixture.settled(fixture.store.read(KEY, leaderEpoch)));
}

async function write(fixture: ShareStateFixture, changes: Partial<WriteShareState>): Promise<number> {
  return errorOf(await fixture.settled(fixture.store.write(KEY, written(changes))));
}

describe('state of share partitions', () => {
  it('is what was begun and written, also after a restart', async () => {
    const fixture = await begun();
    await write(fixture, { startOffset: 10, stateBatches: [batch(10, 19, 0, 1), batch(20, 29, 2, 1)] });
    await write(fixture, { startOffset: 12, deliveryCompleteCount: 10, stateBatches: [batch(12, 14, 4, 2)] });
    const expected = {
      stateEpoch: 1,
      startOffset: 12,
      stateBatches: [batch(12, 14, 4, 2), batch(15, 19, 0, 1), batch(20, 29, 2, 1)],
    };
    assert.deepEqual(await read(fixture), expected);
    await fixture.reload();
    assert.deepEqual(await read(fixture), expected);
    const summary = responseOf(await fixture.settled(fixture.store.readSummary(KEY)));
    assert.deepEqual(summary, { stateEpoch: 1, leaderEpoch: 0, startOffset: 12, deliveryCompleteCount: 10 });
  });

  it('a start offset of −1 changes nothing', async () => {
    const fixture = await begun(KEY, 7);
    await write(fixture, { startOffset: -1, stateBatches: [batch(7, 9, 2, 1)] });
    assert.equal((await read(fixture)).startOffset, 7);
  });

  it('cannot be read or written before it was begun', async () => {
    const { store, settled } = await openShareState();
    assert.equal(errorOf(await settled(store.read(KEY, 0))), ErrorCode.INVALID_REQUEST);
    assert.equal(errorOf(await settled(store.write(KEY, written()))), ErrorCode.INVALID_REQUEST);
    const summary = responseOf(await settled(store.readSummary(KEY)));
    assert.deepEqual(summary, { stateEpoch: 0, leaderEpoch: 0, startOffset: -1, deliveryCompleteCount: -1 });
  });

  it('is refused to leaders of the past', async () => {
    const fixture = await begun();
    await read(fixture, 5);
    assert.equal(await write(fixture, { leaderEpoch: 4 }), ErrorCode.FENCED_LEADER_EPOCH);
    assert.equal(errorOf(await fixture.settled(fixture.store.read(KEY, 4))), ErrorCode.FENCED_LEADER_EPOCH);
    assert.equal(await write(fixture, { leaderEpoch: 5 }), ErrorCode.NONE);
    await fixture.reload();
    assert.equal(await write(fixture, { leaderEpoch: 4 }), ErrorCode.FENCED_LEADER_EPOCH);
  });

  it('is refused to those of an earlier beginning', async () => {
    const fixture = await begun();
    const again = (stateEpoch: number) => fixture.settled(fixture.store.initialize(KEY, stateEpoch, 100));
    assert.equal(errorOf(await again(3)), ErrorCode.NONE);
    assert.equal(errorOf(await again(2)), ErrorCode.FENCED_STATE_EPOCH);
    assert.equal(await write(fixture, { stateEpoch: 2 }), ErrorCode.FENCED_STATE_EPOCH);
    assert.deepEqual(await read(fixture), { stateEpoch: 3, startOffset: 100, stateBatches: [] });
  });

  it('does not forget the leader epoch when it is begun anew', async () => {
    const fixture = await begun();
    await read(fixture, 5);
    responseOf(await fixture.settled(fixture.store.initialize(KEY, 2, 0)));
    assert.equal(await write(fixture, { stateEpoch: 2, leaderEpoch: 4 }), ErrorCode.FENCED_LEADER_EPOCH);
  });

  it('is of partitions that exist', async () => {
    const { store, settled } = await openShareState();
    for (const [changes, errorCode] of [
      [{ partition: -1 }, ErrorCode.INVALID_REQUEST],
      [{ partition: QUEUE_PARTITIONS }, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
      [{ topicId: 'AAAAAAAAAAAAAAAAAAAAAg' }, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
    ] as const) {
      const key = { ...KEY, ...changes };
      assert.equal(errorOf(await settled(store.initialize(key, 0, -1))), errorCode);
      assert.equal(errorOf(await settled(store.readSummary(key))), errorCode);
      assert.equal(errorOf(await settled(store.delete(key))), errorCode);
    }
  });

  it('has no more batches than records may be in flight', async () => {
    const fixture = await begun();
    const batches = (count: number, from = 0) =>
      Array.from({ length: count }, (_, index) => batch(from + 2 * index, from + 2 * index, 0, 1));
    assert.equal(await write(fixture, { stateBatches: batches(STATE_BATCHES_MAX + 1) }), ErrorCode.INVALID_REQUEST);
    assert.equal(await write(fixture, { stateBatches: batches(STATE_BATCHES_MAX) }), ErrorCode.NONE);
    assert.equal(await write(fixture, { stateBatches: batches(STATE_BATCHES_MAX, 1_000_000) }), ErrorCode.NONE);
    assert.equal(await write(fixture, { stateBatches: batches(1, 2_000_000) }), ErrorCode.INVALID_REQUEST);
  });

  it('is forgotten when it is deleted, and with its topic', async () => {
    const fixture = await begun();
    assert.equal(errorOf(await fixture.settled(fixture.store.delete(KEY))), ErrorCode.NONE);
    assert.equal(errorOf(await fixture.settled(fixture.store.read(KEY, 0))), ErrorCode.INVALID_REQUEST);
    assert.equal(errorOf(await fixture.settled(fixture.store.delete(KEY))), ErrorCode.NONE, 'once more');
    responseOf(await fixture.settled(fixture.store.initialize(KEY, 1, 0)));
    fixture.coordinator.onTopicsDeleted(new Set([QUEUE_ID]));
    await fixture.clock.settle();
    await fixture.reload();
    assert.equal(errorOf(await fixture.settled(fixture.store.read(KEY, 0))), ErrorCode.INVALID_REQUEST);
  });
});

describe('a broken build', () => {
  it('that forgets writes is noticed', async () => {
    const fixture = await openShareState({}, 'forgets-writes');
    responseOf(await fixture.settled(fixture.store.initialize(KEY, 1, 0)));
    await write(fixture, { stateBatches: [batch(0, 9, 2, 1)] });
    assert.deepEqual((await read(fixture)).stateBatches, []);
  });
});
