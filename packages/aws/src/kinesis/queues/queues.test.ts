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
    await clock.advance(43_100_000);
    assert.deepEqual(valuesOf(await receive(queue)), [String(soon.Data)]);
    await clock.advance(100_000);
    assert.deepEqual(valuesOf(await receive(queue)).includes(String(late.Data)), true);
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
});
