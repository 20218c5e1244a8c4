import { parseArgs } from 'node:util';
import { checkHistory } from './check-history.ts';
import { formatReport, summarise, violationCount } from './report.ts';
import { runCrashes } from './run-crashes.ts';

const usage = `node simulation/crash/main.ts [options]
    Runs \`sluice start\` under load, kills it with -9 again and again, and checks what clients were told and shown.
    Exits with 1 if a promise was broken.

  --cycles N       kills (5)
  --seed S         repeats the choice of moments and of operations (random)
  --start-ms N     a start may take so much processor time (5000)
  --canary         breaks the disk's promise on purpose; exits with 1 if that is not noticed
  --json           the report as JSON
`;

/** More than producers have in flight, so that something acknowledged is lost. */
const CANARY_SIZE_BYTES = 64 * 1024;
/** Checking takes a fraction of it: a few ms for each MB. */
const START_MS_PER_MEGABYTE = 40;

const { values } = parseArgs({
  options: {
    cycles: { type: 'string', default: '5' },
    seed: { type: 'string' },
    'start-ms': { type: 'string', default: '5000' },
    canary: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  process.stdout.write(usage);
} else {
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : whole(values.seed);
  const cycles = whole(values.cycles);
  const history = await runCrashes({
    cycles,
    seed,
    lostTailSizeBytes: values.canary ? CANARY_SIZE_BYTES : 0,
    onCycle: (cycle, text) => process.stderr.write(`cycle ${cycle} of ${cycles}: ${text}\n`),
  });
  const startMs = whole(values['start-ms']);
  const rows = checkHistory(history, { startMs, startMsPerMegabyte: START_MS_PER_MEGABYTE });
  const report = summarise(seed, cycles, history, rows);
  process.stdout.write(`${values.json ? JSON.stringify(report) : formatReport(report)}\n`);
  const isBroken = violationCount(report) > 0;
  if (values.canary) process.stdout.write(isBroken ? 'canary: noticed\n' : 'canary: NOT noticed\n');
  process.exitCode = isBroken === values.canary ? 0 : 1;
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${text} is no whole number`);
  return value;
}
