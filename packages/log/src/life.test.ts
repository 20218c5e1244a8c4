import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { CANARIES, type Canary } from './testing/model/canaries.ts';
import { circumstances, lives } from './testing/model/commands.ts';
import { liveLike } from './testing/model/run.ts';

/** The same lives each time, so that one that goes wrong tells of a change; `npm run simulate:log` looks at others. */
const { LOG_LIVES = '200', LOG_SEED = '1' } = process.env;
const CANARY_LIVES = 400;

describe('a log', () => {
  test('answers as a list of records would, whatever is done to it', async () => {
    await fc.assert(
      fc.asyncProperty(lives, circumstances, (commands, how) => liveLike(commands, how)),
      { numRuns: Number(LOG_LIVES), seed: Number(LOG_SEED) },
    );
  });

  for (const [canary, broken] of Object.entries(CANARIES) as [Canary, RegExp][]) {
    test(`that ${canary.replaceAll('-', ' ')} is noticed`, async () => {
      const { failed, errorInstance } = await fc.check(
        fc.asyncProperty(lives, circumstances, (commands, how) => liveLike(commands, how, canary)),
        { numRuns: CANARY_LIVES, seed: 1, endOnFailure: true },
      );
      assert(failed, 'the canary was not noticed');
      assert.match(String(errorInstance), broken);
    });
  }
});
