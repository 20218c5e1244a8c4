import { parseArgs } from 'node:util';
import { holdProcess } from '@sluice/kernel/real/hold-process';
import { formatReport } from '../../simulation/disk/report.ts';
import { violationCount } from '../../simulation/disk/row.ts';
import { REAL_ROWS } from './rows.ts';

const usage = `node scripts/faults/main.ts [options]
    \`sluice start\` on this machine's disk: killed, failed and slowed down by strace in the middle of its calls, on a
    small tmpfs that fills up, with few descriptors and little memory. Clients' histories are checked afterwards. What
    cannot be done here (no strace, not root) is skipped out loud. Exits with 1 if a promise was broken.

  --row F2,F5      rows of faults (all: ${REAL_ROWS.map(({ row }) => row).join(', ')})
  --cycles N       of F2 and F5 each (${REAL_ROWS.map(({ row, cycles }) => `${row} ${cycles}`).join(', ')})
  --seed S         repeats the choice of moments (random)
`;

const { values } = parseArgs({
  options: {
    row: { type: 'string' },
    cycles: { type: 'string' },
    seed: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
const wanted = values.row?.split(',');
const rows = REAL_ROWS.filter(({ row }) => wanted?.includes(row) ?? true);
if (values.help || rows.length !== (wanted?.length ?? rows.length) || !Number.isSafeInteger(seed)) {
  process.stdout.write(usage);
  process.exitCode = values.help ? 0 : 2;
} else {
  // While a killed broker is away, the clients' timers are all that there is.
  holdProcess();
  for (const row of rows) {
    const reason = row.skipped();
    if (reason !== undefined) {
      process.stdout.write(`skipped: ${row.row}, ${reason}\n`);
      continue;
    }
    const cycles = values.cycles === undefined ? row.cycles : Number(values.cycles);
    const onCycle = (text: string) => process.stderr.write(`${row.row}: ${text}\n`);
    const report = await row.run({ seed, cycles, onCycle });
    process.stdout.write(`${formatReport(report)}\n`);
    if (violationCount(report) > 0) process.exitCode = 1;
  }
  // Connections that are closing, and strace's, are nobody's any more.
  process.exit();
}
