import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createHistory, type History, type ListedShard } from './history.ts';

const SHARDS: readonly ListedShard[] = [
  { shardId: 'parent', parents: [], isClosed: true },
  { shardId: 'child', parents: ['parent'], isClosed: false },
];

const begins = (instance: number, shardId: string) =>
  ({ kind: 'begins', instance, shardId, after: 'TRIM_HORIZON' }) as const;
const record = (instance: number, value: number) =>
  ({ kind: 'record', instance, key: 'k', value, isAggregated: false }) as const;
const ended = (instance: number) => ({ kind: 'ended', instance }) as const;

function parentSeen(): History {
  const history = createHistory();
  history.add('one', begins(1, 'parent'));
  history.add('one', record(1, 0));
  history.add('one', record(1, 1));
  return history;
}

describe('the history of a KCL application', () => {
  it('holds when each value was seen in order, parents first', () => {
    const history = parentSeen();
    assert.deepEqual(history.held('one'), ['parent']);
    history.add('one', ended(1));
    history.add('two', begins(1, 'child'));
    history.add('two', record(1, 2));
    history.check(new Map([['k', 3]]), SHARDS);
    assert.deepEqual([history.held('one'), history.held('two')], [[], ['child']]);
  });

  it('bears what is done again by another life after a crash', () => {
    const history = parentSeen();
    history.bury('one');
    assert.deepEqual(history.held('one'), []);
    history.add('two', begins(1, 'parent'));
    history.add('two', record(1, 1));
    history.add('two', record(1, 2));
    assert.deepEqual(history.counts, { records: 4, again: 1, aggregated: 0 });
    assert.equal(history.seenCount('k'), 3);
  });

  it('notices values that were skipped, doubled within a life or out of order', () => {
    assert.throws(() => parentSeen().add('one', record(1, 3)), /after 1/);
    assert.throws(() => parentSeen().add('one', record(1, 1)), /after 1/);
    const history = parentSeen();
    history.add('two', begins(1, 'parent'));
    assert.throws(() => history.add('two', record(1, 3)), /but 2 was not seen/);
  });

  it('notices what was lost at the end', () => {
    const history = parentSeen();
    history.add('one', ended(1));
    history.add('one', begins(2, 'child'));
    assert.throws(() => history.check(new Map([['k', 3]]), SHARDS), /values seen/);
  });

  it('notices children that were begun before their parents had ended', () => {
    const history = parentSeen();
    history.add('one', begins(2, 'child'));
    history.add('one', ended(1));
    assert.throws(() => history.check(new Map([['k', 2]]), SHARDS), /before parent had ended/);
  });

  it('notices a shard whose end was not reached, and one that was never begun', () => {
    const history = parentSeen();
    assert.throws(() => history.check(new Map([['k', 2]]), SHARDS), /parent: its end/);
    history.add('one', ended(1));
    assert.throws(() => history.check(new Map([['k', 2]]), SHARDS), /child was never begun/);
  });
});
