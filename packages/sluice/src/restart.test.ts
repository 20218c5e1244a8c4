import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fetchInput, shown } from '@sluice/broker/testing/fetch-input';
import { createTopic, deleteTopic, FETCH, FETCH_BY_ID, produce } from '@sluice/broker/testing/requests';
import { connectTestClient, type TestClient } from '@sluice/broker/testing/test-client';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { deleteRecordsRequestCodec } from '@sluice/protocol/generated/messages/delete-records-request';
import { deleteRecordsResponseCodec } from '@sluice/protocol/generated/messages/delete-records-response';
import { describeConfigsRequestCodec } from '@sluice/protocol/generated/messages/describe-configs-request';
import { describeConfigsResponseCodec } from '@sluice/protocol/generated/messages/describe-configs-response';
import { incrementalAlterConfigsRequestCodec } from '@sluice/protocol/generated/messages/incremental-alter-configs-request';
import { incrementalAlterConfigsResponseCodec } from '@sluice/protocol/generated/messages/incremental-alter-configs-response';
import { metadataRequestCodec } from '@sluice/protocol/generated/messages/metadata-request';
import { metadataResponseCodec } from '@sluice/protocol/generated/messages/metadata-response';
import { Sluice } from './index.ts';
import { temporaryDirectory } from './testing/temporary-directory.ts';

const METADATA = { request: metadataRequestCodec, response: metadataResponseCodec };
const DELETE_RECORDS = { request: deleteRecordsRequestCodec, response: deleteRecordsResponseCodec };
const DESCRIBE_CONFIGS = { request: describeConfigsRequestCodec, response: describeConfigsResponseCodec };
const ALTER_CONFIGS = { request: incrementalAlterConfigsRequestCodec, response: incrementalAlterConfigsResponseCodec };
const TOPIC_RESOURCE = 2;
const SET = 0;
/** Where a setting comes from: the topic itself. */
const TOPIC_CONFIG = 1;

const batch = (baseSequence: number) => ({ producerId: 4000, producerEpoch: 3, baseSequence });

/** What clients can see of topics and settings. */
async function describe(client: TestClient) {
  const { topics, clusterId } = await client.ask(METADATA, 12, { topics: null });
  const names = topics.map(({ name }) => name ?? '').sort();
  const { results } = await client.ask(DESCRIBE_CONFIGS, 4, {
    resources: names.map((resourceName) => ({ resourceType: TOPIC_RESOURCE, resourceName, configurationKeys: null })),
  });
  const settings = results.flatMap(({ resourceName, configs }) =>
    configs
      .filter(({ configSource }) => configSource === TOPIC_CONFIG)
      .map(({ name, value }) => `${resourceName} ${name}=${value}`),
  );
  const described = topics.map(({ name, topicId, partitions }) => [name, topicId, partitions.length].join(' '));
  return { clusterId, topics: described.sort(), settings: settings.sort() };
}

async function connect({ bootstrap }: Sluice): Promise<TestClient> {
  return await connectTestClient(Number(bootstrap.split(':')[1]));
}

async function alter(client: TestClient, topic: string, name: string, value: string): Promise<void> {
  const { responses } = await client.ask(ALTER_CONFIGS, 1, {
    resources: [
      { resourceType: TOPIC_RESOURCE, resourceName: topic, configs: [{ name, configOperation: SET, value }] },
    ],
    validateOnly: false,
  });
  assert.equal(responses[0]?.errorCode, ErrorCode.NONE);
}

test('a restart keeps cluster, topics, ids, settings, records, log starts and producers; what was deleted stays so', async () => {
  using directory = temporaryDirectory();
  const options = { dataDirectory: directory.path };
  let before: Awaited<ReturnType<typeof describe>>;
  let topicId: string;
  {
    await using sluice = await Sluice.start(options);
    const client = await connect(sluice);
    topicId = await createTopic(client, 'orders', 2);
    await createTopic(client, 'gone');
    await produce(client, ['never again'], { topic: 'gone' });
    await alter(client, 'orders', 'retention.ms', '86400000');
    await alter(client, 'orders', 'max.message.bytes', '2000');
    await produce(client, ['a', 'b'], { batch: batch(0) });
    await produce(client, ['c'], { batch: batch(2) });
    await produce(client, ['x', 'y', 'z'], { partition: 1 });
    const { topics } = await client.ask(DELETE_RECORDS, 2, {
      topics: [{ name: 'orders', partitions: [{ partitionIndex: 1, offset: 2 }] }],
      timeoutMs: 30_000,
    });
    assert.deepEqual(topics[0]?.partitions, [{ partitionIndex: 1, lowWatermark: 2, errorCode: ErrorCode.NONE }]);
    await deleteTopic(client, 'gone');
    before = await describe(client);
  }

  await using sluice = await Sluice.start(options);
  const client = await connect(sluice);
  assert.deepEqual(await describe(client), before);
  assert.deepEqual(before.topics, [`orders ${topicId} 2`]);
  assert.deepEqual(before.settings, ['orders max.message.bytes=2000', 'orders retention.ms=86400000']);

  const fetched = await client.ask(FETCH, FETCH_BY_ID, fetchInput({ topicId, offsets: { 0: 0, 1: 2 } }));
  // The batch that holds the log start comes whole; consumers skip what lies before it.
  assert.deepEqual(shown(fetched), ['0: a b c', '1: x y z']);
  assert.deepEqual(
    fetched.responses.flatMap(({ partitions }) => partitions.map(({ logStartOffset }) => logStartOffset)),
    [0, 2],
  );
  const belowStart = await client.ask(FETCH, FETCH_BY_ID, fetchInput({ topicId, offsets: { 1: 1 } }));
  assert.deepEqual(shown(belowStart), [`1: error ${ErrorCode.OFFSET_OUT_OF_RANGE}`]);

  // Settings act, not only show.
  assert.equal((await produce(client, ['x'.repeat(3000)])).errorCode, ErrorCode.MESSAGE_TOO_LARGE);
  // Producers are known: a repetition is answered as before, a gap refused, the next one taken.
  assert.equal((await produce(client, ['a', 'b'], { batch: batch(0) })).baseOffset, 0);
  assert.equal((await produce(client, ['e'], { batch: batch(4) })).errorCode, ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
  assert.equal((await produce(client, ['d'], { batch: batch(3) })).baseOffset, 3);

  // Made again, the deleted topic is empty.
  await createTopic(client, 'gone');
  assert.equal((await produce(client, ['first'], { topic: 'gone' })).baseOffset, 0);
});

test('what is in memory is gone, and starts anew', async () => {
  const clusters = new Set<string>();
  for (let start = 0; start < 2; start++) {
    await using sluice = await Sluice.start({ topics: [{ name: 'orders' }] });
    const client = await connect(sluice);
    assert.equal((await produce(client, ['a'])).baseOffset, 0);
    clusters.add(sluice.clusterId);
  }
  assert.equal(clusters.size, 2);
});
