import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSimDisk, type SimDisk } from '@sluice/kernel/sim/disk';
import { openTally } from '../testing/tally-fixture.ts';

const STEPS = 12;

/** Counts up, one step after the other and some at once; `acked` is what callers were told. */
async function workload(disk: SimDisk, acked: number[], acknowledgesBeforeSync: boolean): Promise<void> {
  const tally = await openTally({ disk, acknowledgesBeforeSync, config: { segmentSizeBytes: 400 } });
  tally.runtime.load(0, tally.log, 0);
  for (let count = 0; count < STEPS; count += 3) {
    await Promise.all(
      [count, count + 1, count + 2].map(async (each) => {
        const result = await tally.runtime.run<string>(0, (shard, _now, pending) =>
          shard.set(`count ${each}`, each, pending),
        );
        if ('response' in result) acked.push(each);
      }),
    );
  }
  await tally.runtime.close();
  await tally.log.close();
}

/** The counts that the runtime has after a restart. */
async function restart(disk: SimDisk): Promise<number[]> {
  const tally = await openTally({ disk, recovery: { recoveryPoint: 0, logStartOffset: 0, cleanShutdown: false } });
  tally.runtime.load(0, tally.log, 1);
  await tally.clock.settle();
  if (!tally.runtime.loaded.has(0)) await tally.clock.runUntil(() => tally.runtime.loaded.has(0));
  const counts = [...tally.shard.counts.values()];
  await tally.log.close();
  return counts;
}

async function crashEverywhere(acknowledgesBeforeSync: boolean): Promise<string[]> {
  const whole = createSimDisk();
  await workload(whole, [], acknowledgesBeforeSync);
  assert(whole.changeCount > 20, `${whole.changeCount} changes`);
  const faults: string[] = [];
  for (let change = 3; change <= whole.changeCount; change++) {
    const disk = createSimDisk();
    disk.crashAt(change);
    const acked: number[] = [];
    await workload(disk, acked, acknowledgesBeforeSync).catch(() => {});
    const found = await restart(disk.reboot(change));
    // A prefix of what was decided, and at least what was acknowledged.
    assert.deepEqual(
      found,
      found.map((_, index) => index),
    );
    for (const count of acked) if (!found.includes(count)) faults.push(`change ${change}: ${count} is lost`);
  }
  return faults;
}

describe('power loss under the coordinator runtime', () => {
  test('at every change: what was acknowledged is in the state after the restart (I11)', async () => {
    assert.deepEqual(await crashEverywhere(false), []);
  });

  test('a log that acknowledges before its sync is caught', async () => {
    assert((await crashEverywhere(true)).length > 0, 'the canary was not noticed');
  });
});
