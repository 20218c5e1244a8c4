import { alterConfigs } from '@sluice/client/alter-configs';
import type { BrokerAddress } from '@sluice/client/broker-address';
import type { Cluster } from '@sluice/client/cluster';
import { deleteGroups } from '@sluice/client/delete-groups';
import { KafkaError } from '@sluice/client/kafka-error';
import { alterShareGroupOffsets, describeShareGroupOffsets } from '@sluice/client/share-group-offsets';
import type { Offset } from '@sluice/kernel/ids';
import type { Network } from '@sluice/kernel/network';
import type { Random } from '@sluice/kernel/random';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { openShareTaker } from './open-share-taker.ts';
import type { ShareGroups } from './share-groups.ts';

const SETTINGS = {
  // Partitions that a reshard adds are read from their beginning; where the others begin is said by their offsets.
  'share.auto.offset.reset': 'earliest',
  'share.isolation.level': 'read_committed',
};
/** The most that Kafka allows unless it is told otherwise: each time that a door dies with records in hand counts. */
const MORE_DELIVERIES = { 'share.delivery.count.limit': '10' };

export interface ShareGroupsOptions {
  readonly cluster: Cluster;
  readonly bootstrap: readonly BrokerAddress[];
  readonly network: Network;
  readonly random: Random;
}

export function openShareGroups({ cluster, bootstrap, network, random }: ShareGroupsOptions): ShareGroups {
  const { clock, timeoutMs } = cluster;

  return {
    async create(groupId, topic, offsets) {
      const controller = await cluster.controller();
      await alterConfigs(controller, 'group', groupId, { set: Object.entries(SETTINGS) });
      await alterConfigs(controller, 'group', groupId, { set: Object.entries(MORE_DELIVERIES) }).catch(
        (error: unknown) => {
          // Kafka 4.2 has no such setting, and a cluster may allow less.
          if (!(error instanceof KafkaError) || error.isRetriable) throw error;
        },
      );
      const results = await alterShareGroupOffsets(
        cluster,
        groupId,
        offsets.map((offset, partition) => ({ topic, partition, offset })),
      );
      for (const { error } of results) if (error !== undefined) throw error;
    },
    async remove(groupId) {
      const error = (await deleteGroups(cluster, [groupId])).get(groupId);
      if (error !== undefined && error.code !== ErrorCode.GROUP_ID_NOT_FOUND) throw error;
    },
    async startOffsets(groupId, topic) {
      const described = (await describeShareGroupOffsets(cluster, [groupId])).get(groupId) ?? [];
      if (described instanceof KafkaError) throw described;
      const known = new Map<number, Offset>();
      for (const { topic: name, partition, startOffset } of described) {
        if (name === topic && startOffset !== null) known.set(partition, startOffset);
      }
      return known;
    },
    join: (groupId, topic, host) =>
      openShareTaker({ groupId, topic, host, bootstrap, timeoutMs, ports: { network, clock, random } }),
  };
}
