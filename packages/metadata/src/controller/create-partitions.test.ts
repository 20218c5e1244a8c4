import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { testCluster } from '../testing/test-cluster.ts';
import { createPartitions } from './create-partitions.ts';
import { CREATE_PARTITION_COUNT_MAX, createTopics } from './create-topics.ts';
import type { CreatePartitionsRequest } from './requests.ts';

function clusterWith(...names: string[]) {
  const cluster = testCluster({ brokers: [{ id: 1 }, { id: 2 }] });
  const topics = names.map((name) => ({ name, numPartitions: 2, replicationFactor: 1, assignments: [], configs: [] }));
  cluster.decide(createTopics, { topics, validateOnly: false });
  return cluster;
}

type Grown = CreatePartitionsRequest['topics'][number];
const grow = (name: string, count: number, ...assignments: number[][]): Grown => ({
  name,
  count,
  assignments: assignments.length === 0 ? null : assignments.map((brokerIds) => ({ brokerIds })),
});

function codes(cluster: ReturnType<typeof clusterWith>, topics: readonly Grown[], validateOnly = false) {
  const { results } = cluster.decide(createPartitions, { topics, validateOnly });
  return results.map(({ name, errorCode }) => [name, errorCode]);
}

describe('CreatePartitions', () => {
  it('adds partitions behind those that there are', () => {
    const cluster = clusterWith('t', 'u');
    const before = cluster.image.topicsByName.get('t')?.partitions;
    assert.deepEqual(codes(cluster, [grow('t', 5), grow('u', 4, [2], [1])]), [
      ['t', 0],
      ['u', 0],
    ]);
    const after = cluster.image.topicsByName.get('t')?.partitions;
    assert.equal(after?.length, 5);
    assert.deepEqual(after?.slice(0, 2), before);
    const replicas = cluster.image.topicsByName
      .get('u')
      ?.partitions.slice(2)
      .map((state) => state.replicas);
    assert.deepEqual(replicas, [[2], [1]]);
  });

  it('changes nothing when it only validates', () => {
    const cluster = clusterWith('t');
    assert.deepEqual(codes(cluster, [grow('t', 5)], true), [['t', 0]]);
    assert.equal(cluster.image.topicsByName.get('t')?.partitions.length, 2);
  });

  it('refuses each as Kafka does', () => {
    const cluster = clusterWith('t', 'dup', 'ok');
    assert.deepEqual(codes(cluster, [grow('dup', 3), grow('dup', 4), grow('nope', 3), grow('ok', 3)]), [
      ['dup', 42],
      ['nope', 3],
      ['ok', 0],
    ]);
    const refusals: [Grown, number][] = [
      [grow('t', 2), 37],
      [grow('t', 1), 37],
      [grow('t', -1), 37],
      [grow('t', 4, [1]), 39],
      [{ name: 't', count: 3, assignments: [] }, 39],
      [grow('t', 3, [1, 1]), 39],
      [grow('t', 3, [1, 2]), 39],
      [grow('t', 3, [9]), 39],
      [grow('t', 3, []), 39],
    ];
    for (const [topic, code] of refusals) assert.deepEqual(codes(cluster, [topic]), [['t', code]]);
  });

  it('adds no more than the limit in one request', () => {
    const cluster = clusterWith('t', 'u');
    assert.deepEqual(codes(cluster, [grow('t', 3 + CREATE_PARTITION_COUNT_MAX)]), [['t', 44]]);
    assert.deepEqual(codes(cluster, [grow('t', 1 + CREATE_PARTITION_COUNT_MAX), grow('u', 4)]), [
      ['t', 0],
      ['u', 44],
    ]);
  });
});
