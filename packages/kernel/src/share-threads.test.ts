import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shareThreads, syncsAtOnceMax } from './share-threads.ts';
import { createSimClock } from './sim/clock.ts';
import { createSimDisk } from './sim/disk.ts';

const SLOW_MS = 2_000;

async function slowDisk() {
  const clock = createSimClock();
  const disk = createSimDisk({ clock });
  let syncing = 0;
  let most = 0;
  disk.inject(({ kind }) => {
    if (kind !== 'sync' && kind !== 'sync-directory') return undefined;
    syncing++;
    most = Math.max(most, syncing);
    clock.setTimer(SLOW_MS, () => syncing--);
    return { kind: 'delay', delayMs: SLOW_MS };
  });
  for (const path of ['/a', '/b', '/a/inner']) await disk.makeDirectory(path);
  return { clock, disk, most: () => most };
}

test('syncs never hold all threads, and all of them are done in the end', async () => {
  const { clock, disk, most } = await slowDisk();
  const shared = shareThreads(disk, { threadCount: 4, directories: ['/a'] });
  const files = await Promise.all([1, 2, 3, 4, 5].map((number) => shared.open(`/a/${number}`, 'create')));
  let done = 0;
  for (const file of files) void file.sync().then(() => done++);
  void shared.syncDirectory('/a').then(() => done++);
  void shared.replaceFile('/a/small', 'x').then(() => done++);
  await clock.runUntilIdle();
  assert.equal(most(), 2);
  assert.equal(done, 7);
});

test('a slow directory does not take the share of another one', async () => {
  const { clock, disk } = await slowDisk();
  const shared = shareThreads(disk, { threadCount: 16, directories: ['/a', '/b', '/a/inner'] });
  const files = await Promise.all(Array.from({ length: 20 }, (_, number) => shared.open(`/a/${number}`, 'create')));
  for (const file of files) void file.sync();
  for (const path of ['/b/x', '/a/inner/x']) {
    const file = await shared.open(path, 'create');
    const startedMs = clock.monotonicMs();
    let tookMs = -1;
    void file.sync().then(() => {
      tookMs = clock.monotonicMs() - startedMs;
    });
    await clock.advance(SLOW_MS);
    assert.equal(tookMs, SLOW_MS, path);
  }
});

test('a share is never nothing', () => {
  assert.equal(syncsAtOnceMax({ threadCount: 1, directories: ['/a', '/b'] }), 1);
  assert.equal(syncsAtOnceMax({ threadCount: 16, directories: [] }), 12);
});
