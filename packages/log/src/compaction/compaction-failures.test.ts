import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { createCompactionFailures, RETRY_MS_MAX, RETRY_MS_MIN } from './compaction-failures.ts';

describe('a partition that could not be compacted', () => {
  it('is held back twice as long each time, up to a limit', async () => {
    const clock = createSimClock();
    const failures = createCompactionFailures(clock);
    const waits: number[] = [];
    for (let attempt = 0; attempt < 9; attempt++) {
      const retryMs = failures.add('orders-0', 'no space');
      waits.push(retryMs);
      await clock.advance(retryMs - 1);
      assert(failures.isHeldBack('orders-0'));
      await clock.advance(1);
      assert(!failures.isHeldBack('orders-0'));
    }
    assert.deepEqual(waits.slice(0, 3), [RETRY_MS_MIN, 2 * RETRY_MS_MIN, 4 * RETRY_MS_MIN]);
    assert.equal(waits.at(-1), RETRY_MS_MAX);
  });

  it('begins anew once it has healed', () => {
    const failures = createCompactionFailures(createSimClock());
    failures.add('orders-0', 'no space');
    failures.add('orders-0', 'no space');
    failures.heal('orders-0');
    assert.equal(failures.count, 0);
    assert.equal(failures.add('orders-0', 'no space'), RETRY_MS_MIN);
  });

  it('holds back no other, and is forgotten when it is gone', () => {
    const failures = createCompactionFailures(createSimClock());
    failures.add('orders-0', 'no space');
    assert(!failures.isHeldBack('orders-1'));
    failures.keepOnly(new Set(['orders-1']));
    assert.deepEqual([...failures.reasons], []);
  });

  it('does not notice a wall clock that jumps', () => {
    const clock = createSimClock();
    const failures = createCompactionFailures(clock);
    failures.add('orders-0', 'no space');
    clock.jump(86_400_000);
    assert(failures.isHeldBack('orders-0'));
  });
});
