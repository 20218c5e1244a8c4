import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '@sluice/kernel/clock';
import { ZERO_UUID } from '@sluice/kernel/ids';
import type { Random } from '@sluice/kernel/random';
import type { FetchedPartition, FetchTarget } from './fetch-partition.ts';
import { type FetchSession, nextEpoch, selectChanged, updateSession } from './fetch-session.ts';
import { createSessionCache, SESSION_EVICTION_MS_MIN } from './session-cache.ts';

function world() {
  let nowMs = 0;
  let next = 0;
  const clock: Clock = { now: () => nowMs, monotonicMs: () => nowMs, setTimer: () => ({ cancel() {} }) };
  const random: Random = { below: () => next++, bytes: Buffer.alloc, uuid: () => ZERO_UUID };
  return {
    clock,
    random,
    pass(ms: number) {
      nowMs += ms;
    },
  };
}

function target(partition: number, fetchOffset = 0): FetchTarget {
  return {
    topic: 't',
    topicId: ZERO_UUID,
    partition,
    fetchOffset,
    currentLeaderEpoch: -1,
    lastFetchedEpoch: -1,
    maxBytes: 100,
  };
}

function fetched(partition: number, sizeBytes: number, highWatermark = 5): FetchedPartition {
  const data = {
    partitionIndex: partition,
    errorCode: 0,
    highWatermark,
    lastStableOffset: 5,
    logStartOffset: 0,
    abortedTransactions: null,
    records: [],
  };
  return { target: target(partition), hosted: undefined, data, sizeBytes, release: undefined, endsWait: false };
}

function created(session: FetchSession | undefined): FetchSession {
  assert.ok(session);
  return session;
}

test('the cache takes as many sessions as it has slots and not one more', () => {
  const { clock, random } = world();
  const cache = createSessionCache(2, clock, random);
  created(cache.create([target(0)], false));
  created(cache.create([target(0)], false));
  assert.equal(cache.create([target(0)], false), undefined);
  assert.equal(cache.size, 2);
});

test('a session that was not used for long makes room, one in use does not', () => {
  const { clock, random, pass } = world();
  const cache = createSessionCache(2, clock, random);
  const stale = created(cache.create([target(0)], false));
  const used = created(cache.create([target(0)], false));
  pass(SESSION_EVICTION_MS_MIN + 1);
  cache.touch(used);
  const fresh = created(cache.create([target(0)], false));
  assert.equal(cache.get(stale.id), undefined);
  assert.equal(cache.get(used.id), used);
  assert.equal(cache.get(fresh.id), fresh);
});

test('epochs follow each other and go around past the largest', () => {
  assert.equal(nextEpoch(0), 1);
  assert.equal(nextEpoch(2 ** 31 - 1), 1);
});

test('an incremental answer shows only what changed, and data moves a partition to the end', () => {
  const { clock, random } = world();
  const session = created(createSessionCache(1, clock, random).create([target(0), target(1), target(2)], false));
  assert.equal(selectChanged(session, [fetched(0, 0), fetched(1, 0), fetched(2, 0)]).length, 3);
  assert.deepEqual(selectChanged(session, [fetched(0, 0), fetched(1, 0), fetched(2, 0)]), []);
  const shown = selectChanged(session, [fetched(0, 10), fetched(1, 0), fetched(2, 0, 6)]);
  assert.deepEqual(
    shown.map(({ target: { partition } }) => partition),
    [0, 2],
  );
  assert.deepEqual(
    [...session.partitions.values()].map(({ partition }) => partition),
    [1, 2, 0],
  );
});

test('a request changes, adds and forgets partitions of its session', () => {
  const { clock, random } = world();
  const session = created(createSessionCache(1, clock, random).create([target(0), target(1)], false));
  updateSession(session, [target(0, 7), target(2)], [target(1)]);
  assert.deepEqual(
    [...session.partitions.values()].map(({ partition, fetchOffset }) => [partition, fetchOffset]),
    [
      [0, 7],
      [2, 0],
    ],
  );
});
