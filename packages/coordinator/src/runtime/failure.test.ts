import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { onNth } from '@sluice/kernel/sim/faults';
import { appendOptions } from '@sluice/log/testing/test-log';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { buildBatch } from '@sluice/protocol/records/build-batch';
import { get, openTally, serving, set } from '../testing/tally-fixture.ts';
import { NOTHING } from './coordinator-shard.ts';
import { RELOAD_BACKOFF_MS_MIN } from './create-runtime.ts';

describe('coordinator runtime: failure', () => {
  test('a partition that is not led here', async () => {
    const tally = await serving();
    const result = await tally.runtime.run<string>(1, (shard, _now, pending) => shard.set('a', 1, pending));
    assert.deepEqual(result, { errorCode: ErrorCode.NOT_COORDINATOR });
    await tally.log.close();
  });

  test('a decision that throws is answered UNKNOWN_SERVER_ERROR, and so is a record that cannot be encoded', async () => {
    const tally = await serving();
    const bug = tally.runtime.run<string>(0, () => {
      throw new Error('a bug');
    });
    assert.deepEqual(await bug, { errorCode: ErrorCode.UNKNOWN_SERVER_ERROR });
    assert.deepEqual(await set(tally, 'bad encode', 1), { errorCode: ErrorCode.UNKNOWN_SERVER_ERROR });
    assert.deepEqual(await set(tally, 'a', 1), { response: 'a is 1' });
    assert.deepEqual([...tally.shard.counts], [['a', 1]]);
    await tally.log.close();
  });

  test('a step whose record cannot be encoded is told to all whom it answers', async () => {
    const tally = await serving();
    const waiting = tally.runtime.run<string>(0, (shard, _now, pending) => shard.waitFor('bad encode', pending));
    assert.deepEqual(await set(tally, 'bad encode', 1), { errorCode: ErrorCode.UNKNOWN_SERVER_ERROR });
    assert.deepEqual(await waiting, { errorCode: ErrorCode.UNKNOWN_SERVER_ERROR });
    await tally.log.close();
  });

  test('a record that cannot be applied takes the shard offline with all who wait', async () => {
    const tally = await serving();
    const waiting = tally.runtime.run<string>(0, (shard, _now, pending) => shard.waitFor('z', pending));
    const before = set(tally, 'a', 1);
    const results = await Promise.all([before, set(tally, 'bad apply', 1), waiting, set(tally, 'b', 1)]);
    for (const result of results) assert.deepEqual(result, { errorCode: ErrorCode.NOT_COORDINATOR });
    await tally.clock.advance(120_000);
    assert.equal(tally.shards.length, 1, 'it is not tried again');
    assert.deepEqual(tally.shard.unloadedWith, [ErrorCode.NOT_COORDINATOR]);
    await tally.log.close();
  });

  test('a failed write fails all who wait, and unloads the shard with its timers', async () => {
    const tally = await openTally();
    tally.disk.inject(onNth('write', 1, { kind: 'fail', tag: 'io' }, 1000));
    tally.runtime.load(0, tally.log, 0);
    tally.shard.timers.set('tick', 1000, () => NOTHING);
    const waiting = tally.runtime.run<string>(0, (shard, _now, pending) => shard.waitFor('z', pending));
    const results = await Promise.all([set(tally, 'a', 1), get(tally, 'a'), waiting]);
    for (const result of results) assert.deepEqual(result, { errorCode: ErrorCode.NOT_COORDINATOR });
    assert.deepEqual(tally.shard.unloadedWith, [ErrorCode.NOT_COORDINATOR]);
    assert.equal(tally.shard.timers.has('tick'), false);
    assert.deepEqual(await set(tally, 'a', 1), { errorCode: ErrorCode.NOT_COORDINATOR });
    await tally.log.close();
  });

  test('after a full disk it loads again what was committed, and serves', async () => {
    const tally = await serving();
    await set(tally, 'a', 1);
    const heal = tally.disk.inject(({ kind }) => (kind === 'write' ? { kind: 'fail', tag: 'no-space' } : undefined));
    assert.deepEqual(await set(tally, 'a', 2), { errorCode: ErrorCode.NOT_COORDINATOR });
    heal();
    await tally.clock.runUntil(() => tally.runtime.loaded.has(0), 120_000);
    assert.equal(tally.shards.length, 2);
    assert.deepEqual(await get(tally, 'a'), { response: 1 });
    assert.deepEqual(await set(tally, 'a', 3), { response: 'a is 3' });
    await tally.log.close();
  });

  test('records that somebody else put between are noticed: it loads again after a while', async () => {
    const tally = await serving();
    const answer = set(tally, 'a', 1);
    tally.log.append(buildBatch([{ key: Buffer.from([0, 1, 98]), value: '5' }]), appendOptions());
    assert.deepEqual(await answer, { errorCode: ErrorCode.NOT_COORDINATOR });
    await tally.clock.advance(RELOAD_BACKOFF_MS_MIN);
    assert.deepEqual(await get(tally, 'b'), { response: 5 });
    await tally.log.close();
  });

  test('resigning fails all who wait, and a new election loads what was committed', async () => {
    const tally = await serving();
    await set(tally, 'a', 1);
    const waiting = tally.runtime.run<string>(0, (shard, _now, pending) => shard.waitFor('z', pending));
    const unfinished = set(tally, 'a', 2);
    tally.runtime.unload(0);
    assert.deepEqual(await waiting, { errorCode: ErrorCode.NOT_COORDINATOR });
    assert.deepEqual(await unfinished, { errorCode: ErrorCode.NOT_COORDINATOR });
    tally.runtime.load(0, tally.log, 4);
    await tally.clock.settle();
    await tally.clock.runUntil(() => tally.runtime.loaded.has(0));
    assert.deepEqual(await get(tally, 'a'), { response: 1 });
    await tally.log.close();
  });

  test('closing lets commits that are under way end, and nobody wait for more', async () => {
    const tally = await serving();
    const waiting = tally.runtime.run<string>(0, (shard, _now, pending) => shard.waitFor('z', pending));
    const underWay = set(tally, 'a', 1);
    await tally.runtime.close();
    assert.deepEqual(await underWay, { response: 'a is 1' });
    assert.deepEqual(await waiting, { errorCode: ErrorCode.NOT_COORDINATOR });
    assert.deepEqual(await set(tally, 'a', 1), { errorCode: ErrorCode.NOT_COORDINATOR });
    assert.equal(tally.clock.timerCount, 0);
    await tally.log.close();
  });
});
