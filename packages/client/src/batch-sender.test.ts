import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { produceRequestCodec } from '@sluice/protocol/generated/messages/produce-request';
import { baseSequence, producerId } from '@sluice/protocol/records/batch-header';
import { type BatchSenderOptions, createBatchSender } from './batch-sender.ts';
import { metadataOf, startFixture, TOPIC_ID } from './testing/cluster-fixture.ts';
import type { ScriptedRequest } from './testing/scripted-broker.ts';

const OPTIONS: BatchSenderOptions = { topic: 'orders', acks: -1, codec: 'none' };
const RECORDS = [{ value: 'a' }, { value: 'b' }];

/** A broker of one partition whose answers to Produce are `produced`, one after the other. */
function scriptOf(produced: readonly { errorCode: number; baseOffset?: number }[]) {
  const answers = [...produced];
  return ({ api }: ScriptedRequest) => {
    if (api === 'Metadata') return metadataOf('orders', [1]);
    if (api === 'InitProducerId') return { throttleTimeMs: 0, errorCode: 0, producerId: 7, producerEpoch: 0 };
    if (api !== 'Produce') return undefined;
    const { errorCode, baseOffset = -1 } = answers.shift() ?? { errorCode: -1 };
    return { responses: [{ topicId: TOPIC_ID, partitionResponses: [{ index: 0, errorCode, baseOffset }] }] };
  };
}

function sequencesOf(requests: readonly ScriptedRequest[]): number[] {
  return requests
    .filter(({ api }) => api === 'Produce')
    .map(({ body }) => {
      const { topicData } = body as ReturnType<typeof produceRequestCodec.decode>;
      const records = topicData[0]?.partitionData[0]?.records;
      assert(Buffer.isBuffer(records));
      assert.equal(producerId(records, 0), 7);
      return baseSequence(records, 0);
    });
}

describe('the batch sender', () => {
  it('numbers batches, so that a broker knows a repetition', async () => {
    const fixture = await startFixture(
      scriptOf([
        { errorCode: 0, baseOffset: 10 },
        { errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER },
        { errorCode: ErrorCode.DUPLICATE_SEQUENCE_NUMBER },
        { errorCode: 0, baseOffset: 14 },
      ]),
    );
    const { brokers, cluster, settled } = fixture;
    const sender = await settled(createBatchSender(cluster, OPTIONS));
    const batch = { partition: 0, records: RECORDS };
    assert.deepEqual(await settled(sender.send([batch])), [{ partition: 0, count: 2, baseOffset: 10 }]);
    assert.deepEqual(await settled(sender.send([batch])), [{ partition: 0, count: 2, baseOffset: -1 }]);
    assert.deepEqual(await settled(sender.send([batch])), [{ partition: 0, count: 2, baseOffset: 14 }]);
    assert.deepEqual(sequencesOf(brokers[0]?.requests ?? []), [0, 2, 2, 4]);
  });

  it('sends again to a broker that went away meanwhile', async () => {
    let isGone = true;
    const script = scriptOf([{ errorCode: 0, baseOffset: 0 }]);
    const { brokers, cluster, settled } = await startFixture((request) => {
      if (request.api !== 'Produce' || !isGone) return script(request);
      isGone = false;
      return 'close';
    });
    const sender = await settled(createBatchSender(cluster, OPTIONS));
    assert.equal((await settled(sender.send([{ partition: 0, records: RECORDS }])))[0]?.baseOffset, 0);
    assert.deepEqual(sequencesOf(brokers[0]?.requests ?? []), [0, 0]);
  });

  it('gives up at once on what will never succeed', async () => {
    const { brokers, cluster, settled } = await startFixture(scriptOf([{ errorCode: ErrorCode.MESSAGE_TOO_LARGE }]));
    const sender = await settled(createBatchSender(cluster, OPTIONS));
    const refused = settled(sender.send([{ partition: 0, records: RECORDS }]));
    await assert.rejects(refused, { name: 'KafkaError', code: ErrorCode.MESSAGE_TOO_LARGE });
    assert.equal(brokers[0]?.requests.filter(({ api }) => api === 'Produce').length, 1);
  });

  it('gives up on a partition without a leader after the timeout', async () => {
    const { cluster, clock, settled } = await startFixture(({ api }) => {
      if (api === 'Metadata') return metadataOf('orders', [-1]);
      return api === 'InitProducerId'
        ? { throttleTimeMs: 0, errorCode: 0, producerId: 7, producerEpoch: 0 }
        : undefined;
    });
    const sender = await settled(createBatchSender(cluster, OPTIONS));
    const startMs = clock.monotonicMs();
    const failed = settled(sender.send([{ partition: 0, records: RECORDS }]));
    await assert.rejects(failed, { code: ErrorCode.LEADER_NOT_AVAILABLE });
    assert(clock.monotonicMs() - startMs >= cluster.timeoutMs);
  });

  it('waits for no answer with acks=0', async () => {
    const { brokers, cluster, clock, settled } = await startFixture(({ api }) =>
      api === 'Metadata' ? metadataOf('orders', [1]) : undefined,
    );
    const sender = await settled(createBatchSender(cluster, { ...OPTIONS, acks: 0 }));
    const sent = await settled(sender.send([{ partition: 0, records: RECORDS }]));
    assert.deepEqual(sent, [{ partition: 0, count: 2, baseOffset: -1 }]);
    await clock.advance(50);
    assert.equal(brokers[0]?.requests.at(-1)?.api, 'Produce');
  });
});
