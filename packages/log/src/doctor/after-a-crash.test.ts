import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSimDisk, type SimDisk } from '@sluice/kernel/sim/disk';
import { checkAfterCrash } from '../testing/check-after-crash.ts';
import { type CompactionWorkload, newWorkload, openAccounts, runAccounts } from '../testing/compaction-model.ts';
import { CRASH_CONFIG, type History, openCrashDirectory, runWorkload, TOPIC } from '../testing/crash-workload.ts';
import { checkOptions, diskWith, filesOf } from '../testing/doctor-fixture.ts';
import { FORCED_JOURNAL } from '../testing/journal-workload.ts';
import { checkDirectory } from './check-directory.ts';
import { NO_CONSENT, repairDirectory } from './repair-directory.ts';

const STEPS = 45;
const STRIDE = Number(process.env.DOCTOR_CRASH_STRIDE ?? 9);
/** One workload's commits go through a journal, where they can. */
const journalOf = (seed: number) => (seed === 3 ? { journal: FORCED_JOURNAL } : {});
const optionsOf = (disk: SimDisk) => checkOptions(disk, { config: CRASH_CONFIG, isDeep: true });
/** Written at the first start; and what the next start cuts, unless its owner wants to keep what follows. */
const LEFT = /missing-meta-properties|unsynced-hole/;
/** Of what was being made or written when the power went. */
const MAY_BE = /missing-meta-properties|unsynced-hole|torn-tail|partition-metadata/;
const newHistory = (): History => ({ sent: [], deletedBelow: 0, deleteAskedBelow: 0 });

/** What a power loss left: no damage, whatever it took; the start does what was foretold; a repair loses nothing. */
async function crashAt(change: number, seed: number): Promise<void> {
  const disk = createSimDisk({ zeroTails: change % 3 === 0 });
  disk.crashAt(change);
  const history = newHistory();
  await runWorkload({ disk, seed, steps: STEPS, ...journalOf(seed) }, history).catch(() => {});
  const survived = disk.reboot(seed * 1_000_003 + change);
  if ((await survived.stat('/data')) === undefined) return;

  const before = survived.changeCount;
  const found = await checkDirectory(optionsOf(survived));
  assert.equal(survived.changeCount, before, 'a check changes nothing');
  const damages = found.findings.filter(({ severity }) => severity === 'damage');
  assert.deepEqual(damages, [], 'a power loss is no damage');

  const [partition] = found.partitions;
  const started = await diskWith(await filesOf(survived));
  const directory = await openCrashDirectory(started, seed);
  const log = directory.get(TOPIC, 0)?.log;
  if (log !== undefined && partition?.foretold !== undefined) {
    assert.equal(log.logEndOffset, partition.foretold.logEndOffset, 'the end as foretold');
    assert.equal(log.logStartOffset, partition.foretold.logStartOffset, 'the start as foretold');
    const hasHole = found.findings.some(({ code }) => code === 'unsynced-hole');
    if (!hasHole) assert.equal(partition.foretold.cut, undefined, 'nothing that can be read is cut');
  }
  await directory.close();

  const repaired = await repairDirectory(found, { ...optionsOf(survived), consent: NO_CONSENT });
  const left = repaired.check.findings.filter(({ severity, code }) => severity !== 'note' && !LEFT.test(code));
  assert.deepEqual(left, [], 'nothing is left to repair');
  await checkAfterCrash(survived, seed, history);
}

describe('the doctor after a power loss', () => {
  for (const seed of [1, 2, 3]) {
    test(`at changes of workload ${seed}`, async () => {
      const counting = createSimDisk();
      await runWorkload({ disk: counting, seed, steps: STEPS, ...journalOf(seed) }, newHistory());
      for (let change = 1 + (seed % STRIDE); change <= counting.changeCount; change += STRIDE) {
        await crashAt(change, seed).catch((cause: unknown) => {
          throw new Error(`power lost at change ${change} of ${counting.changeCount}`, { cause });
        });
      }
    });
  }
});

describe('the doctor after a power loss during compactions', () => {
  test('finds no damage, and foretells the start', async () => {
    const seed = 1;
    const quiet = createSimDisk();
    await runAccounts(quiet, seed, STEPS, newWorkload());
    for (let change = 5; change <= quiet.changeCount; change += STRIDE * 3) {
      const disk = createSimDisk({ zeroTails: change % 3 === 0 });
      disk.crashAt(change);
      const load = newWorkload();
      await runAccounts(disk, seed, STEPS, load).catch(() => {});
      const survived = disk.reboot(seed * 7_919 + change);
      if ((await survived.stat('/data')) === undefined) continue;
      await compactedCrash(survived, load, `power lost at change ${change} of ${quiet.changeCount}`);
    }
  });
});

async function compactedCrash(disk: SimDisk, load: CompactionWorkload, where: string): Promise<void> {
  const before = disk.changeCount;
  const found = await checkDirectory({ ...optionsOf(disk), expected: undefined, clock: load.clock });
  assert.equal(disk.changeCount, before, where);
  const wrong = found.findings.filter(({ severity, code }) => severity !== 'note' && !MAY_BE.test(code));
  assert.deepEqual(wrong, [], where);
  const directory = await openAccounts(disk, load);
  for (const { facts, foretold } of found.partitions) {
    const log = directory.get(facts.topic, facts.partition)?.log;
    if (log === undefined || foretold === undefined) continue;
    assert.equal(log.logEndOffset, foretold.logEndOffset, where);
    assert.equal(log.logStartOffset, foretold.logStartOffset, where);
  }
  await directory.close();
}
