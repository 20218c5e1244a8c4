import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { GROUP_CANARIES } from './canaries.ts';
import { runSeeds, runsUntilNoticed } from './run-seeds.ts';
import { simulateConsumerGroups, simulateMixedGroups } from './simulate-consumer-groups.ts';

const FIRST_SEED = 1;
const SEEDS = 150;
const CANARY_SEEDS = 20;
/** Shorter than by command, so that there are more seeds in the same time. */
const NOISE_MS = 45_000;

for (const protocol of ['consumer', 'mixed'] as const) {
  describe(`groups on virtual time: ${protocol}`, () => {
    test(`all rules hold with the seeds ${FIRST_SEED} to ${FIRST_SEED + SEEDS - 1}`, async () => {
      const options = { protocol, firstSeed: FIRST_SEED, count: SEEDS, noiseMs: NOISE_MS };
      const { rows, restartCount } = await runSeeds(options);
      for (const { row, promise, first, checkedCount } of rows) {
        assert.equal(first, undefined, `${row}, ${promise}`);
        assert(checkedCount > 0, `${promise}: never looked at`);
      }
      assert(restartCount > 0);
    });
  });
}

describe('groups of the new protocol on virtual time', () => {
  test('a seed always tells the same story', async () => {
    assert.deepEqual(await simulateConsumerGroups(7), await simulateConsumerGroups(7));
    assert.deepEqual(await simulateMixedGroups(7), await simulateMixedGroups(7));
  });

  for (const canary of GROUP_CANARIES.filter(({ protocol }) => protocol === 'consumer')) {
    test(`the canary "${canary.name}" is noticed`, async () => {
      assert.notEqual(await runsUntilNoticed(canary, FIRST_SEED, CANARY_SEEDS), undefined);
    });
  }
});
