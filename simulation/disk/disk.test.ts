import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DISK_CANARIES } from './canaries.ts';
import { formatReport } from './report.ts';
import { violationCount } from './row.ts';
import { FAULT_ROWS } from './rows/all.ts';

const SEED = 20;
/** A quick look; `node simulation/disk/main.ts` looks at everything. */
const CYCLES: Readonly<Record<string, number>> = { F2: 12, F4: 10, F5: 8, F6: 24, F7: 1, F8: 1 };
/** The others take longer to be noticed: `node simulation/disk/main.ts --canary all`. */
const QUICK_CANARIES: Readonly<Record<string, number>> = {
  'acks-before-sync': 16,
  'forged-checksums': 40,
  'no-sync-limit': 2,
};

describe('faulty disks under a whole broker', () => {
  for (const row of FAULT_ROWS) {
    test(`${row.row}: ${row.promise}`, async () => {
      const report = await row.run({ seed: SEED, cyclesMax: CYCLES[row.row] });
      assert.equal(violationCount(report), 0, formatReport(report));
      assert.ok(report.acked > 0, 'something was acknowledged');
    });
  }

  for (const { name, fault, row, breakage } of DISK_CANARIES.filter(({ name }) => name in QUICK_CANARIES)) {
    test(`canary ${name} turns ${row} red`, async () => {
      const found = FAULT_ROWS.find((each) => each.row === fault);
      const report = await found?.run({ seed: SEED, cyclesMax: QUICK_CANARIES[name], breakage });
      assert.ok(report?.verdicts.some((verdict) => verdict.row === row && verdict.violations.length > 0));
    });
  }
});
