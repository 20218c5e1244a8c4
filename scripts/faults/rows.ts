import { closeSync, fsyncSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSimRandom } from '@sluice/kernel/sim/random';
import { createInspection } from '../../simulation/crash/rule.ts';
import { createTally, type RowReport, type Tally } from '../../simulation/disk/row.ts';
import { verdictOn, withoutExpected } from '../../simulation/disk/rows/f7-full-disk.ts';
import { createScript } from '../../simulation/disk/script.ts';
import { createStorm } from '../../simulation/disk/storm.ts';
import { checkOut, commitsBack } from './earlier-version.ts';
import { createRealStage, type RealStage, until } from './real-stage.ts';
import { runSlowDisk } from './slow-disk.ts';
import { injecting, killingAt, missing, withDirectory, withTmpfs } from './tools.ts';

export interface RealRow {
  readonly row: string;
  readonly promise: string;
  readonly cycles: number;
  skipped(): string | undefined;
  run(options: { readonly seed: number; readonly cycles: number; onCycle(text: string): void }): Promise<RowReport>;
}

/** Shorter than on the simulated disk, where time costs nothing. */
const TIMES = { roundMs: 250, compactionMs: 1_500 };
/** strace counts for each thread and each call by itself; few reach more. */
const CHANGES = 160;
const SYNCS = 12;
const STORM_MS = 3_000;
/** So many commits back, and their half. */
const EARLIER_COMMITS = 120;
/** Until the end of a process is known. */
const EXIT_MS = 200;

export const REAL_ROWS: readonly RealRow[] = [
  {
    row: 'F2',
    promise: 'killed in the middle of any change of a file',
    cycles: 5,
    skipped: () => missing('strace'),
    run: ({ seed, cycles, onCycle }) =>
      scripted('F2', { seed, cycles, onCycle }, CHANGES, async (stage, nth) => {
        await runScript(stage, killingAt(nth));
        await sleep(EXIT_MS);
        return stage.broker?.hasExited === false ? `change ${nth} never came` : `killed at change ${nth}`;
      }),
  },
  {
    row: 'F5',
    promise: 'a sync that fails is told, and nothing is lost by what follows',
    cycles: 4,
    skipped: () => missing('strace'),
    run: ({ seed, cycles, onCycle }) =>
      scripted('F5', { seed, cycles, onCycle }, SYNCS, async (stage, nth, tally) => {
        const log = await runScript(stage, injecting('fdatasync,fsync', `error=EIO:when=${nth}`));
        const inspection = createInspection();
        const isReached = /EIO|i\/o error|disk I\/O/i.test(log);
        if (isReached) inspection.check(/offline|cannot|failed|error/i.test(log), () => log);
        tally.verdict(`sync ${nth}`, { row: 'F5', promise: 'the reason is told', ...inspection.verdict() });
        return `sync ${nth} failed${isReached ? '' : ' (not reached)'}`;
      }),
  },
  {
    row: 'F7',
    promise: 'a full disk refuses writes with errors that are tried again, reads go on, and space ends it',
    cycles: 1,
    skipped: () => missing('tmpfs'),
    run: runFullDisk,
  },
  {
    row: 'F8',
    promise: 'a slow disk delays what waits for it, and nothing else',
    cycles: 1,
    skipped: () => missing('strace'),
    run: runSlowDisk,
  },
  {
    row: 'F9',
    promise: 'few descriptors, little memory: connections are refused, nothing ends and nothing is lost',
    cycles: 1,
    skipped: () => missing('bash'),
    run: runFewResources,
  },
  {
    row: 'F28',
    promise: 'a directory that an earlier version wrote is opened and used',
    cycles: 2,
    skipped: () => (commitsBack(EARLIER_COMMITS) === undefined ? 'the history does not reach so far back' : undefined),
    run: runEarlierVersion,
  },
];

interface Options {
  readonly seed: number;
  readonly cycles: number;
  onCycle(text: string): void;
}

/** Cycles of the script with a fault at some step of it, each followed by a start without. */
async function scripted(
  row: string,
  { seed, cycles, onCycle }: Options,
  steps: number,
  fault: (stage: RealStage, nth: number, tally: Tally) => Promise<string>,
): Promise<RowReport> {
  const tally = createTally();
  const random = createSimRandom(seed);
  for (let cycle = 0; cycle < cycles; cycle++) {
    const nth = 1 + Math.floor((steps * (cycle + random.fraction())) / cycles);
    await withDirectory(async (directory) => {
      const stage = createRealStage(join(directory, 'data'), seed + cycle, true);
      const name = await fault(stage, nth, tally);
      await stage.kill();
      const from = stage.recorder.length;
      await stage.boot();
      const history = await stage.finish();
      await stage.kill();
      // The start with the fault may fail; the one without it may not.
      const events = history.events.filter((event, at) => event.kind !== 'odd' || at >= from);
      tally.add(name, { ...history, events });
      onCycle(name);
    });
  }
  return tally.report(row, seed);
}

/** Until the script or the broker ends. Gives what the broker logged. */
async function runScript(stage: RealStage, wrapper: readonly string[]): Promise<string> {
  if (await stage.boot({ wrapper })) await createScript(stage, TIMES).run();
  const odd = stage.recorder.finish(new Map()).events.flatMap((event) => (event.kind === 'odd' ? [event.what] : []));
  return `${stage.broker?.log ?? ''}${odd.join('\n')}`;
}

const TMPFS_SIZE_BYTES = 96 * 1024 * 1024;

function runFullDisk({ seed, onCycle }: Options): Promise<RowReport> {
  return withTmpfs(TMPFS_SIZE_BYTES, async (directory) => {
    const tally = createTally();
    const stage = createRealStage(join(directory, 'data'), seed, true);
    await stage.boot();
    const storm = await createStorm(stage);
    await sleep(STORM_MS);
    const ballast = join(directory, 'ballast');
    fillUp(directory, ballast);
    const fullAt = stage.recorder.length;
    await sleep(STORM_MS);
    const freeAt = stage.recorder.length;
    rmSync(ballast);
    await sleep(2 * STORM_MS);
    const endAt = stage.recorder.length;
    await storm.end();
    const wasAlive = stage.broker?.hasExited === false;
    const history = await stage.finish();
    await stage.kill();
    const inspection = createInspection();
    inspection.check(wasAlive, () => 'the broker ended');
    tally.verdict('tmpfs', { row: 'F7', promise: 'it goes on without a restart', ...inspection.verdict() });
    tally.verdict('tmpfs', verdictOn(history, { fullAt, freeAt, endAt, middle: 'nothing' }));
    tally.add('tmpfs', withoutExpected(history));
    onCycle('filled and freed');
    return tally.report('F7', seed);
  });
}

/** To the last byte. */
function fillUp(directory: string, path: string): void {
  const file = openSync(path, 'w');
  try {
    for (let sizeBytes = 1024 * 1024; sizeBytes >= 1; ) {
      try {
        writeSync(file, Buffer.alloc(sizeBytes));
        if (statfsSync(directory).bavail === 0) break;
      } catch {
        sizeBytes = Math.floor(sizeBytes / 2);
      }
    }
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Written by the earlier version, stopped or killed; then this one, under load. */
async function runEarlierVersion({ seed, cycles, onCycle }: Options): Promise<RowReport> {
  const tally = createTally();
  for (let cycle = 0; cycle < cycles; cycle++) {
    const commit = commitsBack(Math.ceil(EARLIER_COMMITS / (1 + (cycle >> 1)))) ?? '';
    const isKilled = cycle % 2 === 1;
    await withDirectory(async (directory) => {
      const stage = createRealStage(join(directory, 'data'), seed + cycle);
      await stage.boot({ commandLine: checkOut(commit, join(directory, 'earlier')) });
      await createScript(stage, TIMES).run();
      await (isKilled ? stage.kill() : stage.stop());
      await stage.boot();
      const storm = await createStorm(stage, 'later');
      await sleep(STORM_MS);
      await storm.end();
      const name = `${commit}, ${isKilled ? 'killed' : 'stopped'}`;
      tally.add(name, await stage.finish());
      await stage.kill();
      onCycle(name);
    });
  }
  return tally.report('F28', seed);
}

const DESCRIPTORS = 256;
const CONNECTIONS = 400;
const HEAP_MB = 64;

function runFewResources({ seed, onCycle }: Options): Promise<RowReport> {
  return withDirectory(async (directory) => {
    const tally = createTally();
    const stage = createRealStage(join(directory, 'data'), seed);
    const wrapper = ['bash', '-c', `ulimit -n ${DESCRIPTORS}; exec "$@"`, 'bash'];
    await stage.boot({ wrapper, nodeOptions: [`--max-old-space-size=${HEAP_MB}`] });
    const storm = await createStorm(stage);
    await sleep(STORM_MS);
    const sockets = Array.from({ length: CONNECTIONS }, () => dial(stage.broker?.address.port ?? 0));
    await sleep(STORM_MS);
    for (const socket of sockets) socket.destroy();
    const before = stage.recorder.length;
    const isBack = await until(() => stage.recorder.length > before + 50, 30_000);
    await storm.end();
    const wasAlive = stage.broker?.hasExited === false;
    const log = stage.broker?.log ?? '';
    const history = await stage.finish();
    await stage.kill();
    const inspection = createInspection();
    inspection.check(wasAlive, () => `the broker ended: ${log}`);
    inspection.check(isBack, () => 'clients did not go on when the crowd had gone');
    tally.verdict('few', { row: 'F9', promise: 'it goes on, whoever comes', ...inspection.verdict() });
    tally.add('few', withoutExpected(history));
    onCycle(`${DESCRIPTORS} descriptors, ${CONNECTIONS} connections, ${HEAP_MB} MB`);
    return tally.report('F9', seed);
  });
}

function dial(port: number): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  return socket;
}
