import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSimDisk } from '@sluice/kernel/sim/disk';
import { baseOffset } from '@sluice/protocol/records/batch-header';
import { buildBatch } from '@sluice/protocol/records/build-batch';
import type { KafkaMetadata } from './kafka-metadata.ts';
import { encodeMetadataRecord, type MetadataRecordInput } from './metadata-record.ts';
import { readMetadataLog } from './read-metadata-log.ts';

const DIRECTORY = '/kafka/__cluster_metadata-0';
const ID = '6rhLSU4KRyiiSerI9t0Drg';

const topic = (name: string, topicId = ID): MetadataRecordInput => ({ kind: 'topic', value: { name, topicId } });
const config = (name: string, value: string | null): MetadataRecordInput => ({
  kind: 'config',
  value: { resourceType: 2, resourceName: 'orders', name, value },
});

function batch(records: readonly (MetadataRecordInput | Buffer)[], firstOffset = 0): Buffer {
  const values = records.map((record) => (Buffer.isBuffer(record) ? record : encodeMetadataRecord(record)));
  const bytes = buildBatch(
    values.map((value) => ({ key: null, value, timestampMs: 1 })),
    {},
  );
  // The offset is not in what the CRC covers.
  bytes.writeBigInt64BE(BigInt(firstOffset), 0);
  assert.equal(baseOffset(bytes, 0), firstOffset);
  return bytes;
}

async function read(files: Readonly<Record<string, Buffer>>) {
  const disk = createSimDisk();
  await disk.makeDirectory(DIRECTORY);
  for (const [name, content] of Object.entries(files)) await disk.replaceFile(`${DIRECTORY}/${name}`, content);
  return await readMetadataLog(disk, DIRECTORY);
}

async function metadataOf(files: Readonly<Record<string, Buffer>>): Promise<KafkaMetadata> {
  const log = await read(files);
  assert(log.kind === 'metadata', JSON.stringify(log));
  return log.metadata;
}

const segment = (offset: number) => `${String(offset).padStart(20, '0')}.log`;
const snapshot = (offset: number) => `${String(offset).padStart(20, '0')}-0000000001.checkpoint`;
const namesOf = ({ topics }: KafkaMetadata) => [...topics.values()].map(({ name }) => name);

describe("Kafka's metadata log", () => {
  test('is read from the newest snapshot on', async () => {
    const metadata = await metadataOf({
      [snapshot(5)]: batch([topic('old')]),
      [snapshot(10)]: batch([topic('orders'), config('retention.ms', '1')]),
      [segment(7)]: Buffer.concat([
        batch([topic('in the snapshot already', 'x'.repeat(22))], 7),
        batch([config('retention.ms', '2')], 12),
      ]),
    });
    assert.deepEqual(namesOf(metadata), ['orders']);
    assert.deepEqual([...(metadata.configs[0]?.values ?? [])], [['retention.ms', '2']]);
  });

  test('is read from an older snapshot, or none, where the newest is damaged', async () => {
    const damaged = batch([topic('orders')]);
    damaged[70] = (damaged[70] ?? 0) ^ 1;
    const files = { [snapshot(10)]: damaged, [segment(0)]: batch([topic('from the log')]) };
    const log = await read(files);
    assert(log.kind === 'metadata');
    assert.deepEqual(namesOf(log.metadata), ['from the log']);
    assert.match(log.faults.join(), /00010-0000000001\.checkpoint is damaged: a checksum/);
    const unreadable = await read({ [snapshot(10)]: damaged, [segment(8)]: batch([topic('later')], 8) });
    assert(unreadable.kind === 'unreadable');
    assert.match(unreadable.reason, /begins at offset 8, behind offset 0/);
  });

  test('may end within a batch, but have no hole', async () => {
    const torn = Buffer.concat([batch([topic('orders')]), batch([config('a', 'b')], 1).subarray(0, 40)]);
    const log = await read({ [segment(0)]: torn });
    assert(log.kind === 'metadata');
    assert.deepEqual(namesOf(log.metadata), ['orders']);
    assert.match(log.faults.join(), /no whole batch/);
    const hole = await read({ [segment(0)]: torn, [segment(2)]: batch([config('a', 'b')], 2) });
    assert.equal(hole.kind, 'unreadable');
  });

  test('forgets a deleted topic with its settings', async () => {
    const metadata = await metadataOf({
      [segment(0)]: batch([
        topic('orders'),
        config('retention.ms', '1'),
        { kind: 'removeTopic', value: { topicId: ID } },
      ]),
    });
    assert.deepEqual([namesOf(metadata), metadata.configs], [[], []]);
  });

  test('counts a change of the leader, and only that, as a new epoch', async () => {
    const change = (value: object): MetadataRecordInput => ({
      kind: 'partitionChange',
      value: { partitionId: 0, topicId: ID, ...value },
    });
    const metadata = await metadataOf({
      [segment(0)]: batch([
        topic('orders'),
        {
          kind: 'partition',
          value: {
            partitionId: 0,
            topicId: ID,
            replicas: [1, 2],
            isr: [1, 2],
            removingReplicas: [],
            addingReplicas: [],
            leader: 1,
            leaderEpoch: 7,
            partitionEpoch: 20,
          },
        },
        change({ isr: [1] }),
        change({ leader: -1, isr: [], eligibleLeaderReplicas: [1] }),
        change({ leader: 1 }),
      ]),
    });
    assert.deepEqual(metadata.topics.get(ID)?.partitions.get(0), {
      replicas: [1, 2],
      isr: [],
      elr: [1],
      leader: 1,
      leaderEpoch: 9,
      partitionEpoch: 23,
      directories: [],
    });
  });

  test('applies what is in a transaction at its end, and never what was aborted or has not ended', async () => {
    const begin: MetadataRecordInput = { kind: 'beginTransaction', value: { name: 'create topics' } };
    const aborted = topic('aborted', 'BBBBBBBBBBBBBBBBBBBBBA');
    const open = topic('open', 'CCCCCCCCCCCCCCCCCCCCCA');
    const metadata = await metadataOf({
      [segment(0)]: batch([
        begin,
        topic('orders'),
        { kind: 'endTransaction', value: {} },
        begin,
        aborted,
        { kind: 'abortTransaction', value: { reason: null } },
        begin,
        open,
      ]),
    });
    assert.deepEqual(namesOf(metadata), ['orders']);
  });

  test('tells of records that a newer Kafka wrote, and of those without which nothing is known', async () => {
    const FRAME = 1;
    const newType = Buffer.from([FRAME, 99, 0, 1, 2, 3]);
    const newTopic = Buffer.from([FRAME, 2, 9, 1, 2, 3]);
    const harmless = await metadataOf({ [segment(0)]: batch([newType, newType, topic('orders')]) });
    assert.deepEqual([...harmless.unknown], [['type 99 version 0', 2]]);
    assert.deepEqual(harmless.unknownNeeded, []);
    assert.deepEqual(namesOf(harmless), ['orders']);
    const needed = await metadataOf({ [segment(0)]: batch([newTopic]) });
    assert.deepEqual(needed.unknownNeeded, ['TopicRecord version 9']);
  });

  test('whose records are no records is unreadable, not a crash', async () => {
    const log = await read({ [segment(0)]: batch([topic('orders'), Buffer.from([1, 2, 0, 200])]) });
    assert.equal(log.kind, 'unreadable');
  });
});
