import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { openTally, serving, set, type TallyFixture } from '../testing/tally-fixture.ts';
import { type Pending, replyTo } from './coordinator-shard.ts';

/** Sets a name now and answers later. */
function setLater(tally: TallyFixture, name: string, decided: string[] = []) {
  return tally.runtime.run<string>(0, (shard, _now, pending) => {
    shard.putOff(pending, () => {
      decided.push(name);
      return { records: [{ name: `${name} later`, count: 2 }], replies: [replyTo(pending, `${name} is decided`)] };
    });
    return { records: [{ name, count: 1 }], replies: [] };
  });
}

describe('coordinator runtime: decisions that are put off', () => {
  test('they are taken in their order when the turn is over, and leave in its batch', async () => {
    const tally = await serving();
    const decided: string[] = [];
    const answers = [setLater(tally, 'a', decided), setLater(tally, 'b', decided)];
    assert.deepEqual(decided, []);
    assert.deepEqual(await Promise.all(answers), [{ response: 'a is decided' }, { response: 'b is decided' }]);
    assert.deepEqual(decided, ['a', 'b']);
    assert.deepEqual(
      tally.shard.applied.map(({ name }) => name),
      ['a', 'b', 'a later', 'b later'],
    );
    await tally.log.close();
  });

  test('while an append is under way they wait for its end', async () => {
    const tally = await openTally();
    const heal = tally.disk.inject(({ kind }) => (kind === 'sync' ? { kind: 'delay', delayMs: 5 } : undefined));
    tally.runtime.load(0, tally.log, 0);
    const first = set(tally, 'z', 1);
    await tally.clock.settle();
    const decided: string[] = [];
    const answers = ['a', 'b'].map((name) => setLater(tally, name, decided));
    await tally.clock.advance(4);
    assert.deepEqual(decided, []);
    await tally.clock.advance(1);
    assert.deepEqual(await first, { response: 'z is 1' });
    assert.deepEqual(decided, ['a', 'b']);
    await tally.clock.advance(5);
    await Promise.all(answers);
    heal();
    await tally.log.close();
  });

  test('one that throws is answered UNKNOWN_SERVER_ERROR, and the next is taken', async () => {
    const tally = await serving();
    const bug = tally.runtime.run<string>(0, (shard, _now, pending) => {
      shard.putOff(pending, () => {
        throw new Error('a bug');
      });
      return { records: [], replies: [] };
    });
    const next = setLater(tally, 'a');
    assert.deepEqual(await bug, { errorCode: ErrorCode.UNKNOWN_SERVER_ERROR });
    assert.deepEqual(await next, { response: 'a is decided' });
    await tally.log.close();
  });

  test('whoever waits for one is told when the shard goes', async () => {
    const tally = await serving();
    const unloaded = setLater(tally, 'a');
    tally.runtime.unload(0);
    assert.deepEqual(await unloaded, { errorCode: ErrorCode.NOT_COORDINATOR });
    tally.runtime.load(0, tally.log, 4);
    await tally.clock.settle();
    await tally.clock.runUntil(() => tally.runtime.loaded.has(0));
    const closed = setLater(tally, 'b');
    await tally.runtime.close();
    assert.deepEqual(await closed, { errorCode: ErrorCode.NOT_COORDINATOR });
    await tally.log.close();
  });
});

describe('coordinator runtime: replies at once', () => {
  test('they leave while what was decided before is not committed', async () => {
    const tally = await openTally();
    const heal = tally.disk.inject(({ kind }) => (kind === 'sync' ? { kind: 'delay', delayMs: 5 } : undefined));
    tally.runtime.load(0, tally.log, 0);
    let isCommitted = false;
    const before = set(tally, 'a', 1).then(() => {
      isCommitted = true;
    });
    const atOnce = (pending: Pending<string>) => ({
      records: [],
      replies: [],
      repliesAtOnce: [replyTo(pending, 'hello')],
    });
    const answer = await tally.runtime.run<string>(0, (_shard, _now, pending) => atOnce(pending));
    assert.deepEqual(answer, { response: 'hello' });
    assert.equal(isCommitted, false);
    await tally.clock.advance(5);
    await before;
    heal();
    await tally.log.close();
  });
});
