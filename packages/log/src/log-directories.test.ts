import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { createSimDisk, type SimDisk } from '@sluice/kernel/sim/disk';
import type { LogDirectories, LogDirectoriesEvents, LogDirectoriesOptions } from './log-directories.ts';
import { writeMoveMark } from './move/move-mark.ts';
import { encodePartitionMetadata } from './partition-metadata.ts';
import { append, batchOf, durable, readAll } from './testing/test-log.ts';
import { A, B, OTHER_TOPIC_ID, openTwo, SMALL, TOPIC_ID, untilIn } from './testing/two-directories.ts';

describe('the data directories of a broker', () => {
  test('share the partitions between them, each where there are fewest', async () => {
    const disk = createSimDisk();
    const directories = await openTwo(disk);
    await Promise.all([0, 1, 2, 3].map((index) => directories.create('orders', index, TOPIC_ID, SMALL)));
    assert.deepEqual(
      directories.places.map(({ directory }) => [...(directory?.logs() ?? [])].length),
      [2, 2],
    );
    const names = new Set(directories.places.map(({ directory }) => directory?.directoryId));
    assert.equal(names.size, 2, 'each has an id of its own');
    await directories.close();
    const again = await openTwo(disk);
    assert.equal([...again.logs()].length, 4);
    await again.close();
  });

  test('move a log while it is appended to and read', async () => {
    const disk = createSimDisk();
    const directories = await openTwo(disk);
    const log = await directories.create('orders', 0, TOPIC_ID, SMALL);
    assert.equal(directories.directoryOf('orders', 0)?.path, A);
    for (let index = 0; index < 40; index++) append(log, batchOf([`v${index}`]), { durable: index % 3 === 0 });
    await durable(log);
    assert.equal(await directories.move('orders', 0, B), 'moving');
    for (let index = 40; directories.directoryOf('orders', 0)?.path !== B; index++) {
      append(log, batchOf([`v${index}`]), { durable: index % 3 === 0 });
      const all = await readAll(log);
      assert.deepEqual(
        all.map(({ value }) => value),
        all.map((_, at) => `v${at}`),
      );
      await new Promise(setImmediate);
    }
    await untilIn(directories, B, disk);
    append(log, batchOf(['last']), { durable: true });
    await durable(log);
    const all = await readAll(log);
    assert.equal(all.at(-1)?.value, 'last');
    assert(!disk.files().some((path) => path.startsWith('/a/orders-0/')));
    await directories.close();
    const again = await openTwo(disk);
    assert.equal(again.directoryOf('orders', 0)?.path, B);
    const found = again.get('orders', 0)?.log;
    assert(found !== undefined);
    assert.deepEqual(await readAll(found), all);
    await again.close();
  });
});

/** `orders-0` in /a, with some segments; everything acknowledged. */
async function withOrders(disk: SimDisk, options: Partial<LogDirectoriesOptions> = {}) {
  const directories = await openTwo(disk, options);
  const log = await directories.create('orders', 0, TOPIC_ID, SMALL);
  for (let index = 0; index < 20; index++) append(log, batchOf([`v${index}`]), { durable: true });
  await durable(log);
  return { directories, log };
}

function listenTo(directories: LogDirectories, events: Partial<LogDirectoriesEvents>): void {
  directories.listen({
    onOffline() {},
    onMoved() {},
    moveBytesPerSecondMax: () => Number.POSITIVE_INFINITY,
    isCordoned: () => false,
    ...events,
  });
}

describe('a move between directories', () => {
  test('is refused as Kafka refuses it', async () => {
    const disk = createSimDisk();
    const { directories } = await withOrders(disk);
    assert.equal(await directories.move('orders', 0, '/c'), 'unknown-directory');
    assert.equal(await directories.move('x'.repeat(214), 0, B), 'name-too-long');
    assert.equal(await directories.move('x'.repeat(213), 0, B), 'no-log');
    listenTo(directories, { isCordoned: (path) => path === B });
    assert.equal(await directories.move('orders', 0, B), 'cordoned');
    assert.equal(await directories.move('orders', 0, A), 'moving', 'to where it is');
    await directories.create('bills', 0, TOPIC_ID, SMALL);
    assert.equal(directories.directoryOf('bills', 0)?.path, A, 'nothing new comes into a cordoned one');
    await directories.close();
  });

  test('of a log that does not exist is a wish for the day when it does', async () => {
    const disk = createSimDisk();
    const { directories } = await withOrders(disk);
    assert.equal(await directories.move('bills', 3, A), 'no-log');
    await directories.create('bills', 3, TOPIC_ID, SMALL);
    assert.equal(directories.directoryOf('bills', 3)?.path, A);
    await directories.create('bills', 4, TOPIC_ID, SMALL);
    assert.equal(directories.directoryOf('bills', 4)?.path, B);
    await directories.close();
  });

  test('goes no faster than it may, is seen meanwhile, and can be given up', async () => {
    const disk = createSimDisk();
    const clock = createSimClock();
    const { directories, log } = await withOrders(disk, { clock });
    listenTo(directories, { moveBytesPerSecondMax: () => 100 });
    await directories.move('orders', 0, B);
    const incoming = directories.places[1]?.directory?.incoming;
    while ((incoming?.get('orders-0')?.copy?.sizeBytes ?? 0) === 0) await new Promise(setImmediate);
    for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
    const copied = incoming?.get('orders-0')?.copy?.sizeBytes ?? 0;
    assert(copied > 0 && copied < log.sizeBytes, `${copied} of ${log.sizeBytes} bytes`);
    assert.equal(incoming?.size, 1);
    assert.equal(await directories.move('orders', 0, A), 'moving');
    assert.equal(incoming?.size, 0);
    assert(!disk.files().some((path) => path.startsWith('/b/orders-0')));
    await directories.move('orders', 0, B);
    while (directories.directoryOf('orders', 0)?.path !== B) {
      await clock.advance(10_000);
      await new Promise(setImmediate);
    }
    await directories.close();
  });

  test('of a compacted log takes its gaps along, and a crash behind it finds no loss in them', async () => {
    const disk = createSimDisk();
    const compacted = { ...SMALL, cleanupCompact: true, cleanupDelete: false, cleanableDirtyRatioMin: 0 };
    const directories = await openTwo(disk, { configOf: () => compacted });
    const log = await directories.create('orders', 0, TOPIC_ID, compacted);
    for (let index = 0; index < 40; index++) append(log, batchOf([`v${index}`]), { durable: true });
    await durable(log);
    await log.checkpoint();
    const before = log.sizeBytes;
    await directories.directoryOf('orders', 0)?.compact();
    assert(log.sizeBytes < before && log.compaction.cleanedOffset !== undefined);
    const offsets = (await readAll(log)).map(({ offset }) => offset);
    await directories.move('orders', 0, B);
    await untilIn(directories, B, disk);
    append(log, batchOf(['last']), { durable: true });
    await durable(log);
    const again = await openTwo(disk.reboot(5), { configOf: () => compacted });
    const found = again.get('orders', 0)?.log ?? assert.fail();
    assert.equal(again.directoryOf('orders', 0)?.path, B);
    assert.deepEqual(
      (await readAll(found)).map(({ offset }) => offset),
      [...offsets, 40],
    );
    assert.equal(found.compaction.cleanedOffset, log.compaction.cleanedOffset);
    await again.close();
  });

  test('into a directory that fails comes to nothing, and the log goes on where it is', async () => {
    const disk = createSimDisk();
    const { directories, log } = await withOrders(disk);
    const offline: string[] = [];
    listenTo(directories, { onOffline: (path) => void offline.push(path) });
    await directories.create('bills', 0, TOPIC_ID, SMALL);
    await directories.move('orders', 0, B);
    disk.inject(({ path }) => (path.startsWith(B) ? { kind: 'fail', tag: 'io' } : undefined));
    const bills = directories.get('bills', 0)?.log;
    append(bills ?? assert.fail(), batchOf(['lost']), { durable: true });
    while (offline.length === 0) await new Promise(setImmediate);
    assert.deepEqual(offline, [B]);
    await log.deleteRecordsBelow(3);
    append(log, batchOf(['more']), { durable: true });
    await durable(log);
    assert.equal(log.failure, undefined);
    assert.equal(directories.directoryOf('orders', 0)?.path, A);
    assert.equal(await directories.move('orders', 0, B), 'offline');
    await directories.close();
  });

  test('from which a crash left two logs that nothing tells apart: that partition alone stays closed', async () => {
    const disk = createSimDisk();
    const { directories } = await withOrders(disk);
    await directories.create('orders', 1, TOPIC_ID, SMALL);
    await directories.close();
    await disk.makeDirectory('/b/orders-0');
    for (const path of disk.files().filter((each) => each.startsWith('/a/orders-0/'))) {
      await disk.replaceFile(path.replace(A, B), (await disk.readFile(path)) ?? '');
    }
    const again = await openTwo(disk);
    assert.equal(again.get('orders', 0), undefined);
    assert.match(again.unopened('orders', 0) ?? '', /in several directories: \/a\/orders-0 and \/b\/orders-0;/);
    assert(again.get('orders', 1) !== undefined);
    await again.close();
    await disk.removeTree('/b/orders-0');
    const mended = await openTwo(disk);
    assert.equal(mended.get('orders', 0)?.log.logEndOffset, 20, 'nothing was changed');
    await mended.close();
  });

  test('whose old directory was away comes to its end when that is back', async () => {
    const disk = createSimDisk();
    const { directories } = await withOrders(disk);
    await directories.move('orders', 0, B);
    await untilIn(directories, B, disk);
    await directories.close();
    // As if the power had gone between the mark and the removal, and the old disk had stayed away for a while.
    const [a, b] = directories.places.map(({ directory }) => directory);
    await writeMoveMark(disk, '/b/orders-0', [a?.directoryId ?? '']);
    const alone = await openTwo(disk, { paths: [B] });
    const log = alone.get('orders', 0)?.log ?? assert.fail();
    await new Promise<void>((resolve) => log.whenReady(resolve));
    append(log, batchOf(['newer']), { durable: true });
    await alone.close();
    await disk.makeDirectory('/a/orders-0');
    await disk.replaceFile('/a/orders-0/partition.metadata', encodePartitionMetadata(TOPIC_ID));
    const again = await openTwo(disk);
    assert.equal(again.directoryOf('orders', 0)?.directoryId, b?.directoryId);
    assert.equal(again.get('orders', 0)?.log.logEndOffset, 21);
    await again.close();
    assert(!disk.files().some((path) => /^\/a\/orders-0|sluice-moved-from/.test(path)));
  });
});

describe('logs that belong to no topic', () => {
  test('go; one of an earlier topic of the name is kept aside', async () => {
    const disk = createSimDisk();
    const { directories } = await withOrders(disk);
    await directories.create('bills', 0, TOPIC_ID, SMALL);
    await directories.clearStrays((topic) => (topic === 'orders' ? OTHER_TOPIC_ID : undefined));
    assert.deepEqual([...directories.logs()], []);
    assert(disk.files().some((path) => /^\/a\/orders-0\.[\da-f]{32}-stray\/\d{20}\.log$/.test(path)));
    const log = await directories.create('orders', 0, OTHER_TOPIC_ID, SMALL);
    assert.deepEqual([log.logStartOffset, log.logEndOffset], [0, 0]);
    await directories.close();
    const again = await openTwo(disk);
    assert.equal([...again.logs()].length, 1);
    await again.close();
  });
});
