import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createSimDisk, type SimDisk } from '@sluice/kernel/sim/disk';
import { buildBatch } from '@sluice/protocol/records/build-batch';
import type { ManagedLog } from '../managed-log.ts';
import {
  accountsLog,
  COMPACTED,
  type CompactionWorkload,
  checkAccounts,
  checkRetries,
  newWorkload,
  openAccounts,
  runAccounts,
} from '../testing/compaction-model.ts';
import { append, durable, keyedRecordsOf, readBytesFrom } from '../testing/test-log.ts';

/** `COMPACTION_SEEDS=200` for a longer look. */
const { COMPACTION_SEEDS = '12' } = process.env;
const SEED_COUNT = Number(COMPACTION_SEEDS);
const SEEDS = Array.from({ length: SEED_COUNT }, (_, index) => index + 1);
const CRASH_SEEDS = Array.from({ length: Math.ceil(SEED_COUNT / 12) + 1 }, (_, index) => index + 1);
const STEPS = 60;
const CRASH_STEPS = 18;

async function reopened(disk: SimDisk, load: CompactionWorkload): Promise<void> {
  const directory = await openAccounts(disk, load);
  assert.equal(directory.unopened.size, 0, JSON.stringify([...directory.unopened]));
  const log = await accountsLog(directory);
  await checkAccounts(log, load);
  checkRetries(log, load);
  await directory.checkpoint();
  await directory.compact();
  await checkAccounts(log, load);
  await directory.close();
}

describe('a compacted log', () => {
  test('keeps the last value of every key, whatever is done to it (I15)', async () => {
    for (const seed of SEEDS) {
      const disk = createSimDisk({ crashModel: false });
      const load = newWorkload();
      await runAccounts(disk, seed, STEPS, load);
      await reopened(disk, load).catch((cause: unknown) => {
        throw new Error(`seed ${seed}`, { cause });
      });
    }
  });

  for (const seed of CRASH_SEEDS) {
    test(`loses and doubles nothing when power goes at any change of workload ${seed}`, async () => {
      const quiet = createSimDisk();
      await runAccounts(quiet, seed, CRASH_STEPS, newWorkload());
      assert(quiet.changeCount > 100);
      for (let change = 1; change <= quiet.changeCount; change++) {
        const disk = createSimDisk({ zeroTails: change % 3 === 0 });
        disk.crashAt(change);
        const load = newWorkload();
        await runAccounts(disk, seed, CRASH_STEPS, load).catch(() => {});
        await reopened(disk.reboot(seed * 7_919 + change), load).catch((cause: unknown) => {
          throw new Error(`seed ${seed}, power lost at change ${change} of ${quiet.changeCount}`, { cause });
        });
      }
    });
  }

  it('has each key once below what was compacted, in fewer and smaller segments', async () => {
    const { directory, log, sizeBytes } = await filled(200, 5);
    await directory.checkpoint();
    await directory.compact();
    assert(log.sizeBytes < sizeBytes / 3, `${log.sizeBytes} of ${sizeBytes} bytes`);
    const cleaned = log.compaction.cleanedOffset ?? 0;
    const keys = keyedRecordsOf(await readBytesFrom(log, 0))
      .filter(({ offset }) => offset < cleaned)
      .map(({ key }) => key);
    assert.equal(new Set(keys).size, keys.length);
    await directory.close();
  });

  it('keeps a tombstone for delete.retention.ms after it was first compacted, and no longer', async () => {
    const { directory, log, load } = await filled(0, 1);
    keyed(log, [['account', 'old']], load.clock.now());
    keyed(log, [['account', null]], load.clock.now());
    await fillUp(log, load, 30);
    const deleted = async () => {
      await directory.checkpoint();
      await directory.compact();
      const seen = keyedRecordsOf(await readBytesFrom(log, 0)).find(({ key }) => key === 'account');
      await fillUp(log, load, 20);
      return seen === undefined;
    };
    assert.equal(await deleted(), false);
    await load.clock.advance(COMPACTED.deleteRetentionMs - 1_000);
    assert.equal(await deleted(), false);
    await load.clock.advance(2_000);
    assert.equal(await deleted(), true);
    await directory.close();
  });

  it('leaves alone what is younger than min.compaction.lag.ms', async () => {
    const { directory, log, load } = await filled(60, 3);
    log.reconfigure({ ...COMPACTED, compactionLagMsMin: 60_000 });
    await directory.checkpoint();
    assert.equal(log.compaction.plan().isDue, false);
    await load.clock.advance(61_000);
    assert.equal(log.compaction.plan().isDue, true);
    await directory.close();
  });

  it('is compacted once it is dirty enough, or a record has waited for max.compaction.lag.ms', async () => {
    const { directory, log, load } = await filled(60, 3);
    await directory.checkpoint();
    await directory.compact();
    log.reconfigure({ ...COMPACTED, cleanableDirtyRatioMin: 0.9 });
    await fillUp(log, load, 12);
    await directory.checkpoint();
    const plan = log.compaction.plan();
    assert(plan.dirtyRatio > 0 && plan.dirtyRatio < 0.9, String(plan.dirtyRatio));
    assert.equal(plan.isDue, false);
    log.reconfigure({ ...COMPACTED, cleanableDirtyRatioMin: 0.9, compactionLagMsMax: 60_000 });
    assert.equal(log.compaction.plan().isDue, false);
    await load.clock.advance(61_000);
    assert.equal(log.compaction.plan().isDue, true);
    await directory.close();
  });

  it('is sealed in time for max.compaction.lag.ms, however long segment.ms is', async () => {
    const { directory, log, load } = await filled(0, 1);
    log.reconfigure({ ...COMPACTED, compactionLagMsMax: 60_000 });
    keyed(log, [['account', 'old']], load.clock.now());
    await load.clock.advance(61_000);
    assert.equal(log.segmentCount, 1);
    keyed(log, [['account', 'new']], load.clock.now());
    assert.equal(log.segmentCount, 2);
    await durable(log);
    await directory.close();
  });

  it('is read on while it is compacted', async () => {
    const { directory, log } = await filled(200, 5, createSimDisk(), newWorkload(true));
    await directory.checkpoint();
    let isOver = false;
    const compacting = directory.compact().finally(() => {
      isOver = true;
    });
    let reads = 0;
    for (; !isOver; reads++) {
      // The simulated disk answers within a turn, and the compaction needs its own.
      await nextTurn();
      const records = keyedRecordsOf(await readBytesFrom(log, 0));
      assert.equal(new Set(records.map(({ key }) => key)).size, 5);
    }
    await compacting;
    assert(reads > 1);
    await directory.close();
  });

  it('that is corrupt is left as it is, and told', async () => {
    const disk = createSimDisk();
    const { directory, log } = await filled(60, 3, disk);
    await directory.checkpoint();
    const path = `${log.directory}/00000000000000000000.log`;
    const file = await disk.open(path, 'write');
    await file.writev([Buffer.from('!')], 70);
    await file.close();
    const before = log.sizeBytes;
    await directory.compact();
    assert.equal(log.sizeBytes, before);
    assert.match([...directory.uncompacted.values()].join(), /CRC-32C/);
    await directory.close();
  });
});

function keyed(log: ManagedLog, records: readonly (readonly [string, string | null])[], nowMs: number): void {
  append(log, buildBatch(records.map(([key, value]) => ({ key, value, timestampMs: nowMs }))), {
    durable: true,
    nowMs,
  });
}

/** `count` updates of `keyCount` keys, so that whatever was there before is in sealed segments. */
async function fillUp(log: ManagedLog, load: CompactionWorkload, count: number, keyCount = 3): Promise<void> {
  for (let index = 0; index < count; index++) {
    keyed(log, [[`key-${index % keyCount}`, `${index}-${'x'.repeat(80)}`]], load.clock.now());
  }
  await durable(log);
}

async function filled(count: number, keyCount: number, disk = createSimDisk(), load = newWorkload()) {
  const directory = await openAccounts(disk, load);
  const log = await accountsLog(directory);
  await fillUp(log, load, count, keyCount);
  return { directory, log, load, sizeBytes: log.sizeBytes };
}
