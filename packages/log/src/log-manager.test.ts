import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { silentLogger } from '@sluice/kernel/logger';
import { createSimClock, type SimClock } from '@sluice/kernel/sim/clock';
import { createSimDisk, type SimDisk } from '@sluice/kernel/sim/disk';
import { createSimRandom } from '@sluice/kernel/sim/random';
import { DEFAULT_LOG_CONFIG } from './default-log-config.ts';
import type { LogDirectoryOptions } from './log-directory.ts';
import { LogDirectoryError, type LogDirectoryErrorTag } from './log-directory-error.ts';
import { openLogDirectory } from './log-manager.ts';
import { encodeMetaProperties } from './meta-properties.ts';
import { STOP_SUMMARY } from './stop-summary.ts';
import { createTailCache } from './tail-cache.ts';
import { append, batchOf, durable, readAll, written } from './testing/test-log.ts';

const TOPIC_ID = 'c3RhYmxlLXRvcGljLWlkMA';
const OTHER_TOPIC_ID = 'b3RoZXItdG9waWMtaWQtMA';
const clock: SimClock = createSimClock();

function open(disk: SimDisk, options: Partial<LogDirectoryOptions> = {}) {
  return openLogDirectory({
    disk,
    clock,
    random: createSimRandom(1),
    logger: silentLogger,
    path: '/data',
    clusterId: 'cluster',
    nodeId: 1,
    tailCache: createTailCache(1000),
    durability: 'disk',
    configOf: () => ({ ...DEFAULT_LOG_CONFIG, segmentSizeBytes: 400 }),
    ...options,
  });
}

async function refusal(disk: SimDisk, options: Partial<LogDirectoryOptions> = {}): Promise<LogDirectoryErrorTag> {
  try {
    await (await open(disk, options)).close();
  } catch (error) {
    assert(error instanceof LogDirectoryError, String(error));
    assert.match(error.message, /\/data/);
    assert.doesNotMatch(error.message, /\n/);
    return error.tag;
  }
  assert.fail('the directory was opened');
}

async function writeFile(disk: SimDisk, path: string, content: string): Promise<void> {
  await disk.makeDirectory('/data');
  await disk.replaceFile(path, content);
}

describe('a data directory', () => {
  test('that others use, or made, or that is another node’s, is refused with the reason', async () => {
    const disk = createSimDisk();
    const directory = await open(disk);
    assert.equal(await refusal(disk), 'locked');
    await directory.close();
    assert.equal(await refusal(disk, { clusterId: 'another' }), 'other-cluster');
    assert.equal(await refusal(disk, { nodeId: 2 }), 'other-node');

    const foreign = createSimDisk();
    await writeFile(foreign, '/data/thesis.txt', 'do not lose me');
    assert.equal(await refusal(foreign), 'foreign');
    assert.deepEqual(await foreign.list('/data'), ['thesis.txt'], 'and left as it was');
    await (await open(foreign, { knownNames: ['thesis.txt'] })).close();

    const newer = createSimDisk();
    await writeFile(
      newer,
      '/data/meta.properties',
      encodeMetaProperties({ clusterId: 'cluster', nodeId: 1, directoryId: undefined, formatVersion: 99 }),
    );
    assert.equal(await refusal(newer), 'newer-version');

    const damaged = createSimDisk();
    await writeFile(damaged, '/data/meta.properties', 'gibberish');
    assert.equal(await refusal(damaged), 'damaged');

    for (const tag of ['read-only', 'denied'] as const) {
      const readOnly = createSimDisk();
      await readOnly.makeDirectory('/data');
      readOnly.inject(({ kind }) => (kind === 'create' || kind === 'write' ? { kind: 'fail', tag } : undefined));
      assert.equal(await refusal(readOnly), 'read-only');
    }
  });

  test('keeps its id, and can be opened again after each refusal', async () => {
    const disk = createSimDisk();
    const first = await open(disk);
    const { directoryId } = first;
    await first.close();
    await refusal(disk, { nodeId: 2 });
    const second = await open(disk, { random: createSimRandom(99) });
    assert.equal(second.directoryId, directoryId);
    await second.close();
  });

  test('has its partitions again after a clean stop, reading no batch', async () => {
    const disk = createSimDisk();
    const directory = await open(disk);
    for (const partition of [0, 1]) {
      const log = await directory.create('orders', partition, TOPIC_ID, DEFAULT_LOG_CONFIG);
      for (let index = 0; index < 10; index++) append(log, batchOf([`${partition}-${index}`]));
    }
    await directory.create('a-b.c_d', 12, OTHER_TOPIC_ID, DEFAULT_LOG_CONFIG);
    await directory.close();
    assert((await disk.list('/data')).includes('.kafka_cleanshutdown'));

    const again = await open(disk);
    assert(!(await disk.list('/data')).includes('.kafka_cleanshutdown'), 'a crash from now on is a crash');
    const names = [...again.logs()].map((each) => `${each.topic}/${each.partition}/${each.topicId}`).sort();
    assert.deepEqual(names, [`a-b.c_d/12/${OTHER_TOPIC_ID}`, `orders/0/${TOPIC_ID}`, `orders/1/${TOPIC_ID}`]);
    const log = again.get('orders', 1)?.log;
    assert(log !== undefined);
    assert.equal((await readAll(log)).length, 10);
    await again.close();
  });

  test('an answered DeleteRecords stays after a kill', async () => {
    const disk = createSimDisk();
    const directory = await open(disk);
    const log = await directory.create('orders', 0, TOPIC_ID, { ...DEFAULT_LOG_CONFIG, segmentSizeBytes: 400 });
    for (let index = 0; index < 20; index++) append(log, batchOf([`v${index}`]), { durable: true });
    await durable(log);
    const before = log.segmentCount;
    await log.deleteRecordsBelow(13);
    assert(log.segmentCount < before, 'whole segments below it are gone');
    const again = await open(disk.reboot(7));
    const survivor = again.get('orders', 0)?.log;
    assert.equal(survivor?.logStartOffset, 13);
    assert.equal(
      (await survivor?.read(12, { maxBytes: 10, minOneBatch: true, upTo: 'log-end' }))?.kind,
      'out-of-range',
    );
    await again.close();
  });

  test('a removed partition does not come back, and a new one of its name starts empty', async () => {
    const disk = createSimDisk();
    const directory = await open(disk);
    const old = await directory.create('orders', 0, TOPIC_ID, DEFAULT_LOG_CONFIG);
    for (let index = 0; index < 9; index++) append(old, batchOf([`old ${index}`]), { durable: true });
    await durable(old);
    await old.deleteRecordsBelow(5);
    await directory.checkpoint();
    await directory.remove('orders', 0);
    const fresh = await directory.create('orders', 0, OTHER_TOPIC_ID, DEFAULT_LOG_CONFIG);
    assert.equal(fresh.logStartOffset, 0);
    append(fresh, batchOf(['new']), { durable: true });
    await durable(fresh);
    const survived = disk.reboot(3);
    const again = await open(survived);
    const survivor = again.get('orders', 0);
    assert.equal(survivor?.topicId, OTHER_TOPIC_ID);
    assert.deepEqual(survivor === undefined ? [] : (await readAll(survivor.log)).map((record) => record.value), [
      'new',
    ]);
    await again.close();
    assert(!(await survived.list('/data')).some((name) => name.endsWith('-delete')));
  });

  test('a partition that cannot be opened keeps its offsets and does not keep the others back', async () => {
    const disk = createSimDisk();
    const directory = await open(disk);
    for (const topic of ['good', 'bad']) {
      const log = await directory.create(topic, 0, TOPIC_ID, DEFAULT_LOG_CONFIG);
      for (let index = 0; index < 5; index++) append(log, batchOf([`v${index}`]), { durable: true });
      await durable(log);
      await log.deleteRecordsBelow(2);
    }
    await directory.close();
    // Else nobody would look at it before it is used.
    await disk.unlink(`/data/${STOP_SUMMARY}`);
    const restore = disk.inject(({ path, kind }) =>
      path.startsWith('/data/bad-0/') && kind === 'read' ? { kind: 'fail', tag: 'io' } : undefined,
    );
    const partly = await open(disk);
    assert.deepEqual([...partly.unopened.keys()], ['bad-0']);
    assert.equal(partly.get('good', 0)?.log.logEndOffset, 5);
    await partly.get('good', 0)?.log.deleteRecordsBelow(3);
    await partly.close();
    restore();
    const again = await open(disk);
    assert.equal(again.get('bad', 0)?.log.logStartOffset, 2);
    assert.equal(again.get('bad', 0)?.log.logEndOffset, 5);
    await again.close();
  });

  test('I20: after a kill only what came behind the last checkpoint is read', async () => {
    const disk = createSimDisk({ crashModel: false });
    const directory = await open(disk);
    const config = { ...DEFAULT_LOG_CONFIG, segmentSizeBytes: 1_000_000 };
    const log = await directory.create('orders', 0, TOPIC_ID, config);
    const value = 'x'.repeat(1000);
    for (let index = 0; index < 3000; index++) append(log, batchOf([value]));
    await directory.checkpoint();
    for (let index = 0; index < 50; index++) append(log, batchOf([value]));
    await written(log);
    await log.abandon();
    const copy = await copyOf(disk);
    let readBytes = 0;
    const counting = countReads(copy, (bytes) => {
      readBytes += bytes;
    });
    const again = await open(copy, { disk: counting });
    assert.equal(again.get('orders', 0)?.log.logEndOffset, 3050);
    assert(readBytes < 250_000, `${readBytes} bytes of 3 MB were read`);
    await again.close();
  });

  test('checkpoints on its own, and leaves no timer behind', async () => {
    const own = createSimClock();
    const disk = createSimDisk({ clock: own });
    const directory = await open(disk, { clock: own, checkpointIntervalMs: 1000 });
    const log = await directory.create('orders', 0, TOPIC_ID, DEFAULT_LOG_CONFIG);
    append(log, batchOf(['a']));
    await own.advance(1000);
    assert.equal(log.recoveryPoint, 1);
    assert.match(String(await disk.readFile('/data/recovery-point-offset-checkpoint')), /^0\n1\norders 0 1\s/);
    await directory.close();
    assert.equal(own.timerCount, 0);
  });
});

async function copyOf(disk: SimDisk): Promise<SimDisk> {
  const copy = createSimDisk({ crashModel: false });
  for (const path of disk.files()) {
    await copy.makeDirectory(path.slice(0, path.lastIndexOf('/')));
    await copy.replaceFile(path, (await disk.readFile(path)) ?? Buffer.alloc(0));
  }
  return copy;
}

function countReads(disk: SimDisk, count: (bytes: number) => void): SimDisk {
  return {
    ...disk,
    async open(path, mode) {
      const file = await disk.open(path, mode);
      if (!path.endsWith('.log')) return file;
      return {
        path: file.path,
        async read(target, position) {
          const filled = await file.read(target, position);
          count(filled);
          return filled;
        },
        writev: (buffers, position) => file.writev(buffers, position),
        sync: () => file.sync(),
        truncate: (sizeBytes) => file.truncate(sizeBytes),
        size: () => file.size(),
        close: () => file.close(),
      };
    },
  };
}
