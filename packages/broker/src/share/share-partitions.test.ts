import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { buildEndTxnMarkerBatch } from '@sluice/protocol/records/control-records';
import { createShareScene, LOCK_MS } from '../testing/share-scene.ts';

const ACCEPT = 1;
const RELEASE = 2;

function all(firstOffset: number, lastOffset: number, type: number) {
  return [{ firstOffset, lastOffset, types: [type] }];
}

test('a fetch that waits gets what another member’s lock gives back', async () => {
  const { clock, log, fetch, persister } = createShareScene();
  log.append(3);
  assert.deepEqual(await fetch('a'), ['0–2×1']);
  const waiting = fetch('b');
  await clock.advance(LOCK_MS);
  assert.deepEqual(await waiting, ['0–2×2']);
  assert.deepEqual(persister.writes.at(-1)?.stateBatches, [
    { firstOffset: 0, lastOffset: 2, deliveryState: 0, deliveryCount: 1 },
  ]);
});

test('an append wakes as many of those who wait as there is something for, in the order of their coming', async () => {
  const { clock, log, fetch } = createShareScene();
  const got: string[] = [];
  for (const member of ['a', 'b', 'c']) void fetch(member).then((acquired) => got.push(`${member} ${acquired}`));
  await clock.settle();
  const readsBefore = log.reads;
  log.append(1);
  await clock.settle();
  assert.deepEqual(got, ['a 0–0×1']);
  assert.equal(log.reads - readsBefore, 1);
  log.append(1);
  log.append(1);
  await clock.settle();
  assert.deepEqual(got, ['a 0–0×1', 'b 1–1×1', 'c 2–2×1']);
});

test('what a member may get at most leaves the rest to the next', async () => {
  const { clock, log, fetch } = createShareScene();
  const limited = { mode: 'record-limit', recordCountMax: 2 } as const;
  const both = Promise.all([fetch('a', limited), fetch('b', limited)]);
  await clock.settle();
  log.append(3);
  assert.deepEqual(await both, [['0–1×1'], ['2–2×1']]);
});

test('no more is read than the member wants and the group’s limit lets it have', async () => {
  const { log, fetch } = createShareScene({ recordLockCountMax: 7 });
  for (let batch = 0; batch < 5; batch++) log.append(3);
  assert.deepEqual(await fetch('a', { recordCountMax: 2 }), ['0–2×1']);
  assert.equal(log.enoughAt, 1);
  assert.deepEqual(await fetch('b'), ['3–8×1']);
  assert.equal(log.enoughAt, 6, 'four more locks');
});

test('while one reads from disk, another waits for it instead of reading the same', async () => {
  const { clock, log, fetch } = createShareScene();
  log.append(2);
  log.append(2);
  const disk = Promise.withResolvers<void>();
  log.disk = disk.promise;
  const both = Promise.all([fetch('a', { recordCountMax: 1 }), fetch('b', { recordCountMax: 1 })]);
  await clock.settle();
  assert.equal(log.reads, 1);
  disk.resolve();
  assert.deepEqual(await both, [['0–1×1'], ['2–3×1']]);
});

test('a fetch that is over while it reads from disk acquires nothing', async () => {
  const { clock, log, fetch, endAll } = createShareScene();
  log.append(2);
  const disk = Promise.withResolvers<void>();
  log.disk = disk.promise;
  const gone = fetch('a');
  await clock.settle();
  endAll();
  assert.deepEqual(await gone, []);
  disk.resolve();
  await clock.settle();
  assert.deepEqual(await fetch('b'), ['0–1×1']);
});

test('less than the minimum waits, and comes when the time is over', async () => {
  const { clock, log, fetch } = createShareScene();
  const waiting = fetch('a', { sizeBytesMin: 10_000, waitMsMax: 500 });
  await clock.settle();
  log.append(1);
  await clock.advance(499);
  log.append(1);
  await clock.advance(1);
  assert.deepEqual(await waiting, ['0–1×1']);
  assert.equal(clock.timerCount, 1);
});

test('more than is wanted is not read', async () => {
  const { log, fetch } = createShareScene();
  for (let i = 0; i < 400; i++) log.append(1, {});
  assert.deepEqual(await fetch('a', { recordCountMax: 10 }), ['0–9×1']);
  assert.deepEqual(await fetch('a', { recordCountMax: 400 }), ['10–399×1']);
});

test('an acknowledgement that cannot be written is refused, and the member still holds the records', async () => {
  const { log, fetch, persister, live } = createShareScene();
  log.append(2);
  await fetch('a');
  persister.error = ErrorCode.COORDINATOR_LOAD_IN_PROGRESS;
  const refused = await live()?.acknowledge('a', all(0, 1, ACCEPT));
  assert.equal(refused?.errorCode, ErrorCode.COORDINATOR_NOT_AVAILABLE);
  persister.error = 0;
  assert.equal((await live()?.acknowledge('a', all(0, 1, ACCEPT)))?.errorCode, ErrorCode.NONE);
});

test('a lock that ended while a write failed is let go then', async () => {
  const { clock, log, fetch, persister, live } = createShareScene();
  log.append(1);
  await fetch('a');
  const hung = Promise.withResolvers<{ errorCode: number; message: null }>();
  const { write } = persister;
  persister.write = () => hung.promise;
  const refused = live()?.acknowledge('a', all(0, 0, ACCEPT));
  await clock.advance(LOCK_MS);
  persister.write = write;
  const waiting = fetch('b');
  hung.resolve({ errorCode: ErrorCode.UNKNOWN_SERVER_ERROR, message: null });
  assert.equal((await refused)?.errorCode, ErrorCode.UNKNOWN_SERVER_ERROR);
  await clock.advance(0);
  assert.deepEqual(await waiting, ['0–0×2']);
});

test('fenced: the state is read again, and who waits goes on with that', async () => {
  const { clock, log, fetch, persister, live } = createShareScene();
  log.append(2);
  await fetch('a');
  const before = live();
  const waiting = fetch('b');
  await clock.settle();
  persister.error = ErrorCode.FENCED_STATE_EPOCH;
  const pending = before?.acknowledge('a', all(0, 1, RELEASE));
  persister.error = 0;
  assert.equal((await pending)?.errorCode, ErrorCode.NOT_LEADER_OR_FOLLOWER);
  assert.deepEqual(await waiting, ['0–1×1']);
  assert.notEqual(live(), before);
  assert.equal(persister.reads, 2);
  assert.equal(log.watcherCount, 1);
});

test('a new leader epoch: the state is read again', async () => {
  const { log, fetch, hosted, persister, live } = createShareScene();
  log.append(2);
  await fetch('a');
  await live()?.acknowledge('a', all(0, 0, ACCEPT));
  (hosted as { leaderEpoch: number }).leaderEpoch = 1;
  assert.deepEqual(await fetch('a'), ['1–1×1']);
  assert.equal(persister.reads, 2);
});

test('a state that cannot be read is told, and asked for again', async () => {
  const { log, fetch, persister } = createShareScene();
  log.append(1);
  persister.error = ErrorCode.INVALID_REQUEST;
  assert.deepEqual(await fetch('a'), [`error ${ErrorCode.UNKNOWN_SERVER_ERROR}`]);
  persister.error = 0;
  assert.deepEqual(await fetch('a'), ['0–0×1']);
});

test('two that come at once wait for one load', async () => {
  const { clock, log, fetch, persister } = createShareScene();
  const both = Promise.all([fetch('a'), fetch('b')]);
  await clock.settle();
  log.append(1);
  log.append(1);
  assert.deepEqual(await both, [['0–0×1'], ['1–1×1']]);
  assert.equal(persister.reads, 1);
});

test('where a group begins is written before anything is delivered', async () => {
  const { log, fetch, persister } = createShareScene();
  persister.startOffset = -1;
  log.append(3);
  const waiting = fetch('a');
  while (persister.writes.length === 0) await Promise.resolve();
  assert.equal(persister.writes[0]?.startOffset, 3);
  log.append(1);
  assert.deepEqual(await waiting, ['3–3×1']);
});

test('a group that is forgotten lets go all, with its counts, and nothing is left of it', async () => {
  const { clock, log, fetch, shares, live } = createShareScene();
  log.append(2);
  await fetch('a');
  shares.forgetGroup('workers');
  assert.equal(live(), undefined);
  assert.equal(log.watcherCount, 0);
  assert.equal(clock.timerCount, 0);
  assert.deepEqual(await fetch('b'), ['0–1×2']);
});

test('a group that is forgotten while it is loaded is not kept', async () => {
  const { clock, log, fetch, shares, live, endAll } = createShareScene();
  const waiting = fetch('a');
  shares.forgetGroup('workers');
  endAll();
  await waiting;
  await clock.settle();
  assert.equal(live(), undefined);
  assert.equal(log.watcherCount, 0);
});

test('the log’s start moves: what was deleted is not delivered', async () => {
  const { log, fetch } = createShareScene();
  log.append(2);
  log.append(2);
  await fetch('a', { recordCountMax: 1 });
  log.logStartOffset = 3;
  log.changed();
  assert.deepEqual(await fetch('b'), ['3–3×1']);
});

/** What the group seems to have left, by what is written. */
function leftCount({ log, persister }: ReturnType<typeof createShareScene>): number {
  const { startOffset, deliveryCompleteCount } = persister.writes.at(-1) ?? {
    startOffset: 0,
    deliveryCompleteCount: 0,
  };
  return log.highWatermark - startOffset - deliveryCompleteCount;
}

test('what compaction takes before anybody gets it again is not left to do', async () => {
  const scene = createShareScene();
  const { clock, log, fetch, live } = scene;
  log.append(2);
  log.append(2);
  await fetch('a', { recordCountMax: 4 });
  await live()?.acknowledge('a', [{ firstOffset: 0, lastOffset: 3, types: [2, 2, 1, 1] }]);
  assert.equal(leftCount(scene), 2);
  log.compact(0);
  const waiting = fetch('b', { waitMsMax: 10 });
  await clock.advance(10);
  assert.deepEqual(await waiting, []);
  assert.equal(leftCount(scene), 0);
});

test('what compaction takes at the end of the log is passed, and what comes behind it is delivered', async () => {
  const scene = createShareScene();
  const { clock, log, fetch } = scene;
  log.append(2);
  log.append(2);
  log.compact(0, 2);
  const waiting = fetch('a');
  await clock.settle();
  assert.equal(leftCount(scene), 0);
  log.append(1);
  assert.deepEqual(await waiting, ['4–4×1']);
});

test('what retention takes before anybody gets it is not left to do', async () => {
  const scene = createShareScene();
  const { clock, log, fetch } = scene;
  const waiting = fetch('a', { waitMsMax: 10 });
  await clock.settle();
  log.logStartOffset = 2;
  log.append(2);
  await clock.advance(10);
  await waiting;
  assert.equal(leftCount(scene), 0);
});

test('readers of committed records wait for the last stable offset, and get nothing of aborted transactions', async () => {
  const { clock, log, fetch } = createShareScene({ isCommittedOnly: true });
  const producer = { producerId: 7, producerEpoch: 0 };
  const transaction = { ...producer, baseSequence: 0, isTransactional: true };
  const waiting = fetch('a');
  await clock.settle();
  log.isTransactionOpen = true;
  log.append(2, transaction);
  log.aborted = [{ ...producer, firstOffset: 0, lastOffset: 2, lastStableOffset: 3 }];
  log.appendBatch(
    buildEndTxnMarkerBatch({ ...producer, type: 'ABORT', coordinatorEpoch: 0, timestampMs: 0, baseOffset: 2 }),
  );
  // Its marker: members are given the offset, and find no record there.
  assert.deepEqual(await waiting, ['2–2×1']);
  log.append(1, transaction);
  assert.deepEqual(await fetch('a'), ['3–3×1']);
});
