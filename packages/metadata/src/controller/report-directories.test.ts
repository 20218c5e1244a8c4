import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LOST_DIRECTORY } from '@sluice/kernel/ids';
import { testCluster } from '../testing/test-cluster.ts';
import { createTopics } from './create-topics.ts';
import { reportDirectories } from './report-directories.ts';

const DIRECTORY = 'ZGlyZWN0b3J5LW9uZS0xMQ';

/** Replicas as given, the first leads; all brokers run. */
function clusterWithTopic(...brokerIds: number[]) {
  const cluster = testCluster({ brokers: [{ id: 1 }, { id: 2 }] });
  const assignments = [{ partitionIndex: 0, brokerIds }];
  cluster.decide(createTopics, {
    topics: [{ name: 't', numPartitions: -1, replicationFactor: -1, assignments, configs: [] }],
    validateOnly: false,
  });
  const topicId = cluster.image.topicsByName.get('t')?.id ?? assert.fail();
  const state = () => cluster.image.topicsById.get(topicId)?.partitions[0] ?? assert.fail();
  const report = (
    brokerId: number,
    directory: string,
    brokerEpoch = cluster.image.brokers.get(brokerId)?.epoch ?? -1,
  ) => cluster.decide(reportDirectories, { brokerId, brokerEpoch, replicas: [{ topicId, partition: 0, directory }] });
  return { cluster, state, report, topicId };
}

describe('the report of a broker’s directories', () => {
  it('leaves a partition without a leader when the only replica’s directory has failed, and gives it back', () => {
    const { state, report } = clusterWithTopic(1);
    report(1, LOST_DIRECTORY);
    const lost = state();
    assert.deepEqual([lost.leader, lost.isr, lost.elr, lost.leaderEpoch], [-1, [], [1], 1]);
    assert.deepEqual(lost.directories, [LOST_DIRECTORY]);
    report(1, DIRECTORY);
    const back = state();
    assert.deepEqual([back.leader, back.isr, back.elr, back.leaderEpoch], [1, [1], [], 2]);
    assert.deepEqual(back.directories, [DIRECTORY]);
  });

  it('lets another replica in sync lead on', () => {
    const { state, report } = clusterWithTopic(1, 2);
    report(1, LOST_DIRECTORY);
    assert.deepEqual([state().leader, state().isr, state().leaderEpoch], [2, [2], 1]);
    report(1, DIRECTORY);
    assert.deepEqual([state().leader, state().isr, state().leaderEpoch], [2, [2], 1], 'it has to catch up first');
  });

  it('changes nothing but the place of a replica that has moved, and nothing at all of one that has not', () => {
    const { cluster, state, report } = clusterWithTopic(1);
    report(1, DIRECTORY);
    assert.deepEqual([state().leader, state().leaderEpoch, state().partitionEpoch], [1, 0, 1]);
    const { revision } = cluster.image;
    report(1, DIRECTORY);
    assert.equal(cluster.image.revision, revision);
  });

  it('is refused from another run of the broker, and passes over what is gone', () => {
    const { cluster, report } = clusterWithTopic(1);
    assert.equal(report(1, DIRECTORY, 999).errorCode, 77);
    const replicas = [{ topicId: DIRECTORY, partition: 0, directory: DIRECTORY }];
    const brokerEpoch = cluster.image.brokers.get(1)?.epoch ?? -1;
    assert.equal(cluster.decide(reportDirectories, { brokerId: 1, brokerEpoch, replicas }).errorCode, 0);
  });
});
