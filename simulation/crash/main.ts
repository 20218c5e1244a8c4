import { parseArgs } from 'node:util';
import { CANARIES, type Canary } from './canaries.ts';
import { checkHistory } from './check-history.ts';
import { type CrashReport, formatReport, summarise, violationCount } from './report.ts';
import { runCrashes } from './run-crashes.ts';

const usage = `node simulation/crash/main.ts [options]
    Runs \`sluice start\` under load, kills it with -9 again and again, and checks what clients were told and shown.
    Exits with 1 if a promise was broken.

  --cycles N       kills (5)
  --seed S         repeats the choice of moments and of operations (random)
  --start-ms N     a start may take so much processor time (5000)
  --canary NAME    breaks something on purpose (${CANARIES.map(({ name }) => name).join(', ')}), or all in turn;
                   exits with 1 if that is not noticed
  --json           the report as JSON
`;

/** Checking takes a fraction of it: a few ms for each MB. */
const START_MS_PER_MEGABYTE = 40;

const { values } = parseArgs({
  options: {
    cycles: { type: 'string', default: '5' },
    seed: { type: 'string' },
    'start-ms': { type: 'string', default: '5000' },
    canary: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const canaries = CANARIES.filter(({ name }) => values.canary === 'all' || values.canary === name);
if (values.help) {
  process.stdout.write(usage);
} else if (values.canary !== undefined && canaries.length === 0) {
  process.stderr.write(usage);
  process.exitCode = 2;
} else if (values.canary === undefined) {
  const report = await run(whole(values.cycles), undefined);
  process.stdout.write(`${values.json ? JSON.stringify(report) : formatReport(report)}\n`);
  process.exitCode = violationCount(report) === 0 ? 0 : 1;
} else {
  for (const canary of canaries) {
    const report = await run(canary.cycles, canary);
    const isNoticed = report.rows.some(({ row, violations }) => row === canary.row && violations.length > 0);
    if (!isNoticed) process.stdout.write(`${formatReport(report)}\n`);
    process.stdout.write(`canary ${canary.name}: ${canary.row} is ${isNoticed ? 'red, as it must be' : 'NOT red'}\n`);
    if (!isNoticed) process.exitCode = 1;
  }
}

async function run(cycles: number, canary: Canary | undefined): Promise<CrashReport> {
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : whole(values.seed);
  const onCycle = (cycle: number, text: string) => process.stderr.write(`cycle ${cycle} of ${cycles}: ${text}\n`);
  const history = await runCrashes({ cycles, seed, canary, onCycle });
  const startMs = whole(values['start-ms']);
  const rows = checkHistory(history, { startMs, startMsPerMegabyte: START_MS_PER_MEGABYTE });
  return summarise(seed, cycles, history, rows);
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${text} is no whole number`);
  return value;
}
