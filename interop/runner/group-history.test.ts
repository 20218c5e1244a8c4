import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MemberEvent } from './contract.ts';
import { historyProblems } from './group-history.ts';

const valueAt = (_: string, offset: number) => offset * 10;
const places = new Map([['t-0', { start: 0, end: 4 }]]);
const took = (at: number, offset: number, value = offset * 10): MemberEvent => [at, 'took', 't-0', offset, value];
const assigned = (at: number): MemberEvent => [at, 'assigned', 't-0'];
const committed = (at: number, offset: number): MemberEvent => [at, 'committed', 't-0', offset];
const problems = (a: MemberEvent[], b: MemberEvent[] = []) =>
  historyProblems(
    new Map([
      ['a', a],
      ['b', b],
    ]),
    places,
    valueAt,
  );

test('a partition that moves and goes on at its commit is in order', () => {
  assert.deepEqual(
    problems([assigned(1), took(2, 0), took(2, 1), committed(3, 2)], [assigned(5), took(6, 2), took(6, 3)]),
    [],
  );
});

test('what was not committed may be repeated', () => {
  assert.deepEqual(
    problems([assigned(1), took(2, 0), committed(3, 1), took(4, 1)], [assigned(5), took(6, 1), took(6, 2), took(7, 3)]),
    [],
  );
});

test('a repetition of what was committed is seen', () => {
  assert.match(
    problems([assigned(1), took(2, 0), took(2, 1), committed(3, 2)], [took(6, 1), took(6, 2), took(6, 3)]).join(),
    /b began t-0 at 1, though 2 was committed/,
  );
});

test('a record that nobody took is seen', () => {
  assert.match(problems([assigned(1), took(2, 0), took(2, 1)], [assigned(5), took(6, 3)]).join(), /1 of t-0/);
});

test('a gap and a repetition within one stay are seen', () => {
  assert.match(problems([assigned(1), took(2, 0), took(2, 2)]).join(), /took t-0 at 2, not 1/);
  assert.match(problems([assigned(1), took(2, 0), took(2, 0)]).join(), /took t-0 at 0, not 1/);
});

test('a wrong value is seen', () => {
  assert.match(problems([assigned(1), took(2, 0, 7)]).join(), /took 7 from t-0 at 0, not 0/);
});

test('after a seek anything may come', () => {
  assert.deepEqual(
    problems([assigned(1), took(2, 0), took(2, 1), took(2, 2), took(2, 3), [3, 'sought', 't-0', 1], took(4, 1)]),
    [],
  );
});

test('who may rewind goes back as far as its last commit, and no further', () => {
  const rewinding = (to: number) => {
    const events = [
      assigned(1),
      took(2, 0),
      took(2, 1),
      committed(3, 2),
      took(4, 2),
      took(5, to),
      took(6, to + 1),
      took(7, 3),
    ];
    return historyProblems(new Map([['a', events]]), places, valueAt, { rewinds: () => true });
  };
  assert.match(rewinding(1).join(), /a began t-0 at 1, though 2 was committed/);
  const events = [assigned(1), took(2, 0), took(2, 1), committed(3, 2), took(4, 2), took(5, 2), took(6, 3)];
  assert.deepEqual(historyProblems(new Map([['a', events]]), places, valueAt, { rewinds: () => true }), []);
  assert.notDeepEqual(historyProblems(new Map([['a', events]]), places, valueAt), []);
});
