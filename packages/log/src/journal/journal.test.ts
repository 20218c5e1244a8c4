import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { createSimDisk } from '@sluice/kernel/sim/disk';
import type { FaultRule } from '@sluice/kernel/sim/faults';
import { DEFAULT_LOG_CONFIG } from '../default-log-config.ts';
import type { ManagedLog } from '../managed-log.ts';
import {
  appendToAll,
  lastValuesAfterCrash,
  openFixture,
  openJournaled,
  SETTINGS,
  topicIdOf,
} from '../testing/journal-fixture.ts';
import { append, batchOf, durable, readAll } from '../testing/test-log.ts';
import { isJournalFileName } from './format.ts';

/** Strikes the journal's file. */
function onJournal(kind: 'write' | 'sync', tag: 'io' | 'no-space'): FaultRule {
  return (operation) =>
    operation.kind === kind && operation.path.includes('sluice-journal') ? { kind: 'fail', tag } : undefined;
}

describe('the journal is used', () => {
  test('by as many logs as its setting says, in one sync for all; by fewer it is not', async () => {
    const { directory, logs, syncs } = await openFixture();
    await appendToAll(logs, 'five');
    assert.deepEqual(syncs(), { journal: 1, segments: 0 });
    await appendToAll(logs.slice(0, 3), 'three');
    assert.deepEqual(syncs(), { journal: 1, segments: 0 });
    await appendToAll(logs.slice(0, 2), 'two');
    assert.deepEqual(syncs(), { journal: 0, segments: 2 });
    await directory.close();
  });

  test('for up to its limit of bytes of a log', async () => {
    const { directory, logs, syncs } = await openFixture();
    const overhead = batchOf(['']).length;
    const textOf = (size: number) => 'x'.repeat(size);
    // A long value's length takes another byte or two, in the record's length and its own.
    const largest = SETTINGS.logSizeBytesMax - overhead - 2;
    assert.equal(batchOf([textOf(largest)]).length, SETTINGS.logSizeBytesMax);
    await appendToAll(logs, textOf(largest));
    assert.deepEqual(syncs(), { journal: 1, segments: 0 });
    await appendToAll(logs, textOf(largest + 1));
    assert.deepEqual(syncs(), { journal: 0, segments: 5 });
    await directory.close();
  });

  test('by no more logs than may lag behind it', async () => {
    const journal = { ...SETTINGS, dirtyLogCountMax: 4 };
    const { directory, logs, syncs } = await openFixture({ journal });
    await Promise.all([...directory.logs()].map(({ log }) => log.checkpoint()));
    syncs();
    await appendToAll(logs.slice(0, 3), 'three');
    assert.deepEqual(syncs(), { journal: 1, segments: 0 });
    await appendToAll(logs, 'five');
    const { segments } = syncs();
    assert(segments >= 1, 'the fifth, and those that have lagged longest');
    await directory.close();
  });

  test('again and again: a full file waits for the segments of its entries', async () => {
    const journal = { ...SETTINGS, fileSizeBytes: 8 * 1024 };
    const { disk, directory, logs } = await openFixture({ journal });
    for (let round = 0; round < 60; round++) await appendToAll(logs, `round ${round}`);
    assert.deepEqual((await disk.list('/data')).filter(isJournalFileName).length, 2);
    assert.deepEqual(await lastValuesAfterCrash(disk.reboot(3)), Array(5).fill('round 59'));
    await directory.close().catch(() => {});
  });

  test('and gone after a clean stop', async () => {
    const { disk, directory } = await openFixture();
    assert((await disk.list('/data')).some(isJournalFileName));
    await directory.close();
    assert(!(await disk.list('/data')).some(isJournalFileName));
    assert.deepEqual(await lastValuesAfterCrash(disk), Array(5).fill('third'));
  });
});

describe('F5: a journal that fails', () => {
  for (const kind of ['write', 'sync'] as const) {
    test(`in its ${kind} takes the logs offline whose data it held, and no others; it is never tried again`, async () => {
      const { disk, directory, logs, syncs } = await openFixture();
      const restore = disk.inject(onJournal(kind, 'io'));
      const hit = logs.slice(0, 4);
      for (const log of hit) append(log, batchOf(['lost']), { durable: true });
      for (const log of hit) await assert.rejects(durable(log), /failed/);
      restore();
      for (const log of hit) {
        assert.match(log.failure ?? '', /failed/);
        assert.equal(log.highWatermark, 3, 'consumers never see it');
      }
      syncs();
      const [other] = logs.slice(4);
      assert(other !== undefined);
      await appendToAll([other], 'goes on');
      assert.deepEqual(syncs(), { journal: 0, segments: 1 });
      const values = await lastValuesAfterCrash(disk.reboot(1));
      assert.equal(values.at(-1), 'goes on');
      for (const value of values.slice(0, 4)) assert(value === 'third' || value === 'lost', value);
      await directory.close().catch(() => {});
    });
  }

  test('for want of space refuses appends until there is some', async () => {
    const clock = createSimClock();
    const { disk, directory, logs } = await openFixture({ clock });
    const restore = disk.inject(onJournal('write', 'no-space'));
    for (const log of logs) append(log, batchOf(['kept']), { durable: true });
    for (const log of logs) await assert.rejects(durable(log), /no-space/);
    restore();
    await clock.runUntil(() => logs.every((log) => log.failure === undefined));
    await appendToAll(logs, 'again');
    for (const log of logs) assert.equal((await readAll(log)).at(-1)?.value, 'again');
    await directory.close();
  });

  test('to come about leaves every log to its own sync', async () => {
    const clock = createSimClock();
    const disk = createSimDisk({ clock });
    disk.inject((operation) =>
      operation.kind === 'create' && operation.path.includes('sluice-journal')
        ? { kind: 'fail', tag: 'no-space' }
        : undefined,
    );
    const directory = await openJournaled(disk, { clock });
    const logs: ManagedLog[] = [];
    for (let index = 0; index < 5; index++) {
      logs.push(await directory.create('orders', index, topicIdOf(index), DEFAULT_LOG_CONFIG));
    }
    for (const value of ['one', 'two', 'three']) await appendToAll(logs, value);
    for (const log of logs) assert.equal(log.failure, undefined);
    await directory.close();
  });
});
