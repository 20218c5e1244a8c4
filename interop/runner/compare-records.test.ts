import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectedRecords, shapes } from './case-data.ts';
import { compareRecords } from './compare-records.ts';
import type { Seen } from './contract.ts';

const expected = expectedRecords(shapes, [...shapes.flat().keys()]);
const changed = (index: number, change: Partial<Seen>): Seen[] =>
  expected.map((record, place) => (place === index ? { ...record, ...change } : record));

test('what was written passes', () => compareRecords(expected, expected));

test('each part of a record is compared', () => {
  assert.throws(() => compareRecords(changed(3, { offset: 9 }), expected), /record 3: offset 9, not 3/);
  assert.throws(() => compareRecords(changed(0, { key: null }), expected), /record 0: key null, not 5:/);
  assert.throws(() => compareRecords(changed(0, { value: null }), expected), /record 0: value null/);
  assert.throws(() => compareRecords(changed(0, { timestamp: 1 }), expected), /record 0: timestamp 1/);
  assert.throws(() => compareRecords(changed(0, { headers: [] }), expected), /record 0: headers \[\]/);
  assert.throws(() => compareRecords(expected.slice(1), expected), /23 records, not 24/);
});

test('a record that its writer cannot write is not expected', () => {
  const offsets = shapes.flat().map((_, place) => (place === 0 ? null : place - 1));
  assert.equal(expectedRecords(shapes, offsets).length, expected.length - 1);
});

test('a header that its reader cannot see passes only for such a reader', () => {
  const index = expected.findIndex((record) => record.headers.length === 1);
  const headers = expected[index]?.headers.map(([name]) => [name, '?'] as const) ?? [];
  compareRecords(changed(index, { headers }), expected, { unseenHeaders: true });
  assert.throws(() => compareRecords(changed(index, { headers }), expected), /headers/);
});
