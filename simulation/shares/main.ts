import { parseArgs } from 'node:util';
import { SHARE_CANARIES } from './canaries.ts';
import { formatRuns, isViolated } from './report.ts';
import { SHARE_RULES } from './rules.ts';
import { runShares, type ShareRun } from './run-seed.ts';

const usage = `node simulation/shares/main.ts [options]
    Share groups on virtual time: members that acknowledge late, twice and for others, go away and come back, on a broker
    that dies, under producers, transactions, deleted records and compaction. Exits with 1 if a promise was broken.

  --seeds N       runs (200)
  --seed S        the first one's seed (random)
  --canary NAME   breaks something on purpose (${SHARE_CANARIES.map(({ name }) => name).join(', ')}), or all in turn;
                  exits with 1 if that is not noticed

${SHARE_RULES.map(({ name, promise }) => `  ${name}: ${promise}`).join('\n')}
`;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    seed: { type: 'string' },
    canary: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const firstSeed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
const count = Number(values.seeds);
const canaries = SHARE_CANARIES.filter(({ name }) => values.canary === 'all' || values.canary === name);

if (values.help || !Number.isSafeInteger(firstSeed) || !(count > 0)) {
  process.stdout.write(usage);
  process.exitCode = values.help ? 0 : 2;
} else if (values.canary !== undefined && canaries.length === 0) {
  process.stderr.write(usage);
  process.exitCode = 2;
} else if (values.canary === undefined) {
  process.stdout.write(`seeds ${firstSeed} to ${firstSeed + count - 1}\n`);
  const runs: ShareRun[] = [];
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    const run = await runShares(seed);
    runs.push(run);
    if (isViolated(run)) process.stdout.write(`${formatRuns([run])}\n`);
    if (process.stdout.isTTY) process.stdout.write(`\r${runs.length} of ${count}`);
  }
  process.stdout.write(`${formatRuns(runs)}\n`);
  if (runs.some((run) => isViolated(run))) process.exitCode = 1;
} else {
  for (const { name, rule } of canaries) {
    let runs = 0;
    let isNoticed = false;
    while (!isNoticed && runs < count) isNoticed = isViolated(await runShares(firstSeed + runs++, name), rule);
    process.stdout.write(
      `canary ${name}: ${rule} is ${isNoticed ? `red after ${runs} runs, as it must be` : 'NOT red'}\n`,
    );
    if (!isNoticed) process.exitCode = 1;
  }
}
