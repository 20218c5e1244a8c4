import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { queueFixture, STREAM_ARN, valuesOf } from '../testing/queue-fixture.ts';

describe('a queue of a stream', () => {
  it('is CREATING, then ACTIVE, UPDATING for a moment, then DELETING, then gone with all that it was made of', async () => {
    const { clock, cluster, run, context, operations, createStream, receive } = queueFixture();
    await createStream();
    const StreamConfigurationList = [{ StreamARN: STREAM_ARN }];
    const { QueueDescription } = await run(
      operations.CreateQueue({ QueueName: 'q', StreamConfigurationList }, context()),
    );
    const { QueueARN } = QueueDescription;
    const described = async () => (await run(operations.DescribeQueue({ QueueARN }, context()))).QueueDescription;
    assert.equal(QueueDescription.QueueStatus, 'CREATING');
    assert.match(QueueARN, /^arn:aws:kinesis:eu-central-1:123456789012:queue\/[0-9a-f]{32}$/);
    await clock.advance(100);
    assert.deepEqual(await described(), {
      ...QueueDescription,
      QueueStatus: 'ACTIVE',
      StreamConfigurationList: [{ StreamARN: STREAM_ARN, StartingPosition: { Type: 'LATEST' } }],
      QueueAttributes: {
        VisibilityTimeoutSeconds: 30,
        DeadLetterConfiguration: { TargetType: 'BUILT_IN', MaxReceiveCount: 6 },
      },
    });
    const QueueAttributes = { VisibilityTimeoutSeconds: 0, DeadLetterConfiguration: { TargetType: 'NONE' as const } };
    const updated = await run(operations.UpdateQueue({ QueueARN, QueueAttributes }, context()));
    assert.equal(updated.QueueDescription.QueueStatus, 'UPDATING');
    await clock.advance(100);
    assert.deepEqual((await described()).QueueAttributes, QueueAttributes);
    assert.equal((await described()).QueueStatus, 'ACTIVE');
    await receive(QueueARN);
    await run(operations.DeleteQueue({ QueueARN }, context()));
    assert.equal((await described()).QueueStatus, 'DELETING');
    await clock.advance(2_000);
    await assert.rejects(described(), { type: 'ResourceNotFoundException' });
    assert.deepEqual(cluster.groups(), []);
    assert.equal(cluster.partitionCount(`__kinesis_queue_${QueueARN.slice(-32)}`), 0);
    assert.equal(cluster.partitionCount('s'), 4);
  });

  it('gives each record once, under its own id, key and data, and none that was acknowledged', async () => {
    const { clock, createStream, createQueue, put, drain, acknowledge } = queueFixture();
    await createStream();
    const queue = await createQueue();
    const values = Array.from({ length: 25 }, (_, index) => `v${index}`).sort();
    await put(...values);
    const records = await drain(queue);
    assert.deepEqual(valuesOf(records), values);
    assert.equal(new Set(records.map(({ RecordId }) => RecordId)).size, 25);
    for (const { RecordId, PartitionKey, Data, ReceiveCount, FirstReceiveTimestamp } of records) {
      assert.match(RecordId, /^[a-z0-9]{1,64}$/);
      assert.equal(PartitionKey, String(Data));
      assert.equal(ReceiveCount, 1);
      assert(FirstReceiveTimestamp <= clock.now());
    }
    for (let first = 0; first < 25; first += 10) {
      const { Failed } = await acknowledge(queue, records.slice(first, first + 10));
      assert.deepEqual(Failed, []);
    }
    await clock.advance(60_000);
    assert.deepEqual(await drain(queue), []);
  });

  it('gives a record again after its visibility timeout, to whatever door asks, under another handle', async () => {
    const { clock, open, createStream, createQueue, put, receive, acknowledge } = queueFixture();
    await createStream();
    const queue = await createQueue('q', { QueueAttributes: { VisibilityTimeoutSeconds: 40 } });
    const other = open();
    await put('a');
    const [first] = await receive(queue);
    assert(first !== undefined);
    await clock.advance(38_000);
    assert.deepEqual(await receive(queue, {}, other), []);
    await clock.advance(2_000);
    const [second] = await receive(queue, {}, other);
    assert(second !== undefined);
    assert.equal(second.RecordId, first.RecordId);
    assert.equal(second.ReceiveCount, 2);
    assert.equal(second.FirstReceiveTimestamp, first.FirstReceiveTimestamp);
    const { Failed } = await acknowledge(queue, [first]);
    assert.deepEqual(
      Failed.map(({ ErrorCode }) => ErrorCode),
      ['ResourceNotFoundException'],
    );
    assert.deepEqual((await acknowledge(queue, [second])).Failed, []);
    await clock.advance(60_000);
    assert.deepEqual(await receive(queue, {}, other), []);
  });

  it('takes an acknowledgement at another door, also once the door is dead that gave the record', async () => {
    const { clock, open, createStream, createQueue, put, receive, drain, acknowledge } = queueFixture();
    await createStream();
    const queue = await createQueue();
    const [dying, other] = [open(), open()];
    await put('a', 'b', 'c');
    const records = await drain(queue, {}, dying);
    assert.equal(records.length, 3);
    dying.kill();
    const [first, ...rest] = records;
    assert(first !== undefined);
    assert.deepEqual((await acknowledge(queue, [first], other)).Failed, []);
    await clock.advance(60_000);
    const again = await drain(queue, {}, other);
    assert.deepEqual(valuesOf(again), valuesOf(rest));
    assert((await receive(queue)).length === 0);
  });

  it('changes when a record is visible: at once, or later', async () => {
    const { clock, open, run, context, operations, createStream, createQueue, put, receive } = queueFixture();
    await createStream();
    const queue = await createQueue();
    await put('a', 'b');
    const records = [...(await receive(queue, { Limit: 1 })), ...(await receive(queue, { Limit: 1 }))];
    const [soon, late] = records;
    assert(soon !== undefined && late !== undefined);
    const { Failed } = await run(
      operations.UpdateQueueRecordsVisibility(
        {
          QueueARN: queue,
          Entries: [
            { ReceiptHandle: soon.ReceiptHandle, VisibilityTimeoutSeconds: 0 },
            { ReceiptHandle: late.ReceiptHandle, VisibilityTimeoutSeconds: 43_200 },
          ],
        },
        context(),
      ),
    );
    assert.deepEqual(Failed, []);
    const other = open();
    assert.deepEqual(valuesOf(await receive(queue, {}, other)), [String(soon.Data)]);
    await clock.advance(600_000);
    assert.deepEqual(valuesOf(await receive(queue)), [String(soon.Data)]);
    const Entries = [{ ReceiptHandle: late.ReceiptHandle, VisibilityTimeoutSeconds: 5 }];
    await run(operations.UpdateQueueRecordsVisibility({ QueueARN: queue, Entries }, context()));
    await clock.advance(6_000);
    assert.deepEqual(valuesOf(await receive(queue)), [String(late.Data)]);
  });

  it('sets a record aside that was received as often as it may be, and gives it back when it is restored', async () => {
    const fixture = queueFixture();
    const { clock, open, run, context, operations, createStream, createQueue, put, receive, receiveDead } = fixture;
    await createStream();
    const DeadLetterConfiguration = { TargetType: 'BUILT_IN' as const, MaxReceiveCount: 2 };
    const queue = await createQueue('q', { QueueAttributes: { VisibilityTimeoutSeconds: 1, DeadLetterConfiguration } });
    await put('a', 'b');
    for (const count of [1, 2]) {
      const records = [...(await receive(queue, { Limit: 1 })), ...(await receive(queue, { Limit: 1 }))];
      assert.deepEqual(valuesOf(records), ['a', 'b']);
      assert(records.every(({ ReceiveCount }) => ReceiveCount === count));
      await clock.advance(2_000);
    }
    const other = open();
    assert.deepEqual(await receive(queue, {}, other), []);
    const dead = await receiveDead(queue, { VisibilityTimeoutSeconds: 600 }, other);
    assert.deepEqual(valuesOf(dead), ['a', 'b']);
    assert.deepEqual(await receiveDead(queue), []);
    const [restored, discarded] = dead;
    assert(restored !== undefined && discarded !== undefined);
    const one = (record: typeof restored) => ({ QueueARN: queue, Entries: fixture.entriesOf([record]) });
    assert.deepEqual((await run(operations.AcknowledgeQueueRecords(one(restored), context()))).Failed.length, 1);
    assert.deepEqual((await run(operations.RestoreDeadLetterQueueRecords(one(restored), context()))).Failed, []);
    assert.deepEqual((await run(operations.RestoreDeadLetterQueueRecords(one(restored), context()))).Failed.length, 1);
    assert.deepEqual((await run(operations.AcknowledgeDeadLetterQueueRecords(one(discarded), context()))).Failed, []);
    const [again] = await receive(queue);
    assert.equal(again?.RecordId, restored.RecordId);
    assert.equal(again?.ReceiveCount, 1);
    await clock.advance(1_000_000);
    assert.deepEqual(await receiveDead(queue), []);
  });

  it('begins where it is told to: at the oldest record, behind the newest, or at a time', async () => {
    const { clock, createStream, createQueue, put, drain } = queueFixture();
    await createStream();
    await put('a', 'b');
    await clock.advance(10_000);
    const Timestamp = clock.now();
    await put('c');
    const queues = [
      await createQueue('oldest', { StartingPosition: { Type: 'TRIM_HORIZON' } }),
      await createQueue('time', { StartingPosition: { Type: 'AT_TIMESTAMP', Timestamp } }),
      await createQueue('newest', { StartingPosition: { Type: 'LATEST' } }),
    ];
    await put('d');
    const seen: string[] = [];
    for (const queue of queues) seen.push(valuesOf(await drain(queue)).join(''));
    assert.deepEqual(seen, ['abcd', 'cd', 'd']);
  });

  it('knows a record by the same id in all queues of the stream', async () => {
    const { createStream, createQueue, put, receive } = queueFixture();
    await createStream();
    const [one, other] = [await createQueue('one'), await createQueue('other')];
    await put('a');
    assert.equal((await receive(one))[0]?.RecordId, (await receive(other))[0]?.RecordId);
  });

  it('goes on through a reshard, and gives no record twice that stands behind the end of its shard', async () => {
    const { clock, run, context, operations, createStream, createQueue, put, drain, acknowledge } = queueFixture();
    await createStream();
    const queue = await createQueue();
    const values = Array.from({ length: 60 }, (_, index) => `v${index}`).sort();
    await put(...values.slice(0, 20));
    for (const shard of [0, 2]) {
      const { Shards = [] } = await run(operations.ListShards({ StreamName: 's' }, context()));
      const { ShardId: ShardToSplit = '', HashKeyRange } = Shards[shard] ?? {};
      const NewStartingHashKey = (BigInt(HashKeyRange?.StartingHashKey ?? 0) + 10n ** 37n).toString();
      await clock.advance(1_000);
      await run(operations.SplitShard({ StreamName: 's', ShardToSplit, NewStartingHashKey }, context()));
    }
    await put(...values.slice(20, 40));
    await clock.advance(1_000);
    await put(...values.slice(40));
    const records = await drain(queue);
    assert.deepEqual(valuesOf(records), values);
    await acknowledge(queue, records.slice(0, 10));
  });

  it('gives what came when nobody waited any longer, and drops what retention has removed', async () => {
    const { clock, cluster, createStream, createQueue, put, receive, drain } = queueFixture();
    await createStream();
    const queue = await createQueue('q', { QueueAttributes: { VisibilityTimeoutSeconds: 5 } });
    await put('a', 'b', 'c', 'd');
    const first = await drain(queue);
    assert.equal(first.length, 4);
    for (let partition = 0; partition < 4; partition++) cluster.trim('s', partition, 1);
    await clock.advance(6_000);
    // Of each shard the first is gone.
    assert.equal((await drain(queue)).length, 4 - new Set(first.map(({ RecordId }) => RecordId.slice(9, 17))).size);
    assert.deepEqual(await receive(queue), []);
  });

  it('is listed by name, by its stream and page by page, and has tags', async () => {
    const { run, context, operations, createStream, createQueue } = queueFixture();
    await createStream();
    const arns = [await createQueue('b'), await createQueue('a'), await createQueue('c')];
    const page = await run(operations.ListQueues({ MaxResults: 2 }, context()));
    assert(page.NextToken !== undefined);
    const rest = await run(operations.ListQueues({ NextToken: page.NextToken }, context()));
    const listed = [...page.QueueSummaries, ...rest.QueueSummaries];
    assert.deepEqual(
      listed.map(({ QueueName, QueueARN }) => [QueueName, QueueARN]),
      [
        ['a', arns[1]],
        ['b', arns[0]],
        ['c', arns[2]],
      ],
    );
    assert.equal(rest.NextToken, undefined);
    const [stream] = listed[0]?.Streams ?? [];
    assert.equal(stream?.StreamARN, STREAM_ARN);
    const filtered = async (StreamCreationTimestamp: number) => {
      const StreamFilter = [{ StreamARN: STREAM_ARN, StreamCreationTimestamp }];
      return (await run(operations.ListQueues({ StreamFilter }, context()))).QueueSummaries.length;
    };
    assert.equal(await filtered(stream.StreamCreationTimestamp), 3);
    assert.equal(await filtered(stream.StreamCreationTimestamp + 5_000), 0);
    const ResourceARN = arns[0] ?? '';
    await run(operations.TagResource({ ResourceARN, Tags: { a: '1', b: '2' } }, context()));
    await run(operations.UntagResource({ ResourceARN, TagKeys: ['a'] }, context()));
    const { Tags } = await run(operations.ListTagsForResource({ ResourceARN }, context()));
    assert.deepEqual(Tags, [{ Key: 'b', Value: '2' }]);
  });

  it('tells of each receipt handle by itself what is wrong with it', async () => {
    const { run, context, operations, createStream, createQueue, put, receive } = queueFixture();
    await createStream();
    const [queue, other] = [await createQueue('q'), await createQueue('other')];
    await put('a');
    const [record] = await receive(queue);
    const [foreign] = await receive(other);
    assert(record !== undefined && foreign !== undefined);
    const ReceiptHandle = `${record.ReceiptHandle.slice(0, -4)}AAAA`;
    const Entries = [record, { ReceiptHandle }, foreign, { ReceiptHandle: 'x' }].map((each) => ({
      ReceiptHandle: each.ReceiptHandle,
    }));
    const settled = await run(operations.AcknowledgeQueueRecords({ QueueARN: queue, Entries }, context()));
    assert.deepEqual(settled.Successful, [{ ReceiptHandle: record.ReceiptHandle }]);
    assert.deepEqual(
      settled.Failed.map(({ ErrorCode }) => ErrorCode),
      ['InvalidArgumentException', 'InvalidArgumentException', 'InvalidArgumentException'],
    );
    const again = await run(
      operations.AcknowledgeQueueRecords({ QueueARN: queue, Entries: Entries.slice(0, 1) }, context()),
    );
    assert.deepEqual(again.Failed, []);
    const late = { QueueARN: queue, Entries: [{ ReceiptHandle: record.ReceiptHandle, VisibilityTimeoutSeconds: 1 }] };
    const { Failed } = await run(operations.UpdateQueueRecordsVisibility(late, context()));
    assert.equal(Failed[0]?.ErrorCode, 'ResourceNotFoundException');
  });
});
