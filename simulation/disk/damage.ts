import type { RowVerdict } from '../crash/check-history.ts';
import type { History, PartitionKey } from '../crash/history.ts';
import { createInspection } from '../crash/rule.ts';
import { lookupsAreRight } from '../crash/rules/lookups-are-right.ts';
import type { Breakage } from './canaries.ts';
import { diskOf, type Image, imageOf } from './image.ts';
import { createScript, type Script } from './script.ts';
import { createStage, type Stage } from './stage.ts';

/** How the machine went down. */
export type End = 'clean stop' | 'kill';

/** One file is not what was written, while the machine is down. */
export interface Damage {
  readonly path: string;
  readonly content: Buffer;
  /** Below this offset of the file's partition nothing is touched; Infinity if its records are not. */
  readonly wholeBelow: number;
  /** A log that ends with a whole batch: after a kill nobody can know that there was more. */
  readonly isSeamless?: boolean;
}

/** What is served of a partition: values, or keys and values, by offset. */
type Served = ReadonlyMap<PartitionKey, ReadonlyMap<number, string>>;

/** A machine that has run the script, as it is when nothing is damaged. */
export interface Specimen {
  readonly image: Image;
  readonly history: History;
  /** Starts the machine with the damage, looks at all that it serves, and compares. */
  examine(damage: Damage): Promise<{ readonly history: History; readonly verdicts: readonly RowVerdict[] }>;
}

export async function createSpecimen(seed: number, end: End, breakage: Breakage | undefined): Promise<Specimen> {
  const stage = createStage({ seed, hasJournal: seed % 2 === 0, mayDiskFail: true });
  const { machine, recorder } = stage;
  await stage.boot();
  const script = createScript(stage);
  await machine.run(script.run());
  if (end === 'clean stop') await machine.stop();
  machine.kill();
  const image = await machine.run(imageOf(machine.disk));
  const whole = await look(stage, script);
  const truth = servedIn(whole);
  const commits = commitsIn(whole);

  return {
    image,
    history: whole,
    async examine(damage) {
      machine.disk = await machine.run(diskOf(image, machine.clock, damage));
      machine.journal.forget();
      const from = recorder.length;
      const all = await look(stage, script);
      const history = { ...all, events: all.events.slice(from) };
      const complaints = breakage?.isSilent === true ? [] : machine.journal.complaints;
      const refusals = history.events.flatMap((event) => (event.kind === 'odd' ? [event.what] : []));
      const isUp = history.events.some(({ kind }) => kind === 'started');
      const inspection = createInspection();
      const kept = createInspection();
      const served = servedIn(history);

      inspection.check(isUp || refusals.length > 0, () => 'it does not start, and does not say why');
      for (const [partition, records] of served) {
        for (const [offset, value] of records) {
          const wanted = truth.get(partition)?.get(offset);
          inspection.check(value === wanted, () => `${partition} @ ${offset} is ${value}, not ${wanted}`);
        }
      }
      for (const [partition, records] of isUp ? truth : []) {
        const found = served.get(partition);
        const missing = [...records.keys()].filter((offset) => !found?.has(offset));
        const isTold = complaints.length > 0 || (end === 'kill' && damage.isSeamless === true);
        inspection.check(
          missing.length === 0 || isTold,
          () => `${partition}: ${missing.length} records from ${missing[0]} on are missing, and nothing is logged`,
        );
        if (damage.wholeBelow === Infinity || !isOf(partition, damage.path)) continue;
        const lost = missing.filter((offset) => offset < damage.wholeBelow);
        kept.check(
          lost.length === 0,
          () => `${partition} @ ${lost[0]} is lost; it is whole below ${damage.wholeBelow}`,
        );
      }
      for (const [partition, commit] of isUp ? commits : []) {
        const found = commitsIn(history).get(partition);
        const isTold = complaints.length > 0 || (end === 'kill' && damage.isSeamless === true);
        inspection.check(found === commit || isTold, () => `the commit in ${partition} is ${found}, not ${commit}`);
      }
      const promise = 'what is damaged is repaired, refused or cut off with a reason in the log, and never served';
      const whole = 'everything acknowledged before the damage is kept';
      const verdicts: RowVerdict[] = [
        { row: 'I21', promise, ...inspection.verdict() },
        { row: 'I1', promise: whole, ...kept.verdict() },
        { row: 'I14', promise: lookupsAreRight.promise, ...lookupsAreRight.check(history) },
      ];
      return { history, verdicts };
    },
  };
}

/** Starts it, looks at everything, and ends it. */
async function look(stage: Stage, script: Script): Promise<History> {
  const { machine, recorder } = stage;
  if (!(await stage.boot())) return recorder.finish(new Map());
  await machine.run(script.look());
  const history = await stage.finish();
  machine.kill();
  return history;
}

function servedIn({ readBack, compacted }: History): Served {
  const served = new Map<PartitionKey, Map<number, string>>();
  for (const [partition, { records }] of readBack) served.set(partition, new Map(records));
  for (const [partition, records] of compacted ?? []) {
    served.set(partition, new Map(records.map(({ offset, key, value }) => [offset, `${key}=${value}`])));
  }
  return served;
}

/** The last that was seen of each. */
function commitsIn({ events }: History): ReadonlyMap<PartitionKey, string> {
  const commits = new Map<PartitionKey, string>();
  for (const event of events) {
    if (event.kind === 'commit-seen') commits.set(event.partition, `${event.offset} ${event.metadata}`);
  }
  return commits;
}

function isOf(partition: PartitionKey, path: string): boolean {
  const [topic, , number] = partition.split('/');
  return path.includes(`/${topic}-${number}/`);
}
