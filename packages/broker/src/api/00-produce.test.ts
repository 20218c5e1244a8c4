import assert from 'node:assert/strict';
import { test } from 'node:test';
import { realClock } from '@sluice/kernel/real/clock';
import { createMemoryDisk } from '@sluice/kernel/sim/disk';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { fetchInput, shown, valuesOf } from '../testing/fetch-input.ts';
import { createHeldDisk } from '../testing/held-disk.ts';
import {
  API_VERSIONS,
  createTopic,
  FETCH,
  FETCH_BY_NAME,
  PRODUCE,
  PRODUCE_BY_NAME,
  produce,
  produceInput,
} from '../testing/requests.ts';
import { startTestBroker } from '../testing/test-broker.ts';

test('acks=0 is not answered, and what follows on the connection sees what it wrote', async () => {
  await using broker = await startTestBroker();
  const client = await broker.connect();
  await createTopic(client, 'orders');
  for (const value of ['a', 'b', 'c']) {
    client.tell(PRODUCE.request, PRODUCE_BY_NAME, produceInput([value], { acks: 0 }));
  }
  // Were one of the three answered, this would be out of order.
  assert.equal((await produce(client, ['d'], { acks: 1 })).baseOffset, 3);
  client.tell(PRODUCE.request, PRODUCE_BY_NAME, produceInput(['e'], { acks: 0 }));
  const response = await client.ask(FETCH, FETCH_BY_NAME, fetchInput());
  assert.deepEqual(shown(response), ['0: a b c d e']);
});

test('acks=0 with an error closes the connection, also with requests behind it', async () => {
  await using broker = await startTestBroker();
  const client = await broker.connect();
  await createTopic(client, 'orders');
  client.tell(PRODUCE.request, PRODUCE_BY_NAME, produceInput(['a'], { acks: 0, partition: 7 }));
  client.tell(API_VERSIONS.request, 0, {});
  assert.equal(await client.nextFrame(), undefined);
  await client.closed;
});

test('acks other than −1, 0 and 1 are refused', async () => {
  await using broker = await startTestBroker();
  const client = await broker.connect();
  await createTopic(client, 'orders');
  for (const acks of [2, -2]) {
    assert.equal((await produce(client, ['a'], { acks })).errorCode, ErrorCode.INVALID_REQUIRED_ACKS);
  }
  assert.equal((await produce(client, ['a'], { acks: -1 })).baseOffset, 0);
});

test('acks=all that is not durable in time is told so, and is durable later; acks=1 does not wait', async () => {
  const disk = createHeldDisk(createMemoryDisk(realClock));
  await using broker = await startTestBroker({ disk });
  const client = await broker.connect();
  await createTopic(client, 'orders');
  assert.equal((await produce(client, ['before'])).errorCode, ErrorCode.NONE);
  disk.hold();
  assert.equal((await produce(client, ['late'], { timeoutMs: 20 })).errorCode, ErrorCode.REQUEST_TIMED_OUT);
  // Consumers do not see what is not durable yet, nor what lies behind it.
  assert.equal((await produce(client, ['written'], { acks: 1 })).baseOffset, 2);
  assert.deepEqual(shown(await client.ask(FETCH, FETCH_BY_NAME, fetchInput())), ['0: before']);
  disk.release();
  assert.equal((await produce(client, ['after'])).baseOffset, 3);
  assert.deepEqual(shown(await client.ask(FETCH, FETCH_BY_NAME, fetchInput())), ['0: before late written after']);
});

test('each partition of a request succeeds or fails by itself', async () => {
  await using broker = await startTestBroker();
  const client = await broker.connect();
  await createTopic(client, 'orders', 2);
  const good = produceInput(['a'], { partition: 1 });
  const records = good.topicData[0]?.partitionData[0]?.records ?? null;
  const damaged = Buffer.from(records as Buffer);
  damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
  const { responses } = await client.ask(PRODUCE, PRODUCE_BY_NAME, {
    ...good,
    topicData: [
      {
        name: 'orders',
        partitionData: [
          { index: 0, records: damaged },
          { index: 1, records },
          { index: 2, records },
          { index: 0, records: null },
        ],
      },
      { name: 'unknown', partitionData: [{ index: 0, records }] },
    ],
  });
  const answers = responses.map(({ partitionResponses }) => partitionResponses.map(({ errorCode }) => errorCode));
  assert.deepEqual(answers, [
    [ErrorCode.CORRUPT_MESSAGE, ErrorCode.NONE, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, ErrorCode.INVALID_RECORD],
    [ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
  ]);
  const fetched = await client.ask(FETCH, FETCH_BY_NAME, fetchInput({ offsets: { 0: 0, 1: 0 } }));
  assert.deepEqual(shown(fetched), ['0:', '1: a']);
});

test('an idempotent batch that comes again is answered as the first time and written once', async () => {
  await using broker = await startTestBroker();
  const client = await broker.connect();
  await createTopic(client, 'orders');
  const batch = (baseSequence: number) => ({ producerId: 1000, producerEpoch: 0, baseSequence });
  assert.equal((await produce(client, ['a', 'b'], { batch: batch(0) })).baseOffset, 0);
  assert.equal((await produce(client, ['c'], { batch: batch(2) })).baseOffset, 2);
  assert.equal((await produce(client, ['a', 'b'], { batch: batch(0) })).baseOffset, 0);
  const gap = await produce(client, ['e'], { batch: batch(4) });
  assert.equal(gap.errorCode, ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
  const fetched = await client.ask(FETCH, FETCH_BY_NAME, fetchInput());
  assert.deepEqual(valuesOf(fetched.responses[0]?.partitions[0]?.records ?? null), ['a', 'b', 'c']);
});
