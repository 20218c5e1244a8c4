import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import type { Disk } from '@sluice/kernel/disk';
import { silentLogger } from '@sluice/kernel/logger';
import { createSimClock } from '@sluice/kernel/sim/clock';
import type { SimDisk } from '@sluice/kernel/sim/disk';
import { createSimRandom } from '@sluice/kernel/sim/random';
import { DEFAULT_LOG_CONFIG } from '@sluice/log/default-log-config';
import { openLogDirectory } from '@sluice/log/log-manager';
import { createTailCache } from '@sluice/log/tail-cache';
import { consume } from '@sluice/log/testing/consume-log';
import { expectedOf, loadFixture } from '@sluice/log/testing/load-fixture';
import type { ClusterImage } from '@sluice/metadata/image/cluster-image';
import { imageState } from '@sluice/metadata/image/image-state';
import type { MetadataStore } from '@sluice/metadata/store/metadata-store';
import { buildBatch } from '@sluice/protocol/records/build-batch';
import {
  CLUSTER_ID,
  importWorld,
  KAFKA,
  kafkaDirectory,
  ORDERS_ID,
  ordersRecords,
  writeMetadataLog,
} from '../testing/kafka-directory.ts';
import { ImportStopped, importKafka } from './import-kafka.ts';
import type { ImportProgress } from './import-types.ts';

const TARGET = '/sluice';
const SECOND_ID = 'AAAAAAAAAAAAAAAAAAAABg';
/** A crash at every single one takes ten times as long and shows no more. */
const CHANGES_PER_CRASH = 11;

/** Names and contents of all files below a directory. */
async function contentOf(disk: SimDisk, directory: string): Promise<Record<string, string>> {
  const content: Record<string, string> = {};
  for (const path of disk.files().filter((each) => each.startsWith(`${directory}/`))) {
    content[path] = createHash('sha256')
      .update((await disk.readFile(path)) ?? '')
      .digest('hex');
  }
  return content;
}

async function imageOf(store: MetadataStore): Promise<ClusterImage> {
  const state = imageState();
  const { revision, kvs } = await store.range('');
  state.apply(state.catchUp(revision, kvs));
  return state.image;
}

const openTarget = (disk: Disk, compacted: string[] = []) =>
  openLogDirectory({
    disk,
    clock: createSimClock({ startMs: Date.UTC(2026, 10, 21, 9) }),
    random: createSimRandom(1),
    logger: silentLogger,
    path: TARGET,
    clusterId: CLUSTER_ID,
    nodeId: 1,
    tailCache: createTailCache(0),
    durability: 'disk',
    configOf: (topic) => ({ ...DEFAULT_LOG_CONFIG, cleanupCompact: compacted.includes(topic) }),
    knownNames: ['sluice-metadata.db'],
  });

describe('a directory that a real Kafka left', () => {
  for (const fixture of ['kafka-4.3.1-clean', 'kafka-4.3.1-killed']) {
    test(`${fixture}: topics, ids, settings and every record come over, and the source stays as it is`, async () => {
      const disk = await loadFixture(fixture);
      const before = await contentOf(disk, '/data');
      const { world, store } = importWorld(disk);
      const report = await importKafka({ world, sources: ['/data'], target: TARGET });
      assert.equal(report.isClean, fixture === 'kafka-4.3.1-clean');
      assert.deepEqual(report.leftOut, []);

      const image = await imageOf(store());
      assert.equal(image.clusterId, CLUSTER_ID);
      assert.equal(image.nextProducerId, fixture === 'kafka-4.3.1-clean' ? 1000 : 2000);
      const orders = image.topicsByName.get('orders');
      assert.equal(orders?.id, ORDERS_ID);
      assert.equal(orders?.partitions.length, 3);
      assert.deepEqual([...image.config('topic', 'orders')], [['segment.bytes', '1048576']]);
      assert.equal(image.config('topic', 'compacted').get('cleanup.policy'), 'compact');
      assert.equal(image.topicsByName.get('__consumer_offsets')?.partitions.length, 5);
      assert.equal(image.topicsByName.get('__transaction_state')?.partitions.length, 5);

      const directory = await openTarget(disk, ['compacted']);
      assert.deepEqual([...directory.unopened], []);
      for (const [name, expected] of Object.entries(expectedOf(fixture))) {
        const [, topic = '', partition = ''] = /^(.+)-(\d+)$/.exec(name) ?? [];
        const hosted = directory.get(topic, Number(partition));
        assert(hosted !== undefined, name);
        const { log } = hosted;
        const state = image.topicsByName.get(topic)?.partitions[Number(partition)];
        assert.equal(hosted.topicId, image.topicsByName.get(topic)?.id);
        assert.equal(log.highWatermark, expected.highWatermark, `${name}: high watermark`);
        assert.deepEqual(await consume(log, false), expected.read_uncommitted, `${name}: all records`);
        assert.deepEqual(await consume(log, true), expected.read_committed, `${name}: committed records`);
        const records = buildBatch([{ key: 'key', value: 'after the import', timestampMs: 1 }], {});
        const appended = log.append(records, {
          leaderEpoch: state?.leaderEpoch ?? -1,
          nowMs: 1,
          durable: true,
          origin: 'client',
        });
        assert.equal(appended.kind, 'appended', name);
        assert.equal(log.endOffsetForEpoch(state?.leaderEpoch ?? -1).endOffset, expected.highWatermark + 1, name);
      }
      await directory.close();
      assert.deepEqual(await contentOf(disk, '/data'), before, 'what Sluice wrote is not in the source');
    });
  }
});

test('a log that was stopped cleanly is linked as a whole, and Sluice appends behind it', async () => {
  const disk = await kafkaDirectory();
  const { world } = importWorld(disk);
  const report = await importKafka({ world, sources: [KAFKA], target: TARGET });
  const logs = (await disk.list(`${KAFKA}/orders-0`)).filter((name) => name.endsWith('.log'));
  assert(logs.length > 1);
  for (const name of logs) assert.equal((await disk.stat(`${TARGET}/orders-0/${name}`))?.linkCount, 2, name);
  assert.equal(report.linkedFiles, logs.length * 2);
  assert.equal((await disk.stat(`${TARGET}/orders-0/${'20'.padStart(20, '0')}.log`))?.sizeBytes, 0);
});

test('of a killed one, what a recovery may cut is copied', async () => {
  const disk = await kafkaDirectory({ killed: true });
  const recoveryPoint = 12;
  await disk.replaceFile(
    `${KAFKA}/recovery-point-offset-checkpoint`,
    `0\n2\norders 0 ${recoveryPoint}\norders 1 ${recoveryPoint}\n`,
  );
  const { world } = importWorld(disk);
  await importKafka({ world, sources: [KAFKA], target: TARGET });
  const logs = (await disk.list(`${KAFKA}/orders-0`)).filter((name) => name.endsWith('.log'));
  const bases = logs.map((name) => Number(name.slice(0, 20)));
  for (const [index, name] of logs.entries()) {
    const isBelow = (bases[index + 1] ?? Number.POSITIVE_INFINITY) <= recoveryPoint;
    assert.equal((await disk.stat(`${TARGET}/orders-0/${name}`))?.linkCount, isBelow ? 2 : 1, name);
  }
  assert(bases.some((base) => base > 0 && base <= recoveryPoint));
});

describe('an import that is interrupted', () => {
  test('by a power loss at any change of the disk goes on, and nothing is lost', async () => {
    const base = await kafkaDirectory();
    base.crash();
    const whole = base.reboot(0);
    const source = await contentOf(whole, KAFKA);
    const changesBefore = whole.changeCount;
    await importKafka({ world: importWorld(whole).world, sources: [KAFKA], target: TARGET });
    const expected = await contentOf(whole, `${TARGET}/orders-1`);
    const changes = whole.changeCount - changesBefore;
    assert(changes > 50);
    for (let change = 1; change <= changes; change += CHANGES_PER_CRASH) {
      const disk = base.reboot(change);
      disk.crashAt(change);
      await assert.rejects(importKafka({ world: importWorld(disk).world, sources: [KAFKA], target: TARGET }));
      const after = disk.reboot(change);
      const { world, store } = importWorld(after);
      try {
        await importKafka({ world, sources: [KAFKA], target: TARGET });
        assert.equal((await imageOf(store())).topicsByName.get('orders')?.partitions.length, 2);
      } catch (error) {
        // The last change took the marker away: then everything is there. (The metadata is not on this disk.)
        assert.match(String(error), /belongs to/, `change ${change}`);
        assert(change > changes - CHANGES_PER_CRASH);
      }
      assert.deepEqual(await contentOf(after, `${TARGET}/orders-1`), expected, `change ${change}`);
      assert.deepEqual(await contentOf(after, KAFKA), source, `change ${change}: the source`);
      assert.equal(await after.stat(`${TARGET}/sluice-import.json`), undefined);
    }
  });

  test('by its user goes on behind what is there', async () => {
    const disk = await kafkaDirectory();
    const { world } = importWorld(disk);
    const first: ImportProgress[] = [];
    const options = { world, sources: [KAFKA], target: TARGET, copyAll: true };
    await assert.rejects(
      importKafka({ ...options, onProgress: (each) => first.push(each), isStopping: () => first.length > 6 }),
      ImportStopped,
    );
    const there = disk.files().filter((path) => path.startsWith(`${TARGET}/orders-`) && !path.endsWith('.import'));
    const inodes = await Promise.all(there.map((path) => disk.stat(path)));
    const report = await importKafka(options);
    assert.equal(report.isResumed, true);
    assert(there.length > 2);
    assert.deepEqual(await Promise.all(there.map((path) => disk.stat(path))), inodes);
  });

  test('begins anew if Kafka ran meanwhile', async () => {
    const disk = await kafkaDirectory();
    const { world } = importWorld(disk);
    const seen: ImportProgress[] = [];
    const options = { world, sources: [KAFKA], target: TARGET };
    await assert.rejects(
      importKafka({ ...options, onProgress: (each) => seen.push(each), isStopping: () => seen.length > 20 }),
      ImportStopped,
    );
    await disk.setModified(`${KAFKA}/orders-0/leader-epoch-checkpoint`, 5);
    await disk.replaceFile(`${TARGET}/orders-0/left-by-the-first`, '');
    const report = await importKafka(options);
    assert.equal(report.isResumed, false);
    assert.equal(await disk.stat(`${TARGET}/orders-0/left-by-the-first`), undefined);
  });

  test('of other directories is not mixed with this one', async () => {
    const disk = await kafkaDirectory();
    await disk.makeDirectory(TARGET);
    const marker = { version: 1, sources: ['/elsewhere'], fingerprint: 'x' };
    await disk.replaceFile(`${TARGET}/sluice-import.json`, JSON.stringify(marker));
    await assert.rejects(importKafka({ world: importWorld(disk).world, sources: [KAFKA], target: TARGET }), {
      name: 'ImportRefused',
      message: /unfinished import of \/elsewhere/,
    });
  });
});

test('several log directories come into one, clean only if all of them are', async () => {
  for (const isSecondClean of [true, false]) {
    const disk = await kafkaDirectory();
    await disk.makeDirectory('/second');
    const meta = String(await disk.readFile(`${KAFKA}/meta.properties`)).replace(
      /directory\.id=.*/,
      `directory.id=${SECOND_ID}`,
    );
    await disk.replaceFile('/second/meta.properties', meta);
    await disk.rename(`${KAFKA}/orders-1`, '/second/orders-1');
    await disk.replaceFile(`${KAFKA}/recovery-point-offset-checkpoint`, '0\n1\norders 0 20\n');
    await disk.replaceFile('/second/recovery-point-offset-checkpoint', '0\n1\norders 1 20\n');
    if (isSecondClean) await disk.replaceFile('/second/.kafka_cleanshutdown', '');
    const moved = { partitionId: 1, topicId: ORDERS_ID, directories: [SECOND_ID] };
    await writeMetadataLog(disk, [...ordersRecords(2), { kind: 'partitionChange', value: moved }]);
    const { world } = importWorld(disk);
    const report = await importKafka({ world, sources: [KAFKA, '/second'], target: TARGET });
    assert.equal(report.isClean, isSecondClean);
    assert.equal((await disk.stat(`${TARGET}/.kafka_cleanshutdown`)) !== undefined, isSecondClean);
    const directory = await openTarget(disk);
    for (const partition of [0, 1]) assert.equal(directory.get('orders', partition)?.log.highWatermark, 20);
    await directory.close();
  }
});

test('where no hard link can be made, everything is copied, and that is said', async () => {
  const disk = await kafkaDirectory();
  disk.inject(({ kind }) => (kind === 'link' ? { kind: 'fail', tag: 'no-link' } : undefined));
  const report = await importKafka({ world: importWorld(disk).world, sources: [KAFKA], target: TARGET });
  assert.equal(report.linkedFiles, 0);
  assert.match(report.notes.join('\n'), /No hard links/);
  const directory = await openTarget(disk);
  assert.equal(directory.get('orders', 1)?.log.highWatermark, 20);
  await directory.close();
});

test('a dry run changes nothing', async () => {
  const disk = await kafkaDirectory();
  const before = await contentOf(disk, '');
  const report = await importKafka({ world: importWorld(disk).world, sources: [KAFKA], target: TARGET, dryRun: true });
  assert.deepEqual(
    report.topics.map(({ name, partitions }) => [name, partitions]),
    [['orders', 2]],
  );
  assert.deepEqual(await contentOf(disk, ''), before);
});

test('Kafka cannot start in the source while it is imported', async () => {
  const disk = await kafkaDirectory();
  const { world } = importWorld(disk);
  let looked: Promise<void> | undefined;
  await importKafka({
    world,
    sources: [KAFKA],
    target: TARGET,
    onProgress() {
      looked ??= assert.rejects(disk.lock(`${KAFKA}/.lock`), { tag: 'busy' });
    },
  });
  await looked;
  assert(looked !== undefined);
  await (await disk.lock(`${KAFKA}/.lock`)).release();
});
