import { parseArgs } from 'node:util';
import { GROUP_CANARIES } from './canaries.ts';
import { formatReport, GROUP_PROTOCOLS, runSeeds, runsUntilNoticed, SIMULATIONS } from './run-seeds.ts';

const usage = `node simulation/groups/main.ts [options]
    Groups on virtual time: members join, leave, crash, pause and come back, messages are lost, held up and repeated, the
    coordinator loses its power. Exits with 1 if a promise was broken.

  --protocol P     the kind of groups: ${GROUP_PROTOCOLS.join(', ')} (one after the other)
  --seeds N        runs (1000)
  --seed S         the first one's seed (random)
  --story          tells what happened in the run of --seed and --protocol, and runs no other
  --canary NAME    breaks something on purpose (${GROUP_CANARIES.map(({ name }) => name).join(', ')}), or all in turn;
                   exits with 1 if that is not noticed
`;

const { values } = parseArgs({
  options: {
    protocol: { type: 'string' },
    seeds: { type: 'string', default: '1000' },
    seed: { type: 'string' },
    story: { type: 'boolean', default: false },
    canary: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const firstSeed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
const count = Number(values.seeds);
const protocols = GROUP_PROTOCOLS.filter((protocol) => (values.protocol ?? protocol) === protocol);
const canaries = GROUP_CANARIES.filter(({ name }) => values.canary === 'all' || values.canary === name);
if (values.help || !Number.isSafeInteger(firstSeed) || !(count > 0) || protocols.length === 0) {
  process.stdout.write(usage);
  process.exitCode = values.help ? 0 : 2;
} else if (values.canary !== undefined && canaries.length === 0) {
  process.stderr.write(usage);
  process.exitCode = 2;
} else if (values.story) {
  const run = await SIMULATIONS[protocols[0] ?? 'classic'](firstSeed, { canary: canaries[0] });
  const violations = run.verdicts.flatMap((verdict) => verdict.violations.map((each) => `${verdict.row}: ${each}`));
  process.stdout.write(`${[...run.story, ...violations].join('\n')}\n`);
  process.exitCode = violations.length === 0 ? 0 : 1;
} else if (values.canary === undefined) {
  process.stdout.write(`seeds ${firstSeed} to ${firstSeed + count - 1}\n`);
  for (const protocol of protocols) {
    const report = await runSeeds({ protocol, firstSeed, count });
    process.stdout.write(`${protocol}: ${formatReport(report)}\n`);
    if (report.rows.some(({ violationCount }) => violationCount > 0)) process.exitCode = 1;
  }
} else {
  for (const canary of canaries) {
    const runCount = await runsUntilNoticed(canary, firstSeed, count);
    const verdict = runCount === undefined ? 'NOT red' : `red after ${runCount} runs, as it must be`;
    process.stdout.write(`canary ${canary.name}: "${canary.rule.promise}" is ${verdict}\n`);
    if (runCount === undefined) process.exitCode = 1;
  }
}
