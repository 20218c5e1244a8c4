import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { compactorOf, fillUp, openFixture } from '../testing/compaction-fixture.ts';

describe('the compactor', () => {
  it('bug: stops at once while its rate limit has it wait', async () => {
    const { directory, log, load } = await openFixture();
    await fillUp(log, load, 60);
    await directory.checkpoint();
    const compactor = compactorOf(directory, { bytesPerSecondMax: 1 });
    const before = log.sizeBytes;
    void compactor.run();
    await new Promise(setImmediate);
    compactor.stop();
    await compactor.idle();
    assert.equal(log.sizeBytes, before);
    assert.equal(compactor.failed.size, 0);
    await directory.close();
  });

  it('rests beside clients that never pause, and comes to its end', async () => {
    const { directory, log, load } = await openFixture();
    await fillUp(log, load, 120);
    await directory.checkpoint();
    const sim = createSimClock();
    let passedMs = 0;
    let restedMs = 0;
    const clock = {
      ...sim,
      // Whatever is done takes a millisecond: each slice, and what others do in each turn.
      monotonicMs: () => sim.monotonicMs() + passedMs++,
      setTimer(delayMs: number, action: () => void) {
        restedMs += delayMs;
        return sim.setTimer(delayMs, action);
      },
    };
    const compactor = compactorOf(directory, {}, clock);
    const before = log.sizeBytes;
    let isDone = false;
    const ended = compactor.run().then(() => {
      isDone = true;
    });
    await sim.runUntil(() => isDone);
    await ended;
    assert.ok(log.sizeBytes < before / 2);
    assert.equal(compactor.failed.size, 0);
    assert.ok(restedMs > 0, 'it has rested');
    assert.ok(restedMs <= passedMs, 'and not for longer than it worked');
    await directory.close();
  });
});
