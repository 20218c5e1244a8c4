import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectSequence } from './sequences.ts';

test('a complete sequence in order passes', () => {
  expectSequence('p', [1, 4, 7], 1, 3, 3);
  expectSequence('p', [], 0, 1, 0);
});

test('lost, doubled and disordered records are told apart', () => {
  assert.throws(
    () => expectSequence('p', [0, 2], 0, 1, 3),
    /2 records, not 3, 1 lost \(1\), 0 doubled, at 1 is 2, not 1/,
  );
  assert.throws(() => expectSequence('p', [0, 1, 1, 2], 0, 1, 3), /4 records, not 3, 0 lost, 1 doubled/);
  assert.throws(() => expectSequence('p', [0, 2, 1], 0, 1, 3), /3 records, not 3, 0 lost, 0 doubled, at 1/);
  assert.throws(() => expectSequence('p', [0, 1, 2, 2], 0, 1, 3), /4 records, not 3, 0 lost, 1 doubled$/);
});
