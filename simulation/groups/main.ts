import { parseArgs } from 'node:util';
import { GROUP_CANARIES } from './canaries.ts';
import { formatReport, runSeeds, runsUntilNoticed } from './run-seeds.ts';
import { simulateGroups } from './simulate-groups.ts';

const usage = `node simulation/groups/main.ts [options]
    Groups on virtual time: members join, leave, crash, pause and come back, messages are lost, held up and repeated, the
    coordinator loses its power. Exits with 1 if a promise was broken.

  --seeds N        runs (1000)
  --seed S         the first one's seed (random)
  --story          tells what happened in the run of --seed, and runs no other
  --canary NAME    breaks something on purpose (${GROUP_CANARIES.map(({ name }) => name).join(', ')}), or all in turn;
                   exits with 1 if that is not noticed
`;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    seed: { type: 'string' },
    story: { type: 'boolean', default: false },
    canary: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const firstSeed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
const count = Number(values.seeds);
const canaries = GROUP_CANARIES.filter(({ name }) => values.canary === 'all' || values.canary === name);
if (values.help || !Number.isSafeInteger(firstSeed) || !(count > 0)) {
  process.stdout.write(usage);
  process.exitCode = values.help ? 0 : 2;
} else if (values.canary !== undefined && canaries.length === 0) {
  process.stderr.write(usage);
  process.exitCode = 2;
} else if (values.story) {
  const run = await simulateGroups(firstSeed, { canary: canaries[0] });
  const violations = run.verdicts.flatMap((verdict) => verdict.violations.map((each) => `${verdict.row}: ${each}`));
  process.stdout.write(`${[...run.story, ...violations].join('\n')}\n`);
  process.exitCode = violations.length === 0 ? 0 : 1;
} else if (values.canary === undefined) {
  process.stdout.write(`seeds ${firstSeed} to ${firstSeed + count - 1}\n`);
  const report = await runSeeds({ firstSeed, count });
  process.stdout.write(`${formatReport(report)}\n`);
  process.exitCode = report.rows.some(({ violationCount }) => violationCount > 0) ? 1 : 0;
} else {
  for (const canary of canaries) {
    const runCount = await runsUntilNoticed(canary, firstSeed, count);
    const verdict = runCount === undefined ? 'NOT red' : `red after ${runCount} runs, as it must be`;
    process.stdout.write(`canary ${canary.name}: "${canary.rule.promise}" is ${verdict}\n`);
    if (runCount === undefined) process.exitCode = 1;
  }
}
