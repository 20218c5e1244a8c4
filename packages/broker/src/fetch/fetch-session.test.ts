import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { FetchResponse } from '@sluice/protocol/generated/messages/fetch-response';
import { type FetchOptions, fetchInput, shown } from '../testing/fetch-input.ts';
import { createTopic, deleteTopic, FETCH, FETCH_BY_ID, FETCH_BY_NAME, produce } from '../testing/requests.ts';
import { startTestBroker } from '../testing/test-broker.ts';
import type { TestClient } from '../testing/test-client.ts';

const OPENING = 0;
const CLOSING = -1;
const NOTHING = {};

function fetch(client: TestClient, options: FetchOptions): Promise<FetchResponse> {
  return client.ask(FETCH, options.topicId === undefined ? FETCH_BY_NAME : FETCH_BY_ID, fetchInput(options));
}

/** A broker with `orders` (2 partitions) and a session on both. */
async function openSession(usesIds = false) {
  const broker = await startTestBroker();
  const client = await broker.connect();
  const id = await createTopic(client, 'orders', 2);
  const topic: Pick<FetchOptions, 'topicId'> = usesIds ? { topicId: id } : {};
  const opened = await fetch(client, { ...topic, offsets: { 0: 0, 1: 0 }, sessionEpoch: OPENING });
  assert.equal(opened.errorCode, ErrorCode.NONE);
  assert.notEqual(opened.sessionId, 0);
  assert.deepEqual(shown(opened), ['0:', '1:']);
  return { broker, client, topic, sessionId: opened.sessionId };
}

for (const usesIds of [false, true]) {
  test(`a session by ${usesIds ? 'id' : 'name'}: only what changed is shown, positions move, partitions are forgotten`, async () => {
    const { broker, client, topic, sessionId } = await openSession(usesIds);
    await using _ = broker;
    let sessionEpoch = 0;
    const next = (options: FetchOptions) => {
      sessionEpoch++;
      return fetch(client, { ...topic, ...options, sessionId, sessionEpoch });
    };
    assert.deepEqual(shown(await next({ offsets: NOTHING })), []);
    await produce(client, ['a'], { partition: 1 });
    assert.deepEqual(shown(await next({ offsets: NOTHING })), ['1: a']);
    // Not moved on, it is read again.
    assert.deepEqual(shown(await next({ offsets: NOTHING })), ['1: a']);
    assert.deepEqual(shown(await next({ offsets: { 1: 1 } })), []);
    await produce(client, ['b'], { partition: 0 });
    await produce(client, ['c'], { partition: 1 });
    assert.deepEqual(shown(await next({ offsets: NOTHING, forgotten: [1] })), ['0: b']);
    assert.deepEqual(shown(await next({ offsets: { 0: 1 } })), []);
    // Added again, it is shown even though nothing is new.
    assert.deepEqual(shown(await next({ offsets: { 1: 2 } })), ['1:']);
    assert.deepEqual(broker.failures, []);
  });
}

test('a wrong epoch is refused, and the right one still counts afterwards', async () => {
  const { broker, client, sessionId } = await openSession();
  await using _ = broker;
  for (const sessionEpoch of [2, 7]) {
    const refused = await fetch(client, { offsets: NOTHING, sessionId, sessionEpoch });
    assert.equal(refused.errorCode, ErrorCode.INVALID_FETCH_SESSION_EPOCH);
  }
  assert.equal((await fetch(client, { offsets: NOTHING, sessionId, sessionEpoch: 1 })).errorCode, ErrorCode.NONE);
  const repeated = await fetch(client, { offsets: NOTHING, sessionId, sessionEpoch: 1 });
  assert.equal(repeated.errorCode, ErrorCode.INVALID_FETCH_SESSION_EPOCH);
});

test('a closed session is unknown, as is one that never was', async () => {
  const { broker, client, sessionId } = await openSession();
  await using _ = broker;
  const closed = await fetch(client, { offsets: { 0: 0 }, sessionId, sessionEpoch: CLOSING });
  assert.equal(closed.errorCode, ErrorCode.NONE);
  assert.equal(closed.sessionId, 0);
  assert.deepEqual(shown(closed), ['0:']);
  for (const unknown of [sessionId, 12345]) {
    const refused = await fetch(client, { offsets: NOTHING, sessionId: unknown, sessionEpoch: 1 });
    assert.equal(refused.errorCode, ErrorCode.FETCH_SESSION_ID_NOT_FOUND);
  }
  // With the closing epoch an unknown session is served as none at all.
  const sessionless = await fetch(client, { offsets: { 0: 0 }, sessionId: 12345, sessionEpoch: CLOSING });
  assert.deepEqual([sessionless.errorCode, ...shown(sessionless)], [ErrorCode.NONE, '0:']);
});

test('opening anew with the old id replaces the session', async () => {
  const { broker, client, sessionId } = await openSession();
  await using _ = broker;
  const again = await fetch(client, { offsets: { 0: 0 }, sessionId, sessionEpoch: OPENING });
  assert.notEqual(again.sessionId, 0);
  const old = await fetch(client, { offsets: NOTHING, sessionId, sessionEpoch: 1 });
  assert.equal(old.errorCode, ErrorCode.FETCH_SESSION_ID_NOT_FOUND);
});

test('a session that forgets its last partition is no more', async () => {
  const { broker, client, sessionId } = await openSession();
  await using _ = broker;
  const emptied = await fetch(client, { offsets: NOTHING, forgotten: [0, 1], sessionId, sessionEpoch: 1 });
  assert.deepEqual([emptied.errorCode, emptied.sessionId], [ErrorCode.NONE, 0]);
  const refused = await fetch(client, { offsets: NOTHING, sessionId, sessionEpoch: 2 });
  assert.equal(refused.errorCode, ErrorCode.FETCH_SESSION_ID_NOT_FOUND);
});

test('a session keeps to names or to ids', async () => {
  for (const usesIds of [false, true]) {
    const { broker, client, sessionId } = await openSession(usesIds);
    await using _ = broker;
    const version = usesIds ? FETCH_BY_NAME : FETCH_BY_ID;
    const refused = await client.ask(FETCH, version, fetchInput({ offsets: NOTHING, sessionId, sessionEpoch: 1 }));
    assert.equal(refused.errorCode, ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR);
  }
});

test('a topic that is made again within a session by id is not taken for the old one', async () => {
  const { broker, client, topic, sessionId } = await openSession(true);
  await using _ = broker;
  await deleteTopic(client, 'orders');
  const newId = await createTopic(client, 'orders', 2);
  assert.notEqual(newId, topic.topicId);
  await produce(client, ['new']);
  const response = await fetch(client, { ...topic, offsets: NOTHING, sessionId, sessionEpoch: 1 });
  assert.equal(response.errorCode, ErrorCode.NONE);
  const inconsistent = `error ${ErrorCode.INCONSISTENT_TOPIC_ID}`;
  assert.deepEqual(shown(response), [`0: ${inconsistent}`, `1: ${inconsistent}`]);
});

test('a topic that is deleted within a session is unknown', async () => {
  for (const usesIds of [false, true]) {
    const { broker, client, topic, sessionId } = await openSession(usesIds);
    await using _ = broker;
    await deleteTopic(client, 'orders');
    const response = await fetch(client, { ...topic, offsets: NOTHING, sessionId, sessionEpoch: 1 });
    const code = usesIds ? ErrorCode.UNKNOWN_TOPIC_ID : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
    assert.deepEqual(shown(response), [`0: error ${code}`, `1: error ${code}`]);
  }
});

test('with as many sessions as there are slots, one more is served without one', async () => {
  await using broker = await startTestBroker({ settings: { 'max.incremental.fetch.session.cache.slots': '2' } });
  const client = await broker.connect();
  await createTopic(client, 'orders');
  await produce(client, ['a']);
  const ids: number[] = [];
  for (let count = 0; count < 3; count++) {
    const opened = await fetch(client, { sessionEpoch: OPENING });
    assert.deepEqual(shown(opened), ['0: a']);
    ids.push(opened.sessionId);
  }
  assert.equal(ids[2], 0);
  assert.equal(new Set(ids).size, 3);
});
