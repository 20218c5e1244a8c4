import type { LeaderEpoch, NodeId, ProducerId, Uuid } from '@sluice/kernel/ids';
import type { PartitionChangeRecord } from '@sluice/protocol/generated/records/metadata/partition-change-record';
import type { ConfigResourceType } from '../image/cluster-image.ts';
import { decodeMetadataRecord, type MetadataRecord, type UnknownMetadataRecord } from './metadata-record.ts';

export interface KafkaPartition {
  readonly replicas: readonly NodeId[];
  readonly isr: readonly NodeId[];
  readonly leader: NodeId;
  readonly leaderEpoch: LeaderEpoch;
  readonly partitionEpoch: number;
  /** Eligible leader replicas (KIP-966): who has all that was committed although the ISR is empty. */
  readonly elr: readonly NodeId[];
  /** The log directory of each replica (KIP-858); empty in versions before it. */
  readonly directories: readonly Uuid[];
}

export interface KafkaTopic {
  readonly name: string;
  readonly id: Uuid;
  readonly partitions: ReadonlyMap<number, KafkaPartition>;
}

/** What a KRaft cluster of Kafka knew: its metadata log, applied. */
export interface KafkaMetadata {
  readonly topics: ReadonlyMap<Uuid, KafkaTopic>;
  /** What was set, by resource; `otherConfigs` counts those of kinds that come after 4.3. */
  readonly configs: readonly KafkaConfig[];
  readonly otherConfigCount: number;
  readonly features: ReadonlyMap<string, number>;
  readonly nextProducerId: ProducerId;
  readonly brokerIds: ReadonlySet<NodeId>;
  /** Of these the number is all that is kept: Sluice has no place for them yet. */
  readonly aclCount: number;
  readonly scramUsers: readonly string[];
  readonly quotaCount: number;
  readonly delegationTokenCount: number;
  /** Records that this version cannot read, as `type 31 version 0`, with how many there were. */
  readonly unknown: ReadonlyMap<string, number>;
  /** Of those, the ones without which nobody can say which topics there are or how long their records are kept. */
  readonly unknownNeeded: readonly string[];
}

export interface KafkaConfig {
  readonly type: ConfigResourceType;
  /** Broker "" is the default of the whole cluster. */
  readonly name: string;
  readonly values: ReadonlyMap<string, string>;
}

/** ConfigResource.Type's numbers. */
const RESOURCE_TYPES: ReadonlyMap<number, ConfigResourceType> = new Map([
  [2, 'topic'],
  [4, 'broker'],
  [16, 'client-metrics'],
  [32, 'group'],
]);

/** PartitionChangeRecord: the leader, and so its epoch, stays as it is. */
const NO_LEADER_CHANGE = -2;

const NEEDED = new Set([
  'TopicRecord',
  'PartitionRecord',
  'PartitionChangeRecord',
  'RemoveTopicRecord',
  'ConfigRecord',
]);

export interface MetadataReplay {
  /** The value of one record of the log, in their order. @throws ProtocolError */
  add(value: Buffer): void;
  /** The image is given back; a transaction (KIP-868) that has not ended is not in it. */
  end(): KafkaMetadata;
}

type Topic = { readonly name: string; readonly id: Uuid; readonly partitions: Map<number, KafkaPartition> };

/** Applies Kafka's metadata records, as its own brokers do. */
export function replayMetadata(): MetadataReplay {
  const topics = new Map<Uuid, Topic>();
  const configs = new Map<string, { type: ConfigResourceType; name: string; values: Map<string, string> }>();
  const otherConfigs = new Set<string>();
  const features = new Map<string, number>();
  const brokerIds = new Set<NodeId>();
  const acls = new Set<Uuid>();
  const scrams = new Map<string, string>();
  const quotas = new Set<string>();
  const tokens = new Set<string>();
  const unknown = new Map<string, number>();
  const unknownNeeded = new Set<string>();
  let nextProducerId: ProducerId = 0;
  /** What waits for the end of its transaction. */
  let staged: MetadataRecord[] | undefined;

  function addUnknown({ name, version }: UnknownMetadataRecord): void {
    const label = `${name} version ${version}`;
    unknown.set(label, (unknown.get(label) ?? 0) + 1);
    if (NEEDED.has(name)) unknownNeeded.add(label);
  }

  function setConfig(resourceType: number, name: string, setting: string, value: string | null): void {
    const type = RESOURCE_TYPES.get(resourceType);
    if (type === undefined) {
      otherConfigs.add(`${resourceType} ${name} ${setting}`);
      return;
    }
    const key = `${type} ${name}`;
    const entry = configs.get(key) ?? { type, name, values: new Map<string, string>() };
    if (value === null) entry.values.delete(setting);
    else entry.values.set(setting, value);
    if (entry.values.size === 0) configs.delete(key);
    else configs.set(key, entry);
  }

  function changePartition(change: PartitionChangeRecord): void {
    const partitions = topics.get(change.topicId)?.partitions;
    const before = partitions?.get(change.partitionId);
    if (partitions === undefined || before === undefined) return;
    const hasLeader = change.leader !== NO_LEADER_CHANGE;
    partitions.set(change.partitionId, {
      replicas: change.replicas ?? before.replicas,
      isr: change.isr ?? before.isr,
      elr: change.eligibleLeaderReplicas ?? before.elr,
      leader: hasLeader ? change.leader : before.leader,
      leaderEpoch: hasLeader ? before.leaderEpoch + 1 : before.leaderEpoch,
      partitionEpoch: before.partitionEpoch + 1,
      directories: change.directories ?? before.directories,
    });
  }

  function apply(record: MetadataRecord): void {
    switch (record.kind) {
      case 'topic':
        topics.set(record.value.topicId, { name: record.value.name, id: record.value.topicId, partitions: new Map() });
        return;
      case 'partition':
        topics.get(record.value.topicId)?.partitions.set(record.value.partitionId, {
          ...record.value,
          elr: record.value.eligibleLeaderReplicas ?? [],
        });
        return;
      case 'partitionChange':
        changePartition(record.value);
        return;
      case 'removeTopic': {
        const topic = topics.get(record.value.topicId);
        topics.delete(record.value.topicId);
        // Its settings go with it: Kafka writes no record for that.
        if (topic !== undefined) configs.delete(`topic ${topic.name}`);
        return;
      }
      case 'config':
        setConfig(record.value.resourceType, record.value.resourceName, record.value.name, record.value.value);
        return;
      case 'featureLevel':
        if (record.value.featureLevel === 0) features.delete(record.value.name);
        else features.set(record.value.name, record.value.featureLevel);
        return;
      case 'producerIds':
        nextProducerId = record.value.nextProducerId;
        return;
      case 'registerBroker':
        brokerIds.add(record.value.brokerId);
        return;
      case 'unregisterBroker':
        brokerIds.delete(record.value.brokerId);
        return;
      case 'accessControlEntry':
        acls.add(record.value.id);
        return;
      case 'removeAccessControlEntry':
        acls.delete(record.value.id);
        return;
      case 'userScramCredential':
        scrams.set(`${record.value.mechanism} ${record.value.name}`, record.value.name);
        return;
      case 'removeUserScramCredential':
        scrams.delete(`${record.value.mechanism} ${record.value.name}`);
        return;
      case 'clientQuota': {
        const key = JSON.stringify([
          record.value.entity.map((part) => [part.entityType, part.entityName]),
          record.value.key,
        ]);
        if (record.value.remove) quotas.delete(key);
        else quotas.add(key);
        return;
      }
      case 'delegationToken':
        tokens.add(record.value.tokenId);
        return;
      case 'removeDelegationToken':
        tokens.delete(record.value.tokenId);
        return;
      // How brokers and controllers fared, and marks within the log: nothing that is to be kept.
      case 'abortTransaction':
      case 'beginTransaction':
      case 'brokerRegistrationChange':
      case 'clearElr':
      case 'endTransaction':
      case 'fenceBroker':
      case 'noOp':
      case 'registerController':
      case 'unfenceBroker':
      case 'zkMigrationState':
        return;
    }
  }

  return {
    add(value) {
      const record = decodeMetadataRecord(value);
      if (record.kind === 'unknown') {
        addUnknown(record);
      } else if (record.kind === 'beginTransaction') {
        staged = [];
      } else if (record.kind === 'abortTransaction') {
        staged = undefined;
      } else if (record.kind === 'endTransaction') {
        for (const each of staged ?? []) apply(each);
        staged = undefined;
      } else if (staged !== undefined) {
        staged.push(record);
      } else {
        apply(record);
      }
    },
    end: () => ({
      topics,
      configs: [...configs.values()],
      otherConfigCount: otherConfigs.size,
      features,
      nextProducerId,
      brokerIds,
      aclCount: acls.size,
      scramUsers: [...new Set(scrams.values())].sort(),
      quotaCount: quotas.size,
      delegationTokenCount: tokens.size,
      unknown,
      unknownNeeded: [...unknownNeeded],
    }),
  };
}
