import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { realClock } from '@sluice/kernel/real/clock';
import { createMemoryDisk } from '@sluice/kernel/sim/disk';
import { decodeResponse, encodeRequest } from '@sluice/protocol/frames';
import { apiVersionsRequestCodec } from '@sluice/protocol/generated/messages/api-versions-request';
import { produceResponseCodec } from '@sluice/protocol/generated/messages/produce-response';
import { PIPELINED_REQUEST_COUNT_MAX } from './connection/limits.ts';
import { createHeldDisk } from './testing/held-disk.ts';
import { API_VERSIONS, createTopic, PRODUCE, PRODUCE_BY_NAME, produceInput } from './testing/requests.ts';
import { startTestBroker, type TestBroker } from './testing/test-broker.ts';
import type { TestClient } from './testing/test-client.ts';

async function isServed(client: TestClient): Promise<boolean> {
  try {
    const { errorCode } = await client.ask(API_VERSIONS, 0, {});
    return errorCode === 0;
  } catch {
    return false;
  }
}

/** As soon as the broker has seen that another connection ended. */
async function servedAgain(broker: TestBroker): Promise<void> {
  while (!(await isServed(await broker.connect())));
}

for (const setting of ['max.connections', 'max.connections.per.ip']) {
  test(`${setting}: as many as it says are served, one more is closed, and one for each that leaves`, async () => {
    await using broker = await startTestBroker({ settings: { [setting]: '3' } });
    const clients = [await broker.connect(), await broker.connect(), await broker.connect()];
    for (const client of clients) assert.equal(await isServed(client), true);
    const refused = await broker.connect();
    await refused.closed;
    for (const client of clients) assert.equal(await isServed(client), true);
    clients[1]?.close();
    await servedAgain(broker);
  });
}

test('max.connections.per.ip.overrides wins for its address', async () => {
  await using broker = await startTestBroker({
    settings: { 'max.connections.per.ip': '5', 'max.connections.per.ip.overrides': '127.0.0.1:1' },
  });
  const first = await broker.connect();
  assert.equal(await isServed(first), true);
  await (await broker.connect()).closed;
  assert.equal(await isServed(first), true);
});

test('socket.request.max.bytes: a request of that size is served, one more byte is closed before it has come', async () => {
  const sizeBytesMax = 2000;
  await using broker = await startTestBroker({ settings: { 'socket.request.max.bytes': String(sizeBytesMax) } });
  const client = await broker.connect();
  // Bytes behind a request's body are accepted.
  const whole = Buffer.concat(encodeRequest(apiVersionsRequestCodec, 0, { correlationId: 1, clientId: 'test' }, {}));
  const padded = Buffer.concat([whole, Buffer.alloc(4 + sizeBytesMax - whole.length)]);
  padded.writeInt32BE(sizeBytesMax, 0);
  client.send(padded);
  assert.notEqual(await client.nextFrame(), undefined);
  const announced = Buffer.alloc(4);
  announced.writeInt32BE(sizeBytesMax + 1, 0);
  client.send(announced);
  await client.closed;
});

test('so many requests of one connection are under way at once, the next begins when the first has ended', async () => {
  const disk = createHeldDisk(createMemoryDisk(realClock));
  await using broker = await startTestBroker({ disk });
  const other = await broker.connect();
  await createTopic(other, 'orders');
  const log = broker.directory.get('orders', 0)?.log;
  assert.ok(log);
  const client = await broker.connect();
  disk.hold();
  const count = PIPELINED_REQUEST_COUNT_MAX + 2;
  for (let number = 0; number < count; number++) {
    client.tell(PRODUCE.request, PRODUCE_BY_NAME, produceInput([String(number)]));
  }
  while (log.logEndOffset < PIPELINED_REQUEST_COUNT_MAX) await nextTurn();
  // The rest has surely come by the time that somebody who asks later is answered.
  for (let round = 0; round < 20; round++) await isServed(other);
  assert.equal(log.logEndOffset, PIPELINED_REQUEST_COUNT_MAX);
  disk.release();
  for (let number = 0; number < count; number++) {
    const frame = await client.nextFrame();
    assert.ok(frame);
    const { correlationId, body } = decodeResponse(produceResponseCodec, PRODUCE_BY_NAME, frame);
    assert.equal(correlationId, number + 1);
    assert.equal(body.responses[0]?.partitionResponses[0]?.baseOffset, number);
  }
  assert.deepEqual(broker.failures, []);
});

test('closing answers what has begun and lets nobody in any more', async () => {
  const disk = createHeldDisk(createMemoryDisk(realClock));
  await using broker = await startTestBroker({ disk });
  const client = await broker.connect();
  await createTopic(client, 'orders');
  const log = broker.directory.get('orders', 0)?.log;
  disk.hold();
  const answer = client.ask(PRODUCE, PRODUCE_BY_NAME, produceInput(['last']));
  while (log?.logEndOffset === 0) await nextTurn();
  const closing = broker.close();
  disk.release();
  assert.equal((await answer).responses[0]?.partitionResponses[0]?.errorCode, 0);
  await client.closed;
  await closing;
  await assert.rejects(broker.connect(), { name: 'ConnectError', tag: 'refused' });
});
