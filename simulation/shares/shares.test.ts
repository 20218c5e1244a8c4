import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isViolated } from '../machine/seeded-run.ts';
import { SHARE_CANARIES } from './canaries.ts';
import { isFinal } from './record-story.ts';
import { formatRuns } from './report.ts';
import { runShares } from './run-seed.ts';

/** `SHARE_SEEDS=1000 node --test simulation/shares/shares.test.ts` for more; `npm run simulate:shares` tells of each. */
const SEEDS = Number(process.env.SHARE_SEEDS ?? 24);
const CANARY_SEEDS_MAX = 40;

describe('share groups on virtual time', () => {
  it('keep their promises, whoever dies', async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const run = await runShares(seed);
      assert(!isViolated(run), `seed ${seed}: ${formatRuns([run])}`);
      const { events, lasting } = run.history;
      assert(
        events.some((event) => event.kind === 'acked' && isFinal(event)) && lasting.length > 0,
        `seed ${seed} does nothing`,
      );
    }
  });

  for (const { name, rule } of SHARE_CANARIES) {
    it(`the canary "${name}" is noticed`, async () => {
      for (let seed = 1; seed <= CANARY_SEEDS_MAX; seed++) {
        if (isViolated(await runShares(seed, name), rule)) return;
      }
      assert.fail(`${rule} is not red`);
    });
  }
});
