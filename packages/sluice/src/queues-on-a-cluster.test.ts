import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { QueueRecord } from '@sluice/aws/kinesis/generated/types';
import { realRandom } from '@sluice/kernel/real/random';
import { Sluice } from './index.ts';
import { context, GIVEN_BOOTSTRAP, openCluster, openDoor, type TestDoor } from './testing/kinesis-door.ts';
import { temporaryDirectory } from './testing/temporary-directory.ts';

const LOOK_INTERVAL_MS = 20;

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await pause(LOOK_INTERVAL_MS);
}

async function createStream({ operations }: TestDoor): Promise<string> {
  const StreamName = `queues-${realRandom.uuid()}`;
  await operations.CreateStream({ StreamName, StreamModeDetails: { StreamMode: 'ON_DEMAND' } }, context());
  await until(async () => {
    const { StreamDescriptionSummary } = await operations.DescribeStreamSummary({ StreamName }, context());
    return StreamDescriptionSummary.StreamStatus === 'ACTIVE';
  });
  return StreamName;
}

async function createQueue({ operations }: TestDoor, stream: string): Promise<string> {
  const StreamARN = `arn:aws:kinesis:eu-central-1:123456789012:stream/${stream}`;
  const DeadLetterConfiguration = { TargetType: 'BUILT_IN' as const, MaxReceiveCount: 2 };
  const { QueueDescription } = await operations.CreateQueue(
    {
      QueueName: realRandom.uuid(),
      StreamConfigurationList: [{ StreamARN, StartingPosition: { Type: 'LATEST' } }],
      QueueAttributes: { VisibilityTimeoutSeconds: 3_600, DeadLetterConfiguration },
    },
    context(),
  );
  const { QueueARN } = QueueDescription;
  await until(async () => {
    const described = await operations.DescribeQueue({ QueueARN }, context());
    return described.QueueDescription.QueueStatus === 'ACTIVE';
  });
  return QueueARN;
}

async function put({ operations }: TestDoor, StreamName: string, values: readonly string[]): Promise<void> {
  const Records = values.map((value) => ({ PartitionKey: value, Data: Buffer.from(value) }));
  const { FailedRecordCount } = await operations.PutRecords({ StreamName, Records }, context());
  assert.equal(FailedRecordCount, 0);
}

/** Until there are so many; a slow machine may need more than one wait. */
async function receive({ operations }: TestDoor, QueueARN: string, count: number): Promise<readonly QueueRecord[]> {
  const all: QueueRecord[] = [];
  while (all.length < count) {
    const { QueueRecords } = await operations.ReceiveQueueRecords({ QueueARN, WaitTimeSeconds: 20 }, context());
    all.push(...QueueRecords);
  }
  return all;
}

async function makeVisible({ operations }: TestDoor, QueueARN: string, { ReceiptHandle }: QueueRecord): Promise<void> {
  const Entries = [{ ReceiptHandle, VisibilityTimeoutSeconds: 0 }];
  const { Failed } = await operations.UpdateQueueRecordsVisibility({ QueueARN, Entries }, context());
  assert.deepEqual(Failed, []);
}

const entriesOf = (records: readonly QueueRecord[]) => records.map(({ ReceiptHandle }) => ({ ReceiptHandle }));
const valuesOf = (records: readonly QueueRecord[]) => records.map(({ Data }) => String(Data)).sort();

describe('queues of streams on a real cluster', { timeout: 120_000 }, () => {
  it('give all that is put, to two doors, and take acknowledgements at either', async () => {
    await using cluster = await openCluster();
    await using one = openDoor(cluster.bootstrap);
    await using other = openDoor(cluster.bootstrap);
    const stream = await createStream(one);
    await put(one, stream, ['before']);
    const QueueARN = await createQueue(one, stream);
    const values = Array.from({ length: 40 }, (_, index) => `v${index}`).sort();
    await put(one, stream, values);
    const received = [...(await receive(one, QueueARN, 20)), ...(await receive(other, QueueARN, 20))];
    assert.deepEqual(valuesOf(received), values);
    const [left, ...done] = received;
    assert(left !== undefined);
    for (let first = 0; first < done.length; first += 10) {
      const door = first % 20 === 0 ? one : other;
      const input = { QueueARN, Entries: entriesOf(done.slice(first, first + 10)) };
      assert.deepEqual((await door.operations.AcknowledgeQueueRecords(input, context())).Failed, []);
    }
    await makeVisible(other, QueueARN, left);
    const [again, ...none] = await receive(other, QueueARN, 1);
    assert(again !== undefined);
    assert.deepEqual([again.RecordId, again.ReceiveCount, none], [left.RecordId, 2, []]);
    await makeVisible(one, QueueARN, again);
    const dead = await one.operations.ReceiveDeadLetterQueueRecords({ QueueARN, WaitTimeSeconds: 10 }, context());
    assert.deepEqual(valuesOf(dead.QueueRecords), [String(left.Data)]);
    const restore = { QueueARN, Entries: entriesOf(dead.QueueRecords) };
    assert.deepEqual((await other.operations.RestoreDeadLetterQueueRecords(restore, context())).Failed, []);
    const [restored] = await receive(one, QueueARN, 1);
    assert.deepEqual([restored?.RecordId, restored?.ReceiveCount], [left.RecordId, 1]);
    // Its membership would end with its next look at the registry.
    await other[Symbol.asyncDispose]();
    await one.operations.DeleteQueue({ QueueARN }, context());
    await until(async () => {
      try {
        await one.operations.DescribeQueue({ QueueARN }, context());
        return false;
      } catch {
        return true;
      }
    });
  });

  it('lose nothing and give nothing again that was acknowledged when their broker and door end and are back', async (t) => {
    if (GIVEN_BOOTSTRAP !== undefined) return t.skip('a broker of its own is restarted');
    using directory = temporaryDirectory();
    const start = (port = 0) => Sluice.start({ dataDirectory: directory.path, port });
    const first = await start();
    const { bootstrap } = first;
    let QueueARN = '';
    let held: QueueRecord | undefined;
    {
      await using door = openDoor(bootstrap);
      const stream = await createStream(door);
      QueueARN = await createQueue(door, stream);
      await put(door, stream, ['a', 'b', 'c', 'd']);
      const [kept, ...done] = await receive(door, QueueARN, 4);
      held = kept;
      const acknowledged = await door.operations.AcknowledgeQueueRecords(
        { QueueARN, Entries: entriesOf(done) },
        context(),
      );
      assert.deepEqual(acknowledged.Failed, []);
      await first.close();
    }
    await using second = await start(Number(bootstrap.split(':')[1]));
    await using door = openDoor(second.bootstrap);
    assert(held !== undefined);
    await makeVisible(door, QueueARN, held);
    const [again, ...none] = await receive(door, QueueARN, 1);
    assert.deepEqual([again?.RecordId, again?.ReceiveCount, none], [held.RecordId, 2, []]);
    const settled = await door.operations.AcknowledgeQueueRecords(
      { QueueARN, Entries: entriesOf(again === undefined ? [] : [again]) },
      context(),
    );
    assert.equal(settled.Successful.length, 1);
    const rest = await door.operations.ReceiveQueueRecords({ QueueARN, WaitTimeSeconds: 1 }, context());
    assert.deepEqual(rest.QueueRecords, []);
  });
});
