import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { createSimDisk, type SimDisk } from '@sluice/kernel/sim/disk';
import type { DiskOperation } from '@sluice/kernel/sim/faults';
import { append, batchOf, durable, openTestLog, readAll, written } from './testing/test-log.ts';
import { WRITE_SIZE_BYTES_MAX } from './write-group.ts';

/** Watches what is done to the `.log` files. */
function watchLogFiles(disk: SimDisk): DiskOperation[] {
  const seen: DiskOperation[] = [];
  disk.inject((operation) => {
    if (operation.path.endsWith('.log')) seen.push(operation);
    return undefined;
  });
  return seen;
}

const sizesOf = (seen: readonly DiskOperation[]) =>
  seen.filter(({ kind }) => kind === 'write').map((each) => each.sizeBytes);
const syncsOf = (seen: readonly DiskOperation[]) => seen.filter(({ kind }) => kind === 'sync').length;

describe('group commit', () => {
  test('appends that arrive during a write leave together in the next one', async () => {
    const disk = createSimDisk();
    const seen = watchLogFiles(disk);
    const log = await openTestLog({ disk });
    append(log, batchOf(['first']));
    // The first write is under way once its microtask has run.
    await Promise.resolve();
    await Promise.resolve();
    for (let index = 0; index < 10; index++) append(log, batchOf([`later ${index}`]));
    await written(log);
    assert.equal(sizesOf(seen).length, 2);
    assert.equal((await readAll(log)).length, 11);
    await log.close();
  });

  test('one sync is enough for all that waited for it', async () => {
    const disk = createSimDisk();
    const seen = watchLogFiles(disk);
    const log = await openTestLog({ disk });
    for (let index = 0; index < 20; index++) append(log, batchOf([`v${index}`]), { durable: true });
    await durable(log);
    assert.equal(syncsOf(seen), 1);
    await log.close();
  });

  test('a write takes no more than its limit', async () => {
    const disk = createSimDisk({ crashModel: false });
    const seen = watchLogFiles(disk);
    const log = await openTestLog({ disk, config: { maxMessageSizeBytes: 2 * WRITE_SIZE_BYTES_MAX } });
    const value = 'x'.repeat(1024 * 1024 - 100);
    for (let index = 0; index < 9; index++) append(log, batchOf([value]));
    append(log, batchOf(['y'.repeat(WRITE_SIZE_BYTES_MAX + 1)]));
    await written(log);
    const sizes = sizesOf(seen);
    assert(sizes.length >= 4);
    for (const size of sizes.slice(0, -1)) assert(size <= WRITE_SIZE_BYTES_MAX, `${size}`);
    assert((sizes.at(-1) ?? 0) > WRITE_SIZE_BYTES_MAX, 'a batch is never torn apart');
    await log.close();
  });
});

describe('visibility', () => {
  test('an acks=1 append is visible once written, an acks=all append once durable', async () => {
    const log = await openTestLog({ disk: createSimDisk() });
    append(log, batchOf(['a']));
    await written(log);
    assert.equal(log.highWatermark, 1);
    append(log, batchOf(['b']), { durable: true });
    append(log, batchOf(['c']));
    await written(log);
    assert.equal(log.writtenOffset, 3);
    assert.equal(log.highWatermark, 1, 'nothing behind what is not durable yet is visible');
    await durable(log, 2);
    assert.equal(log.highWatermark, 3);
    await log.close();
  });

  test('with durability=os everything is visible and acknowledged once written', async () => {
    const disk = createSimDisk();
    const seen = watchLogFiles(disk);
    const log = await openTestLog({ disk, durability: 'os' });
    append(log, batchOf(['a']), { durable: true });
    await durable(log);
    assert.equal(log.highWatermark, 1);
    assert.equal(syncsOf(seen), 0);
    await log.flush();
    assert.equal(syncsOf(seen), 1);
    await log.close();
  });

  test('the high watermark never goes back', async () => {
    const log = await openTestLog({ disk: createSimDisk() });
    let highest = 0;
    log.watch(() => {
      assert(log.highWatermark >= highest);
      highest = log.highWatermark;
    });
    for (let index = 0; index < 50; index++) {
      append(log, batchOf([`v${index}`]), { durable: index % 3 === 0 });
      if (index % 7 === 0) await Promise.resolve();
    }
    await durable(log);
    assert.equal(highest, 50);
    await log.close();
  });
});

describe('flushing', () => {
  test('flush.messages syncs after so many records', async () => {
    const disk = createSimDisk();
    const seen = watchLogFiles(disk);
    const log = await openTestLog({ disk, config: { flushMessages: 3 } });
    append(log, batchOf(['a', 'b']));
    await written(log);
    assert.equal(syncsOf(seen), 0);
    append(log, batchOf(['c']));
    // Nobody asks for it: neither an acks=all producer nor a flush.
    while (log.durableOffset < 3) await Promise.resolve();
    assert(syncsOf(seen) >= 1);
    await log.close();
  });

  test('flush.ms syncs after so long, and not before', async () => {
    const clock = createSimClock();
    const disk = createSimDisk({ clock });
    const seen = watchLogFiles(disk);
    const log = await openTestLog({ disk, clock, config: { flushMs: 500 } });
    append(log, batchOf(['a']));
    await clock.advance(499);
    assert.equal(syncsOf(seen), 0);
    await clock.advance(1);
    assert.equal(syncsOf(seen), 1);
    await clock.advance(5000);
    assert.equal(syncsOf(seen), 1, 'nothing new, nothing to sync');
    await log.close();
    assert.equal(clock.timerCount, 0);
  });
});

describe('rolling', () => {
  const cases = [
    ['size', { segmentSizeBytes: 250 }],
    ['time between records', { segmentMs: 10_000 }],
    ['a full offset index', { segmentIndexSizeBytes: 16, indexIntervalBytes: 0 }],
  ] as const;
  for (const [reason, config] of cases) {
    test(`happens by ${reason}`, async () => {
      const log = await openTestLog({ disk: createSimDisk(), config });
      for (let index = 0; index < 6; index++)
        append(log, batchOf(['x'.repeat(40)], { timestampMs: 1000 + index * 6000 }));
      assert(log.segmentCount > 1, `${log.segmentCount} segments`);
      await durable(log);
      assert.equal((await readAll(log)).length, 6);
      await log.close();
    });
  }

  test('does not happen by time between appends where records have their own time', async () => {
    const clock = createSimClock();
    const log = await openTestLog({ disk: createSimDisk(), clock, config: { segmentMs: 10_000 } });
    append(log, batchOf(['a'], { timestampMs: 1000 }), { nowMs: clock.now() });
    append(log, batchOf(['b'], { timestampMs: 1001 }), { nowMs: clock.now() + 1_000_000 });
    assert.equal(log.segmentCount, 1);
    await log.close();
  });
});
