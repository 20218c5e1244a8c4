import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Disk } from '@sluice/kernel/disk';
import { DiskError } from '@sluice/kernel/disk';
import { silentLogger } from '@sluice/kernel/logger';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { createSimDisk, type SimDisk } from '@sluice/kernel/sim/disk';
import { createSimRandom } from '@sluice/kernel/sim/random';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint-file.ts';
import { DEFAULT_LOG_CONFIG } from './default-log-config.ts';
import { openLogDirectory } from './log-manager.ts';
import type { ManagedLog } from './managed-log.ts';
import { STOP_SUMMARY } from './stop-summary.ts';
import { createTailCache } from './tail-cache.ts';
import { append, batchOf, durable, readAll, written } from './testing/test-log.ts';

const TOPIC_ID = 'c3RhYmxlLXRvcGljLWlkMA';
const CONFIG = { ...DEFAULT_LOG_CONFIG, segmentSizeBytes: 400 };
const RECOVERY_POINTS = '/data/recovery-point-offset-checkpoint';

function open(disk: Disk) {
  return openLogDirectory({
    disk,
    clock: createSimClock(),
    random: createSimRandom(1),
    logger: silentLogger,
    path: '/data',
    clusterId: 'cluster',
    nodeId: 1,
    tailCache: createTailCache(0),
    durability: 'disk',
    configOf: () => CONFIG,
  });
}

/** Three logs of ten records in several segments, and an empty one, as a clean stop leaves them. */
async function stopped(): Promise<SimDisk> {
  const disk = createSimDisk();
  const directory = await open(disk);
  for (const partition of [0, 1, 2]) {
    const log = await directory.create('orders', partition, TOPIC_ID, CONFIG);
    for (let index = 0; index < 10; index++) append(log, batchOf([`${partition}-${index}`]), { leaderEpoch: 3 });
  }
  await directory.create('empty', 0, TOPIC_ID, CONFIG);
  await directory.close();
  return disk;
}

/** The disk, with the names of the partitions whose directories were looked into. */
function watched(disk: SimDisk, fail?: (path: string) => Error | undefined): { disk: Disk; touched: Set<string> } {
  const touched = new Set<string>();
  const note = (path: string) => {
    const name = /^\/data\/([^/]+-\d+)/.exec(path)?.[1];
    if (name !== undefined) touched.add(name);
    const error = fail?.(path);
    if (error !== undefined) throw error;
  };
  const noting =
    <Rest extends unknown[], Result>(call: (path: string, ...rest: Rest) => Promise<Result>) =>
    async (path: string, ...rest: Rest) => {
      note(path);
      return call(path, ...rest);
    };
  return {
    touched,
    disk: {
      ...disk,
      open: noting(disk.open),
      readFile: noting(disk.readFile),
      list: noting(disk.list),
      stat: noting(disk.stat),
    },
  };
}

async function logOf(disk: Disk, partition = 0): Promise<ManagedLog> {
  const log = (await open(disk)).get('orders', partition)?.log;
  assert(log !== undefined);
  return log;
}

describe('after a clean stop', () => {
  test('a start looks at no partition’s files, and a use at those of its own', async () => {
    const { disk, touched } = watched(await stopped());
    const directory = await open(disk);
    assert.equal([...directory.logs()].length, 4);
    assert.deepEqual([...touched], []);
    const log = directory.get('orders', 1)?.log;
    assert(log !== undefined);
    assert.deepEqual(
      [log.logStartOffset, log.logEndOffset, log.highWatermark, log.lastStableOffset, log.recoveryPoint],
      [0, 10, 10, 10, 10],
    );
    assert(log.sizeBytes > 400 && log.segmentCount > 1);
    assert.deepEqual(await log.offsetForTimestamp({ kind: 'latest' }), { offset: 10, timestampMs: -1, leaderEpoch: 3 });
    assert.deepEqual(log.endOffsetForEpoch(3), { leaderEpoch: 3, endOffset: 10 });
    const options = { maxBytes: 100, minOneBatch: true, upTo: 'high-watermark' } as const;
    assert.deepEqual(await log.read(10, options), { kind: 'batches', buffers: [], sizeBytes: 0 });
    assert.equal((await log.read(11, options)).kind, 'out-of-range');
    assert.deepEqual([...touched], [], 'what is known needs no file');
    assert.equal((await readAll(log)).length, 10);
    assert.deepEqual([...touched], ['orders-1']);
    await directory.close();
    assert.deepEqual([...touched], ['orders-1'], 'nor does a stop look at the others');
    assert.equal((await readAll(await logOf(disk, 2))).length, 10);
  });

  test('a summary is good for one start: a crash behind it is a crash', async () => {
    const stoppedDisk = await stopped();
    const log = await logOf(stoppedDisk);
    await new Promise<void>((resolve) => log.whenReady(resolve));
    append(log, batchOf(['one more']), { durable: true });
    await durable(log);
    const { disk, touched } = watched(stoppedDisk.reboot(1));
    const again = await logOf(disk);
    assert(touched.has('orders-2'), 'every log is looked at');
    assert.equal(again.logEndOffset, 11);
    assert.equal((await readAll(again)).length, 11);
  });

  test('a summary is not believed where somebody else has worked in the directory since, or it is damaged', async () => {
    for (const damage of [
      async (disk: SimDisk) => {
        // As Kafka writes it: without a checksum.
        const checkpoint = decodeCheckpoint((await disk.readFile(RECOVERY_POINTS)) ?? Buffer.alloc(0));
        assert(typeof checkpoint === 'object');
        await disk.replaceFile(RECOVERY_POINTS, encodeCheckpoint(checkpoint.entries, false));
      },
      async (disk: SimDisk) => disk.flipByte(`/data/${STOP_SUMMARY}`, 60, 1),
      async (disk: SimDisk) => disk.unlink(`/data/${STOP_SUMMARY}`),
    ]) {
      const plain = await stopped();
      await damage(plain);
      const { disk, touched } = watched(plain);
      const log = await logOf(disk);
      assert.deepEqual([...touched].sort(), ['empty-0', 'orders-0', 'orders-1', 'orders-2']);
      assert.equal((await readAll(log)).length, 10);
    }
  });

  test('what the listing has and the summary has not is looked at, and the other way round nothing is made up', async () => {
    const plain = await stopped();
    await plain.rename('/data/orders-2', '/data/orders-7');
    const { disk, touched } = watched(plain);
    const directory = await open(disk);
    assert.deepEqual([...touched], ['orders-7']);
    assert.equal(directory.get('orders', 2), undefined);
    await directory.close();
  });
});

describe('after a kill', () => {
  test('a short tail stays behind its recovery point until the log is used, and a clean stop leaves none', async () => {
    const plain = await stopped();
    const first = await logOf(plain, 0);
    await new Promise<void>((resolve) => first.whenReady(resolve));
    append(first, batchOf(['one more']), { durable: true });
    await durable(first);
    const killed = plain.afterKill();
    const before = killed.changeCount;
    const directory = await open(killed);
    const startChanges = killed.changeCount - before;
    const log = directory.get('orders', 0)?.log;
    assert(log !== undefined);
    assert.deepEqual([log.isReady, log.recoveryPoint, log.logEndOffset], [false, 10, 11]);
    // A sync of its records; beside it only what a start writes for the directory as a whole.
    assert(startChanges < 30, `${startChanges} changes of the disk`);
    assert.equal((await readAll(log)).length, 11);
    await directory.close();
    const { disk, touched } = watched(killed);
    const again = await logOf(disk);
    assert.deepEqual([...touched], []);
    assert.deepEqual([again.recoveryPoint, again.logEndOffset], [11, 11]);
  });

  test('a log that was never used since is made clean by the stop all the same', async () => {
    const plain = await stopped();
    const first = await logOf(plain, 0);
    await new Promise<void>((resolve) => first.whenReady(resolve));
    append(first, batchOf(['one more']), { durable: true });
    await durable(first);
    const killed = plain.afterKill();
    await (await open(killed)).close();
    const { disk, touched } = watched(killed);
    assert.equal((await logOf(disk)).recoveryPoint, 11);
    assert.deepEqual([...touched], []);
  });
});

describe('a log at rest', () => {
  test('refuses to append until its files are read, and then takes those who waited in their order', async () => {
    const log = await logOf(await stopped());
    assert.equal(log.isReady, false);
    const refused = log.append(batchOf(['too early']), { leaderEpoch: 3, nowMs: 0, durable: false, origin: 'client' });
    assert(refused.kind === 'refused');
    assert.equal(refused.errorCode, ErrorCode.NOT_LEADER_OR_FOLLOWER);
    let changes = 0;
    log.watch(() => changes++);
    const order: string[] = [];
    const appended = [1, 2, 3].map(
      (number) =>
        new Promise<void>((resolve) => {
          log.whenReady(() => {
            order.push(`${number} at ${log.logEndOffset}`);
            append(log, batchOf([`new ${number}`]));
            resolve();
          });
        }),
    );
    await Promise.all(appended);
    await written(log);
    assert.deepEqual(order, ['1 at 10', '2 at 11', '3 at 12']);
    assert(changes > 0, 'who watched it at rest hears of it');
    assert.deepEqual(
      (await readAll(log, 10)).map(({ value }) => value),
      ['new 1', 'new 2', 'new 3'],
    );
  });

  test('that was made just now takes records at once', async () => {
    const directory = await open(createSimDisk());
    const log = await directory.create('orders', 0, TOPIC_ID, CONFIG);
    assert.equal(log.isReady, true);
    append(log, batchOf(['first']), { durable: true });
    await durable(log);
    await directory.close();
  });

  test('whose files cannot be read is offline, but only for now if descriptors were short', async () => {
    for (const [tag, isOfflineAfterwards] of [
      ['io', true],
      ['too-many-files', false],
    ] as const) {
      const plain = await stopped();
      let isBroken = true;
      const { disk } = watched(plain, (path) =>
        isBroken && path.startsWith('/data/orders-0') ? new DiskError(tag, path, 'injected') : undefined,
      );
      const log = await logOf(disk);
      const options = { maxBytes: 100, minOneBatch: true, upTo: 'high-watermark' } as const;
      const failed = await Promise.resolve(log.read(0, options)).catch(() => ({ kind: 'failed' }));
      assert.equal(failed.kind, 'failed');
      isBroken = false;
      assert.equal(log.failure !== undefined, isOfflineAfterwards, tag);
      if (!isOfflineAfterwards) assert.equal((await readAll(log)).length, 10);
    }
  });

  test('keeps its settings from before, and is asked for retention only when something may be due', async () => {
    const { disk, touched } = watched(await stopped());
    const directory = await open(disk);
    const log = directory.get('orders', 0)?.log;
    assert(log !== undefined);
    log.reconfigure({ ...CONFIG, retentionMs: -1, retentionSizeBytes: 1_000_000 });
    await directory.applyRetention();
    assert.deepEqual([...touched], []);
    log.reconfigure({ ...CONFIG, retentionMs: -1, retentionSizeBytes: 100 });
    await directory.applyRetention();
    assert.deepEqual([...touched], ['orders-0']);
    assert(log.logStartOffset > 0, 'the oldest segments are gone');
    await directory.close();
  });
});
