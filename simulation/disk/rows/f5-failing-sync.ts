import type { DiskChangeKind } from '@sluice/kernel/sim/faults';
import type { RowVerdict } from '../../crash/check-history.ts';
import type { History } from '../../crash/history.ts';
import { createInspection } from '../../crash/rule.ts';
import type { Breakage } from '../canaries.ts';
import { createTally, type FaultRow, type RowOptions, type RowReport, spread, type Tally } from '../row.ts';
import { createScript } from '../script.ts';
import { createStage } from '../stage.ts';

const KINDS = ['sync', 'sync-directory'] as const satisfies readonly DiskChangeKind[];
const PROMISE = 'after a failed sync nothing of its partition is acknowledged or synced again, and the reason is told';

/** The `nth` of its kind fails, once: the next one would succeed, and save nothing. */
interface Failure {
  readonly kind: (typeof KINDS)[number];
  readonly nth: number;
}

/** What became of it. */
interface Struck {
  readonly path: string;
  /** The length of the history then. */
  readonly at: number;
  /** Of the same file, in the same life. */
  laterSyncCount: number;
}

export const failingSync: FaultRow = {
  row: 'F5',
  promise: 'a failed sync is never followed by an acknowledgement, and what was acknowledged outlives the power',
  quickCycles: 26,
  async run(options: RowOptions): Promise<RowReport> {
    const { seed, breakage, cyclesMax, onCycle } = options;
    const tally = createTally();
    const failures = spread(await allSyncs(seed), cyclesMax, seed);
    for (const [index, failure] of failures.entries()) {
      await failOnce(seed, failure, breakage, tally);
      onCycle?.(index + 1, failures.length);
    }
    return tally.report('F5', seed);
  },
};

/** Everything that the script and a clean end sync. */
async function allSyncs(seed: number): Promise<Failure[]> {
  const stage = createStage({ seed, hasJournal: seed % 2 === 0 });
  const failures: Failure[] = [];
  const counts = { sync: 0, 'sync-directory': 0 };
  stage.machine.disk.inject(({ kind }) => {
    if (kind === 'sync' || kind === 'sync-directory') failures.push({ kind, nth: ++counts[kind] });
    return undefined;
  });
  await stage.boot();
  await stage.machine.run(createScript(stage).run());
  await stage.machine.stop();
  return failures;
}

async function failOnce(seed: number, failure: Failure, breakage: Breakage | undefined, tally: Tally): Promise<void> {
  const stage = createStage({ seed, hasJournal: seed % 2 === 0, mayDiskFail: true });
  const { machine, recorder } = stage;
  let struck: Struck | undefined;
  let count = 0;
  machine.disk.inject(({ kind, path }) => {
    if (kind !== failure.kind) return undefined;
    count++;
    if (struck !== undefined && path === struck.path) struck.laterSyncCount++;
    if (count !== failure.nth) return undefined;
    struck = { path, at: recorder.length, laterSyncCount: 0 };
    return breakage?.ignoresFailedSyncs === true ? { kind: 'lie' } : { kind: 'fail', tag: 'io' };
  });

  const isUp = await stage.boot();
  const script = createScript(stage);
  if (isUp) await machine.run(script.run());
  const told: string[] = [];
  // `sluice start` ends with it, and says so.
  await machine.stop().catch((error: unknown) => told.push(String(error)));
  told.push(...machine.journal.complaints.filter((line) => line.includes('injected io')));
  machine.losePower(seed * 31 + failure.nth);
  const before = recorder.finish(new Map());
  const name = `${failure.kind} ${failure.nth} of ${struck?.path}`;
  if (struck !== undefined) tally.verdict(name, verdictOn(struck, before, isUp, told));
  if (!(await stage.boot())) return tally.add(name, recorder.finish(new Map()));
  await machine.run(script.resume());
  tally.add(name, withoutExpected(await stage.finish()));
  machine.kill();
}

function verdictOn(struck: Struck, { events }: History, isUp: boolean, told: readonly string[]): RowVerdict {
  const inspection = createInspection();
  const refusal = events.find((event) => event.kind === 'odd' && event.what.includes('injected io'));
  inspection.check(told.length > 0 || (!isUp && refusal !== undefined), () => 'nobody was told why');
  const [, topic, partition] = /\/([^/]+)-(\d+)\/[^/]+\.log$/.exec(struck.path) ?? [];
  // The other topic's files are made again under the same names.
  if (topic !== undefined && topic !== 'gone') {
    inspection.check(struck.laterSyncCount === 0, () => `it was synced ${struck.laterSyncCount} times more`);
    const sentLater = new Set(events.slice(struck.at).filter((event) => event.kind === 'sent'));
    for (const event of events) {
      if (event.kind !== 'answered' || !sentLater.has(event.sent)) continue;
      const [ofTopic, , ofPartition] = event.sent.partition.split('/');
      if (ofTopic !== topic || ofPartition !== partition) continue;
      const name = `${event.sent.producer}:${event.sent.firstNumber}`;
      inspection.check(event.outcome !== 'ok', () => `${name} was sent afterwards and acknowledged`);
    }
  }
  return { row: 'F5', promise: PROMISE, ...inspection.verdict() };
}

/** Neither the failure itself nor KAFKA_STORAGE_ERROR is a surprise. */
function withoutExpected(history: History): History {
  const events = history.events.filter((event) => event.kind !== 'odd' || !/injected io|error 56$/.test(event.what));
  return { ...history, events };
}
