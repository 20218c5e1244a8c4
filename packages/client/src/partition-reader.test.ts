import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { fetchRequestCodec } from '@sluice/protocol/generated/messages/fetch-request';
import { buildBatch } from '@sluice/protocol/records/build-batch';
import { readPartitions } from './partition-reader.ts';
import { metadataOf, startFixture, TOPIC_ID } from './testing/cluster-fixture.ts';
import type { ScriptedRequest } from './testing/scripted-broker.ts';

/** Offsets 0–2, then 3–5, of which 4 was compacted away, then a control batch at 6. */
const LOG = Buffer.concat([
  buildBatch([{ value: '0' }, { value: '1' }, { value: '2' }]),
  buildBatch([{ value: '3' }, { value: '5', offsetDelta: 2 }], { baseOffset: 3 }),
  buildBatch([{ key: Buffer.alloc(4), value: Buffer.alloc(6) }], { baseOffset: 6, isControlBatch: true }),
]);

type Partitions = readonly { partition: number; fetchOffset: number }[];

function fetchAnswer(partitions: readonly { partitionIndex: number; errorCode?: number; records?: Buffer }[]) {
  return {
    throttleTimeMs: 0,
    errorCode: 0,
    sessionId: 0,
    responses: [
      {
        topicId: TOPIC_ID,
        partitions: partitions.map((partition) => ({ errorCode: 0, highWatermark: 7, records: null, ...partition })),
      },
    ],
  };
}

function askedPartitions({ body }: ScriptedRequest): Partitions {
  return (body as ReturnType<typeof fetchRequestCodec.decode>).topics[0]?.partitions ?? [];
}

/** Serves LOG in every partition, to whoever asks for an offset in it. */
const serveLog = (request: ScriptedRequest) =>
  fetchAnswer(
    askedPartitions(request).map(({ partition, fetchOffset }) => ({
      partitionIndex: partition,
      records: fetchOffset < 7 ? LOG : Buffer.alloc(0),
    })),
  );

describe('reading partitions', () => {
  it('gives the records from the start to the end, without control records, and stops there', async () => {
    const { cluster, settled } = await startFixture((request) =>
      request.api === 'Metadata' ? metadataOf('orders', [1]) : request.api === 'Fetch' ? serveLog(request) : undefined,
    );
    const seen: number[] = [];
    const reading = readPartitions(cluster, {
      topic: 'orders',
      positions: [{ partition: 0, position: 1, end: 7 }],
      onRecords: async (_partition, records) => {
        seen.push(...records.map(({ offset }) => offset));
        return true;
      },
    });
    await settled(reading.done);
    assert.deepEqual(seen, [1, 2, 3, 5]);
  });

  it('ends when the receiver has enough', async () => {
    const { cluster, settled } = await startFixture((request) =>
      request.api === 'Metadata' ? metadataOf('orders', [1]) : request.api === 'Fetch' ? serveLog(request) : undefined,
    );
    const seen: number[] = [];
    const reading = readPartitions(cluster, {
      topic: 'orders',
      positions: [{ partition: 0, position: 0, end: Number.POSITIVE_INFINITY }],
      onRecords: async (_partition, records) => {
        seen.push(...records.map(({ offset }) => offset));
        return false;
      },
    });
    await settled(reading.done);
    assert.deepEqual(seen, [0, 1, 2]);
  });

  it('goes on at the new leader, where it was', async () => {
    let leader = 1;
    const answer = (request: ScriptedRequest) => {
      if (request.api === 'Metadata') return metadataOf('orders', [leader], 2);
      return request.api === 'Fetch' ? serveLog(request) : undefined;
    };
    let fetches = 0;
    const { brokers, cluster, settled } = await startFixture((request) => {
      if (request.api !== 'Fetch' || ++fetches === 1) {
        if (request.api === 'Fetch') {
          const first = buildBatch([{ value: '0' }, { value: '1' }, { value: '2' }]);
          return fetchAnswer([{ partitionIndex: 0, records: first }]);
        }
        return answer(request);
      }
      leader = 2;
      return fetchAnswer([{ partitionIndex: 0, errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER }]);
    }, answer);
    const seen: number[] = [];
    const reading = readPartitions(cluster, {
      topic: 'orders',
      positions: [{ partition: 0, position: 0, end: 7 }],
      onRecords: async (_partition, records) => {
        seen.push(...records.map(({ offset }) => offset));
        return true;
      },
    });
    await settled(reading.done);
    assert.deepEqual(seen, [0, 1, 2, 3, 5]);
    assert.deepEqual(
      brokers[1]?.requests.filter(({ api }) => api === 'Fetch').flatMap(askedPartitions)[0]?.fetchOffset,
      3,
    );
  });

  it('fails when the offset no longer exists', async () => {
    const { cluster, settled } = await startFixture((request) => {
      if (request.api === 'Metadata') return metadataOf('orders', [1]);
      if (request.api !== 'Fetch') return undefined;
      return fetchAnswer([{ partitionIndex: 0, errorCode: ErrorCode.OFFSET_OUT_OF_RANGE }]);
    });
    const reading = readPartitions(cluster, {
      topic: 'orders',
      positions: [{ partition: 0, position: 0, end: 7 }],
      onRecords: async () => true,
    });
    await assert.rejects(settled(reading.done), { code: ErrorCode.OFFSET_OUT_OF_RANGE });
  });

  it('gives up when no broker answers within the timeout', async () => {
    const { brokers, cluster, clock, settled } = await startFixture((request) =>
      request.api === 'Metadata' ? metadataOf('orders', [1]) : request.api === 'Fetch' ? 'close' : undefined,
    );
    const startMs = clock.monotonicMs();
    const reading = readPartitions(cluster, {
      topic: 'orders',
      positions: [{ partition: 0, position: 0, end: 7 }],
      onRecords: async () => true,
    });
    await assert.rejects(settled(reading.done), { tag: 'closed' });
    assert(clock.monotonicMs() - startMs >= cluster.timeoutMs);
    assert((brokers[0]?.requests.length ?? 0) > 3);
  });

  it('hands out one batch at a time, whatever leaders answer at once', async () => {
    const script = (request: ScriptedRequest) =>
      request.api === 'Metadata'
        ? metadataOf('orders', [1, 2], 2)
        : request.api === 'Fetch'
          ? serveLog(request)
          : undefined;
    const { cluster, clock, settled } = await startFixture(script, script);
    let running = 0;
    let count = 0;
    const reading = readPartitions(cluster, {
      topic: 'orders',
      positions: [
        { partition: 0, position: 0, end: 7 },
        { partition: 1, position: 0, end: 7 },
      ],
      onRecords: async (_partition, records) => {
        assert.equal(++running, 1);
        await new Promise<void>((resolve) => {
          clock.setTimer(10, resolve);
        });
        running--;
        count += records.length;
        return true;
      },
    });
    await settled(reading.done);
    assert.equal(count, 10);
  });
});
