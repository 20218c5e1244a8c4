import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { createSimRandom } from '@sluice/kernel/sim/random';
import { createdStream } from '../registry/transitions.ts';
import { contextAt, openDoor, settled } from '../testing/door.ts';
import { createMemoryCluster } from '../testing/memory-cluster.ts';
import { targetFor } from './scale-on-demand.ts';

const MIB = 1024 * 1024;

describe('an on-demand stream', () => {
  it('is given twice its shards once it writes more than half of what they take', () => {
    const made = createdStream({ name: 's', shardCount: 4, mode: 'ON_DEMAND' }, 'door', 0);
    const state = { ...made, status: 'ACTIVE' as const };
    assert.equal(targetFor(state, { bytesPerSecond: 2 * MIB, recordsPerSecond: 2_000 }), undefined);
    assert.equal(targetFor(state, { bytesPerSecond: 2 * MIB + 1, recordsPerSecond: 0 }), 8);
    assert.equal(targetFor(state, { bytesPerSecond: 0, recordsPerSecond: 2_001 }), 8);
    assert.equal(
      targetFor({ ...state, mode: 'PROVISIONED' }, { bytesPerSecond: 9 * MIB, recordsPerSecond: 0 }),
      undefined,
    );
    assert.equal(targetFor(made, { bytesPerSecond: 9 * MIB, recordsPerSecond: 0 }), undefined);
  });

  it('grows under load, and keeps its records in order', async () => {
    const clock = createSimClock();
    const random = createSimRandom(3);
    const cluster = createMemoryCluster({ clock, below: random.below, delayMsMax: 1 });
    const { operations, kinesis } = openDoor(cluster, clock, 4, { statusDelayMs: 1 });
    const run = <Result>(result: Result | Promise<Result>) => settled(clock, result);
    const S = { StreamName: 's' };
    const context = () => contextAt(clock);
    const openCount = async () =>
      (await run(operations.DescribeStreamSummary(S, context()))).StreamDescriptionSummary.OpenShardCount;
    await run(operations.CreateStream({ ...S, StreamModeDetails: { StreamMode: 'ON_DEMAND' } }, context()));
    await clock.advance(100);
    assert.equal(await openCount(), 4);
    const Data = Buffer.alloc(300_000);
    for (let second = 0; second < 21; second++) {
      const Records = Array.from({ length: 10 }, (_, index) => ({ PartitionKey: `k${index}`, Data }));
      await run(operations.PutRecords({ ...S, Records }, context()));
      await clock.advance(1_000);
    }
    assert.equal(await openCount(), 8);
    await clock.advance(60_000);
    assert.equal(await openCount(), 8);
    kinesis.close();
  });
});
