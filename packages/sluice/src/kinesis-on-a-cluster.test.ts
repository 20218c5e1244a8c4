import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { KafkaError } from '@sluice/client/kafka-error';
import { realRandom } from '@sluice/kernel/real/random';
import { startDisposable } from './testing/disposable-broker.ts';
import { context, GIVEN_BOOTSTRAP, openCluster, openDoor, type TestDoor } from './testing/kinesis-door.ts';
import { temporaryDirectory } from './testing/temporary-directory.ts';

const LOOK_INTERVAL_MS = 10;
const SHARD = 'shardId-000000000000';

async function untilActive({ operations }: TestDoor, StreamName: string): Promise<void> {
  for (;;) {
    const { StreamDescriptionSummary } = await operations.DescribeStreamSummary({ StreamName }, context());
    if (StreamDescriptionSummary.StreamStatus === 'ACTIVE') return;
    await pause(LOOK_INTERVAL_MS);
  }
}

/** All of a stream, parents before their children, as a consumer reads it. */
async function drain({ operations }: TestDoor, StreamName: string): Promise<string[]> {
  const { Shards = [] } = await operations.ListShards({ StreamName }, context());
  const found: string[] = [];
  for (const { ShardId } of Shards) {
    const input = { StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' } as const;
    let iterator = (await operations.GetShardIterator(input, context())).ShardIterator;
    while (iterator !== undefined) {
      const read = await operations.GetRecords({ ShardIterator: iterator }, context());
      found.push(...read.Records.map(({ Data }) => String(Data)));
      iterator = 'NextShardIterator' in read && read.MillisBehindLatest !== 0 ? read.NextShardIterator : undefined;
    }
  }
  return found;
}

const uniqueName = () => `kinesis-${realRandom.uuid()}`;

describe('a Kafka cluster as a log for doors', () => {
  it('writes in order, tells offsets, and reads what was written', async () => {
    await using cluster = await openCluster();
    await using door = openDoor(cluster.bootstrap);
    const { log } = door;
    const topic = uniqueName();
    assert.equal(await log.topic(topic), undefined);
    assert.equal(await log.createTopic(topic, { partitionCount: 2, settings: {} }), 'created');
    assert.equal(await log.createTopic(topic, { partitionCount: 2, settings: {} }), 'exists');
    const bases = await Promise.all(
      Array.from({ length: 50 }, (_, index) => {
        const records = [`${index}a`, `${index}b`].map((value) => ({ key: null, value }));
        return log.append(topic, index % 2, records);
      }),
    );
    assert.deepEqual(
      bases,
      Array.from({ length: 50 }, (_, index) => (index >> 1) * 2),
    );
    const read = await log.read(topic, 1, 3, { sizeBytesMax: 1024 * 1024 });
    assert(read.kind === 'records');
    assert.deepEqual([read.nextOffset, read.endOffset, read.logStartOffset], [50, 50, 0]);
    assert.deepEqual(
      read.records.slice(0, 2).map(({ value }) => String(value)),
      ['3b', '5a'],
    );
    assert.deepEqual(await log.offsets(topic, [1, 0], -1), [50, 50]);
    assert.deepEqual(await log.read(topic, 0, 99, { sizeBytesMax: 1 }), { kind: 'out-of-range' });
    await log.growTopic(topic, 3);
    await log.growTopic(topic, 2);
    await log.setTopic(topic, { 'retention.ms': '1000000' });
    assert.equal(await log.append(topic, 2, [{ key: 'k', value: 'v' }]), 0);
    await log.deleteTopic(topic);
    await log.deleteTopic(topic);
  });

  it('tells whose records have come while somebody waits', async () => {
    await using cluster = await openCluster();
    await using door = openDoor(cluster.bootstrap);
    const { log } = door;
    const topic = uniqueName();
    await log.createTopic(topic, { partitionCount: 2, settings: {} });
    // A partition that is not served yet would count as one with news.
    assert.deepEqual(await log.offsets(topic, [0, 1], -1), [0, 0]);
    const positions = [0, 1].map((partition) => ({ topic, partition, offset: 0 }));
    assert.deepEqual(await log.waitForRecords(positions, 1), []);
    const waiting = log.waitForRecords(positions, 10_000);
    await log.append(topic, 1, [{ key: null, value: 'v' }]);
    assert.deepEqual(
      (await waiting).map(({ partition }) => partition),
      [1],
    );
    await log.deleteTopic(topic);
  });

  it('refuses what the cluster refuses', async () => {
    await using cluster = await openCluster();
    await using door = openDoor(cluster.bootstrap);
    await assert.rejects(
      door.log.createTopic('a b', { partitionCount: 1, settings: {}, validateOnly: true }),
      (error) => error instanceof KafkaError && error.codeName === 'INVALID_TOPIC_EXCEPTION',
    );
  });
});

describe('streams on a cluster', () => {
  it('keep every record in order through splits and merges by several doors', async () => {
    await using cluster = await openCluster();
    await using one = openDoor(cluster.bootstrap);
    await using other = openDoor(cluster.bootstrap);
    const doors = [one, other];
    const StreamName = uniqueName();
    await one.operations.CreateStream({ StreamName, ShardCount: 2 }, context());
    await untilActive(one, StreamName);
    const run = { isOver: false };
    const written: string[][] = [];
    const writers = ['a', 'b', 'c', 'd'].map(async (key, index) => {
      const own: string[] = [];
      written.push(own);
      for (let count = 0; !run.isOver; count++) {
        const values = [`${key}${count}.0`, `${key}${count}.1`];
        const Records = values.map((value) => ({ PartitionKey: key, Data: Buffer.from(value) }));
        const door = doors[(index + count) % 2] ?? one;
        const { FailedRecordCount } = await door.operations.PutRecords({ StreamName, Records }, context());
        assert.equal(FailedRecordCount, 0);
        own.push(...values);
      }
    });
    for (const [index, TargetShardCount] of [4, 3, 6, 3].entries()) {
      const door = doors[index % 2] ?? one;
      const input = { StreamName, TargetShardCount, ScalingType: 'UNIFORM_SCALING' } as const;
      await door.operations.UpdateShardCount(input, context());
      await untilActive(door, StreamName);
    }
    run.isOver = true;
    await Promise.all(writers);
    const found = await drain(other, StreamName);
    for (const own of written) {
      const key = own[0]?.[0] ?? '';
      assert.deepEqual(
        found.filter((value) => value.startsWith(key)),
        own,
      );
    }
    await one.operations.DeleteStream({ StreamName }, context());
  });

  it('take a request that is larger than a batch of a topic that no door has made', async () => {
    await using cluster = await openCluster();
    await using door = openDoor(cluster.bootstrap);
    const { log, operations } = door;
    const StreamName = uniqueName();
    await log.createTopic(StreamName, { partitionCount: 1, settings: {} });
    await log.offsets(StreamName, [0], -1);
    const Records = Array.from({ length: 9 }, (_, index) => ({
      PartitionKey: 'k',
      Data: Buffer.alloc(400_000, String(index)),
    }));
    const { FailedRecordCount } = await operations.PutRecords({ StreamName, Records }, context());
    assert.equal(FailedRecordCount, 0);
    assert.deepEqual(
      (await drain(door, StreamName)).map((value) => value[0]),
      ['0', '1', '2', '3', '4', '5', '6', '7', '8'],
    );
    await operations.DeleteStream({ StreamName }, context());
  });

  it('are delivered to subscribers, in the order of their writes', async () => {
    await using cluster = await openCluster();
    await using one = openDoor(cluster.bootstrap);
    await using other = openDoor(cluster.bootstrap);
    const StreamName = uniqueName();
    await one.operations.CreateStream({ StreamName, ShardCount: 1 }, context());
    await untilActive(one, StreamName);
    const StreamARN = `arn:aws:kinesis:eu-central-1:123456789012:stream/${StreamName}`;
    const consumer = await one.operations.RegisterStreamConsumer({ StreamARN, ConsumerName: 'c' }, context());
    await pause(LOOK_INTERVAL_MS);
    const { EventStream } = await one.operations.SubscribeToShard(
      {
        ConsumerARN: consumer.Consumer.ConsumerARN,
        ShardId: SHARD,
        StartingPosition: { Type: 'LATEST' },
      },
      context(),
    );
    const found: string[] = [];
    const reading = (async () => {
      for await (const { SubscribeToShardEvent } of EventStream) {
        found.push(...SubscribeToShardEvent.Records.map(({ Data }) => String(Data)));
        if (found.length >= 20) return;
      }
    })();
    for (let count = 0; count < 20; count++) {
      const record = { StreamName, PartitionKey: 'k', Data: Buffer.from(String(count)) };
      await (count % 2 === 0 ? one : other).operations.PutRecord(record, context());
    }
    await reading;
    assert.deepEqual(
      found,
      Array.from({ length: 20 }, (_, count) => String(count)),
    );
    await one.operations.DeleteStream({ StreamName, EnforceConsumerDeletion: true }, context());
  });

  it('are there again after the broker and the door were started anew, and so are iterators', async (test) => {
    if (GIVEN_BOOTSTRAP !== undefined) return test.skip('this cluster is not ours to stop');
    using directory = temporaryDirectory();
    const StreamName = 'kept';
    let iterator = '';
    {
      await using broker = await startDisposable({ paths: [directory.path] });
      await using door = openDoor(broker.bootstrap);
      await door.operations.CreateStream({ StreamName, ShardCount: 1 }, context());
      await untilActive(door, StreamName);
      await door.operations.PutRecord({ StreamName, PartitionKey: 'k', Data: Buffer.from('a') }, context());
      await door.operations.SplitShard({ StreamName, ShardToSplit: SHARD, NewStartingHashKey: '1000' }, context());
      await untilActive(door, StreamName);
      await door.operations.PutRecord({ StreamName, PartitionKey: 'k', Data: Buffer.from('b') }, context());
      const input = { StreamName, ShardId: SHARD, ShardIteratorType: 'TRIM_HORIZON' } as const;
      iterator = (await door.operations.GetShardIterator(input, context())).ShardIterator ?? '';
    }
    await using broker = await startDisposable({ paths: [directory.path] });
    await using door = openDoor(broker.bootstrap);
    assert.deepEqual(await drain(door, StreamName), ['a', 'b']);
    const read = await door.operations.GetRecords({ ShardIterator: iterator }, context());
    assert.deepEqual(
      read.Records.map(({ Data }) => String(Data)),
      ['a'],
    );
    assert.equal('ChildShards' in read && read.ChildShards?.length, 2);
  });
});
