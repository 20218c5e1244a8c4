import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ZERO_UUID } from '@sluice/kernel/ids';
import { type TestCluster, testCluster } from '../testing/test-cluster.ts';
import { createTopics } from './create-topics.ts';
import { deleteTopics } from './delete-topics.ts';

function clusterWith(...names: string[]): TestCluster {
  const cluster = testCluster();
  const configs = [{ name: 'retention.ms', value: '1' }];
  const topics = names.map((name) => ({ name, numPartitions: 2, replicationFactor: 1, assignments: [], configs }));
  cluster.decide(createTopics, { topics, validateOnly: false });
  return cluster;
}

const idOf = (cluster: TestCluster, name: string) => cluster.image.topicsByName.get(name)?.id ?? assert.fail(name);

describe('DeleteTopics', () => {
  it('deletes by name and by id, with all that belongs to the topic', () => {
    const cluster = clusterWith('a', 'b', 'kept');
    const [a, b] = [idOf(cluster, 'a'), idOf(cluster, 'b')];
    const { responses } = cluster.decide(deleteTopics, {
      topics: [
        { name: 'a', topicId: ZERO_UUID },
        { name: null, topicId: b },
      ],
    });
    assert.deepEqual(responses.map(({ name, topicId, errorCode }) => [name, topicId, errorCode]).toSorted(), [
      ['a', a, 0],
      ['b', b, 0],
    ]);
    assert.deepEqual([...cluster.image.topicsByName.keys()], ['kept']);
    assert.deepEqual([...cluster.image.configuredNames('topic')], ['kept']);
    assert.equal(cluster.keys().filter((key) => key.startsWith('partitions/')).length, 2);
  });

  it('refuses each as Kafka does', () => {
    const cluster = clusterWith('a', 'b', 'c');
    const unknown = 'AAAAAAAAAAAAAAAAAAAAAQ';
    const both = idOf(cluster, 'c');
    const { responses } = cluster.decide(deleteTopics, {
      topics: [
        { name: 'nope', topicId: ZERO_UUID },
        { name: null, topicId: unknown },
        { name: null, topicId: ZERO_UUID },
        { name: 'b', topicId: unknown },
        { name: 'a', topicId: ZERO_UUID },
        { name: 'a', topicId: ZERO_UUID },
        { name: 'c', topicId: ZERO_UUID },
        { name: null, topicId: both },
      ],
    });
    assert.deepEqual(
      responses.map(({ name, topicId, errorCode }) => [name, topicId, errorCode]),
      [
        [null, ZERO_UUID, 42],
        ['b', unknown, 42],
        ['a', ZERO_UUID, 42],
        [null, unknown, 100],
        ['nope', ZERO_UUID, 3],
        ['c', both, 42],
      ],
    );
    assert.equal(cluster.image.topicsByName.size, 3);
  });

  it('refuses an id that is given twice, and the name that stands for it', () => {
    const cluster = clusterWith('a');
    const id = idOf(cluster, 'a');
    const { responses } = cluster.decide(deleteTopics, {
      topics: [
        { name: null, topicId: id },
        { name: null, topicId: id },
        { name: 'a', topicId: ZERO_UUID },
      ],
    });
    assert.deepEqual(
      responses.map(({ name, topicId, errorCode }) => [name, topicId, errorCode]),
      [
        [null, id, 42],
        ['a', id, 42],
      ],
    );
    assert.equal(cluster.image.topicsByName.size, 1);
  });
});
