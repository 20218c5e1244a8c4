import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSimDisk } from '@sluice/kernel/sim/disk';
import { fillUp, keyed, openFixture } from '../testing/compaction-fixture.ts';
import { accountsLog, COMPACTED, newWorkload, openAccounts } from '../testing/compaction-model.ts';
import { keyedRecordsOf, readBytesFrom } from '../testing/test-log.ts';

const HOUR_MS = 3_600_000;
/** Less than the compactor waits. */
const AGE_MS = HOUR_MS / 2;

/** A log with dirty segments whose records are of now, stopped and opened again a while later. */
async function reopenedLater() {
  const load = newWorkload();
  const disk = createSimDisk({ clock: load.clock, crashModel: false });
  const first = await openFixture(disk, load);
  await fillUp(first.log, load, 40);
  await first.directory.checkpoint();
  await load.clock.advance(AGE_MS);
  // As a restore from a backup does: the files are new, what is in them is not.
  await first.directory.close();
  for (const path of disk.files()) if (path.endsWith('.log')) await disk.setModified(path, load.clock.now());
  const directory = await openAccounts(disk, load);
  const log = await accountsLog(directory);
  await new Promise<void>((resolve) => log.whenReady(resolve));
  return { directory, log, load };
}

describe('after a restart', () => {
  it('min.compaction.lag.ms goes by the records, not by their files', async () => {
    const { directory, log } = await reopenedLater();
    log.reconfigure({ ...COMPACTED, compactionLagMsMin: AGE_MS / 2 });
    await log.compaction.prepare();
    assert(log.compaction.plan().isDue, 'they are old enough');
    await directory.close();
  });

  it('max.compaction.lag.ms goes by the first record, not by the last write', async () => {
    const { directory, log } = await reopenedLater();
    log.reconfigure({ ...COMPACTED, cleanableDirtyRatioMin: 1, compactionLagMsMax: AGE_MS / 2 });
    await log.compaction.prepare();
    const plan = log.compaction.plan();
    assert(plan.isDue);
    assert.equal(plan.delayMs, AGE_MS / 2);
    await directory.close();
  });
});

describe('a clock that jumps', () => {
  it('a day ahead takes no tombstone before its time, and makes nothing old enough to be compacted', async () => {
    const load = newWorkload();
    const { directory, log } = await openFixture(createSimDisk({ clock: load.clock, crashModel: false }), load);
    const hasTombstone = async () => keyedRecordsOf(await readBytesFrom(log, 0)).some(({ key }) => key === 'account');
    keyed(log, [['account', null]], load.clock.now());
    await fillUp(log, load, 20);
    await directory.checkpoint();
    await directory.compact();
    assert(await hasTombstone());
    load.clock.jump(24 * HOUR_MS);
    await fillUp(log, load, 20);
    log.reconfigure({ ...COMPACTED, compactionLagMsMin: HOUR_MS });
    assert(!log.compaction.plan().isDue);
    log.reconfigure(COMPACTED);
    await directory.checkpoint();
    await directory.compact();
    assert(await hasTombstone());
    await directory.close();
  });

  it('a day back, when a tombstone is first compacted, leaves it all of its time once it is right again', async () => {
    const load = newWorkload();
    const { directory, log } = await openFixture(createSimDisk({ clock: load.clock, crashModel: false }), load);
    const hasTombstone = async () => keyedRecordsOf(await readBytesFrom(log, 0)).some(({ key }) => key === 'account');
    keyed(log, [['account', null]], load.clock.now());
    await fillUp(log, load, 20);
    await directory.checkpoint();
    load.clock.jump(-24 * HOUR_MS);
    await directory.compact();
    load.clock.jump(24 * HOUR_MS);
    await load.clock.advance(COMPACTED.deleteRetentionMs - 1);
    await fillUp(log, load, 20);
    await directory.checkpoint();
    await directory.compact();
    assert(await hasTombstone());
    await directory.close();
  });
});
