import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatAddress, parseAddress, parseAddresses } from './address.ts';
import { parseDurationMs } from './duration.ts';
import { parseKeyValue, unescapeText } from './key-value.ts';
import { parseStartPosition } from './start-position.ts';

const NOW_MS = Date.UTC(2026, 0, 31, 12);

describe('what people write on a command line', () => {
  it('names addresses', () => {
    assert.deepEqual(parseAddress('kafka:9093', 9092), { host: 'kafka', port: 9093 });
    assert.deepEqual(parseAddress('kafka', 9092), { host: 'kafka', port: 9092 });
    assert.deepEqual(parseAddress('[::1]:0', 9092), { host: '::1', port: 0 });
    for (const wrong of ['', ':9092', 'a:', 'a:b', 'a:70000', 'a:1:2', '::1', 'http://a:1', 'a b:1']) {
      assert.equal(parseAddress(wrong, 9092), undefined, wrong);
    }
    assert.deepEqual(parseAddresses('a:1, b:2', 9092)?.map(formatAddress), ['a:1', 'b:2']);
    assert.equal(parseAddresses('a:1,,b:2', 9092), undefined);
    assert.equal(formatAddress({ host: '::1', port: 1 }), '[::1]:1');
  });

  it('names durations', () => {
    assert.equal(parseDurationMs('500ms'), 500);
    assert.equal(parseDurationMs('1.5h'), 5_400_000);
    assert.equal(parseDurationMs('2d'), 172_800_000);
    for (const wrong of ['', '5', 'm', '5 minutes', '-5m', '5mm'])
      assert.equal(parseDurationMs(wrong), undefined, wrong);
  });

  it('names positions', () => {
    assert.deepEqual(parseStartPosition('beginning', NOW_MS), { kind: 'beginning' });
    assert.deepEqual(parseStartPosition('end', NOW_MS), { kind: 'end' });
    assert.deepEqual(parseStartPosition('0', NOW_MS), { kind: 'offset', offset: 0 });
    assert.deepEqual(parseStartPosition('15m', NOW_MS), { kind: 'time', timestampMs: NOW_MS - 900_000 });
    assert.deepEqual(parseStartPosition('2026-01-31T12:00:00Z', NOW_MS), { kind: 'time', timestampMs: NOW_MS });
    for (const wrong of ['', 'start', '-1', '1.5', '2026-99-99', '99999999999999999999']) {
      assert.equal(parseStartPosition(wrong, NOW_MS), undefined, wrong);
    }
  });

  it('names settings and separators', () => {
    assert.deepEqual(parseKeyValue('a=b=c'), ['a', 'b=c']);
    assert.deepEqual(parseKeyValue('a='), ['a', '']);
    assert.equal(parseKeyValue('=a'), undefined);
    assert.equal(parseKeyValue('a'), undefined);
    assert.equal(unescapeText('\\t|\\x1f|\\\\t|\\q'), '\t|\x1f|\\t|\\q');
  });
});
