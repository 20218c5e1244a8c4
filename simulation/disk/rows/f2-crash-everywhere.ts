import type { Disk } from '@sluice/kernel/disk';
import type { History } from '../../crash/history.ts';
import { DATA_DIRECTORY } from '../../machine/sim-machine.ts';
import type { Breakage } from '../canaries.ts';
import { createTally, type FaultRow, type RowOptions, type RowReport, spread } from '../row.ts';
import { createScript } from '../script.ts';
import { createStage } from '../stage.ts';

/** More than starting and recovering takes. */
const RECOVERY_CHANGES = 60;
const SECOND_CRASH_CHANCE = 0.3;

/** The process ends at the `at`th change of the disk or transaction of the metadata, and the machine perhaps with it. */
interface Crash {
  readonly what: 'change' | 'txn';
  readonly at: number;
  readonly how: 'kill' | 'power loss';
}

export const crashEverywhere: FaultRow = {
  row: 'F2',
  promise: 'a crash at any change of the disk, of the process or of the power, loses nothing that was answered',
  quickCycles: 44,
  async run(options: RowOptions): Promise<RowReport> {
    const { seed, breakage, cyclesMax, onCycle } = options;
    const tally = createTally();
    const { changes, txns } = await count(seed, breakage);
    const crashes: Crash[] = [];
    for (let at = 1; at <= changes; at++) {
      crashes.push({ what: 'change', at, how: 'power loss' }, { what: 'change', at, how: 'kill' });
    }
    for (let at = 1; at <= txns; at++) crashes.push({ what: 'txn', at, how: at % 2 === 0 ? 'kill' : 'power loss' });
    const chosen = spread(crashes, cyclesMax, seed);
    for (const [index, crash] of chosen.entries()) {
      const history = await crashOnce(seed, crash, breakage);
      tally.add(`${crash.how} at ${crash.what} ${crash.at}`, history);
      onCycle?.(index + 1, chosen.length);
    }
    return tally.report('F2', seed);
  },
};

/** All that the script and a clean end do. */
async function count(seed: number, breakage: Breakage | undefined): Promise<{ changes: number; txns: number }> {
  const stage = stageOf(seed, breakage);
  await stage.boot();
  await stage.machine.run(createScript(stage).run());
  await stage.machine.stop();
  return { changes: stage.machine.disk.changeCount, txns: stage.machine.store.txnCount };
}

async function crashOnce(seed: number, crash: Crash, breakage: Breakage | undefined): Promise<History> {
  const stage = stageOf(seed, breakage);
  const { machine, recorder } = stage;
  const { random } = machine;
  const end = (number: number) => (crash.how === 'kill' ? machine.kill() : machine.losePower(number));

  if (crash.what === 'change') machine.crashAt(crash.at);
  else machine.crashAtTxn(crash.at);
  await stage.boot();
  if (breakage?.forgetsMetadata === true) await machine.store.remember();
  const script = createScript(stage);
  await machine.run(script.run());
  await machine.stop();
  if (machine.fatal !== undefined) recorder.record({ kind: 'odd', what: `the broker gave up: ${machine.fatal}` });
  end(seed * 1_000_003 + crash.at);
  if (random.chance(SECOND_CRASH_CHANCE)) {
    const change = 1 + random.below(RECOVERY_CHANGES);
    machine.crashAt(change);
    await stage.boot();
    if (machine.isDown) end(seed * 7 + change);
    else machine.kill();
  }
  if (breakage?.forgetsMetadata === true) await machine.store.forget();
  if (breakage?.forgetsLogStarts === true) await forgetLogStarts(machine.disk);
  if (breakage?.rule !== undefined) machine.disk.inject(breakage.rule);
  if (!(await stage.boot())) return recorder.finish(new Map());
  await machine.run(script.resume());
  const history = await stage.finish();
  await machine.stop();
  // What a recovery leaves must open too.
  await stage.boot();
  machine.kill();
  return history;
}

async function forgetLogStarts(disk: Disk): Promise<void> {
  const path = `${DATA_DIRECTORY}/log-start-offset-checkpoint`;
  if ((await disk.readFile(path)) !== undefined) await disk.unlink(path);
}

function stageOf(seed: number, breakage: Breakage | undefined) {
  const acknowledgesBeforeSync = breakage?.acknowledgesBeforeSync ?? false;
  const hasJournal = seed % 2 === 0;
  const stage = createStage({ seed, acknowledgesBeforeSync, hasJournal, disk: { zeroTails: seed % 3 === 0 } });
  if (breakage?.rule !== undefined) stage.machine.disk.inject(breakage.rule);
  return stage;
}
