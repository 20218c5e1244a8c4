import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contains, hull, intersect, parseVersions, whenIn } from './versions.ts';

const INFINITY = Number.POSITIVE_INFINITY;

test("version ranges are read in Kafka's notation", () => {
  assert.deepEqual(parseVersions('3'), { min: 3, max: 3 });
  assert.deepEqual(parseVersions('0-4'), { min: 0, max: 4 });
  assert.deepEqual(parseVersions('12+'), { min: 12, max: INFINITY });
  assert.equal(parseVersions('none'), undefined);
  assert.throws(() => parseVersions('4-'));
});

test('ranges intersect, or do not', () => {
  assert.deepEqual(intersect({ min: 0, max: 4 }, { min: 4, max: INFINITY }), { min: 4, max: 4 });
  assert.equal(intersect({ min: 0, max: 3 }, { min: 4, max: 9 }), undefined);
  assert.equal(intersect(undefined, { min: 4, max: 9 }), undefined);
  assert.deepEqual(hull({ min: 0, max: 3 }, { min: 7, max: 9 }), { min: 0, max: 9 });
  assert.equal(contains({ min: 0, max: 3 }, { min: 1, max: 4 }), false);
});

test('a condition says no more than it must', () => {
  const context = { min: 2, max: 9 };
  assert.equal(whenIn({ min: 0, max: INFINITY }, context), 'always');
  assert.equal(whenIn({ min: 10, max: INFINITY }, context), 'never');
  assert.equal(whenIn(undefined, context), 'never');
  assert.deepEqual(whenIn({ min: 5, max: INFINITY }, context), { condition: 'version >= 5' });
  assert.deepEqual(whenIn({ min: 0, max: 5 }, context), { condition: 'version <= 5' });
  assert.deepEqual(whenIn({ min: 3, max: 5 }, context), { condition: 'version >= 3 && version <= 5' });
  assert.deepEqual(whenIn({ min: 3, max: 3 }, context), { condition: 'version === 3' });
  assert.deepEqual(whenIn({ min: 9, max: INFINITY }, context), { condition: 'version >= 9' });
});
