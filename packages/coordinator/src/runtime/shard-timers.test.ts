import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openTally } from '../testing/tally-fixture.ts';
import { NOTHING } from './coordinator-shard.ts';
import { TIMER_RETRY_MS } from './shard-timers.ts';

describe('timers of a shard', () => {
  test('what a timer decides is written like any step', async () => {
    const tally = await openTally();
    tally.runtime.load(0, tally.log, 0);
    tally.shard.timers.set('expire', 500, () => ({ records: [{ name: 'a', count: 9 }], replies: [] }));
    await tally.clock.advance(499);
    assert.equal(tally.shard.counts.size, 0);
    await tally.clock.advance(1);
    assert.equal(tally.shard.counts.get('a'), 9);
    await tally.clock.settle();
    assert.equal(tally.log.logEndOffset, 1);
    await tally.log.close();
  });

  test('one for each key: set again earlier or later it fires once, with the last action', async () => {
    const tally = await openTally();
    tally.runtime.load(0, tally.log, 0);
    const { timers } = tally.shard;
    const fired: string[] = [];
    const note = (name: string) => () => {
      fired.push(`${name} at ${tally.clock.monotonicMs()}`);
      return NOTHING;
    };
    timers.set('later', 100, note('old'));
    timers.set('later', 300, note('later'));
    timers.set('earlier', 300, note('old'));
    timers.set('earlier', 100, note('earlier'));
    timers.set('cancelled', 50, note('cancelled'));
    timers.cancel('cancelled');
    assert.equal(timers.has('cancelled'), false);
    assert.equal(timers.has('later'), true);
    await tally.clock.advance(1000);
    assert.deepEqual(fired, ['earlier at 100', 'later at 300']);
    assert.equal(timers.has('later'), false);
    await tally.log.close();
  });

  test('one that fails fires again, unless it was set anew', async () => {
    const tally = await openTally();
    tally.runtime.load(0, tally.log, 0);
    const { timers } = tally.shard;
    let fired = 0;
    timers.set('fails', 100, () => {
      fired++;
      if (fired === 1) throw new Error('a bug');
      return NOTHING;
    });
    await tally.clock.advance(100);
    assert.equal(fired, 1);
    await tally.clock.advance(TIMER_RETRY_MS - 1);
    assert.equal(fired, 1);
    await tally.clock.advance(10 * TIMER_RETRY_MS);
    assert.equal(fired, 2);
    await tally.log.close();
  });

  test('they are gone when the shard is unloaded, and none can be set then', async () => {
    const tally = await openTally();
    tally.runtime.load(0, tally.log, 0);
    const { timers } = tally.shard;
    timers.set('a', 100, () => assert.fail('it fired'));
    tally.runtime.unload(0);
    timers.set('b', 100, () => assert.fail('it fired'));
    assert.equal(tally.clock.timerCount, 0);
    await tally.log.close();
  });
});
