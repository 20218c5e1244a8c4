import type { LeaderEpoch, NodeId, Uuid } from '@sluice/kernel/ids';
import type { MetadataResponse } from '@sluice/protocol/generated/messages/metadata-response';
import type { LeaderIdAndEpoch, NodeEndpoint } from '@sluice/protocol/generated/messages/share-fetch-response';
import type { TopicPartitions } from '@sluice/protocol/generated/messages/share-group-heartbeat-response';
import type { BrokerAddress } from '../broker-address.ts';
import { type SharedPartition, sharedPartitionKey } from './acknowledgement.ts';

interface Leader {
  readonly nodeId: NodeId;
  readonly leaderEpoch: LeaderEpoch;
}

type Places = ReadonlyMap<string, SharedPartition>;

/** The partitions that the group gave this member, and who leads them. */
export interface AssignedPartitions {
  /** By their keys; only those whose topics are known by name. */
  readonly places: Places;
  /** Some cannot be fetched before metadata says more. */
  readonly areIncomplete: boolean;
  /** It is there, and has partitions. */
  knows(topic: string): boolean;
  assign(assignment: readonly TopicPartitions[]): void;
  onMetadata(response: MetadataResponse): void;
  /** What a broker said that no longer leads it (KIP-951); false: nothing new. */
  onLeader(place: SharedPartition, leader: LeaderIdAndEpoch, endpoints: readonly NodeEndpoint[]): boolean;
  has(place: SharedPartition): boolean;
  leaderOf(place: SharedPartition): NodeId | undefined;
  byLeader(): ReadonlyMap<NodeId, Places>;
  addressOf(nodeId: NodeId): BrokerAddress | undefined;
}

export function createAssignedPartitions(): AssignedPartitions {
  const names = new Map<Uuid, string>();
  const leaders = new Map<string, Leader>();
  const addresses = new Map<NodeId, BrokerAddress>();
  let assignment: readonly TopicPartitions[] = [];
  let places: Places = new Map();

  function nameAll(): void {
    const named = assignment.flatMap(({ topicId, partitions }) => {
      const topic = names.get(topicId);
      if (topic === undefined) return [];
      return partitions.map((partition) => ({ topic, topicId, partition }));
    });
    places = new Map(named.map((place) => [sharedPartitionKey(place), place]));
  }

  function leaderOf(place: SharedPartition): NodeId | undefined {
    const leader = leaders.get(sharedPartitionKey(place));
    return leader === undefined || leader.nodeId < 0 ? undefined : leader.nodeId;
  }

  function learn(key: string, leader: Leader): boolean {
    const known = leaders.get(key);
    if (known !== undefined && known.leaderEpoch > leader.leaderEpoch) return false;
    leaders.set(key, leader);
    return known?.nodeId !== leader.nodeId;
  }

  return {
    get places() {
      return places;
    },
    get areIncomplete() {
      if (assignment.some(({ topicId }) => !names.has(topicId))) return true;
      return [...places.values()].some((place) => leaderOf(place) === undefined);
    },
    knows: (topic) => [...names.values()].includes(topic),
    assign(changed) {
      assignment = changed;
      nameAll();
    },
    onMetadata({ brokers, topics }) {
      for (const { nodeId, host, port } of brokers) addresses.set(nodeId, { host, port });
      for (const { topicId, name, partitions } of topics) {
        if (name !== null && partitions.length > 0) names.set(topicId, name);
        for (const { partitionIndex, leaderId, leaderEpoch } of partitions) {
          learn(sharedPartitionKey({ topicId, partition: partitionIndex }), { nodeId: leaderId, leaderEpoch });
        }
      }
      nameAll();
    },
    onLeader(place, { leaderId, leaderEpoch }, endpoints) {
      const key = sharedPartitionKey(place);
      if (leaderEpoch <= (leaders.get(key)?.leaderEpoch ?? -1)) return false;
      for (const { nodeId, host, port } of endpoints) addresses.set(nodeId, { host, port });
      if (!addresses.has(leaderId)) return false;
      return learn(key, { nodeId: leaderId, leaderEpoch });
    },
    has: (place) => places.has(sharedPartitionKey(place)),
    leaderOf,
    byLeader() {
      const byLeader = new Map<NodeId, Map<string, SharedPartition>>();
      for (const [key, place] of places) {
        const leader = leaderOf(place);
        if (leader === undefined) continue;
        const own = byLeader.get(leader) ?? new Map<string, SharedPartition>();
        byLeader.set(leader, own.set(key, place));
      }
      return byLeader;
    },
    addressOf: (nodeId) => addresses.get(nodeId),
  };
}
