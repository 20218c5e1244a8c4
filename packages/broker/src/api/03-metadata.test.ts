import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ZERO_UUID } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { metadataRequestCodec } from '@sluice/protocol/generated/messages/metadata-request';
import { metadataResponseCodec } from '@sluice/protocol/generated/messages/metadata-response';
import { fetchInput, shown } from '../testing/fetch-input.ts';
import { createTopic, deleteTopic, FETCH, FETCH_BY_ID, produce } from '../testing/requests.ts';
import { startTestBroker } from '../testing/test-broker.ts';
import type { TestClient } from '../testing/test-client.ts';

const METADATA = { request: metadataRequestCodec, response: metadataResponseCodec };
const VERSION = 13;

async function describe(client: TestClient, name: string, allowAutoTopicCreation: boolean) {
  const { topics } = await client.ask(METADATA, VERSION, { topics: [{ name }], allowAutoTopicCreation });
  const [topic] = topics;
  assert.ok(topic);
  return topic;
}

test('a topic made on demand is unknown at first and there soon', async () => {
  await using broker = await startTestBroker({ settings: { 'num.partitions': '3' } });
  const client = await broker.connect();
  let topic = await describe(client, 'wanted', true);
  assert.equal(topic.errorCode, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  while (topic.errorCode !== ErrorCode.NONE) {
    assert.equal(topic.errorCode, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    topic = await describe(client, 'wanted', true);
  }
  assert.equal(topic.partitions.length, 3);
  assert.equal((await produce(client, ['a'], { topic: 'wanted', partition: 2 })).errorCode, ErrorCode.NONE);
});

test('a topic is not made where the client, the broker or its name forbids it', async () => {
  for (const [setting, allows, name, code] of [
    ['true', false, 'unwanted', ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
    ['false', true, 'unwanted', ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
    ['true', true, 'no such/name', ErrorCode.INVALID_TOPIC_EXCEPTION],
  ] as const) {
    await using broker = await startTestBroker({ settings: { 'auto.create.topics.enable': setting } });
    const client = await broker.connect();
    assert.equal((await describe(client, name, allows)).errorCode, code);
    // A change that comes later is made after it.
    await createTopic(client, 'later');
    const { topics } = await client.ask(METADATA, VERSION, { topics: null });
    assert.deepEqual(
      topics.map((topic) => topic.name),
      ['later'],
    );
  }
});

test('a topic that is deleted and made again has a new id, and the old id is unknown', async () => {
  await using broker = await startTestBroker();
  const client = await broker.connect();
  const oldId = await createTopic(client, 'orders', 2);
  await produce(client, ['old'], { topicId: oldId });
  await deleteTopic(client, 'orders');
  const gone = await produce(client, ['late'], { topicId: oldId });
  assert.equal(gone.errorCode, ErrorCode.UNKNOWN_TOPIC_ID);
  const newId = await createTopic(client, 'orders');
  assert.notEqual(newId, oldId);
  assert.equal((await produce(client, ['late'], { topicId: oldId })).errorCode, ErrorCode.UNKNOWN_TOPIC_ID);
  assert.equal((await produce(client, ['new'], { topicId: newId })).baseOffset, 0);

  const byId = await client.ask(METADATA, VERSION, {
    topics: [
      { topicId: oldId, name: null },
      { topicId: newId, name: null },
    ],
  });
  assert.deepEqual(
    byId.topics.map(({ errorCode, name, topicId, partitions }) => [errorCode, name, topicId, partitions.length]),
    [
      [ErrorCode.UNKNOWN_TOPIC_ID, null, oldId, 0],
      [ErrorCode.NONE, 'orders', newId, 1],
    ],
  );
  assert.equal((await describe(client, 'orders', false)).topicId, newId);
  const old = await client.ask(FETCH, FETCH_BY_ID, fetchInput({ topicId: oldId }));
  assert.deepEqual(shown(old), [`0: error ${ErrorCode.UNKNOWN_TOPIC_ID}`]);
  assert.deepEqual(shown(await client.ask(FETCH, FETCH_BY_ID, fetchInput({ topicId: newId }))), ['0: new']);
  assert.notEqual(oldId, ZERO_UUID);
  assert.deepEqual(broker.failures, []);
});
