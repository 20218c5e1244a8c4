import { AssertionError } from 'node:assert';
import { readdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { checkOrder } from '@sluice/aws/kinesis/testing/check-order';
import { lastSegments, readSegment } from '../crash/data-directory.ts';
import { checkQueueHistory } from './queue-history.ts';
import { LEDGER_PREFIX, runQueueKills } from './run-queue-kills.ts';
import { runRestarts } from './run-restarts.ts';

const usage = `node simulation/kinesis/main.ts [options] [streams] [queues]
    Kills a real broker with its door with -9 again and again.
    streams: puts to a Kinesis stream, reshards and reads it, and checks order, loss and doubles within hash keys (I26).
    queues:  puts to a stream and works its queue off, and checks that nothing is lost, given again after its
             acknowledgement was answered, or given with a count that fell.
    Exits with 1 if a promise was broken.

  --cycles N       kills of each (5)
  --seed S         repeats the choice of moments and of operations (random)
  --canary         cuts the ends of the partitions that matter off at each kill; exits with 1 if that is not noticed
`;

/** More than is in flight, so that something acknowledged is lost. */
const LOST_TAIL_SIZE_BYTES = 64 * 1024;

interface RunOptions {
  readonly cycles: number;
  readonly seed: number;
  readonly isCanary: boolean;
}

/** What was done, in a few words; fails with an `AssertionError` if a promise was broken. */
const SUBJECTS: Readonly<Record<string, (options: RunOptions) => Promise<string>>> = { streams, queues };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cycles: { type: 'string', default: '5' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    canary: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const isUnknown = positionals.some((name) => !Object.hasOwn(SUBJECTS, name));
if (values.help || isUnknown) {
  (isUnknown ? process.stderr : process.stdout).write(usage);
  process.exitCode = isUnknown ? 2 : 0;
} else await main();

async function main(): Promise<void> {
  const options = { cycles: Number(values.cycles), seed: Number(values.seed), isCanary: values.canary };
  const chosen = Object.entries(SUBJECTS).filter(([name]) => positionals.length === 0 || positionals.includes(name));
  for (const [name, subject] of chosen) {
    const isSound = options.isCanary ? await isNoticed(name, subject, options) : await holds(name, subject, options);
    if (!isSound) process.exitCode = 1;
  }
}

async function holds(name: string, subject: (typeof SUBJECTS)[string], options: RunOptions): Promise<boolean> {
  try {
    console.log(`✔ ${name}, seed ${options.seed}: ${await subject(options)}`);
    return true;
  } catch (error) {
    if (!(error instanceof AssertionError)) throw error;
    console.log(`✖ ${name}, seed ${options.seed}: ${error.message}`);
    return false;
  }
}

/** A damaged door may also say so itself. */
async function isNoticed(name: string, subject: (typeof SUBJECTS)[string], options: RunOptions): Promise<boolean> {
  const violation = await subject(options).then(
    () => undefined,
    (error) => String(error).split('\n', 1)[0],
  );
  console.log(`canary, ${name}: ${violation === undefined ? 'NOT noticed' : `noticed: ${violation}`}`);
  return violation !== undefined;
}

async function streams({ cycles, seed, isCanary }: RunOptions): Promise<string> {
  const damage = isCanary ? { damage: loseTails } : {};
  const { acknowledged, live, later, shards, reshardCount, readyMs } = await runRestarts({ cycles, seed, ...damage });
  for (const seen of [live, later]) checkOrder(seen, acknowledged, shards);
  const count = [...acknowledged.values()].reduce((sum, own) => sum + own.length, 0);
  const changes = `${shards.length} shards by ${reshardCount} changes`;
  return `${count} records acknowledged, ${later.length} there, ${changes}; ${startsOf(readyMs)}`;
}

async function queues({ cycles, seed, isCanary }: RunOptions): Promise<string> {
  const { history, readyMs } = await runQueueKills({ cycles, seed, ...(isCanary ? { damage: loseLedgerTails } : {}) });
  checkQueueHistory(history);
  const { put, receipts, doneMs, unheard } = history;
  const acknowledged = `${doneMs.size} acknowledged, ${unheard.size} perhaps`;
  return `${put.size} records put, given ${receipts.length} times, ${acknowledged}; ${startsOf(readyMs)}`;
}

function startsOf(readyMs: readonly number[]): string {
  return `${readyMs.length} starts, the slowest in ${Math.round(Math.max(...readyMs))} ms`;
}

/** Syncs that were answered, and did nothing. */
function loseTails(dataDirectory: string, topic: string): void {
  for (const { path } of lastSegments(dataDirectory, topic)) {
    const content = readSegment(path);
    writeFileSync(path, content.subarray(0, Math.max(0, content.length - LOST_TAIL_SIZE_BYTES)));
  }
}

function loseLedgerTails(dataDirectory: string): void {
  const ledgers = readdirSync(dataDirectory).filter((name) => name.startsWith(LEDGER_PREFIX));
  for (const name of ledgers) loseTails(dataDirectory, name.replace(/-\d+$/, ''));
}
