import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { SharePartitionCanary } from './share-partition.ts';
import { runShareModel } from './testing/share-model.ts';
import type { Step } from './testing/share-step.ts';

const RUNS = Number(process.env.SHARE_RUNS ?? 800);
const CANARY_RUNS = 5_000;
const SETTINGS = { recordLockDurationMs: 1_000, deliveryCountLimit: 5, recordLockCountMax: 60, isRenewEnabled: true };

const member = fc.nat({ max: 2 });
const count = (max: number) => fc.integer({ min: 1, max });

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      sizes: fc.array(count(12), { minLength: 1, maxLength: 4 }),
      isAborted: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('fetch' as const),
      member,
      countMax: count(20),
      batchSize: count(10),
      mode: fc.constantFrom('batch-optimized' as const, 'record-limit' as const),
      readCount: count(6),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('acknowledge' as const),
      member,
      which: fc.nat({ max: 4 }),
      types: fc.oneof(
        fc.constantFrom([1], [2], [3], [0], [4]),
        fc.array(fc.nat({ max: 4 }), { minLength: 2, maxLength: 6 }),
      ),
      skipFirst: fc.constantFrom(0, 0, 0, 1, 3),
      skipLast: fc.constantFrom(0, 0, 0, 1, 3),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('settle' as const),
      isWritten: fc.integer({ min: 0, max: 4 }).map((n) => n > 0),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(1, 400, 1_000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), member }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('crash' as const), writtenCount: fc.nat({ max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('move-log-start' as const), by: fc.nat({ max: 8 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('compact' as const), batch: fc.nat({ max: 6 }) }) },
);

const steps = fc.array(step, { maxLength: 60, size: 'max' });

test('a share partition does what a brute force does that knows each record', () => {
  fc.assert(
    fc.property(steps, fc.constantFrom(2, 3, 5, 10), (taken, deliveryCountLimit) => {
      runShareModel(taken, { settings: { ...SETTINGS, deliveryCountLimit } });
    }),
    { numRuns: RUNS },
  );
});

for (const canary of ['forgets-state', 'skips-member-check', 'forgets-count'] satisfies SharePartitionCanary[]) {
  test(`canary: a share partition that ${canary.replaceAll('-', ' ')} is noticed`, () => {
    const result = fc.check(
      fc.property(steps, (taken) => runShareModel(taken, { settings: SETTINGS, canary })),
      { numRuns: CANARY_RUNS, endOnFailure: true },
    );
    assert.ok(result.failed, 'the broken build was not noticed');
  });
}
