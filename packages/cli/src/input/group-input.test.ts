import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GROUP_STATES, oneOfNames } from './group-filters.ts';
import { integer, parseAgoMs, parseDatetimeMs } from './reset-target.ts';
import { parseTopicScope } from './topic-scope.ts';

describe('a time to reset offsets to', () => {
  it('is UTC unless it names a zone, as in Kafka’s tools', () => {
    const noon = Date.UTC(2026, 0, 31, 12);
    for (const text of [
      '2026-01-31T12:00:00.000',
      '2026-01-31T12:00:00',
      '2026-01-31T12:00',
      '2026-01-31T12:00:00Z',
      '2026-01-31T14:00:00.000+02:00',
      '2026-01-31T14:00:00.000+0200',
      '2026-01-31T14:00:00.000+02',
    ]) {
      assert.equal(parseDatetimeMs(text), noon, text);
    }
    assert.equal(parseDatetimeMs('2026-01-31'), Date.UTC(2026, 0, 31));
  });

  it('must exist', () => {
    for (const text of ['2026-02-30T12:00:00', '2026-13-01', '2026-01-31T25:00:00', 'yesterday', '31.1.2026', '']) {
      assert.equal(parseDatetimeMs(text), undefined, text);
    }
  });

  it('may be a duration ago', () => {
    for (const [text, expected] of [
      ['P1D', 86_400_000],
      ['PT1H30M', 5_400_000],
      ['P1DT2H', 93_600_000],
      ['PT0.5S', 500],
      ['-PT1M', -60_000],
      ['90m', 5_400_000],
      ['P', undefined],
      ['PT', undefined],
      ['P1DT', undefined],
      ['P1M', undefined],
      ['5', undefined],
    ] as const) {
      assert.equal(parseAgoMs(text), expected, text);
    }
  });
});

describe('numbers, topics and states on the command line', () => {
  it('are understood, or refused', () => {
    assert.equal(integer('-5'), -5);
    assert.throws(() => integer('1.5'));
    assert.throws(() => integer('99999999999999999'));
    assert.deepEqual(parseTopicScope('orders'), { topic: 'orders', partitions: undefined });
    assert.deepEqual(parseTopicScope('orders:2,0,2'), { topic: 'orders', partitions: [2, 0] });
    for (const text of ['orders:', 'orders:x', ':1', 'orders:1:2', 'orders:9999999999']) {
      assert.equal(parseTopicScope(text), undefined, text);
    }
    const states = oneOfNames(GROUP_STATES);
    assert.deepEqual(states('empty,preparing-rebalance', ['Stable']), ['Stable', 'Empty', 'PreparingRebalance']);
    assert.throws(() => states('full', undefined), /It must be one of Stable/);
  });
});
