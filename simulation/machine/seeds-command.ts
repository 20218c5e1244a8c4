import { parseArgs } from 'node:util';
import { type Canary, isViolated, type SeededRun } from './seeded-run.ts';

const SEEDS = 2 ** 31;

export interface SeedsCommand<Run extends SeededRun, Name extends string> {
  /** The script's path in the repository. */
  readonly script: string;
  /** What is run, in a sentence or two; lines are indented. */
  readonly about: string;
  readonly rules: readonly { readonly name: string; readonly promise: string }[];
  readonly canaries: readonly Canary<Name>[];
  run(seed: number, canary?: Name): Promise<Run>;
  format(runs: readonly Run[]): string;
}

/** The command line of a simulation that is run for many seeds. Sets the process's exit code. */
export async function runSeedsCommand<Run extends SeededRun, Name extends string>(
  command: SeedsCommand<Run, Name>,
): Promise<void> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '200' },
      seed: { type: 'string' },
      canary: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const firstSeed = values.seed === undefined ? Math.floor(Math.random() * SEEDS) : Number(values.seed);
  const count = Number(values.seeds);
  const canaries = command.canaries.filter(({ name }) => values.canary === 'all' || values.canary === name);
  const isUnknownCanary = values.canary !== undefined && canaries.length === 0;

  if (values.help) {
    process.stdout.write(usageOf(command));
  } else if (!Number.isSafeInteger(firstSeed) || !(count > 0) || isUnknownCanary) {
    process.stderr.write(usageOf(command));
    process.exitCode = 2;
  } else {
    const isWell =
      values.canary === undefined
        ? await runAll(command, firstSeed, count)
        : await runCanaries(command, canaries, firstSeed, count);
    if (!isWell) process.exitCode = 1;
  }
}

async function runAll<Run extends SeededRun, Name extends string>(
  { run, format }: SeedsCommand<Run, Name>,
  firstSeed: number,
  count: number,
): Promise<boolean> {
  process.stdout.write(`seeds ${firstSeed} to ${firstSeed + count - 1}\n`);
  const runs: Run[] = [];
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    const done = await run(seed);
    runs.push(done);
    if (isViolated(done)) process.stdout.write(`${format([done])}\n`);
    if (process.stdout.isTTY) process.stdout.write(`\r${runs.length} of ${count}`);
  }
  process.stdout.write(`${format(runs)}\n`);
  return !runs.some((done) => isViolated(done));
}

async function runCanaries<Run extends SeededRun, Name extends string>(
  { run }: SeedsCommand<Run, Name>,
  canaries: readonly Canary<Name>[],
  firstSeed: number,
  count: number,
): Promise<boolean> {
  let areAllNoticed = true;
  for (const { name, rule } of canaries) {
    let runs = 0;
    let isNoticed = false;
    while (!isNoticed && runs < count) isNoticed = isViolated(await run(firstSeed + runs++, name), rule);
    const verdict = isNoticed ? `red after ${runs} runs, as it must be` : 'NOT red';
    process.stdout.write(`canary ${name}: ${rule} is ${verdict}\n`);
    areAllNoticed &&= isNoticed;
  }
  return areAllNoticed;
}

function usageOf<Run extends SeededRun, Name extends string>(command: SeedsCommand<Run, Name>): string {
  return `node ${command.script} [options]
    ${command.about}
    Exits with 1 if a promise was broken.

  --seeds N       runs (200)
  --seed S        the first one's seed (random)
  --canary NAME   breaks something on purpose (${command.canaries.map(({ name }) => name).join(', ')}), or all in turn;
                  exits with 1 if that is not noticed

${command.rules.map(({ name, promise }) => `  ${name}: ${promise}`).join('\n')}
`;
}
