import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readBytes } from '@sluice/log/testing/test-log';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { isTransactional, producerId, recordCount } from '@sluice/protocol/records/batch-header';
import { walkBatches } from '@sluice/protocol/records/walk-batches';
import { get, openTally, serving, set, type TallyFixture } from '../testing/tally-fixture.ts';
import { replyTo } from './coordinator-shard.ts';

async function batchesOf(tally: TallyFixture): Promise<Buffer[]> {
  const bytes = await readBytes(tally.log, 0, { upTo: 'log-end' });
  const batches: Buffer[] = [];
  for (const batch of walkBatches(bytes)) {
    assert(batch.kind === 'batch');
    batches.push(bytes.subarray(batch.position, batch.position + batch.sizeBytes));
  }
  return batches;
}

const badEncode = { name: 'bad encode', count: 1 };

describe('coordinator runtime: commit', () => {
  test('a reply leaves when its records are durable, and not before', async () => {
    const tally = await serving();
    let isAnswered = false;
    const answer = set(tally, 'a', 1).then((result) => {
      isAnswered = true;
      return result;
    });
    assert.equal(tally.shard.counts.get('a'), 1, 'the record is applied at once');
    assert.equal(isAnswered, false);
    assert.deepEqual(await answer, { response: 'a is 1' });
    assert.equal(tally.log.durableOffset, 1);
    await tally.log.close();
  });

  test('steps of one turn are one batch, with the offsets and times that they were applied with', async () => {
    const tally = await serving();
    const answers = [set(tally, 'a', 1), set(tally, 'b', 2), set(tally, 'a', null)];
    await Promise.all(answers);
    const batches = await batchesOf(tally);
    assert.equal(batches.length, 1);
    assert.deepEqual(
      tally.shard.applied.map(({ name, offset, timestampMs }) => ({ name, offset, timestampMs })),
      ['a', 'b', 'a'].map((name, offset) => ({ name, offset, timestampMs: tally.clock.now() })),
    );
    await tally.log.close();
  });

  test('what comes while an append is under way leaves together behind it', async () => {
    const tally = await openTally();
    const heal = tally.disk.inject(({ kind }) => (kind === 'sync' ? { kind: 'delay', delayMs: 5 } : undefined));
    tally.runtime.load(0, tally.log, 0);
    const first = set(tally, 'a', 0);
    await tally.clock.settle();
    const others: Promise<unknown>[] = [];
    for (let count = 1; count <= 20; count++) {
      others.push(set(tally, 'a', count));
      await tally.clock.settle();
    }
    await tally.clock.advance(100);
    await Promise.all([first, ...others]);
    assert.deepEqual(
      (await batchesOf(tally)).map((batch) => recordCount(batch, 0)),
      [1, 20],
    );
    heal();
    await tally.log.close();
  });

  test('replies leave in the order of the decisions, reads among them', async () => {
    const tally = await serving();
    const order: string[] = [];
    const note = (name: string) => () => void order.push(name);
    await Promise.all([
      set(tally, 'a', 1).then(note('set 1')),
      get(tally, 'a').then(note('get')),
      set(tally, 'a', 2).then(note('set 2')),
    ]);
    assert.deepEqual(order, ['set 1', 'get', 'set 2']);
    await tally.log.close();
  });

  test('a read waits for what was decided before it, and for nothing if all is committed', async () => {
    const tally = await openTally();
    const heal = tally.disk.inject(({ kind }) => (kind === 'sync' ? { kind: 'delay', delayMs: 50 } : undefined));
    tally.runtime.load(0, tally.log, 0);
    let seen: unknown;
    assert.deepEqual(await get(tally, 'a'), { response: undefined });
    const write = set(tally, 'a', 1);
    void get(tally, 'a').then((result) => {
      seen = result;
    });
    await tally.clock.advance(40);
    assert.equal(seen, undefined);
    await tally.clock.advance(40);
    await write;
    assert.deepEqual(seen, { response: 1 });
    heal();
    await tally.log.close();
  });

  test('a later step answers those who wait', async () => {
    const tally = await serving();
    const waiting = tally.runtime.run<string>(0, (shard, _now, pending) => shard.waitFor('a', pending));
    await set(tally, 'a', 7);
    assert.deepEqual(await waiting, { response: 'saw 7' });
    await tally.log.close();
  });

  test('a transaction is a batch of its own', async () => {
    const tally = await serving();
    const before = set(tally, 'a', 1);
    const within = tally.runtime.run<string>(0, (shard, _now, pending) => ({
      ...shard.set('b', 2, pending),
      transaction: { producerId: 77, producerEpoch: 5 },
    }));
    await Promise.all([before, within, set(tally, 'c', 3)]);
    const batches = await batchesOf(tally);
    assert.deepEqual(
      batches.map((batch) => [producerId(batch, 0), isTransactional(batch, 0)]),
      [
        [-1, false],
        [77, true],
        [-1, false],
      ],
    );
    const applied = tally.shard.applied[1];
    assert.deepEqual([applied?.producerId, applied?.producerEpoch, applied?.isTransactional], [77, 5, true]);
    await tally.log.close();
  });

  test('more than max.message.bytes of one turn leave in several batches', async () => {
    const tally = await serving({ batchSizeBytesMax: 300 });
    await Promise.all(Array.from({ length: 20 }, (_, count) => set(tally, `name ${count}`, count)));
    const batches = await batchesOf(tally);
    assert(batches.length > 1);
    for (const batch of batches) assert(batch.length <= 300, `${batch.length} bytes`);
    await tally.log.close();
  });

  test('a step that cannot fit is refused before it is applied; the largest that does is taken', async () => {
    const tally = await serving({ batchSizeBytesMax: 300 });
    const header = 61;
    const overhead = 36 + 2 + 1;
    const fits = 'x'.repeat(300 - header - overhead);
    assert.deepEqual(await set(tally, `${fits}x`, 1), { errorCode: ErrorCode.MESSAGE_TOO_LARGE });
    assert.equal(tally.shard.counts.size, 0);
    assert.equal(tally.log.logEndOffset, 0);
    assert.deepEqual(await set(tally, fits, 1), { response: `${fits} is 1` });
    await tally.log.close();
  });

  test('of a step that cannot fit no more is encoded than it takes to know that', async () => {
    const tally = await serving({ batchSizeBytesMax: 300 });
    const outcomeOf = (recordCount: number) =>
      tally.runtime.run<string>(0, (_shard, _now, pending) => ({
        records: [...Array<{ name: string; count: number }>(recordCount).fill({ name: 'a', count: 1 }), badEncode],
        replies: [replyTo(pending, 'done')],
      }));
    // Each takes 40 bytes at most, and 239 there are.
    assert.deepEqual(await outcomeOf(6), { errorCode: ErrorCode.MESSAGE_TOO_LARGE });
    assert.deepEqual(await outcomeOf(5), { errorCode: ErrorCode.UNKNOWN_SERVER_ERROR });
    await tally.log.close();
  });

  test('a step that is not atomic is split', async () => {
    const tally = await serving({ batchSizeBytesMax: 300 });
    const records = Array.from({ length: 20 }, (_, count) => ({ name: `name ${count}`, count }));
    const result = await tally.runtime.run<string>(0, (_shard, _now, pending) => ({
      records,
      replies: [replyTo(pending, 'done')],
      isAtomic: false,
    }));
    assert.deepEqual(result, { response: 'done' });
    assert.equal(tally.log.durableOffset, 20);
    for (const batch of await batchesOf(tally)) assert(batch.length <= 300);
    assert.deepEqual(
      tally.shard.applied.map(({ offset }) => offset),
      records.map((_, offset) => offset),
    );
    await tally.log.close();
  });
});
