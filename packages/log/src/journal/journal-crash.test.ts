import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSimDisk, type SimDisk } from '@sluice/kernel/sim/disk';
import {
  checkJournalHistory,
  type JournalHistory,
  newJournalHistory,
  openJournalDirectory,
  runJournalWorkload,
} from '../testing/journal-workload.ts';
import type { JournalCanary } from './directory-journal.ts';
import { isJournalFileName } from './format.ts';

const STEPS = 80;
/** Two that commit much; more by command, and then at every change: `JOURNAL_SEEDS=50`. */
const SEEDS = [3, 4, ...Array.from({ length: Number(process.env.JOURNAL_SEEDS ?? 0) }, (_, index) => index + 5)];
/** Of one workload the odd changes, of the other the even ones. */
const CHANGE_STEP = process.env.JOURNAL_SEEDS === undefined ? 2 : 1;
/** More than putting back, opening and recovering takes. */
const RECOVERY_CHANGES = 60;

async function journalWrites(seed: number): Promise<{ changes: number; commits: number }> {
  const disk = createSimDisk();
  let commits = 0;
  disk.inject(({ kind, path }) => {
    if (kind === 'sync' && path.includes('sluice-journal')) commits++;
    return undefined;
  });
  await runJournalWorkload({ disk, seed, steps: STEPS }, newJournalHistory());
  return { changes: disk.changeCount, commits };
}

/** The workload on a disk whose power goes at one change; what it leaves, and what the clients knew. */
async function crashAt(
  change: number,
  seed: number,
  journalCanary?: JournalCanary,
): Promise<{ survivor: SimDisk; history: JournalHistory }> {
  const disk = createSimDisk({ zeroTails: change % 3 === 0 });
  disk.crashAt(change);
  const history = newJournalHistory();
  await runJournalWorkload({ disk, seed, steps: STEPS, journalCanary }, history).catch(() => {});
  return { survivor: disk.reboot(seed * 1_000_003 + change), history };
}

async function crashOnce(change: number, seed: number, journalCanary?: JournalCanary): Promise<void> {
  const { survivor, history } = await crashAt(change, seed, journalCanary);
  await checkJournalHistory({ disk: survivor, seed, journalCanary }, history);
}

describe('power loss with a journal', () => {
  for (const seed of SEEDS) {
    test(`at the changes of workload ${seed}: nothing acknowledged is lost, nothing cut or deleted is back`, async () => {
      const { changes, commits } = await journalWrites(seed);
      assert(commits > 5, `the journal is used: ${commits} of ${changes} changes`);
      for (let change = 1 + (seed % 2); change <= changes; change += CHANGE_STEP) {
        await crashOnce(change, seed).catch((cause: unknown) => {
          throw new Error(`seed ${seed}, power lost at change ${change} of ${changes}`, { cause });
        });
      }
    });
  }

  test('and again while what it left is put back', async () => {
    const [seed = 1] = SEEDS;
    const { changes } = await journalWrites(seed);
    for (let change = 60; change <= changes; change += 61) {
      for (let second = 1; second <= RECOVERY_CHANGES; second += 4) {
        const { survivor, history } = await crashAt(change, seed);
        survivor.crashAt(second);
        await openJournalDirectory({ disk: survivor, seed })
          .then((directory) => directory.close())
          .catch(() => {});
        await checkJournalHistory({ disk: survivor.reboot(second), seed }, history).catch((cause: unknown) => {
          throw new Error(`power lost at change ${change}, then at ${second}`, { cause });
        });
      }
    }
  });

  const canaries: readonly (readonly [JournalCanary, RegExp])[] = [
    ['is-not-restored', /I1/],
    ['recycles-too-early', /I1/],
    ['restores-cut-ranges', /I1|what was cut is back/],
  ];
  for (const [canary, expected] of canaries) {
    test(`a journal that ${canary.replaceAll('-', ' ')} is caught`, async () => {
      let caught = 0;
      for (const seed of SEEDS) {
        const { changes } = await journalWrites(seed);
        for (let change = 20; change <= changes && caught === 0; change += 5) {
          await crashOnce(change, seed, canary).catch((error: unknown) => {
            assert.match(String(error), expected);
            caught++;
          });
        }
      }
      assert(caught > 0, 'the canary was not noticed');
    });
  }

  test('a clean stop leaves no journal', async () => {
    const disk = createSimDisk();
    await runJournalWorkload({ disk, seed: 1, steps: STEPS }, newJournalHistory());
    assert.deepEqual((await disk.list('/data')).filter(isJournalFileName), []);
  });
});
