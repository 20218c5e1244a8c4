import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type LogFields, silentLogger } from '@sluice/kernel/logger';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { createSimRandom } from '@sluice/kernel/sim/random';
import { contextAt, openDoor, settled } from '../testing/door.ts';
import { createMemoryCluster } from '../testing/memory-cluster.ts';
import { createClosedShards } from './closed-shards.ts';
import { createRegistry } from './registry.ts';
import { createStreams } from './streams.ts';

const S = { StreamName: 's' };
const PARENT = 'shardId-000000000000';

it('tells of what a Kafka producer writes behind the end of a closed shard, each time once, and no reader sees it', async () => {
  const clock = createSimClock();
  const random = createSimRandom(1);
  const cluster = createMemoryCluster({ clock, below: random.below });
  const { operations, kinesis } = openDoor(cluster, clock, 2);
  const run = <Result>(result: Result | Promise<Result>) => settled(clock, result);
  const context = () => contextAt(clock);
  await run(operations.CreateStream({ ...S, ShardCount: 1 }, context()));
  await clock.advance(200);
  await run(operations.PutRecord({ ...S, PartitionKey: 'k', Data: Buffer.from('a') }, context()));
  await run(operations.SplitShard({ ...S, ShardToSplit: PARENT, NewStartingHashKey: '1000' }, context()));
  await clock.advance(200);

  const { log } = cluster.connect();
  const registry = createRegistry({ log, clock, random });
  const streams = createStreams(registry, log, clock);
  const warnings: LogFields[] = [];
  const logger = { ...silentLogger, warn: (_: string, fields: LogFields = {}) => void warnings.push(fields) };
  const closedShards = createClosedShards({ log, streams, clock, logger });
  const look = async () => {
    await run(streams.confirm());
    await run(closedShards.look());
    return warnings.splice(0).map(({ stream, shard, fromOffset, records }) => ({ stream, shard, fromOffset, records }));
  };

  assert.deepEqual(await look(), []);
  cluster.write('s', 0, { key: 'k', value: 'stray' });
  // It might be a put that was under way, and is put again.
  assert.deepEqual(await look(), []);
  await clock.advance(60_000);
  assert.deepEqual(await look(), [{ stream: 's', shard: PARENT, fromOffset: 1, records: 1 }]);
  assert.deepEqual(await look(), []);
  cluster.write('s', 0, { key: 'k', value: 'another' });
  cluster.write('s', 0, { key: 'k', value: 'and another' });
  // An open shard is nobody's concern.
  cluster.write('s', 1, { key: 'k', value: 'b' });
  assert.deepEqual(await look(), [{ stream: 's', shard: PARENT, fromOffset: 2, records: 2 }]);
  assert.deepEqual(await look(), []);

  const input = { ...S, ShardId: PARENT, ShardIteratorType: 'TRIM_HORIZON' } as const;
  const { ShardIterator = '' } = await run(operations.GetShardIterator(input, context()));
  const { Records, ChildShards } = await run(operations.GetRecords({ ShardIterator }, context()));
  assert.deepEqual(
    Records.map(({ Data }) => String(Data)),
    ['a'],
  );
  assert.equal(ChildShards?.length, 2);
  kinesis.close();
});
