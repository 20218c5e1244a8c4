import { createSimClock } from '@sluice/kernel/sim/clock';
import { createSimRandom } from '@sluice/kernel/sim/random';
import type { Kinesis } from '../../kinesis.ts';
import type { KinesisSettings } from '../../settings.ts';
import { contextAt, openDoor, settled } from '../door.ts';
import { createMemoryCluster } from '../memory-cluster.ts';

type Operations = Kinesis['operations'];
export type Name = keyof Operations;

export const ARN = 'arn:aws:kinesis:eu-central-1:123456789012:stream/';
export const POLICY = '{"Version":"2012-10-17","Statement":[]}';
export const KEY_ID = 'alias/aws/kinesis';
export const SHARD = 'shardId-000000000000';
export const ACTIVE = { StreamName: 'active' };
export const BUSY = { StreamName: 'busy' };
export const ON_DEMAND = { mode: { StreamMode: 'ON_DEMAND' }, name: 'on-demand' } as const;
/** For a door whose streams stay in CREATING and UPDATING. */
const STANDING_STILL = { statusDelayMs: 3_600_000, takeOverAfterMs: 7_200_000 };

export const NOT_FOUND = 'ResourceNotFoundException';
export const IN_USE = 'ResourceInUseException';
export const INVALID = 'InvalidArgumentException';
export const LIMIT = 'LimitExceededException';
export const notFound = /^Stream missing under account 123456789012 not found\.$/;

/**
 * Streams `active` (two shards, a consumer, three records, a tag), `busy` (UPDATING for an hour), `young` (CREATING) and
 * `on-demand`.
 */
export async function fixture(settings: Partial<KinesisSettings> = {}) {
  const clock = createSimClock();
  const random = createSimRandom(1);
  const cluster = createMemoryCluster({ clock, below: random.below, delayMsMax: 1 });
  const quick = openDoor(cluster, clock, 2, { statusDelayMs: 0 });
  const slow = openDoor(cluster, clock, 3, STANDING_STILL);
  const special = openDoor(cluster, clock, 4, { ...STANDING_STILL, ...settings });
  const context = () => contextAt(clock);
  const run = <Result>(result: Result | Promise<Result>) => settled(clock, result);
  const { operations } = quick;
  for (const StreamName of ['active', 'busy']) {
    await run(operations.CreateStream({ StreamName, ShardCount: 2 }, context()));
  }
  const { mode, name } = ON_DEMAND;
  await run(operations.CreateStream({ StreamName: name, StreamModeDetails: mode }, context()));
  await clock.advance(200);
  const { Consumer } = await run(
    operations.RegisterStreamConsumer({ StreamARN: `${ARN}active`, ConsumerName: 'reader' }, context()),
  );
  for (const value of ['1', '2', '3']) {
    await run(operations.PutRecord({ ...ACTIVE, Data: Buffer.from(value), PartitionKey: 'k' }, context()));
  }
  await run(operations.AddTagsToStream({ ...ACTIVE, Tags: { a: '1' } }, context()));
  await run(slow.operations.CreateStream({ StreamName: 'young', ShardCount: 1 }, context()));
  await run(slow.operations.SplitShard({ ...BUSY, ShardToSplit: SHARD, NewStartingHashKey: '1000' }, context()));
  return { clock, cluster, operations, special: special.operations, context, run, consumerArn: Consumer.ConsumerARN };
}

export type Fixture = Awaited<ReturnType<typeof fixture>>;

export interface Case {
  readonly operation: Name;
  readonly error: string;
  readonly message: RegExp;
  readonly input: (fixture: Fixture) => unknown | Promise<unknown>;
  readonly settings?: Partial<KinesisSettings>;
  /** The door of these settings. */
  readonly isSpecial?: boolean;
}

export async function iteratorOf({ operations, context, run }: Fixture, type = 'TRIM_HORIZON'): Promise<string> {
  const input = { ...ACTIVE, ShardId: SHARD, ShardIteratorType: type as 'LATEST' };
  return (await run(operations.GetShardIterator(input, context()))).ShardIterator ?? '';
}
