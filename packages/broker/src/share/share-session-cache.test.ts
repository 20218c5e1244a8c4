import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { rotate } from './rotate.ts';
import { addPartitions, nextShareEpoch, type ShareSession, selectShown } from './share-session.ts';
import { createShareSessionCache, SESSION_PARTITIONS_MAX } from './share-session-cache.ts';
import { createShareSessions } from './share-sessions.ts';

function created(session: ShareSession | undefined): ShareSession {
  assert.ok(session);
  return session;
}

test('as many sessions as there may be, and not one more', () => {
  const cache = createShareSessionCache(() => 2);
  const first = created(cache.create('g', 'a', 'c1'));
  created(cache.create('g', 'b', 'c2'));
  assert.equal(cache.create('h', 'c', 'c3'), undefined);
  cache.remove(first);
  created(cache.create('h', 'c', 'c3'));
  assert.equal(cache.size, 2);
});

test('sessions are found by their member, their connection and their group, and leave nothing behind', () => {
  const cache = createShareSessionCache(() => 10);
  const a = created(cache.create('g', 'a', 'c1'));
  const b = created(cache.create('g', 'b', 'c1'));
  assert.equal(cache.get('g', 'a'), a);
  assert.deepEqual(cache.ofConnection('c1'), [a, b]);
  cache.remove(a);
  assert.equal(cache.hasAnyOf('g'), true);
  cache.remove(a);
  assert.equal(cache.size, 1);
  cache.remove(b);
  assert.equal(cache.hasAnyOf('g'), false);
  assert.deepEqual(cache.ofConnection('c1'), []);
});

test('as many partitions as all sessions may fetch, and not one more', () => {
  const cache = createShareSessionCache(() => 10);
  const nothingLive = { get: () => undefined, forgetGroup() {} };
  const sessions = createShareSessions(cache, nothingLive as unknown as Parameters<typeof createShareSessions>[1]);
  const topicId = 'AAAAAAAAAAAAAAAAAAAAAQ';
  const partitions = (count: number, first = 0) =>
    Array.from({ length: count }, (_, index) => ({ topicId, partition: first + index }));
  const open = (memberId: string, epoch: number, fetched: ReturnType<typeof partitions>, forgotten = partitions(0)) => {
    const asked = { groupId: 'g', memberId, epoch, connectionId: memberId, fetched, forgotten };
    const opened = sessions.openFetch({ ...asked, hasAcknowledgements: false });
    return opened.kind === 'refused' ? opened.errorCode : opened.kind;
  };
  assert.equal(open('a', 0, partitions(SESSION_PARTITIONS_MAX - 2)), 'full');
  assert.equal(open('b', 0, partitions(2)), 'full');
  assert.equal(open('b', 1, partitions(1, 2)), ErrorCode.SHARE_SESSION_LIMIT_REACHED);
  assert.equal(open('c', 0, partitions(1)), ErrorCode.SHARE_SESSION_LIMIT_REACHED);
  assert.equal(open('b', 1, partitions(2)), 'incremental', 'what it has already is no more');
  assert.equal(open('b', 2, partitions(0), partitions(1)), 'incremental');
  assert.equal(open('c', 0, partitions(1)), 'full', 'there is room again');
  const [a] = cache.ofConnection('a');
  cache.remove(created(a));
  assert.equal(open('a', 0, partitions(SESSION_PARTITIONS_MAX - 2)), 'full', 'and again');
});

test('a session that is removed ends the fetches that wait in it', () => {
  const cache = createShareSessionCache(() => 10);
  const session = created(cache.create('g', 'a', 'c1'));
  let ended = 0;
  session.waiting.add(() => ended++);
  cache.remove(session);
  assert.equal(ended, 1);
});

test('epochs follow each other and go around past the largest', () => {
  assert.equal(nextShareEpoch(0), 1);
  assert.equal(nextShareEpoch(2 ** 31 - 1), 1);
});

test('an answer within a session shows what has records, what is new to it, and what fails or failed before', () => {
  const session = created(createShareSessionCache(() => 1).create('g', 'a', 'c1'));
  const topicId = 'AAAAAAAAAAAAAAAAAAAAAQ';
  const row = (partition: number, errorCode = 0, hasRecords = false) => ({ topicId, partition, errorCode, hasRecords });
  const shown = (...rows: ReturnType<typeof row>[]) => selectShown(session, rows).map(({ partition }) => partition);
  addPartitions(
    session,
    [
      { topicId, partition: 0 },
      { topicId, partition: 1 },
    ],
    false,
  );
  addPartitions(
    session,
    [
      { topicId, partition: 1 },
      { topicId, partition: 2 },
    ],
    true,
  );
  assert.deepEqual(shown(row(0), row(1), row(2)), [2]);
  assert.deepEqual(shown(row(0, 0, true), row(1, 6), row(2)), [0, 1]);
  assert.deepEqual(shown(row(1), row(2)), [1]);
  assert.deepEqual(shown(row(1), row(2)), []);
  assert.deepEqual(
    [...session.partitions.values()].map(({ partition }) => partition),
    [1, 2, 0],
  );
});

test('each request of a session begins with another partition', () => {
  assert.deepEqual(rotate([1, 2, 3], 0), [1, 2, 3]);
  assert.deepEqual(rotate([1, 2, 3], 1), [2, 3, 1]);
  assert.deepEqual(rotate([1, 2, 3], 5), [3, 1, 2]);
  assert.deepEqual(rotate([1, 2, 3], -1), [1, 2, 3]);
  assert.deepEqual(rotate([], 4), []);
});
