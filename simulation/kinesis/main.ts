import { AssertionError } from 'node:assert';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { checkOrder } from '@sluice/aws/kinesis/testing/check-order';
import { lastSegments, readSegment } from '../crash/data-directory.ts';
import { type RestartsResult, runRestarts } from './run-restarts.ts';

const usage = `node simulation/kinesis/main.ts [options]
    Puts to a Kinesis stream of a real broker, reshards it and reads it, kills the broker with its door with -9 again and
    again, and checks order, loss and doubles within hash keys (I26). Exits with 1 if a promise was broken.

  --cycles N       kills (5)
  --seed S         repeats the choice of moments and of operations (random)
  --canary         cuts the ends of the stream's partitions off at each kill; exits with 1 if that is not noticed
`;

/** More than is in flight, so that something acknowledged is lost. */
const LOST_TAIL_SIZE_BYTES = 64 * 1024;

const { values } = parseArgs({
  options: {
    cycles: { type: 'string', default: '5' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    canary: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) process.stdout.write(usage);
else await main();

async function main(): Promise<void> {
  const seed = Number(values.seed);
  const cycles = Number(values.cycles);
  const violation = await run(cycles, seed);
  if (values.canary) {
    console.log(`canary: ${violation === undefined ? 'NOT noticed' : `noticed: ${violation}`}`);
    process.exitCode = violation === undefined ? 1 : 0;
  } else {
    if (violation !== undefined) console.log(`✖ I26, seed ${seed}: ${violation}`);
    process.exitCode = violation === undefined ? 0 : 1;
  }
}

/** What was broken, if anything was. */
async function run(cycles: number, seed: number): Promise<string | undefined> {
  try {
    const result = await runRestarts({ cycles, seed, ...(values.canary ? { damage: loseTails } : {}) });
    const { acknowledged, live, later, shards } = result;
    for (const seen of [live, later]) checkOrder(seen, acknowledged, shards);
    console.log(`✔ I26, seed ${seed}: ${describe(result)}`);
    return undefined;
  } catch (error) {
    // A damaged door may also say so itself.
    if (error instanceof AssertionError || values.canary) return String(error);
    throw error;
  }
}

function describe({ acknowledged, later, shards, reshardCount, readyMs }: RestartsResult): string {
  const count = [...acknowledged.values()].reduce((sum, own) => sum + own.length, 0);
  const slowest = Math.round(Math.max(...readyMs));
  return `${count} records acknowledged, ${later.length} there, ${shards.length} shards by ${reshardCount} changes; ${readyMs.length} starts, the slowest in ${slowest} ms`;
}

/** Syncs that were answered, and did nothing. */
function loseTails(dataDirectory: string, stream: string): void {
  for (const { path } of lastSegments(dataDirectory, stream)) {
    const content = readSegment(path);
    writeFileSync(path, content.subarray(0, Math.max(0, content.length - LOST_TAIL_SIZE_BYTES)));
  }
}
