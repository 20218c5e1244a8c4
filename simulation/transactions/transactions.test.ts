import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isViolated } from '../machine/seeded-run.ts';
import { TRANSACTION_CANARIES } from './canaries.ts';
import { formatRuns } from './report.ts';
import { runTransactions } from './run-seed.ts';

/** `TRANSACTION_SEEDS=1000 node --test simulation/transactions/transactions.test.ts` for more; `npm run simulate:transactions` tells of each. */
const SEEDS = Number(process.env.TRANSACTION_SEEDS ?? 12);
const CANARY_SEEDS_MAX = 40;

describe('transactions on virtual time', () => {
  it('keep their promises, whoever dies', async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const run = await runTransactions(seed);
      assert(!isViolated(run), `seed ${seed}: ${formatRuns([run])}`);
      assert(
        run.history.attempts.some(({ outcome }) => outcome === 'committed'),
        `seed ${seed} commits nothing`,
      );
    }
  });

  for (const { name, rule } of TRANSACTION_CANARIES) {
    it(`the canary "${name}" is noticed`, async () => {
      for (let seed = 1; seed <= CANARY_SEEDS_MAX; seed++) {
        if (isViolated(await runTransactions(seed, name), rule)) return;
      }
      assert.fail(`${rule} is not red`);
    });
  }
});
