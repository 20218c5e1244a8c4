/*
 * The life of a log and its model, from thousands of seeds: see packages/log/src/testing/model. A failure is told with
 * the seed and the path that repeat it, and with the shortest life that shows it.
 */
import { parseArgs } from 'node:util';
import { CANARIES, type Canary } from '@sluice/log/testing/model/canaries';
import { circumstances, lives } from '@sluice/log/testing/model/commands';
import { liveLike } from '@sluice/log/testing/model/run';
import fc from 'fast-check';

const canaryNames = Object.keys(CANARIES) as Canary[];
const usage = `node simulation/log/main.ts [--lives 5000] [--seed S] [--path P] [--canary NAME|all]
    does to a log on the simulated disk, and to a list, whatever may be done to one, and compares what they answer
    --seed, --path    one failure again
    --canary          a log that is wrong in one way, which must be noticed: ${canaryNames.join(', ')}
`;

const { values } = parseArgs({
  options: {
    lives: { type: 'string', default: '5000' },
    seed: { type: 'string' },
    path: { type: 'string' },
    canary: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const canaries = canaryNames.filter((name) => values.canary === 'all' || values.canary === name);
if (values.help || (values.canary !== undefined && canaries.length === 0)) {
  process.stderr.write(usage);
  process.exitCode = values.help ? 0 : 2;
} else process.exitCode = await main();

async function main(): Promise<number> {
  const startedMs = performance.now();
  const parameters = {
    numRuns: Number(values.lives),
    ...(values.seed === undefined ? {} : { seed: Number(values.seed) }),
    ...(values.path === undefined ? {} : { path: values.path }),
  };
  if (canaries.length === 0) {
    const result = await fc.check(property(), parameters);
    const seconds = Math.round((performance.now() - startedMs) / 1000);
    if (!result.failed) console.log(`${result.numRuns} lives, seed ${result.seed}: all of it holds (${seconds} s)`);
    else console.error(`${String(result.errorInstance)}\n${fc.defaultReportMessage(result)}`);
    return result.failed ? 1 : 0;
  }
  let unnoticed = 0;
  for (const canary of canaries) {
    const { failed, numRuns, errorInstance } = await fc.check(property(canary), { ...parameters, endOnFailure: true });
    const isNoticed = failed && CANARIES[canary].test(String(errorInstance));
    if (!isNoticed) unnoticed++;
    console.log(`${canary}: ${isNoticed ? 'noticed' : 'NOT NOTICED'} after ${numRuns} lives`);
  }
  return unnoticed === 0 ? 0 : 1;
}

function property(canary?: Canary) {
  return fc.asyncProperty(lives, circumstances, (commands, how) => liveLike(commands, how, canary));
}
