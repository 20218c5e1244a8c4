import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { testCluster } from '../testing/test-cluster.ts';
import { alterPartition } from './alter-partition.ts';
import { createTopics } from './create-topics.ts';
import type { AlteredPartition } from './requests.ts';

/** Leader 1, replicas 1, 2, 3, min.insync.replicas 2; broker 4 is fenced. */
function clusterWithTopic() {
  const cluster = testCluster({ brokers: [{ id: 1 }, { id: 2 }, { id: 3 }, { id: 4, state: 'fenced' }] });
  const assignments = [{ partitionIndex: 0, brokerIds: [1, 2, 3] }];
  const configs = [{ name: 'min.insync.replicas', value: '2' }];
  cluster.decide(createTopics, {
    topics: [{ name: 't', numPartitions: -1, replicationFactor: -1, assignments, configs }],
    validateOnly: false,
  });
  const topicId = cluster.image.topicsByName.get('t')?.id ?? assert.fail();
  const epochOf = (id: number) => cluster.image.brokers.get(id)?.epoch ?? -1;
  const state = () => cluster.image.topicsById.get(topicId)?.partitions[0] ?? assert.fail();
  const withIsr = (...isr: number[]) => isr.map((brokerId) => ({ brokerId, brokerEpoch: epochOf(brokerId) }));

  function alter(isr: AlteredPartition['newIsrWithEpochs'], more: Partial<AlteredPartition> = {}, brokerId = 1) {
    const { leaderEpoch, partitionEpoch } = state();
    const altered = { partitionIndex: 0, leaderEpoch, partitionEpoch, newIsrWithEpochs: isr, ...more };
    const topics = [{ topicId, partitions: [altered] }];
    const reply = cluster.decide(alterPartition, { brokerId, brokerEpoch: epochOf(brokerId), topics });
    return reply.topics[0]?.partitions[0] ?? assert.fail();
  }
  return { cluster, alter, withIsr, state, topicId };
}

describe('AlterPartition', () => {
  it('shrinks and grows the ISR, and keeps who left eligible while too few are left', () => {
    const { alter, withIsr, state } = clusterWithTopic();
    const shrunk = alter(withIsr(1, 3));
    assert.deepEqual([shrunk.errorCode, shrunk.isr, shrunk.partitionEpoch], [0, [1, 3], 1]);
    assert.deepEqual([state().isr, state().elr, state().leaderEpoch], [[1, 3], [], 0]);
    alter(withIsr(1));
    assert.deepEqual([state().isr, state().elr], [[1], [3]]);
    alter(withIsr(2, 1));
    assert.deepEqual([state().isr, state().elr, state().partitionEpoch], [[1, 2], [], 3]);
  });

  it('writes nothing when nothing changes', () => {
    const { cluster, alter, withIsr } = clusterWithTopic();
    const { revision } = cluster.image;
    assert.deepEqual([alter(withIsr(3, 2, 1)).errorCode, cluster.image.revision], [0, revision]);
  });

  it('refuses as Kafka does', () => {
    const { alter, withIsr, state } = clusterWithTopic();
    const answers: [Partial<AlteredPartition>, number][] = [
      [{ partitionIndex: 1 }, 3],
      [{ leaderEpoch: 1 }, 41],
      [{ partitionEpoch: 1 }, 41],
      [{ leaderEpoch: -1 }, 74],
      [{ partitionEpoch: -1 }, 95],
      [{ newIsrWithEpochs: withIsr(2, 3) }, 42],
      [{ newIsrWithEpochs: withIsr(1, 1) }, 42],
      [{ newIsrWithEpochs: withIsr(1, 4) }, 42],
      [{ newIsrWithEpochs: [...withIsr(1), { brokerId: 2, brokerEpoch: 999 }] }, 107],
    ];
    for (const [more, code] of answers) assert.equal(alter(withIsr(1, 2), more).errorCode, code);
    assert.equal(alter(withIsr(1, 2), {}, 2).errorCode, 42);
    assert.equal(state().partitionEpoch, 0);
  });

  it('refuses a broker of another run, a topic that is gone, and a replica that is fenced', () => {
    const { cluster, alter, withIsr, topicId } = clusterWithTopic();
    const stale = cluster.decide(alterPartition, { brokerId: 1, brokerEpoch: 999, topics: [] });
    assert.equal(stale.errorCode, 77);
    cluster.apply([{ kind: 'delete', key: 'live/3' }]);
    assert.equal(alter(withIsr(1, 3)).errorCode, 107);
    cluster.apply([{ kind: 'delete', key: `topics/${topicId}` }]);
    const altered = { partitionIndex: 0, leaderEpoch: 0, partitionEpoch: 0, newIsrWithEpochs: withIsr(1) };
    const gone = cluster.decide(alterPartition, {
      brokerId: 1,
      brokerEpoch: cluster.image.brokers.get(1)?.epoch ?? -1,
      topics: [{ topicId, partitions: [altered] }],
    });
    assert.equal(gone.topics[0]?.partitions[0]?.errorCode, 100);
  });
});
