import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createMetrics } from './metrics-registry.ts';

it('the same name and labels give the same counter, whatever the order of the labels', () => {
  const metrics = createMetrics();
  metrics.counter('requests', { api: 'Produce', version: '9' }).add();
  metrics.counter('requests', { version: '9', api: 'Produce' }).add(2);
  metrics.counter('requests', { api: 'Fetch', version: '9' }).add(5);
  metrics.gauge('connections').set(7);
  metrics.gauge('connections').set(3);
  assert.equal(metrics.counter('requests', { api: 'Produce', version: '9' }).value, 3);
  assert.deepEqual(
    [...metrics.samples()].map(({ name, labels, kind, value }) => ({ name, labels: { ...labels }, kind, value })),
    [
      { name: 'requests', labels: { api: 'Produce', version: '9' }, kind: 'counter', value: 3 },
      { name: 'requests', labels: { api: 'Fetch', version: '9' }, kind: 'counter', value: 5 },
      { name: 'connections', labels: {}, kind: 'gauge', value: 3 },
    ],
  );
});

it('labels that look alike are not mixed up', () => {
  const metrics = createMetrics();
  metrics.counter('x', { a: '1","b' }).add();
  assert.equal(metrics.counter('x', { a: '1', b: '' }).value, 0);
});

it('a name is of one kind', () => {
  const metrics = createMetrics();
  metrics.counter('x');
  assert.throws(() => metrics.gauge('x'), /x is a counter/);
});

it('holds at most its limit of series; one more still counts for its holder', () => {
  const metrics = createMetrics({ seriesCountMax: 2 });
  for (const topic of ['a', 'b', 'c']) metrics.counter('bytes', { topic }).add();
  assert.deepEqual(
    [...metrics.samples()].map(({ labels }) => labels.topic),
    ['a', 'b'],
  );
});
