import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { FetchResponse } from '@sluice/protocol/generated/messages/fetch-response';
import { type FetchOptions, fetchInput, shown } from '../testing/fetch-input.ts';
import { API_VERSIONS, createTopic, FETCH, FETCH_BY_NAME, produce } from '../testing/requests.ts';
import { startTestBroker } from '../testing/test-broker.ts';
import type { TestClient } from '../testing/test-client.ts';

/** Longer than any test: who waits for it has failed. */
const LONG_MS = 600_000;

function fetch(client: TestClient, options: FetchOptions = {}): Promise<FetchResponse> {
  return client.ask(FETCH, FETCH_BY_NAME, fetchInput(options));
}

/** A fetch that has begun to wait: requests of a connection begin in turn, and the one before it is answered. */
async function begunFetch(client: TestClient, options: FetchOptions): Promise<{ response: Promise<FetchResponse> }> {
  const before = client.ask(API_VERSIONS, 0, {});
  const response = fetch(client, options);
  await before;
  return { response };
}

test('a fetch with too little to give waits until somebody appends', async () => {
  await using broker = await startTestBroker();
  const client = await broker.connect();
  const producer = await broker.connect();
  await createTopic(producer, 'orders', 2);
  const { response } = await begunFetch(client, { offsets: { 0: 0, 1: 0 }, maxWaitMs: LONG_MS });
  await produce(producer, ['a'], { partition: 1 });
  assert.deepEqual(shown(await response), ['0:', '1: a']);
});

test('it goes on waiting until the minimum is there', async () => {
  await using broker = await startTestBroker();
  const client = await broker.connect();
  const producer = await broker.connect();
  await createTopic(producer, 'orders');
  const { response } = await begunFetch(client, { maxWaitMs: LONG_MS, minBytes: 150 });
  for (const value of ['a', 'b', 'c']) await produce(producer, [value]);
  assert.deepEqual(shown(await response), ['0: a b c']);
});

test('it is answered with what there is once its time is over', async () => {
  await using broker = await startTestBroker();
  const client = await broker.connect();
  await createTopic(client, 'orders');
  assert.deepEqual(shown(await fetch(client, { maxWaitMs: 20 })), ['0:']);
  await produce(client, ['a']);
  assert.deepEqual(shown(await fetch(client, { maxWaitMs: 20, minBytes: 1000 })), ['0: a']);
});

test('it is answered when the broker stops', async () => {
  await using broker = await startTestBroker();
  const client = await broker.connect();
  await createTopic(client, 'orders');
  const { response } = await begunFetch(client, { maxWaitMs: LONG_MS });
  const closing = broker.close();
  assert.deepEqual(shown(await response), ['0:']);
  await closing;
});

test('an error ends the wait', async () => {
  await using broker = await startTestBroker();
  const client = await broker.connect();
  await createTopic(client, 'orders');
  const unknown = `0: error ${ErrorCode.UNKNOWN_TOPIC_OR_PARTITION}`;
  assert.deepEqual(shown(await fetch(client, { topic: 'unknown', maxWaitMs: LONG_MS })), [unknown]);
  const outOfRange = await fetch(client, { offsets: { 0: 1 }, maxWaitMs: LONG_MS });
  assert.deepEqual(shown(outOfRange), [`0: error ${ErrorCode.OFFSET_OUT_OF_RANGE}`]);
  assert.equal(outOfRange.responses[0]?.partitions[0]?.highWatermark, -1);
});

test('the first batch comes whole, however small the limits; further ones only within them', async () => {
  await using broker = await startTestBroker();
  const client = await broker.connect();
  await createTopic(client, 'orders', 2);
  for (const partition of [0, 1]) {
    for (const value of ['x'.repeat(200), 'y', 'z']) await produce(client, [value], { partition });
  }
  const firstValue = 'x'.repeat(200);
  const both = { 0: 0, 1: 0 };
  assert.deepEqual(shown(await fetch(client, { offsets: both, maxBytes: 1 })), [`0: ${firstValue}`, '1:']);
  assert.deepEqual(shown(await fetch(client, { offsets: both, partitionMaxBytes: 1 })), [`0: ${firstValue}`, '1:']);
  // Batches of one byte take 69 bytes each; the second one does not fit by a byte.
  assert.deepEqual(shown(await fetch(client, { offsets: { 0: 1, 1: 1 }, partitionMaxBytes: 137 })), ['0: y', '1: y']);
  assert.deepEqual(shown(await fetch(client, { offsets: { 0: 1, 1: 1 }, partitionMaxBytes: 138 })), [
    '0: y z',
    '1: y z',
  ]);
  assert.deepEqual(shown(await fetch(client, { offsets: { 0: 1, 1: 1 }, maxBytes: 207 })), ['0: y z', '1: y']);
});

test('an offset within a batch gives the batch', async () => {
  await using broker = await startTestBroker();
  const client = await broker.connect();
  await createTopic(client, 'orders');
  await produce(client, ['a', 'b', 'c']);
  await produce(client, ['d', 'e'], { batch: { codec: 'gzip' } });
  assert.deepEqual(shown(await fetch(client, { offsets: { 0: 2 } })), ['0: a b c d e']);
  assert.deepEqual(shown(await fetch(client, { offsets: { 0: 4 } })), ['0: d e']);
  assert.deepEqual(shown(await fetch(client, { offsets: { 0: 5 } })), ['0:']);
});

test('who leaves while waiting is forgotten', async () => {
  await using broker = await startTestBroker();
  const client = await broker.connect();
  const other = await broker.connect();
  await createTopic(other, 'orders');
  const { response } = await begunFetch(client, { maxWaitMs: LONG_MS });
  const left = assert.rejects(response, /closed/);
  client.close();
  await left;
  assert.equal((await produce(other, ['a'])).baseOffset, 0);
  assert.deepEqual(broker.failures, []);
});
