import assert, { AssertionError } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkOrder } from './testing/check-order.ts';
import { type ChurnResult, churn } from './testing/churn.ts';

const SEEDS = 6;
const CANARY_SEEDS = 8;

describe('records under splits, merges and doors that die', () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    it(`are neither lost nor doubled nor out of order within a hash key, seed ${seed}`, async () => {
      const result = await churn(seed);
      assert(result.reshardCount > 3 && result.killCount > 0, 'something happened');
      check(result);
      assert.deepEqual(result.afterCompaction, result.beforeCompaction);
    });
  }

  it('canary: doors that are shown an old end of the registry are found out', async () => {
    for (let seed = 1; seed <= CANARY_SEEDS; seed++) {
      const result = await churn(seed, { lie: true });
      try {
        check(result);
      } catch (error) {
        assert(error instanceof AssertionError);
        return;
      }
    }
    assert.fail('the checks notice nothing');
  });
});

function check({ acknowledged, live, later, shards }: ChurnResult): void {
  for (const seen of [live, later]) checkOrder(seen, acknowledged, shards);
}
