import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSimDisk } from '@sluice/kernel/sim/disk';
import { checkAfterCrash } from './testing/check-after-crash.ts';
import { type History, openCrashDirectory, runWorkload } from './testing/crash-workload.ts';
import { FORCED_JOURNAL } from './testing/journal-workload.ts';

const STEPS = 45;
const SEEDS = [1, 2, 3];
/** One workload's commits go through a journal, where they can. */
const journalOf = (seed: number) => (seed === 3 ? { journal: FORCED_JOURNAL } : {});
/** More than opening, recovering and closing take. */
const RECOVERY_CHANGES = 45;

interface CrashCase {
  readonly seed: number;
  readonly change: number;
  readonly acknowledgesBeforeSync?: boolean;
}

async function countChanges(seed: number): Promise<number> {
  const disk = createSimDisk();
  await runWorkload({ disk, seed, steps: STEPS, ...journalOf(seed) }, newHistory());
  return disk.changeCount;
}

/** Cuts the power at one change of the workload and looks at what is left. */
async function crashOnce({ seed, change, acknowledgesBeforeSync = false }: CrashCase): Promise<void> {
  const disk = createSimDisk({ zeroTails: change % 3 === 0 });
  disk.crashAt(change);
  const history = newHistory();
  // The disk fails from the crash on, and everything that used it with it.
  await runWorkload({ disk, seed, steps: STEPS, acknowledgesBeforeSync, ...journalOf(seed) }, history).catch(() => {});
  await checkAfterCrash(disk.reboot(seed * 1_000_003 + change), seed, history);
}

/** Cuts the power once more while the log is being recovered: whatever that leaves is recovered as well. */
async function crashTwice({ seed, change }: CrashCase, secondChange: number): Promise<void> {
  const disk = createSimDisk();
  disk.crashAt(change);
  const history = newHistory();
  await runWorkload({ disk, seed, steps: STEPS }, history).catch(() => {});
  const survived = disk.reboot(change);
  survived.crashAt(secondChange);
  await openCrashDirectory(survived, seed)
    .then((directory) => directory.close())
    .catch(() => {});
  await checkAfterCrash(survived.reboot(secondChange), seed, history);
}

function newHistory(): History {
  return { sent: [], deletedBelow: 0, deleteAskedBelow: 0 };
}

describe('power loss', () => {
  for (const seed of SEEDS) {
    test(`at every change of workload ${seed}: I1, I2, I4, I5, I9, I16`, async () => {
      const changes = await countChanges(seed);
      assert(changes > 100, `${changes} changes`);
      for (let change = 1; change <= changes; change++) {
        await crashOnce({ seed, change }).catch((cause: unknown) => {
          throw new Error(`seed ${seed}, power lost at change ${change} of ${changes}`, { cause });
        });
      }
    });
  }

  test('during the recovery from a power loss', async () => {
    const [seed = 1] = SEEDS;
    const changes = await countChanges(seed);
    for (let change = 40; change <= changes; change += 41) {
      for (let secondChange = 1; secondChange <= RECOVERY_CHANGES; secondChange += 3) {
        await crashTwice({ seed, change }, secondChange).catch((cause: unknown) => {
          throw new Error(`seed ${seed}, power lost at change ${change}, then at ${secondChange}`, { cause });
        });
      }
    }
  });

  test('a log that acknowledges before its sync is caught', async () => {
    const [seed = 1] = SEEDS;
    const changes = await countChanges(seed);
    let caught = 0;
    for (let change = 1; change <= changes; change += 5) {
      await crashOnce({ seed, change, acknowledgesBeforeSync: true }).catch((error: unknown) => {
        assert.match(String(error), /I1/);
        caught++;
      });
    }
    assert(caught > 0, 'the canary was not noticed');
  });
});
