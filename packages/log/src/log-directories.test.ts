import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSimDisk } from '@sluice/kernel/sim/disk';
import { append, batchOf, durable, readAll } from './testing/test-log.ts';
import { A, B, openTwo, SMALL, TOPIC_ID, untilIn } from './testing/two-directories.ts';

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
