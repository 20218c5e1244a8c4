import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { createSimRandom } from '@sluice/kernel/sim/random';
import type { SubscribeToShardEvent } from './generated/types.ts';
import { contextAt, openDoor, settled } from './testing/door.ts';
import { createMemoryCluster } from './testing/memory-cluster.ts';

const ARN = 'arn:aws:kinesis:eu-central-1:123456789012:stream/';
const SHARD = 'shardId-000000000000';
const S = { StreamName: 's' };

function fixture() {
  const clock = createSimClock();
  const random = createSimRandom(5);
  const cluster = createMemoryCluster({ clock, below: random.below, delayMsMax: 1 });
  const open = (settings = {}) => openDoor(cluster, clock, random.below(1000), { statusDelayMs: 10, ...settings });
  const run = <Result>(result: Result | Promise<Result>) => settled(clock, result);
  const context = (signal?: AbortSignal) => contextAt(clock, signal);
  const door = open();
  async function create(ShardCount = 1) {
    await run(door.operations.CreateStream({ ...S, ShardCount }, context()));
    await clock.advance(100);
  }
  async function put(...values: string[]) {
    for (const value of values) {
      await run(door.operations.PutRecord({ ...S, PartitionKey: value, Data: Buffer.from(value) }, context()));
    }
  }
  async function get(type: 'LATEST' | 'TRIM_HORIZON' | 'AT_TIMESTAMP', more: object = {}, shard = SHARD) {
    const input = { ...S, ShardId: shard, ShardIteratorType: type, ...more };
    const { ShardIterator = '' } = await run(door.operations.GetShardIterator(input, context()));
    return await run(door.operations.GetRecords({ ShardIterator }, context()));
  }
  return { clock, cluster, open, run, context, door, operations: door.operations, create, put, get };
}

const values = ({ Records }: { readonly Records: readonly { readonly Data: Buffer }[] }) =>
  Records.map(({ Data }) => String(Data));

describe('a stream', () => {
  it('is CREATING, then ACTIVE, then DELETING, then gone, with its topic', async () => {
    const { clock, cluster, run, context, operations } = fixture();
    const status = async () =>
      (await run(operations.DescribeStreamSummary(S, context()))).StreamDescriptionSummary.StreamStatus;
    await run(operations.CreateStream({ ...S, ShardCount: 3 }, context()));
    assert.equal(await status(), 'CREATING');
    await clock.advance(50);
    assert.equal(await status(), 'ACTIVE');
    assert.equal(cluster.partitionCount('s'), 3);
    assert.equal(cluster.settings('s')['retention.ms'], String(24 * 3_600_000));
    await run(operations.DeleteStream(S, context()));
    assert.equal(await status(), 'DELETING');
    await clock.advance(50);
    assert.equal(cluster.partitionCount('s'), 0);
    await assert.rejects(status(), { type: 'ResourceNotFoundException' });
  });

  it('that a door began to make and left is finished by another', async () => {
    const { clock, open, run, context, door, operations } = fixture();
    await run(operations.CreateStream({ ...S, ShardCount: 1 }, context()));
    door.kill();
    const other = open({ takeOverAfterMs: 1_000 });
    await clock.advance(3_000);
    const { StreamDescription } = await run(other.operations.DescribeStream(S, context()));
    assert.equal(StreamDescription.StreamStatus, 'ACTIVE');
    assert.equal(StreamDescription.Shards.length, 1);
  });

  it('is a Kafka topic that no door has made as well', async () => {
    const { cluster, run, context, operations, get } = fixture();
    cluster.makeTopic('s', 2);
    cluster.write('s', 0, { key: 'k', value: 'from kafka' });
    assert.deepEqual((await run(operations.ListStreams({}, context()))).StreamNames, ['s']);
    const { Shards = [] } = await run(operations.ListShards(S, context()));
    assert.deepEqual(
      Shards.map(({ HashKeyRange }) => HashKeyRange),
      [
        { StartingHashKey: '0', EndingHashKey: (2n ** 127n - 1n).toString() },
        { StartingHashKey: (2n ** 127n).toString(), EndingHashKey: (2n ** 128n - 1n).toString() },
      ],
    );
    const read = await get('TRIM_HORIZON');
    assert.deepEqual(values(read), ['from kafka']);
    assert.equal(read.Records[0]?.PartitionKey, 'k');
  });

  it('whose topic was deleted and made anew by others is another stream', async () => {
    const { clock, cluster, run, context, operations, create } = fixture();
    await create(2);
    const { Shards: before = [] } = await run(operations.ListShards(S, context()));
    await clock.advance(20_000);
    cluster.dropTopic('s');
    await assert.rejects(run(operations.ListShards(S, context())), { type: 'ResourceNotFoundException' });
    cluster.makeTopic('s', 1);
    const { Shards: after = [] } = await run(operations.ListShards(S, context()));
    assert.equal(after.length, 1);
    assert.notEqual(
      after[0]?.SequenceNumberRange.StartingSequenceNumber,
      before[0]?.SequenceNumberRange.StartingSequenceNumber,
    );
  });

  it('gives a Kafka consumer what was put: partition key as key, explicit hash key as header', async () => {
    const { cluster, run, context, operations, create } = fixture();
    await create(2);
    const ExplicitHashKey = (2n ** 128n - 1n).toString();
    const { ShardId } = await run(
      operations.PutRecord({ ...S, PartitionKey: 'k', ExplicitHashKey, Data: Buffer.from('v') }, context()),
    );
    assert.equal(ShardId, 'shardId-000000000001');
    const [record] = cluster.records('s', 1);
    assert.deepEqual([String(record?.key), String(record?.value)], ['k', 'v']);
    assert.deepEqual(
      record?.headers.map(({ key, value }) => [key, String(value)]),
      [['kinesis-explicit-hash-key', ExplicitHashKey]],
    );
  });

  it('keeps records as long as it is told, and shows it to Kafka', async () => {
    const { cluster, run, context, operations, create } = fixture();
    await create();
    await run(operations.IncreaseStreamRetentionPeriod({ ...S, RetentionPeriodHours: 48 }, context()));
    assert.equal(cluster.settings('s')['retention.ms'], String(48 * 3_600_000));
    await run(operations.DecreaseStreamRetentionPeriod({ ...S, RetentionPeriodHours: 24 }, context()));
    assert.equal(cluster.settings('s')['retention.ms'], String(24 * 3_600_000));
  });
});

describe('iterators', () => {
  it('begin at the trim horizon, at the end, at a time, at and after a sequence number', async () => {
    const { clock, cluster, run, context, operations, create, put, get } = fixture();
    await create();
    await put('a', 'b');
    await clock.advance(1_000);
    const betweenMs = clock.now();
    await clock.advance(1_000);
    await put('c');
    const all = await get('TRIM_HORIZON');
    assert.deepEqual(values(all), ['a', 'b', 'c']);
    assert.equal(all.MillisBehindLatest, 0);
    assert.deepEqual(values(await get('LATEST')), []);
    assert.deepEqual(values(await get('AT_TIMESTAMP', { Timestamp: betweenMs })), ['c']);
    assert.deepEqual(values(await get('AT_TIMESTAMP', { Timestamp: 1_000 })), ['a', 'b', 'c']);
    const StartingSequenceNumber = all.Records[1]?.SequenceNumber;
    for (const [ShardIteratorType, expected] of [
      ['AT_SEQUENCE_NUMBER', ['b', 'c']],
      ['AFTER_SEQUENCE_NUMBER', ['c']],
    ] as const) {
      const input = { ...S, ShardId: SHARD, ShardIteratorType, StartingSequenceNumber: StartingSequenceNumber ?? '' };
      const { ShardIterator = '' } = await run(operations.GetShardIterator(input, context()));
      assert.deepEqual(values(await run(operations.GetRecords({ ShardIterator }, context()))), expected);
    }
    cluster.trim('s', 0, 2);
    assert.deepEqual(values(await get('TRIM_HORIZON')), ['c']);
  });

  it('of one door are good in another, and after a restart', async () => {
    const { open, run, context, door, operations, create, put } = fixture();
    await create();
    await put('a');
    const input = { ...S, ShardId: SHARD, ShardIteratorType: 'TRIM_HORIZON' } as const;
    const { ShardIterator = '' } = await run(operations.GetShardIterator(input, context()));
    door.kill();
    assert.deepEqual(values(await run(open().operations.GetRecords({ ShardIterator }, context()))), ['a']);
  });

  it('end with a closed shard, which names its children', async () => {
    const { clock, run, context, operations, create, put, get } = fixture();
    await create();
    await put('a', 'b');
    const at = (2n ** 127n).toString();
    await run(operations.SplitShard({ ...S, ShardToSplit: SHARD, NewStartingHashKey: at }, context()));
    await clock.advance(100);
    const read = await get('TRIM_HORIZON');
    assert.deepEqual(values(read), ['a', 'b']);
    assert(!('NextShardIterator' in read));
    assert.deepEqual(read.ChildShards, [
      {
        ShardId: 'shardId-000000000001',
        ParentShards: [SHARD],
        HashKeyRange: { StartingHashKey: '0', EndingHashKey: (2n ** 127n - 1n).toString() },
      },
      {
        ShardId: 'shardId-000000000002',
        ParentShards: [SHARD],
        HashKeyRange: { StartingHashKey: at, EndingHashKey: (2n ** 128n - 1n).toString() },
      },
    ]);
  });

  it('bring what is asked for at most, and say how far behind they are', async () => {
    const { clock, run, context, operations, create, put } = fixture();
    await create();
    await put('a', 'b', 'c');
    await clock.advance(5_000);
    const input = { ...S, ShardId: SHARD, ShardIteratorType: 'TRIM_HORIZON' } as const;
    const { ShardIterator = '' } = await run(operations.GetShardIterator(input, context()));
    const read = await run(operations.GetRecords({ ShardIterator, Limit: 2 }, context()));
    assert.deepEqual(values(read), ['a', 'b']);
    assert((read.MillisBehindLatest ?? 0) >= 5_000);
    const { NextShardIterator = '' } = 'NextShardIterator' in read ? read : {};
    const rest = await run(operations.GetRecords({ ShardIterator: NextShardIterator }, context()));
    assert.deepEqual(values(rest), ['c']);
    assert.equal(rest.MillisBehindLatest, 0);
  });
});

describe('shards', () => {
  it('are listed by filters, a page at a time', async () => {
    const { clock, run, context, operations, create } = fixture();
    await create(2);
    await clock.advance(1_000);
    const beforeMs = clock.now();
    await clock.advance(1_000);
    await run(operations.UpdateShardCount({ ...S, TargetShardCount: 4, ScalingType: 'UNIFORM_SCALING' }, context()));
    await clock.advance(100);
    const list = async (ShardFilter?: object) => {
      const filter = ShardFilter === undefined ? {} : { ShardFilter: ShardFilter as { Type: 'AT_LATEST' } };
      const { Shards = [] } = await run(operations.ListShards({ ...S, ...filter }, context()));
      return Shards.map(({ ShardId }) => Number(ShardId.slice(-3)));
    };
    assert.deepEqual(await list(), [0, 1, 2, 3, 4, 5]);
    assert.deepEqual(await list({ Type: 'AT_LATEST' }), [2, 3, 4, 5]);
    assert.deepEqual(await list({ Type: 'AT_TRIM_HORIZON' }), [0, 1]);
    assert.deepEqual(await list({ Type: 'FROM_TRIM_HORIZON' }), [0, 1, 2, 3, 4, 5]);
    assert.deepEqual(await list({ Type: 'AT_TIMESTAMP', Timestamp: beforeMs }), [0, 1]);
    assert.deepEqual(await list({ Type: 'FROM_TIMESTAMP', Timestamp: clock.now() }), [2, 3, 4, 5]);
    assert.deepEqual(await list({ Type: 'AFTER_SHARD_ID', ShardId: 'shardId-000000000003' }), [4, 5]);
    const pages: string[] = [];
    for (let page = await run(operations.ListShards({ ...S, MaxResults: 4 }, context())); ; ) {
      pages.push((page.Shards ?? []).map(({ ShardId }) => ShardId.slice(-1)).join(''));
      const { NextToken } = page;
      if (NextToken === undefined) break;
      page = await run(operations.ListShards({ NextToken, MaxResults: 4 }, context()));
    }
    assert.deepEqual(pages, ['0123', '45']);
  });

  it('that were closed for longer than records are kept are gone', async () => {
    const { clock, run, context, operations, create } = fixture();
    await create();
    await run(operations.SplitShard({ ...S, ShardToSplit: SHARD, NewStartingHashKey: '1000' }, context()));
    await clock.advance(100);
    clock.jump(25 * 3_600_000);
    const { Shards = [] } = await run(operations.ListShards(S, context()));
    assert.deepEqual(
      Shards.map(({ ShardId }) => ShardId.slice(-1)),
      ['1', '2'],
    );
  });
});

describe('a subscription', () => {
  async function subscribe(made: ReturnType<typeof fixture>, signal?: AbortSignal) {
    const { clock, run, context, operations } = made;
    const { Consumer } = await run(
      operations.RegisterStreamConsumer({ StreamARN: `${ARN}s`, ConsumerName: 'c' }, context()),
    );
    await clock.advance(100);
    const input = {
      ConsumerARN: Consumer.ConsumerARN,
      ShardId: SHARD,
      StartingPosition: { Type: 'TRIM_HORIZON' },
    } as const;
    const { EventStream } = await run(operations.SubscribeToShard(input, context(signal)));
    const events: SubscribeToShardEvent[] = [];
    const ended = (async () => {
      for await (const { SubscribeToShardEvent } of EventStream) events.push(SubscribeToShardEvent);
    })();
    return { events, ended, consumerArn: Consumer.ConsumerARN };
  }

  it('brings what was there and what comes, through any door or from Kafka', async () => {
    const made = fixture();
    await made.create();
    await made.put('a');
    const { events } = await subscribe(made);
    await made.clock.advance(50);
    await made.put('b');
    await made.clock.advance(50);
    made.cluster.write('s', 0, { key: 'k', value: 'c' });
    await made.clock.advance(100);
    assert.deepEqual(events.flatMap(values), ['a', 'b', 'c']);
    made.door.kinesis.close();
  });

  it('says something every few seconds, and ends after five minutes where the next one can begin', async () => {
    const made = fixture();
    const { clock, run, context, operations } = made;
    await made.create();
    await made.put('a');
    const { events, ended, consumerArn } = await subscribe(made);
    await run(ended);
    assert(events.length > 50 && events.length < 70, `${events.length} events`);
    await made.put('b');
    await clock.advance(10);
    const SequenceNumber = events.at(-1)?.ContinuationSequenceNumber ?? '';
    const StartingPosition = { Type: 'AFTER_SEQUENCE_NUMBER', SequenceNumber } as const;
    const { EventStream } = await run(
      operations.SubscribeToShard({ ConsumerARN: consumerArn, ShardId: SHARD, StartingPosition }, context()),
    );
    const first = await run(EventStream[Symbol.asyncIterator]().next());
    assert.deepEqual(first.done === true ? [] : values(first.value.SubscribeToShardEvent), ['b']);
  });

  it('ends with its shard, and names the children instead of where to go on, by which KCL knows the end', async () => {
    const made = fixture();
    const { clock, run, context, operations } = made;
    await made.create();
    await made.put('a');
    const { events, ended } = await subscribe(made);
    await clock.advance(50);
    await run(operations.SplitShard({ ...S, ShardToSplit: SHARD, NewStartingHashKey: '1000' }, context()));
    await run(ended);
    assert.deepEqual(
      events.at(-1)?.ChildShards?.map(({ ShardId }) => ShardId),
      ['shardId-000000000001', 'shardId-000000000002'],
    );
    for (const event of events) {
      assert.equal(event.ContinuationSequenceNumber === undefined, event.ChildShards !== undefined);
    }
    assert.deepEqual(events.flatMap(values), ['a']);
  });

  it('is refused past the limit of the door, and not at it, and once another has ended', async () => {
    const made = fixture();
    const { clock, run, context } = made;
    await made.create(3);
    const { operations } = made.open({ subscriptionLimit: 2 });
    const { Consumer } = await run(
      operations.RegisterStreamConsumer({ StreamARN: `${ARN}s`, ConsumerName: 'c' }, context()),
    );
    await clock.advance(100);
    const subscribeTo = async (shard: number, signal?: AbortSignal) => {
      const ShardId = `shardId-00000000000${shard}`;
      const StartingPosition = { Type: 'LATEST' } as const;
      const input = { ConsumerARN: Consumer.ConsumerARN, ShardId, StartingPosition };
      return await run(operations.SubscribeToShard(input, context(signal)));
    };
    const first = new AbortController();
    await subscribeTo(0, first.signal);
    await subscribeTo(1);
    await assert.rejects(subscribeTo(2), { type: 'LimitExceededException' });
    // Its client goes before it has read anything.
    first.abort();
    await subscribeTo(2);
    await assert.rejects(subscribeTo(0), { type: 'LimitExceededException' });
    await assert.rejects(subscribeTo(0, AbortSignal.abort()), { type: 'LimitExceededException' });
  });

  it('brings large backlogs in events of bounded size', async () => {
    const made = fixture();
    await made.create();
    const value = Buffer.alloc(200_000);
    for (let index = 0; index < 20; index++) made.cluster.write('s', 0, { key: 'k', value });
    const { events, ended } = await subscribe(made);
    await made.clock.advance(50);
    assert.equal(events.flatMap(values).length, 20);
    assert(events.every(({ Records }) => Records.length <= 5));
    made.door.kinesis.close();
    await made.run(ended);
  });

  it('ends when its client goes, and leaves no timer', async () => {
    const made = fixture();
    await made.create();
    const abort = new AbortController();
    const { ended } = await subscribe(made, abort.signal);
    await made.clock.advance(1_000);
    abort.abort();
    await made.run(ended);
    made.door.kinesis.close();
    await made.clock.runUntilIdle();
  });
});

describe('what is kept about a stream', () => {
  it('is shown again: tags, policies, encryption, monitoring, mode, sizes', async () => {
    const { run, context, operations, create } = fixture();
    await create();
    const StreamARN = `${ARN}s`;
    await run(operations.TagResource({ ResourceARN: StreamARN, Tags: { a: '1', b: '2' } }, context()));
    await run(operations.RemoveTagsFromStream({ ...S, TagKeys: ['a'] }, context()));
    assert.deepEqual((await run(operations.ListTagsForStream(S, context()))).Tags, [{ Key: 'b', Value: '2' }]);
    const Policy = '{"Statement":[]}';
    await run(operations.PutResourcePolicy({ ResourceARN: StreamARN, Policy }, context()));
    assert.equal((await run(operations.GetResourcePolicy({ ResourceARN: StreamARN }, context()))).Policy, Policy);
    await run(operations.DeleteResourcePolicy({ ResourceARN: StreamARN }, context()));
    await run(operations.StartStreamEncryption({ ...S, EncryptionType: 'KMS', KeyId: 'alias/k' }, context()));
    await run(operations.EnableEnhancedMonitoring({ ...S, ShardLevelMetrics: ['ALL'] }, context()));
    const less = await run(
      operations.DisableEnhancedMonitoring({ ...S, ShardLevelMetrics: ['IncomingBytes'] }, context()),
    );
    assert.equal(less.DesiredShardLevelMetrics?.length, 6);
    await run(operations.UpdateMaxRecordSize({ StreamARN, MaxRecordSizeInKiB: 2_048 }, context()));
    await run(operations.UpdateStreamMode({ StreamARN, StreamModeDetails: { StreamMode: 'ON_DEMAND' } }, context()));
    await run(operations.UpdateStreamWarmThroughput({ StreamARN, WarmThroughputMiBps: 8 }, context()));
    const { StreamDescriptionSummary: summary } = await run(operations.DescribeStreamSummary(S, context()));
    assert.equal(summary.EncryptionType, 'KMS');
    assert.equal(summary.KeyId, 'alias/k');
    assert.equal(summary.MaxRecordSizeInKiB, 2_048);
    assert.deepEqual(summary.StreamModeDetails, { StreamMode: 'ON_DEMAND' });
    assert.deepEqual(summary.WarmThroughput, { TargetMiBps: 8, CurrentMiBps: 8 });
    const big = { ...S, PartitionKey: 'k', Data: Buffer.alloc(1_500_000) };
    assert.equal((await run(operations.PutRecord(big, context()))).EncryptionType, 'KMS');
  });

  it('has the account commit to throughput, for a day at least', async () => {
    const { clock, run, context, operations } = fixture();
    const status = async () =>
      (await run(operations.DescribeAccountSettings({}, context()))).MinimumThroughputBillingCommitment?.Status;
    const set = (Status: 'ENABLED' | 'DISABLED') =>
      run(operations.UpdateAccountSettings({ MinimumThroughputBillingCommitment: { Status } }, context()));
    assert.equal(await status(), 'DISABLED');
    await set('ENABLED');
    assert.equal(await status(), 'ENABLED');
    await set('DISABLED');
    assert.equal(await status(), 'ENABLED_UNTIL_EARLIEST_ALLOWED_END');
    clock.jump(25 * 3_600_000);
    assert.equal(await status(), 'DISABLED');
  });
});
