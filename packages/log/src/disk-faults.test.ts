import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { createSimDisk } from '@sluice/kernel/sim/disk';
import { onNth } from '@sluice/kernel/sim/faults';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import {
  append,
  appendOptions,
  batchOf,
  DIRECTORY,
  durable,
  openTestLog,
  readAll,
  written,
} from './testing/test-log.ts';

const valuesOf = (records: readonly { value: string }[]) => records.map((record) => record.value);

describe('a failing disk', () => {
  test('F5: a failed sync is never followed by an acknowledgement', async () => {
    const disk = createSimDisk();
    const log = await openTestLog({ disk });
    append(log, batchOf(['before']), { durable: true });
    await durable(log);
    let syncs = 0;
    disk.inject((operation) => {
      if (operation.kind !== 'sync' || !operation.path.endsWith('.log')) return undefined;
      syncs++;
      return { kind: 'fail', tag: 'io' };
    });
    append(log, batchOf(['lost']), { durable: true });
    await assert.rejects(durable(log), /sync failed/);
    assert.match(log.failure ?? '', /sync failed/);
    assert.equal(log.highWatermark, 1, 'consumers never see it');
    assert.equal(syncs, 1, 'the sync is not tried again');
    const refused = log.append(batchOf(['more']), appendOptions());
    assert(refused.kind === 'refused');
    assert.equal(refused.errorCode, ErrorCode.KAFKA_STORAGE_ERROR);
    await assert.rejects(durable(log), /sync failed/);
    await log.close();
  });

  test('a failed write takes the log offline and tells everybody who waits or watches', async () => {
    const disk = createSimDisk();
    const log = await openTestLog({ disk });
    let changes = 0;
    log.watch(() => changes++);
    disk.inject(onNth('write', 1, { kind: 'fail', tag: 'io' }));
    append(log, batchOf(['lost']));
    await assert.rejects(written(log), /write failed/);
    assert.equal(changes, 1);
    assert.equal((await log.read(0, { maxBytes: 1, minOneBatch: true, upTo: 'high-watermark' })).kind, 'failed');
    await log.close();
  });

  test('F7: a full disk refuses appends, serves reads, and takes appends again once there is space', async () => {
    const clock = createSimClock();
    const disk = createSimDisk({ capacityBytes: 1e9, clock });
    const log = await openTestLog({ disk, clock });
    const producer = { producerId: 9, producerEpoch: 0 };
    append(log, batchOf(['kept'], { ...producer, baseSequence: 0 }), { durable: true });
    await durable(log);
    const restore = disk.inject((operation) =>
      operation.kind === 'write' ? { kind: 'fail', tag: 'no-space' } : undefined,
    );
    append(log, batchOf(['refused'], { ...producer, baseSequence: 1 }), { durable: true });
    await assert.rejects(durable(log));
    assert.equal(log.append(batchOf(['too']), appendOptions()).kind, 'refused');
    assert.deepEqual(valuesOf(await readAll(log)), ['kept'], 'reads go on');

    restore();
    await clock.runUntil(() => log.failure === undefined);
    assert.equal(log.logEndOffset, 1, 'what was never written has no offset');
    append(log, batchOf(['again'], { ...producer, baseSequence: 1 }), { durable: true });
    await durable(log);
    assert.deepEqual(valuesOf(await readAll(log)), ['kept', 'again']);
    await log.close();
  });

  test('F5: a sync that fails while a full log comes back is not tried again either', async () => {
    const clock = createSimClock();
    const disk = createSimDisk({ capacityBytes: 1e9, clock });
    const log = await openTestLog({ disk, clock });
    append(log, batchOf(['kept']));
    await written(log);
    const restore = disk.inject(({ kind }) => (kind === 'write' ? { kind: 'fail', tag: 'no-space' } : undefined));
    append(log, batchOf(['refused']));
    await assert.rejects(written(log));
    restore();
    let syncs = 0;
    disk.inject(({ kind }) => {
      if (kind !== 'sync') return undefined;
      syncs++;
      return { kind: 'fail', tag: 'io' };
    });
    await clock.advance(60_000);
    assert.equal(syncs, 1);
    assert.match(log.failure ?? '', /recovery failed/);
    await log.close();
  });

  test('F5: what fails for good while the disk is full keeps the log offline when there is space again', async () => {
    const clock = createSimClock();
    const disk = createSimDisk({ capacityBytes: 1e9, clock });
    const log = await openTestLog({ disk, clock });
    let isFull = false;
    let isBroken = false;
    disk.inject(({ kind, path }) => {
      if (kind === 'sync-directory' && isBroken) {
        isBroken = false;
        return { kind: 'fail', tag: 'io' };
      }
      if (!path.endsWith('.log')) return undefined;
      if (kind === 'sync') return { kind: 'delay', delayMs: 100 };
      return kind === 'write' && isFull ? { kind: 'fail', tag: 'no-space' } : undefined;
    });
    append(log, batchOf(['lost']), { durable: true });
    await written(log);
    isFull = true;
    append(log, batchOf(['refused']));
    await assert.rejects(written(log), /write failed/);
    isFull = false;
    isBroken = true;
    await clock.advance(60_000);
    assert.equal(isBroken, false);
    assert.match(log.failure ?? '', /injected io/);
    assert.equal(log.highWatermark, 0);
    await log.close();
  });

  test('F9: a log that found no descriptor takes appends again once there is one', async () => {
    const clock = createSimClock();
    const disk = createSimDisk({ clock });
    const log = await openTestLog({ disk, clock, config: { segmentSizeBytes: 1000 } });
    append(log, batchOf(['x'.repeat(800)]), { durable: true });
    await durable(log);
    const restore = disk.inject(({ kind, path }) =>
      kind === 'create' && path.endsWith('.log') ? { kind: 'fail', tag: 'too-many-files' } : undefined,
    );
    append(log, batchOf(['y'.repeat(800)]));
    await assert.rejects(written(log), /too-many-files/);
    restore();
    await clock.runUntil(() => log.failure === undefined);
    append(log, batchOf(['taken']), { durable: true });
    await durable(log);
    assert.equal(valuesOf(await readAll(log)).at(-1), 'taken');
    await log.close();
  });

  test('bug: leader epochs that a failed checkpoint did not write are written by the next one', async () => {
    const disk = createSimDisk();
    const path = `${DIRECTORY}/leader-epoch-checkpoint`;
    const first = await openTestLog({ disk });
    append(first, batchOf(['tail']), { durable: true, leaderEpoch: 3 });
    await durable(first);
    await first.abandon();
    await disk.unlink(path);
    const log = await openTestLog({ disk, leavesTailUnchecked: true });
    const restore = disk.inject((operation) =>
      operation.path.startsWith(path) ? { kind: 'fail', tag: 'no-space' } : undefined,
    );
    await assert.rejects(log.checkpoint());
    restore();
    assert.equal(log.failure, undefined);
    await log.checkpoint();
    assert.equal(log.recoveryPoint, 1);
    assert.match(String(await disk.readFile(path)), /^3 0\s/m, 'a recovery from there on needs them');
    await log.close();
  });

  test('a log that stays full waits for space instead of trying again and again', async () => {
    const clock = createSimClock();
    const disk = createSimDisk({ capacityBytes: 2000, clock });
    const log = await openTestLog({ disk, clock });
    for (let index = 0; log.failure === undefined && index < 100; index++) {
      append(log, batchOf(['x'.repeat(100)]));
      await written(log).catch(() => {});
    }
    assert.match(log.failure ?? '', /write failed/);
    const before = disk.changeCount;
    await clock.advance(10_000);
    assert.equal(disk.changeCount, before);
    assert.notEqual(log.failure, undefined);
    disk.setCapacity(1e9);
    await clock.runUntil(() => log.failure === undefined);
    append(log, batchOf(['fits']));
    await written(log);
    assert.equal(valuesOf(await readAll(log)).at(-1), 'fits');
    await log.close();
  });

  test('a batch that was damaged while the log was closed is refused, and those beside it are served', async () => {
    const disk = createSimDisk();
    const before = await openTestLog({ disk });
    for (const value of ['a', 'b', 'c']) append(before, batchOf([value]));
    await before.close();
    const [path = ''] = disk.files().filter((each) => each.endsWith('.log'));
    const sizeBytes = (await disk.stat(path))?.sizeBytes ?? 0;
    // The last byte of the second of three.
    disk.flipByte(path, (sizeBytes / 3) * 2 - 1);
    const { recoveryPoint } = before;
    const log = await openTestLog({ disk, recovery: { cleanShutdown: true, recoveryPoint, logStartOffset: 0 } });
    const read = (offset: number) => log.read(offset, { maxBytes: 1, minOneBatch: true, upTo: 'high-watermark' });
    for (let pass = 0; pass < 2; pass++) {
      assert.equal((await read(0)).kind, 'batches');
      const damaged = await read(1);
      assert(damaged.kind === 'failed');
      assert.match(damaged.reason, /CRC-32C/);
      assert.equal((await read(2)).kind, 'batches');
    }
    assert.equal(log.failure, undefined);
    await log.close();
  });
});
