import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { FETCH, FETCH_BY_NAME, PRODUCE, PRODUCE_BY_NAME } from '@sluice/broker/testing/requests';
import { connectTestClient } from '@sluice/broker/testing/test-client';
import type { Connection } from '@sluice/kernel/network';
import { realNetwork } from '@sluice/kernel/real/network';
import { decodeResponse, encodeRequest } from '@sluice/protocol/frames';
import { buildBatch } from '@sluice/protocol/records/build-batch';
import { readRecords } from '@sluice/protocol/records/read-records';
import { verifyBatchAt, walkBatches } from '@sluice/protocol/records/walk-batches';
import { Sluice } from './index.ts';

const BATCH_SIZE_BYTES = 700_000;
const MB = 1_000_000;
/** More than the systems at both ends hold, so that most of the answer waits in the broker. */
const FETCH_SIZE_BYTES = 24 * MB;

/** Bytes that tell which batch they are of, all over. */
function contentOf(index: number): Buffer {
  const seed = createHash('sha256').update(String(index)).digest();
  return Buffer.alloc(BATCH_SIZE_BYTES, seed);
}

async function produceBatches(port: number, from: number, to: number): Promise<void> {
  const client = await connectTestClient(port);
  for (let index = from; index < to; index++) {
    const records = buildBatch([{ value: contentOf(index), timestampMs: Date.now() }]);
    const { responses } = await client.ask(PRODUCE, PRODUCE_BY_NAME, {
      acks: 1,
      timeoutMs: 30_000,
      topicData: [{ name: 'orders', partitionData: [{ index: 0, records }] }],
    });
    assert.equal(responses[0]?.partitionResponses[0]?.errorCode, 0);
  }
  client.close();
}

/** Asks for a large fetch and reads nothing of the answer until `readOn` is called. */
async function fetchSlowly(port: number, fetchOffset: number) {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  const whole = Promise.withResolvers<Buffer>();
  const connection: Connection = await realNetwork.connect('127.0.0.1', port, {
    onData(chunk) {
      chunks.push(chunk);
      sizeBytes += chunk.length;
      const first = chunks[0] ?? chunk;
      if (first.length >= 4 && sizeBytes >= 4 + first.readInt32BE(0)) whole.resolve(Buffer.concat(chunks).subarray(4));
    },
    onDrain() {},
    onClose() {},
  });
  connection.pause();
  const request = {
    maxWaitMs: 0,
    minBytes: 1,
    maxBytes: FETCH_SIZE_BYTES,
    topics: [{ topic: 'orders', partitions: [{ partition: 0, fetchOffset, partitionMaxBytes: FETCH_SIZE_BYTES }] }],
    forgottenTopicsData: [],
  };
  connection.write(encodeRequest(FETCH.request, FETCH_BY_NAME, { correlationId: 1, clientId: 'slow' }, request));
  return {
    async readOn(): Promise<Buffer> {
      connection.resume();
      const frame = await whole.promise;
      connection.destroy();
      const { responses } = decodeResponse(FETCH.response, FETCH_BY_NAME, frame).body;
      const records = responses[0]?.partitions[0]?.records;
      assert.ok(records);
      return records;
    },
  };
}

test('an answer that a slow client has not taken keeps its bytes, whatever is produced meanwhile', async () => {
  await using sluice = await Sluice.start({
    topics: [{ name: 'orders' }],
    settings: { 'sluice.tail.cache.bytes': String(30 * MB) },
  });
  const port = Number(sluice.bootstrap.split(':')[1]);
  await produceBatches(port, 0, 30);
  const slow = await fetchSlowly(port, 0);
  // Several times the cache: all memory that may be used again is.
  await produceBatches(port, 30, 200);
  const records = await slow.readOn();
  let index = 0;
  for (const span of walkBatches(records)) {
    assert.ok('position' in span, 'whole batches');
    assert.equal(typeof verifyBatchAt(records, span.position), 'number', `batch ${index} is as its CRC says`);
    const read = readRecords(records, span.position);
    assert.ok(Array.isArray(read));
    assert.deepEqual(read[0]?.value, contentOf(index), `batch ${index} is the one that was sent`);
    index++;
  }
  assert.ok(index > 15, `only ${index} batches`);
});
