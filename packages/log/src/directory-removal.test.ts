import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSimDisk, type SimDisk } from '@sluice/kernel/sim/disk';
import type { LogDirectories } from './log-directories.ts';
import type { LogConfig } from './partition-log.ts';
import { append, appendOptions, batchOf, durable, READ_ALL, readAll } from './testing/test-log.ts';
import { B, OTHER_TOPIC_ID, openTwo, SMALL, TOPIC_ID } from './testing/two-directories.ts';

const COMPACTED: LogConfig = { ...SMALL, cleanupCompact: true, cleanableDirtyRatioMin: 0, deleteRetentionMs: 0 };
/** Every so many changes of the disk the power goes; REMOVAL_CRASHES=1 tries each. */
const STRIDE = Number(process.env.REMOVAL_CRASHES ?? 11);

/** A log with a few segments, all of it acknowledged. */
async function withRecords(directories: LogDirectories, config: LogConfig, values: string) {
  const log = await directories.create('orders', 0, TOPIC_ID, config);
  for (let index = 0; index < 12; index++) append(log, batchOf([`${values} ${index}`]), { durable: true });
  await durable(log);
  return log;
}

/** What may be under way in a log while its topic is deleted. */
const underWay: readonly [string, LogConfig, (directories: LogDirectories) => Promise<unknown>][] = [
  ['a produce', SMALL, async (directories) => produceOn(directories)],
  ['a fetch', SMALL, async (directories) => directories.get('orders', 0)?.log.read(0, READ_ALL)],
  ['a compaction', COMPACTED, async (directories) => directories.directoryOf('orders', 0)?.compact()],
  [
    'retention',
    { ...SMALL, retentionMs: 0 },
    async (directories) => directories.directoryOf('orders', 0)?.applyRetention(),
  ],
  ['DeleteRecords', SMALL, async (directories) => directories.get('orders', 0)?.log.deleteRecordsBelow(7)],
  ['a checkpoint', SMALL, async (directories) => directories.checkpoint()],
  ['a move', SMALL, async (directories) => directories.move('orders', 0, B)],
];

async function produceOn(directories: LogDirectories): Promise<void> {
  const log = directories.get('orders', 0)?.log;
  for (let index = 0; index < 20; index++) {
    if (log?.append(batchOf(['late']), appendOptions({ durable: true })).kind !== 'appended') return;
    await new Promise(setImmediate);
  }
}

/** Deletes the topic while something is under way, and makes it again. */
async function work(disk: SimDisk, told: Told, begin: (typeof underWay)[number]): Promise<void> {
  const [, config, start] = begin;
  const directories = await openTwo(disk);
  await withRecords(directories, config, 'old');
  const going = start(directories).catch(() => {});
  told.isRemoved = 'asked';
  await directories.remove('orders', 0);
  told.isRemoved = 'yes';
  await going;
  assert.equal(directories.get('orders', 0), undefined);
  const log = await directories.create('orders', 0, OTHER_TOPIC_ID, SMALL);
  assert.deepEqual([log.logStartOffset, log.logEndOffset], [0, 0], 'it inherits nothing');
  append(log, batchOf(['new']), { durable: true });
  await durable(log);
  told.isMadeAgain = true;
  await directories.close();
}

interface Told {
  isRemoved: 'no' | 'asked' | 'yes';
  isMadeAgain: boolean;
}

async function run(disk: SimDisk, told: Told, begin: (typeof underWay)[number]): Promise<void> {
  let isOver = false;
  const lost = new Promise<void>((resolve) => {
    const look = () => (isOver || disk.crashed ? resolve() : setImmediate(look));
    look();
  });
  const working = work(disk, told, begin);
  try {
    await Promise.race([working, lost]);
  } catch (error) {
    if (!disk.crashed) throw error;
  } finally {
    isOver = true;
    working.catch(() => {});
  }
}

async function check(disk: SimDisk, told: Told): Promise<void> {
  const directories = await openTwo(disk);
  // As the cluster's metadata has it: the old topic is gone once its removal has begun.
  if (told.isRemoved !== 'no') await directories.clearStrays(() => OTHER_TOPIC_ID);
  const found = directories.get('orders', 0);
  if (told.isMadeAgain) assert(found !== undefined);
  if (told.isRemoved !== 'no' && found !== undefined) {
    // The power may leave a record that was never acknowledged, and not the file that says whose it is.
    if (found.topicId !== undefined) assert.equal(found.topicId, OTHER_TOPIC_ID);
    const values = (await readAll(found.log)).map(({ value }) => value);
    assert(values.length <= 1 && values.every((value) => value === 'new'), values.join());
    if (told.isMadeAgain) assert.deepEqual(values, ['new']);
    assert.equal(found.log.logStartOffset, 0);
  }
  await directories.resumeMoves();
  await directories.close();
  const again = await openTwo(disk);
  const left = disk.files().filter((path) => /-(delete|future)\//.test(path));
  if (told.isRemoved === 'yes')
    assert.deepEqual(left, [], 'what was deleted is removed at the latest at the next stop');
  await again.close();
}

describe('the removal of a partition', () => {
  for (const begin of underWay) {
    test(`while ${begin[0]} is under way: it is gone for good, whenever the power goes`, async () => {
      const whole = createSimDisk();
      await run(whole, { isRemoved: 'no', isMadeAgain: false }, begin);
      const from = whole.changeCount > 60 ? 60 : 1;
      for (let change = from; change <= whole.changeCount; change += STRIDE) {
        const disk = createSimDisk();
        disk.crashAt(change);
        const told: Told = { isRemoved: 'no', isMadeAgain: false };
        try {
          await run(disk, told, begin);
          await check(disk.reboot(change), told);
        } catch (cause) {
          throw new Error(`with the power off at change ${change}`, { cause });
        }
      }
    });
  }
});
