import type { RowVerdict } from '../../crash/check-history.ts';
import type { History } from '../../crash/history.ts';
import { createInspection } from '../../crash/rule.ts';
import type { Breakage } from '../canaries.ts';
import { createTally, type FaultRow, spread, type Tally } from '../row.ts';
import { createStage, type Stage } from '../stage.ts';
import { createStorm } from '../storm.ts';

const PROMISE = 'a full disk refuses writes with errors that are tried again, reads go on, and space ends it';
const BEFORE_MS = 1_200;
const FULL_MS = 1_500;
/** The broker looks for space each second. */
const AFTER_MS = 3_000;
const SPACE_BYTES = 2 ** 40;

/** What is left free; the moment by which it runs out follows from it. */
const LEFT_BYTES = [0, 1, 30, 61, 100, 200, 400, 700, 1_200, 2_500, 5_000, 9_000];
const MIDDLES = ['nothing', 'kill', 'power loss'] as const;

interface Case {
  readonly leftBytes: number;
  /** What happens besides, while it is full. */
  readonly middle: (typeof MIDDLES)[number];
}

export const fullDisk: FaultRow = {
  row: 'F7',
  promise: PROMISE,
  quickCycles: 6,
  async run({ seed, breakage, cyclesMax, onCycle }) {
    const tally = createTally();
    const cases = LEFT_BYTES.flatMap((leftBytes): Case[] => MIDDLES.map((middle) => ({ leftBytes, middle })));
    const chosen = spread(cases, cyclesMax, seed);
    for (const [index, each] of chosen.entries()) {
      await fillOnce(seed + index, each, breakage, tally);
      onCycle?.(index + 1, chosen.length);
    }
    return tally.report('F7', seed);
  },
};

async function fillOnce(seed: number, { leftBytes, middle }: Case, breakage: Breakage | undefined, tally: Tally) {
  const stage = createStage({ seed, hasJournal: seed % 2 === 0, mayDiskFail: true });
  const { machine, recorder } = stage;
  await stage.boot();
  const storm = await createStorm(stage);
  await storm.blow(BEFORE_MS);
  const { totalBytes, freeBytes } = await machine.disk.space('/');
  machine.disk.setCapacity(totalBytes - freeBytes + leftBytes);
  const fullAt = recorder.length;
  await storm.blow(FULL_MS);
  if (middle !== 'nothing') await restartWhileFull(stage, middle);
  const freeAt = recorder.length;
  if (breakage?.staysFull !== true) machine.disk.setCapacity(SPACE_BYTES);
  if (machine.isDown) await stage.boot();
  await storm.blow(AFTER_MS);
  const endAt = recorder.length;
  await storm.end();
  const history = await stage.finish();
  if (machine.fatal !== undefined) recorder.record({ kind: 'odd', what: `the broker gave up: ${machine.fatal}` });
  await machine.stop();
  const name = `${leftBytes} bytes left, ${middle} besides`;
  tally.verdict(name, verdictOn(history, { fullAt, freeAt, endAt, middle }));
  tally.add(name, withoutExpected(history));
}

/** It may refuse to start for want of space, and must then say so. */
async function restartWhileFull(stage: Stage, middle: 'kill' | 'power loss'): Promise<void> {
  const { machine, recorder } = stage;
  if (middle === 'kill') machine.kill();
  else machine.losePower(recorder.length);
  await stage.boot();
}

interface Times {
  readonly fullAt: number;
  readonly freeAt: number;
  readonly endAt: number;
  readonly middle: Case['middle'];
}

export function verdictOn({ events }: History, { fullAt, freeAt, endAt, middle }: Times): RowVerdict {
  const inspection = createInspection();
  const meanwhile = events.slice(fullAt, freeAt);
  const afterwards = events.slice(freeAt, endAt);
  if (middle === 'nothing') {
    const reads = meanwhile.filter((event) => event.kind === 'polled');
    inspection.check(reads.length > 0, () => 'nobody could read while it was full');
    const refused = meanwhile.some((event) => 'outcome' in event && event.outcome === 'info');
    inspection.check(refused, () => 'the disk never ran full: the case proves nothing');
  }
  for (const producer of ['exact/0', 'exact/1', 'plain/0', 'plain/1']) {
    const isBack = afterwards.some((e) => e.kind === 'answered' && e.outcome === 'ok' && e.sent.producer === producer);
    inspection.check(isBack, () => `${producer} could not write again after there was space`);
  }
  for (const kind of ['updated', 'committed'] as const) {
    const isBack = afterwards.some((event) => event.kind === kind && event.outcome === 'ok');
    inspection.check(isBack, () => `nothing was ${kind} after there was space`);
  }
  return { row: 'F7', promise: PROMISE, ...inspection.verdict() };
}

/** KAFKA_STORAGE_ERROR is what clients are to be told, and a start may be refused for want of space. */
export function withoutExpected(history: History): History {
  const events = history.events.filter((event) => event.kind !== 'odd' || !/error 56$|no space/.test(event.what));
  return { ...history, events };
}
