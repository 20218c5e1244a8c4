import { parseArgs } from 'node:util';
import { DISK_CANARIES } from './canaries.ts';
import { formatReport } from './report.ts';
import { type RowReport, violationCount } from './row.ts';
import { FAULT_ROWS } from './rows/all.ts';

const usage = `node simulation/disk/main.ts [options]
    A whole broker on a simulated machine whose disk crashes, tears, lies, rots, fills up or is slow. Clients' histories
    are checked afterwards. Exits with 1 if a promise was broken.

  --row F2,F5      rows of faults (all: ${FAULT_ROWS.map(({ row }) => row).join(', ')})
  --cycles N       at most so many of each row, spread evenly (all that there are)
  --quick          a quick look at each row instead
  --seed S         repeats a run (random)
  --canary NAME    breaks something on purpose (${DISK_CANARIES.map(({ name }) => name).join(', ')}), or all in turn;
                   exits with 1 if that is not noticed
  --json           the reports as JSON
`;

const { values } = parseArgs({
  options: {
    row: { type: 'string' },
    cycles: { type: 'string' },
    quick: { type: 'boolean', default: false },
    seed: { type: 'string' },
    canary: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
const cyclesMax = values.cycles === undefined ? undefined : Number(values.cycles);
const wanted = values.row?.split(',');
const rows = FAULT_ROWS.filter(({ row }) => wanted?.includes(row) ?? true);
const canaries = DISK_CANARIES.filter(({ name }) => values.canary === 'all' || values.canary === name);
const isWrong =
  !Number.isSafeInteger(seed) ||
  !(cyclesMax === undefined || cyclesMax > 0) ||
  rows.length === 0 ||
  rows.length !== (wanted?.length ?? rows.length) ||
  (values.canary !== undefined && canaries.length === 0);

if (values.help || isWrong) {
  (isWrong ? process.stderr : process.stdout).write(usage);
  process.exitCode = isWrong ? 2 : 0;
} else if (values.canary === undefined) {
  for (const row of rows) {
    const report = await row.run({
      seed,
      cyclesMax: values.quick ? row.quickCycles : cyclesMax,
      onCycle: progress(row.row),
    });
    process.stdout.write(`${values.json ? JSON.stringify(report) : formatReport(report)}\n`);
    if (violationCount(report) > 0) process.exitCode = 1;
  }
} else {
  for (const { name, fault, row, breakage, cycles } of canaries) {
    const found = FAULT_ROWS.find((each) => each.row === fault);
    if (found === undefined) throw new Error(`${fault} is not simulated`);
    const report = await found.run({
      seed,
      cyclesMax: cyclesMax ?? cycles ?? found.quickCycles,
      breakage,
      onCycle: progress(name),
    });
    const isNoticed = isRed(report, row);
    if (!isNoticed) process.stdout.write(`${formatReport(report)}\n`);
    process.stdout.write(`canary ${name}: ${fault}, ${row} is ${isNoticed ? 'red, as it must be' : 'NOT red'}\n`);
    if (!isNoticed) process.exitCode = 1;
  }
}

function isRed({ verdicts }: RowReport, row: string): boolean {
  return verdicts.some((verdict) => verdict.row === row && verdict.violations.length > 0);
}

/** About twenty lines for a row, however long it takes. */
function progress(name: string): (done: number, total: number) => void {
  let told = 0;
  return (done, total) => {
    if (done < total && done - told < total / 20) return;
    told = done;
    process.stderr.write(`${name}: ${done} of ${total} cycles\n`);
  };
}
