import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimRandom } from '@sluice/kernel/sim/random';
import { mutateOneField, nameTopic } from './mutate-value.ts';

function message() {
  return {
    acks: 1,
    name: 'a',
    topics: [{ topicId: 'AAAAAAAAAAAAAAAAAAAAAA', records: Buffer.from('r'), flags: [true] }],
  };
}

test('a mutation changes at most one place, the same one for the same seed, and in time every place', () => {
  const changed = new Set<string>();
  for (let seed = 0; seed < 300; seed++) {
    const [first, second] = [message(), message()];
    assert.ok(mutateOneField(first, createSimRandom(seed)));
    mutateOneField(second, createSimRandom(seed));
    assert.deepEqual(first, second);
    const before = message();
    const differing = Object.keys(before).filter(
      (key) => JSON.stringify(Reflect.get(first, key)) !== JSON.stringify(Reflect.get(before, key)),
    );
    assert.ok(differing.length <= 1);
    for (const key of differing) changed.add(key);
  }
  assert.deepEqual([...changed].toSorted(), ['acks', 'name', 'topics']);
});

test('what has no fields cannot be mutated', () => {
  assert.equal(mutateOneField({}, createSimRandom(1)), false);
});

test('names and ids of topics, wherever they stand, become those of a topic', () => {
  const named = message();
  nameTopic(named, { name: 'fodder', id: '_____________________w' });
  assert.equal(named.name, 'fodder');
  assert.equal(named.topics[0]?.topicId, '_____________________w');
});
