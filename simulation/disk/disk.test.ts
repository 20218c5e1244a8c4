import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DISK_CANARIES } from './canaries.ts';
import { formatReport } from './report.ts';
import { violationCount } from './row.ts';
import { FAULT_ROWS } from './rows/all.ts';

const SEED = 20;
/** A quick look; `node simulation/disk/main.ts` looks at everything. */
const CYCLES: Readonly<Record<string, number>> = { F2: 14, F4: 14, F5: 8, F6: 24, F7: 2, F8: 1 };
/** The others take longer to be noticed: `node simulation/disk/main.ts --canary all`. */
const QUICK_CANARIES = ['acks-before-sync', 'forged-checksums', 'no-sync-limit'];

describe('faulty disks under a whole broker', () => {
  for (const row of FAULT_ROWS) {
    test(`${row.row}: ${row.promise}`, async () => {
      const report = await row.run({ seed: SEED, cyclesMax: CYCLES[row.row] });
      assert.equal(violationCount(report), 0, formatReport(report));
      assert.ok(report.acked > 0, 'something was acknowledged');
    });
  }

  for (const { name, fault, row, breakage } of DISK_CANARIES.filter(({ name }) => QUICK_CANARIES.includes(name))) {
    test(`canary ${name} turns ${row} red`, async () => {
      const found = FAULT_ROWS.find((each) => each.row === fault);
      const report = await found?.run({ seed: SEED, cyclesMax: found.quickCycles, breakage });
      assert.ok(report?.verdicts.some((verdict) => verdict.row === row && verdict.violations.length > 0));
    });
  }
});
