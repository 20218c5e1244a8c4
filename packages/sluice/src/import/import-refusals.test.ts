import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SimDisk } from '@sluice/kernel/sim/disk';
import { imageState } from '@sluice/metadata/image/image-state';
import type { MetadataRecordInput } from '@sluice/metadata/kafka/metadata-record';
import {
  DIRECTORY_ID,
  importWorld,
  KAFKA,
  kafkaDirectory,
  metaProperties,
  ORDERS_ID,
  ordersRecords,
  writeMetadataLog,
} from '../testing/kafka-directory.ts';
import { importKafka } from './import-kafka.ts';
import { ImportRefused } from './import-refused.ts';
import type { ImportOptions } from './import-types.ts';

const TARGET = '/sluice';

type More = Partial<Omit<ImportOptions, 'world'>>;

async function run(disk: SimDisk, more: More = {}) {
  const { world, store } = importWorld(disk);
  const report = await importKafka({ world, sources: [KAFKA], target: TARGET, ...more });
  return { report, store };
}

/** One line that says what is wrong and one that says what to do, and nothing was changed. */
async function refused(disk: SimDisk, message: RegExp, hint: RegExp, more: More = {}): Promise<void> {
  const before = disk.files();
  await assert.rejects(run(disk, more), (error) => {
    assert(error instanceof ImportRefused, String(error));
    const [problem] = error.problems;
    assert.match(problem?.message ?? '', message);
    assert.match(problem?.hint ?? '', hint);
    assert.doesNotMatch(error.message, /\n/);
    return true;
  });
  assert.deepEqual(
    disk.files().filter((path) => !path.endsWith('/.lock')),
    before.filter((path) => !path.endsWith('/.lock')),
  );
}

const setting = (resourceType: number, resourceName: string, name: string, value: string): MetadataRecordInput => ({
  kind: 'config',
  value: { resourceType, resourceName, name, value },
});
const TOPIC = 2;
const BROKER = 4;

describe('a source is refused', () => {
  test('in which Kafka runs', async () => {
    const disk = await kafkaDirectory();
    const lock = await disk.lock(`${KAFKA}/.lock`);
    await refused(disk, /still running in \/kafka/, /stop it/);
    await lock.release();
    await run(disk);
  });

  test('that is not there, or no log directory', async () => {
    const disk = await kafkaDirectory();
    await refused(disk, /no directory \/nowhere/, /log\.dirs/, { sources: ['/nowhere'] });
    await disk.makeDirectory('/folder');
    await disk.rename(KAFKA, '/folder/logs');
    await refused(disk, /no meta\.properties/, /\/folder\/logs is one/, { sources: ['/folder'] });
  });

  test('that is a data directory of Sluice', async () => {
    const disk = await kafkaDirectory();
    await disk.replaceFile(`${KAFKA}/sluice-metadata.db`, '');
    await refused(disk, /of Sluice already/, /sluice start --data \/kafka/);
  });

  test('that is of another broker or cluster than the one beside it, or a copy of it', async () => {
    const disk = await kafkaDirectory();
    await disk.makeDirectory('/second');
    const sources = [KAFKA, '/second'];
    await disk.replaceFile('/second/meta.properties', metaProperties(2));
    await refused(disk, /of broker 2, \/kafka of broker 1/, /one broker only/, { sources });
    await disk.replaceFile('/second/meta.properties', metaProperties(1, 'another'));
    await refused(disk, /of cluster another/, /one broker only/, { sources });
    await disk.replaceFile('/second/meta.properties', metaProperties());
    await refused(disk, /same directory\.id/, /copy/, { sources });
    await refused(disk, /twice|same directory/, /once|only one/, { sources: [KAFKA, KAFKA] });
  });

  test('whose meta.properties nobody can read', async () => {
    const disk = await kafkaDirectory();
    await disk.replaceFile(`${KAFKA}/meta.properties`, 'version=2\n');
    await refused(disk, /does not say whose data/, /newer Sluice/);
  });

  test('without its metadata, or with one that a newer Kafka wrote', async () => {
    const disk = await kafkaDirectory();
    const log = `${KAFKA}/__cluster_metadata-0/${'0'.repeat(20)}.log`;
    const content = await disk.readFile(log);
    assert(content !== undefined);
    await disk.unlink(log);
    await refused(disk, /cannot be read/, /--without-metadata/);
    await disk.removeTree(`${KAFKA}/__cluster_metadata-0`);
    await refused(disk, /no __cluster_metadata-0/, /metadata\.log\.dir.*--without-metadata/);
    const old = await kafkaDirectory({ zooKeeper: true });
    await refused(old, /ZooKeeper/, /KRaft first.*--without-metadata/);
  });

  test('whose topics are tiered, or have messages of before 0.11', async () => {
    const disk = await kafkaDirectory({ records: [setting(TOPIC, 'orders', 'remote.storage.enable', 'true')] });
    await refused(disk, /orders is tiered/, /--exclude orders/);
    const { report } = await run(disk, { exclude: ['orders'] });
    assert.deepEqual(report.topics, []);
    assert.deepEqual(report.leftOut, ['topic orders, because --exclude says so']);

    const old = await kafkaDirectory();
    const [first = ''] = (await old.list(`${KAFKA}/orders-1`)).filter((name) => name.endsWith('.log'));
    const MAGIC_AT = 16;
    old.flipByte(`${KAFKA}/orders-1/${first}`, MAGIC_AT, 2 ^ 1);
    await refused(old, /before 0\.11 \(orders-1\//, /--exclude orders/);
  });

  test('that holds only some of a topic', async () => {
    const disk = await kafkaDirectory();
    const more = ordersRecords(3).slice(-1);
    await writeMetadataLog(disk, [...ordersRecords(2), ...more]);
    await refused(disk, /of 3 partitions 2 is missing \(its directory is gone\)/, /--partial.*--exclude/);
    await writeMetadataLog(disk, ordersRecords(2, [2, 3]));
    await refused(disk, /of 2 partitions 0, 1 are missing \(its replicas are on brokers 2, 3\)/, /--partial/);
    await writeMetadataLog(disk, [
      ...ordersRecords(2, [1, 2]),
      { kind: 'partitionChange', value: { partitionId: 1, topicId: ORDERS_ID, isr: [2], leader: 2 } },
    ]);
    await refused(disk, /1 is missing \(this replica was not in sync; broker 2 had more\)/, /--partial/);
    const { report } = await run(disk, { partial: true });
    assert.match(report.notes.join('\n'), /more than one replica/);
    assert.deepEqual(report.topics[0]?.missing, []);
  });
});

describe('a target is refused', () => {
  test('that holds something', async () => {
    const disk = await kafkaDirectory();
    await disk.makeDirectory(TARGET);
    await disk.replaceFile(`${TARGET}/letter.txt`, 'dear');
    await refused(disk, /not empty: it has letter\.txt/, /--data/);
    await disk.replaceFile(`${TARGET}/meta.properties`, metaProperties());
    await refused(disk, /belongs to an Apache Kafka broker/, /--data/);
    await disk.replaceFile(`${TARGET}/sluice-metadata.db`, '');
    await refused(disk, /data of a Sluice broker of cluster Pczo/, /--data/);
  });

  test('that is the source, or within it', async () => {
    const disk = await kafkaDirectory();
    await refused(disk, /both source and target/, /--data/, { target: KAFKA });
    await refused(disk, /one in the other/, /--data/, { target: `${KAFKA}/sluice` });
  });

  test('that somebody uses', async () => {
    const disk = await kafkaDirectory();
    await disk.makeDirectory(TARGET);
    await disk.lock(`${TARGET}/.lock`);
    await refused(disk, /another import or a broker/, /stop it/);
  });

  test('that has no room for the copies', async () => {
    const disk = await kafkaDirectory();
    disk.setCapacity(1024 * 1024);
    for (const dryRun of [true, false]) {
      await assert.rejects(run(disk, { copyAll: true, dryRun }), {
        name: 'ImportRefused',
        message: /1 MiB free and needs \d+ MiB/,
      });
    }
  });
});

test('what is missing is made empty with --partial, and that is said', async () => {
  const disk = await kafkaDirectory();
  await writeMetadataLog(disk, [...ordersRecords(2), ...ordersRecords(4).slice(-2)]);
  const { report, store } = await run(disk, { partial: true });
  assert.deepEqual(report.topics[0]?.missing, [2, 3]);
  assert.match(report.notes.join('\n'), /orders begins empty in partitions 2, 3/);
  const state = imageState();
  const { revision, kvs } = await store().range('');
  state.apply(state.catchUp(revision, kvs));
  assert.equal(state.image.topicsByName.get('orders')?.partitions.length, 4);
  assert.equal(state.image.topicsByName.get('orders')?.partitions[0]?.leaderEpoch, 4);
});

test('topics of a cluster with ZooKeeper come by the names of their directories, and nothing of them is deleted', async () => {
  const disk = await kafkaDirectory({ zooKeeper: true });
  await disk.replaceFile(`${KAFKA}/cleaner-offset-checkpoint`, '0\n0\n');
  const { report } = await run(disk, { withoutMetadata: true });
  assert.deepEqual(
    report.topics.map(({ name, id, partitions, settings }) => ({ name, id, partitions, settings })),
    [{ name: 'orders', id: ORDERS_ID, partitions: 2, settings: { 'retention.ms': '-1' } }],
  );
  assert.match(report.notes.join('\n'), /settings are not known/);
});

test('what Sluice cannot hold is listed, a sentence each', async () => {
  const acl = (id: string): MetadataRecordInput => ({
    kind: 'accessControlEntry',
    value: {
      id,
      resourceType: 2,
      resourceName: 'orders',
      patternType: 3,
      principal: 'User:alice',
      host: '*',
      operation: 3,
      permissionType: 3,
    },
  });
  const bytes = Buffer.from('secret');
  const disk = await kafkaDirectory({
    records: [
      acl('AAAAAAAAAAAAAAAAAAAAAg'),
      acl('AAAAAAAAAAAAAAAAAAAAAw'),
      { kind: 'removeAccessControlEntry', value: { id: 'AAAAAAAAAAAAAAAAAAAAAw' } },
      {
        kind: 'userScramCredential',
        value: { name: 'alice', mechanism: 1, salt: bytes, storedKey: bytes, serverKey: bytes, iterations: 4096 },
      },
      {
        kind: 'clientQuota',
        value: {
          entity: [{ entityType: 'user', entityName: 'alice' }],
          key: 'producer_byte_rate',
          value: 1024,
          remove: false,
        },
      },
      { kind: 'featureLevel', value: { name: 'metadata.version', featureLevel: 7 } },
      setting(BROKER, '1', 'max.connections', '77'),
      setting(BROKER, '2', 'max.connections', '77'),
      setting(BROKER, '', 'metric.plug-in', 'on'),
      setting(BROKER, '', 'log.retention.ms', '1000'),
      setting(TOPIC, 'orders', 'retention.ms', '-5'),
      setting(TOPIC, 'orders', 'cleanup.policy', 'compact'),
    ],
  });
  await disk.makeDirectory(`${KAFKA}/deleted-0.0123456789abcdef0123456789abcdef-delete`);
  await disk.makeDirectory(`${KAFKA}/orders-7`);
  const { report, store } = await run(disk);
  assert.deepEqual(report.leftOut, [
    "/kafka/orders-7, because the cluster's metadata has no such partition of that topic id",
    'settings of broker 2 (max.connections), because it is another broker',
    'setting metric.plug-in of all brokers, because it is no setting that Sluice knows',
    report.leftOut.find((sentence) => sentence.startsWith('setting retention.ms of topic orders, because ')),
    '1 ACL, because Sluice has no authorizer yet: whoever reaches its port may do everything',
    'SCRAM credentials of 1 user (alice), because Sluice has no SASL yet',
    '1 client quota, because Sluice has no quotas yet',
    'feature levels (metadata.version 7, here 30), because Sluice runs at its own',
  ]);
  assert.match(report.notes.join('\n'), /1 directories that Kafka itself had put aside/);
  assert.deepEqual(report.settings, ['broker 1: max.connections', 'all brokers: log.retention.ms']);
  assert.deepEqual(report.topics[0]?.settings, { 'cleanup.policy': 'compact' });
  const { kv } = await store().get('configs/broker/');
  assert.deepEqual(JSON.parse(kv?.value ?? ''), {
    values: { 'min.insync.replicas': '1', 'log.retention.ms': '1000' },
  });
});

test('a partition in a log directory that was not named is told by its id', async () => {
  const disk = await kafkaDirectory();
  const elsewhere = 'AAAAAAAAAAAAAAAAAAAABg';
  assert.notEqual(elsewhere, DIRECTORY_ID);
  await writeMetadataLog(disk, [
    ...ordersRecords(3),
    { kind: 'partitionChange', value: { partitionId: 2, topicId: ORDERS_ID, directories: [elsewhere] } },
  ]);
  await refused(
    disk,
    new RegExp(`2 is missing \\(it is in a log directory that was not named, of id ${elsewhere}`),
    /./,
  );
});
