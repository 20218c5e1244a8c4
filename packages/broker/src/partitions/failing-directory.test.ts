import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { realClock } from '@sluice/kernel/real/clock';
import { createSimDisk, type SimDisk } from '@sluice/kernel/sim/disk';
import { openEmbeddedStore } from '@sluice/metadata/store/embedded-store';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { alterReplicaLogDirsRequestCodec } from '@sluice/protocol/generated/messages/alter-replica-log-dirs-request';
import { alterReplicaLogDirsResponseCodec } from '@sluice/protocol/generated/messages/alter-replica-log-dirs-response';
import { describeLogDirsRequestCodec } from '@sluice/protocol/generated/messages/describe-log-dirs-request';
import { describeLogDirsResponseCodec } from '@sluice/protocol/generated/messages/describe-log-dirs-response';
import { metadataRequestCodec } from '@sluice/protocol/generated/messages/metadata-request';
import { metadataResponseCodec } from '@sluice/protocol/generated/messages/metadata-response';
import { fetchInput, shown } from '../testing/fetch-input.ts';
import { createTopic, deleteTopic, FETCH, FETCH_BY_NAME, produce } from '../testing/requests.ts';
import { startTestBroker, type TestBroker } from '../testing/test-broker.ts';
import type { TestClient } from '../testing/test-client.ts';

const METADATA = { request: metadataRequestCodec, response: metadataResponseCodec };
const DESCRIBE = { request: describeLogDirsRequestCodec, response: describeLogDirsResponseCodec };
const ALTER = { request: alterReplicaLogDirsRequestCodec, response: alterReplicaLogDirsResponseCodec };
const PATHS = ['/a', '/b'];

/** Everything below the path fails from now on. */
function breakDirectory(disk: SimDisk, path: string): () => void {
  return disk.inject((operation) => (operation.path.startsWith(path) ? { kind: 'fail', tag: 'io' } : undefined));
}

async function partitionsOf(client: TestClient) {
  const { topics } = await client.ask(METADATA, 12, { topics: null });
  const partitions = topics.flatMap((topic) => topic.partitions);
  return partitions.map(({ partitionIndex, errorCode, leaderId, isrNodes, offlineReplicas }) => ({
    partitionIndex,
    errorCode,
    leaderId,
    isrNodes,
    offlineReplicas,
  }));
}

const LED = { errorCode: 0, leaderId: 1, isrNodes: [1], offlineReplicas: [] };
const OFFLINE = { errorCode: ErrorCode.LEADER_NOT_AVAILABLE, leaderId: -1, isrNodes: [], offlineReplicas: [1] };

async function untilOffline(client: TestClient): Promise<void> {
  while ((await partitionsOf(client)).every(({ leaderId }) => leaderId !== -1)) await new Promise(setImmediate);
}

async function directoriesOf(client: TestClient) {
  const { results } = await client.ask(DESCRIBE, 4, { topics: null });
  return results.map(({ errorCode, logDir, topics, totalBytes }) => ({
    logDir,
    errorCode,
    partitions: topics.flatMap((topic) => topic.partitions.map(({ partitionIndex }) => partitionIndex)).sort(),
    isSized: totalBytes >= 0,
  }));
}

/** Partition 0 in /a, partition 1 in /b. */
async function withOrders(broker: TestBroker): Promise<TestClient> {
  const client = await broker.connect();
  await createTopic(client, 'orders', 2);
  for (const partition of [0, 1]) {
    assert.equal((await produce(client, [`before ${partition}`], { partition })).errorCode, ErrorCode.NONE);
  }
  return client;
}

describe('one of two data directories', () => {
  test('fails while the broker runs: its partitions are offline, as Kafka has it, and the others go on', async () => {
    const disk = createSimDisk({ crashModel: false, clock: realClock });
    await using broker = await startTestBroker({ disk, paths: PATHS });
    const client = await withOrders(broker);
    breakDirectory(disk, '/b');
    assert.equal((await produce(client, ['lost'], { partition: 1 })).errorCode, ErrorCode.KAFKA_STORAGE_ERROR);
    await untilOffline(client);
    assert.deepEqual(await partitionsOf(client), [
      { partitionIndex: 0, ...LED },
      { partitionIndex: 1, ...OFFLINE },
    ]);
    assert.equal((await produce(client, ['lost'], { partition: 1 })).errorCode, ErrorCode.KAFKA_STORAGE_ERROR);
    assert.equal((await produce(client, ['more'], { partition: 0 })).baseOffset, 1);
    assert.deepEqual(shown(await client.ask(FETCH, FETCH_BY_NAME, fetchInput())), ['0: before 0 more']);
    assert.deepEqual(await directoriesOf(client), [
      { logDir: '/a', errorCode: 0, partitions: [0], isSized: true },
      { logDir: '/b', errorCode: ErrorCode.KAFKA_STORAGE_ERROR, partitions: [], isSized: false },
    ]);
    for (const path of PATHS) {
      const { results } = await client.ask(ALTER, 2, {
        dirs: [{ path, topics: [{ name: 'orders', partitions: [0, 1] }] }],
      });
      const codes = results[0]?.partitions.map(({ errorCode }) => errorCode);
      assert.deepEqual(codes, [path === '/a' ? 0 : ErrorCode.KAFKA_STORAGE_ERROR, ErrorCode.KAFKA_STORAGE_ERROR]);
    }
    // What is new comes into the other one, also under the name of what was lost.
    await deleteTopic(client, 'orders');
    await createTopic(client, 'orders', 2);
    for (const partition of [0, 1]) {
      assert.equal((await produce(client, ['new'], { partition })).baseOffset, 0);
    }
    assert.deepEqual(broker.failures, []);
  });

  test('is away at a start: nothing is made in its place, and all is there when it is back', async () => {
    const disk = createSimDisk({ crashModel: false, clock: realClock });
    const store = openEmbeddedStore({ path: ':memory:', clock: realClock });
    const first = await startTestBroker({ disk, store, paths: PATHS });
    await withOrders(first);
    await first.close();

    const mend = breakDirectory(disk, '/b');
    const second = await startTestBroker({ disk, store, paths: PATHS });
    const client = await second.connect();
    assert.deepEqual(await partitionsOf(client), [
      { partitionIndex: 0, ...LED },
      { partitionIndex: 1, ...OFFLINE },
    ]);
    assert.equal((await produce(client, ['lost'], { partition: 1 })).errorCode, ErrorCode.KAFKA_STORAGE_ERROR);
    assert.equal((await produce(client, ['more'], { partition: 0 })).baseOffset, 1);
    await second.close();
    mend();

    const third = await startTestBroker({ disk, store, paths: PATHS });
    const again = await third.connect();
    while ((await partitionsOf(again)).some(({ leaderId }) => leaderId === -1)) await new Promise(setImmediate);
    assert.equal((await produce(again, ['more'], { partition: 1 })).baseOffset, 1);
    await third.close();
    await store.close();
  });

  test('is not mounted at a start: an empty one in its place is not taken for it', async () => {
    const disk = createSimDisk({ crashModel: false, clock: realClock });
    const store = openEmbeddedStore({ path: ':memory:', clock: realClock });
    const first = await startTestBroker({ disk, store, paths: PATHS });
    await withOrders(first);
    await first.close();
    await disk.rename('/b', '/b.unmounted');
    const second = await startTestBroker({ disk, store, paths: PATHS });
    const client = await second.connect();
    assert.equal((await produce(client, ['lost'], { partition: 1 })).errorCode, ErrorCode.KAFKA_STORAGE_ERROR);
    assert.equal((await produce(client, ['more'], { partition: 0 })).baseOffset, 1);
    await second.close();
    await disk.removeTree('/b');
    await disk.rename('/b.unmounted', '/b');
    const third = await startTestBroker({ disk, store, paths: PATHS });
    assert.equal((await produce(await third.connect(), ['more'], { partition: 1 })).baseOffset, 1);
    await third.close();
    await store.close();
  });

  test('is full: only its partitions refuse, what they have is read, and it heals', async () => {
    const disk = createSimDisk({ crashModel: false, clock: realClock });
    await using broker = await startTestBroker({ disk, paths: PATHS });
    const client = await withOrders(broker);
    const free = disk.inject(({ path, kind }) =>
      path.startsWith('/b') && kind === 'write' ? { kind: 'fail', tag: 'no-space' } : undefined,
    );
    assert.equal((await produce(client, ['lost'], { partition: 1 })).errorCode, ErrorCode.KAFKA_STORAGE_ERROR);
    assert.equal((await produce(client, ['more'], { partition: 0 })).baseOffset, 1);
    const read = await client.ask(FETCH, FETCH_BY_NAME, fetchInput({ offsets: { 1: 0 } }));
    assert.deepEqual(shown(read), ['1: before 1']);
    assert((await partitionsOf(client)).every(({ leaderId }) => leaderId === 1));
    free();
    while ((await produce(client, ['more'], { partition: 1 })).errorCode !== ErrorCode.NONE) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });

  test('is full when a topic is made: it comes into the other; where both are, it works once there is space', async () => {
    const disk = createSimDisk({ crashModel: false, clock: realClock });
    await using broker = await startTestBroker({ disk, paths: PATHS });
    const client = await broker.connect();
    const fill = (path: string) =>
      disk.inject((operation) =>
        operation.path.startsWith(path) && operation.kind === 'make-directory'
          ? { kind: 'fail', tag: 'no-space' }
          : undefined,
      );
    const freeA = fill('/a');
    await createTopic(client, 'orders');
    assert.equal((await produce(client, ['one'])).errorCode, ErrorCode.NONE);
    assert.equal(broker.directories.directoryOf('orders', 0)?.path, '/b');
    const freeB = fill('/b');
    await createTopic(client, 'bills');
    assert.equal((await produce(client, ['one'], { topic: 'bills' })).errorCode, ErrorCode.KAFKA_STORAGE_ERROR);
    freeA();
    freeB();
    while ((await produce(client, ['one'], { topic: 'bills' })).errorCode !== ErrorCode.NONE) {
      await new Promise(setImmediate);
    }
    assert.deepEqual(broker.failures, []);
  });

  test('is the last one: the broker cannot go on, and says why', async () => {
    const disk = createSimDisk({ crashModel: false, clock: realClock });
    const broker = await startTestBroker({ disk, paths: PATHS });
    const client = await withOrders(broker);
    for (const [partition, path] of PATHS.entries()) {
      breakDirectory(disk, path);
      assert.equal((await produce(client, ['lost'], { partition })).errorCode, ErrorCode.KAFKA_STORAGE_ERROR);
    }
    while (broker.failures.length === 0) await new Promise(setImmediate);
    assert.match(broker.failures.join(), /^no data directory is left; the last one, \/b, failed: /);
    await broker.close();
  });
});
