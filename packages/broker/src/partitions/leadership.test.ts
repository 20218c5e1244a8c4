import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLogger } from '@sluice/kernel/logger';
import { DEFAULT_LOG_CONFIG } from '@sluice/log/default-log-config';
import type { PartitionLog } from '@sluice/log/partition-log';
import { createTopics } from '@sluice/metadata/controller/create-topics';
import type { ImageDelta, PartitionState } from '@sluice/metadata/image/cluster-image';
import { partitionKey } from '@sluice/metadata/image/keys';
import { encodePartition } from '@sluice/metadata/image/values';
import { testCluster } from '@sluice/metadata/testing/test-cluster';
import { createPartitionTable } from './partition-table.ts';

const NOTHING: Omit<ImageDelta, 'revision'> = {
  topicsCreated: [],
  topicsDeleted: [],
  partitionsChanged: [],
  configsChanged: [],
  brokersChanged: [],
  controllerChanged: false,
  featuresChanged: false,
};

test('coordinators are told of every term in which this broker leads, and of its end', async () => {
  const cluster = testCluster({ brokers: [{ id: 1 }, { id: 2 }] });
  const told: string[] = [];
  const log = { reconfigure() {} } as unknown as PartitionLog;
  const table = createPartitionTable({
    image: cluster.image,
    nodeId: 1,
    logs: { openLog: async () => log, removeLog: async () => {}, directoryOf: () => undefined },
    logger: silentLogger,
    leadership: {
      onElected: ({ topic, partition, leaderEpoch }) =>
        void told.push(`elected ${topic}-${partition} in ${leaderEpoch}`),
      onResigned: (topic, partition) => void told.push(`resigned ${topic}-${partition}`),
    },
    settingsOf: () => ({ log: DEFAULT_LOG_CONFIG, minInsyncReplicas: 1 }),
  });
  const assignments = [{ partitionIndex: 0, brokerIds: [1, 2] }];
  const topic = { name: 'orders', numPartitions: -1, replicationFactor: -1, assignments, configs: [] };
  cluster.decide(createTopics, { topics: [topic], validateOnly: false });
  await table.start();
  assert.deepEqual(told.splice(0), ['elected orders-0 in 0']);

  const change = (state: Partial<PartitionState>) => {
    const now = cluster.image.topicsByName.get('orders');
    const before = now?.partitions[0];
    assert(now !== undefined && before !== undefined);
    const after = { ...before, partitionEpoch: before.partitionEpoch + 1, ...state };
    table.follow(cluster.apply([{ kind: 'put', key: partitionKey(now.id, 0), value: encodePartition(after) }]));
  };
  change({ isr: [1] });
  assert.deepEqual(told, [], 'the same term goes on');
  change({ leaderEpoch: 1 });
  assert.deepEqual(told.splice(0), ['elected orders-0 in 1']);
  change({ leader: 2, leaderEpoch: 2 });
  assert.deepEqual(told.splice(0), ['resigned orders-0']);
  change({ leader: 2, leaderEpoch: 3 });
  assert.deepEqual(told, []);
  change({ leader: 1, leaderEpoch: 4 });
  assert.deepEqual(told.splice(0), ['elected orders-0 in 4']);

  const gone = cluster.image.topicsByName.get('orders');
  assert(gone !== undefined);
  table.follow({ ...NOTHING, revision: cluster.image.revision, topicsDeleted: [gone] });
  await table.settled();
  assert.deepEqual(told, ['resigned orders-0']);
});
