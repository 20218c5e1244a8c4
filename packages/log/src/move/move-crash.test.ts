import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSimDisk, type SimDisk } from '@sluice/kernel/sim/disk';
import type { LogDirectories } from '../log-directories.ts';
import type { ManagedLog } from '../managed-log.ts';
import { append, batchOf, durable, readAll } from '../testing/test-log.ts';
import { A, B, openTwo, SMALL, TOPIC_ID, untilIn } from '../testing/two-directories.ts';

/** Every so many changes of the disk the power goes; MOVE_CRASHES=1 tries each. */
const STRIDE = Number(process.env.MOVE_CRASHES ?? 7);

/** What its clients know. */
interface Told {
  sentCount: number;
  /** Values that were acknowledged, by offset: each value is its offset. */
  ackedBelow: number;
  deletedBelow: number;
  deleteAskedBelow: number;
  /** Asked for, and answered. */
  movingTo: string | undefined;
  movedTo: string | undefined;
  isRemoved: 'no' | 'asked' | 'yes';
}

async function send(log: ManagedLog, told: Told, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const offset = append(log, batchOf([`${told.sentCount}`]), { durable: index % 2 === 0 });
    assert.equal(offset, told.sentCount);
    told.sentCount++;
  }
  await durable(log);
  told.ackedBelow = log.logEndOffset;
}

async function deleteBelow(log: ManagedLog, told: Told, offset: number): Promise<void> {
  told.deleteAskedBelow = offset;
  await log.deleteRecordsBelow(offset);
  told.deletedBelow = offset;
}

/** To the other directory under appends and a deletion, then back, then the topic goes. */
async function work(directories: LogDirectories, told: Told, disk: SimDisk): Promise<void> {
  const log = await directories.create('orders', 0, TOPIC_ID, SMALL);
  await directories.create('orders', 1, TOPIC_ID, SMALL);
  await send(log, told, 12);
  await deleteBelow(log, told, 4);
  for (const path of [B, A]) {
    told.movingTo = path;
    assert.equal(await directories.move('orders', 0, path), 'moving');
    told.movedTo = path;
    await send(log, told, 3);
    if (path === A) await deleteBelow(log, told, told.deletedBelow + 3);
    await untilIn(directories, path, disk);
    await send(log, told, 2);
  }
  told.isRemoved = 'asked';
  await directories.move('orders', 0, B);
  await directories.remove('orders', 0);
  told.isRemoved = 'yes';
  await directories.close();
}

function newTold(): Told {
  return {
    sentCount: 0,
    ackedBelow: 0,
    deletedBelow: 0,
    deleteAskedBelow: 0,
    movingTo: undefined,
    movedTo: undefined,
    isRemoved: 'no',
  };
}

async function run(disk: SimDisk, told: Told): Promise<void> {
  let isOver = false;
  // Who waits for a disk without power waits for ever.
  const lost = new Promise<void>((resolve) => {
    const look = () => (isOver || disk.crashed ? resolve() : setImmediate(look));
    look();
  });
  const working = openTwo(disk).then((directories) => work(directories, told, disk));
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
  await directories.resumeMoves();
  assert.equal(directories.unopened('orders', 0), undefined);
  const hosts = directories.places.filter(({ directory }) => directory?.get('orders', 0) !== undefined);
  assert(hosts.length <= 1, 'never two');
  const found = directories.get('orders', 0);
  if (told.isRemoved === 'yes') assert.equal(found, undefined, 'what was removed stays so');
  if (found === undefined) {
    assert(told.isRemoved !== 'no' || told.ackedBelow === 0, 'what was acknowledged is there');
  } else {
    await checkRecords(found.log, told);
    // It is a log like any other, and the move goes on by itself.
    for (const { directory } of directories.places) while (directory?.incoming.size) await new Promise(setImmediate);
    const isSettled = told.movedTo !== undefined && told.isRemoved === 'no' && told.movingTo === told.movedTo;
    if (isSettled) assert.equal(directories.directoryOf('orders', 0)?.path, told.movedTo);
    await new Promise<void>((resolve) => found.log.whenReady(resolve));
    const { logEndOffset } = found.log;
    append(found.log, batchOf(['after']), { durable: true });
    await durable(found.log);
    assert.equal((await readAll(found.log)).at(-1)?.offset, logEndOffset);
  }
  await directories.close();
  const again = await openTwo(disk);
  assert.equal(again.get('orders', 0) === undefined, found === undefined);
  await again.close();
  const strays = disk.files().filter((path) => /-(future|delete)\//.test(path));
  if (told.isRemoved === 'no') assert.deepEqual(strays, []);
}

async function checkRecords(log: ManagedLog, told: Told): Promise<void> {
  assert(log.logStartOffset >= told.deletedBelow, `${log.logStartOffset} after a deletion below ${told.deletedBelow}`);
  assert(log.logStartOffset <= told.deleteAskedBelow);
  assert(log.logEndOffset >= told.ackedBelow, `${log.logEndOffset} of ${told.ackedBelow}`);
  const records = await readAll(log);
  const expected = Array.from({ length: log.logEndOffset - log.logStartOffset }, (_, index) => {
    const offset = log.logStartOffset + index;
    return { offset, value: `${offset}` };
  });
  assert.deepEqual(
    records.map(({ offset, value }) => ({ offset, value })),
    expected,
  );
}

describe('a move between directories', () => {
  test('survives a power loss at every change of the disk', async () => {
    const whole = createSimDisk();
    await run(whole, newTold());
    assert(whole.changeCount > 300);
    for (
      let change = 1 + (Number(process.env.MOVE_SEED ?? 0) % STRIDE);
      change <= whole.changeCount;
      change += STRIDE
    ) {
      const disk = createSimDisk();
      disk.crashAt(change);
      const told = newTold();
      try {
        await run(disk, told);
        await check(disk.reboot(change), told);
      } catch (cause) {
        throw new Error(`with the power off at change ${change}`, { cause });
      }
    }
  });
});
