import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { mergeTopics, separateUnknown } from './existing-partitions.ts';

const nameOf = ({ name }: { name: string }) => name;
const answer = (partitionIndex: number, errorCode = 0) => ({ partitionIndex, errorCode });

describe('topics of an answer', () => {
  test('what was refused comes first, a topic that is in both once', () => {
    const refused = [
      { name: 'a', partitions: [answer(7, 3)] },
      { name: 'gone', partitions: [answer(0, 3)] },
    ];
    const answered = [
      { name: 'b', partitions: [answer(1)] },
      { name: 'a', partitions: [answer(0)] },
    ];
    assert.deepEqual(mergeTopics(refused, answered, nameOf), [
      { name: 'a', partitions: [answer(7, 3), answer(0)] },
      { name: 'gone', partitions: [answer(0, 3)] },
      { name: 'b', partitions: [answer(1)] },
    ]);
    assert.deepEqual(refused[0]?.partitions, [answer(7, 3)]);
  });

  test('a topic that is refused twice keeps all of its partitions', () => {
    const refused = [0, 1].map((partition) => ({ name: 'gone', partitions: [answer(partition, 3)] }));
    assert.deepEqual(mergeTopics(refused, [], nameOf), [{ name: 'gone', partitions: [answer(0, 3), answer(1, 3)] }]);
  });

  // With a copy for each time, this would not come to its end.
  test('a topic that is named half a million times is one', () => {
    const answered = Array.from({ length: 500_000 }, (_, partition) => ({
      name: 'a',
      partitions: [answer(partition)],
    }));
    const merged = mergeTopics([{ name: 'gone', partitions: [answer(0, 3)] }], answered, nameOf);
    assert.deepEqual(
      merged.map(({ partitions }) => partitions.length),
      [1, 500_000],
    );
  });

  test('topics that name no partition are left out', () => {
    assert.deepEqual(
      separateUnknown([{ partitions: [] }], () => undefined),
      { known: [], unknown: [] },
    );
  });
});
