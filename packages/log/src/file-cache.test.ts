import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSimDisk } from '@sluice/kernel/sim/disk';
import { createFileCache, fileBudget } from './file-cache.ts';

const FILES_MAX = 8;
/** A quarter more may be open while others are let go. */
const OPEN_MAX = 10;

async function scene() {
  const disk = createSimDisk({ crashModel: false });
  await disk.makeDirectory('/data');
  const files = createFileCache(disk, FILES_MAX);
  const path = (index: number) => `/data/${index}`;
  return { files, path };
}

/** Lets everything run that waits for nothing but the disk in memory. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('files under a budget', () => {
  test('files that nobody uses are closed at the budget, the least recently used first', async () => {
    const { files, path } = await scene();
    for (let index = 0; index < FILES_MAX; index++) {
      await files.acquire(path(index));
      files.release(path(index));
    }
    assert.equal(files.openCount, FILES_MAX);
    const again = await files.acquire(path(0));
    files.release(path(0));
    await files.acquire(path(FILES_MAX));
    assert.equal(files.openCount, FILES_MAX);
    assert.equal(await files.acquire(path(0)), again, 'what was used last is open still');
  });

  test('one past the budget, who has held a file longest is asked to let go of it', async () => {
    const { files, path } = await scene();
    const asked: number[] = [];
    const hold = (index: number) =>
      files.acquire(path(index), 'make', async () => {
        asked.push(index);
        files.release(path(index));
      });
    for (let index = 0; index < FILES_MAX; index++) await hold(index);
    assert.deepEqual(asked, []);
    await hold(FILES_MAX);
    await settled();
    assert.deepEqual(asked, [0]);
    assert.equal(files.openCount, FILES_MAX);
  });

  test('a new file waits where those who were asked have not let go yet', async () => {
    const { files, path } = await scene();
    const letGo: (() => void)[] = [];
    const hold = (index: number) =>
      files.acquire(path(index), 'make', () => {
        return new Promise((resolve) => {
          letGo.push(() => {
            files.release(path(index));
            resolve();
          });
        });
      });
    for (let index = 0; index < OPEN_MAX; index++) await hold(index);
    let isOpen = false;
    const last = hold(OPEN_MAX).then(() => {
      isOpen = true;
    });
    await settled();
    assert.equal(isOpen, false);
    assert.equal(files.openCount, OPEN_MAX);
    letGo.shift()?.();
    await last;
    assert.equal(files.openCount, OPEN_MAX);
  });

  test('one who is asked and writes on is asked again', async () => {
    const { files, path } = await scene();
    let askedCount = 0;
    await files.acquire(path(0), 'make', async () => {
      askedCount++;
      if (askedCount === 2) files.release(path(0));
    });
    for (let index = 1; index <= FILES_MAX; index++) await files.acquire(path(index));
    await settled();
    assert.equal(askedCount, 2);
    assert.equal(files.openCount, FILES_MAX);
  });

  test('a file that cannot be opened keeps no place', async () => {
    const { files, path } = await scene();
    for (let index = 0; index < OPEN_MAX; index++) await files.acquire(path(index));
    const missing = files.acquire('/nowhere/0', 'fail');
    files.release(path(0));
    await assert.rejects(missing);
    await files.acquire(path(OPEN_MAX));
    assert.equal(files.openCount, OPEN_MAX);
  });

  test('half of the descriptors are for logs', () => {
    assert.equal(fileBudget({ openFilesMax: 1024 }), 512);
    assert.equal(fileBudget({ openFilesMax: 1_048_576 }), 16_384);
    assert.equal(fileBudget({ openFilesMax: undefined }), 512);
  });
});
