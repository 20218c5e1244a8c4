import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OffsetQuery, PartitionLog } from '@sluice/log/partition-log';
import { parseOffsetReset, resetOffset } from './offset-reset.ts';

test('durations are read as Java reads them', () => {
  const durationMs = (text: string) => {
    const reset = parseOffsetReset(text);
    return reset.kind === 'by-duration' ? reset.durationMs : reset.kind;
  };
  assert.equal(durationMs('earliest'), 'earliest');
  assert.equal(durationMs('latest'), 'latest');
  assert.equal(durationMs('by_duration:P1D'), 86_400_000);
  assert.equal(durationMs('by_duration:PT1H2M3.5S'), 3_723_500);
  assert.equal(durationMs('by_duration:pt0.0015s'), 1);
  assert.equal(durationMs('by_duration:what'), 'latest');
});

test('by duration: the first record that is as young, else the end', async () => {
  const asked: OffsetQuery[] = [];
  const answers = [7, 12, undefined];
  const log = {
    highWatermark: 10,
    async offsetForTimestamp(query: OffsetQuery) {
      asked.push(query);
      const offset = answers[asked.length - 1];
      return offset === undefined ? undefined : { offset, timestampMs: 0, leaderEpoch: 0 };
    },
  } as unknown as PartitionLog;
  const reset = parseOffsetReset('by_duration:PT1M');
  assert.equal(await resetOffset(log, reset, 100_000), 7);
  assert.deepEqual(asked[0], { kind: 'time', timestampMs: 40_000 });
  assert.equal(await resetOffset(log, reset, 100_000), 10);
  assert.equal(await resetOffset(log, reset, 1), 10);
  assert.deepEqual(asked[2], { kind: 'time', timestampMs: 0 });
});
