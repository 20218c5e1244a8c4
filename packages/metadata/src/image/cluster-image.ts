import type { LeaderEpoch, NodeId, ProducerId, Uuid } from '@sluice/kernel/ids';
import type { Revision } from '../store/metadata-store.ts';

/** The value of a partition's key: what the leader and the controller change by compare-and-set. */
export interface PartitionState {
  /** In order of preference: the first is the preferred leader. */
  readonly replicas: readonly NodeId[];
  /** The log directory of each replica, by its place in `replicas`. */
  readonly directories: readonly Uuid[];
  readonly isr: readonly NodeId[];
  /** Eligible leader replicas (KIP-966). */
  readonly elr: readonly NodeId[];
  /** −1 is none. */
  readonly leader: NodeId;
  /** Rises with every change of the leader. */
  readonly leaderEpoch: LeaderEpoch;
  /** Rises with every change of this state. */
  readonly partitionEpoch: number;
  /** Of a reassignment under way. */
  readonly adding: readonly NodeId[];
  readonly removing: readonly NodeId[];
}

export interface TopicImage {
  readonly name: string;
  readonly id: Uuid;
  /** By partition index, without a gap. */
  readonly partitions: readonly PartitionState[];
  /** Revision that made the topic. */
  readonly createRevision: Revision;
}

export type SecurityProtocol = 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL';

export interface BrokerEndpoint {
  /** Listener name, "PLAINTEXT" say. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly securityProtocol: SecurityProtocol;
}

/** `fenced`: serves nobody yet or any more. `shutting-down`: still serves, takes no new leadership. */
export type BrokerState = 'fenced' | 'running' | 'shutting-down';

export interface BrokerImage {
  readonly id: NodeId;
  /** Revision of its registration. */
  readonly epoch: number;
  /** One run of the process. */
  readonly incarnationId: Uuid;
  readonly endpoints: readonly BrokerEndpoint[];
  readonly rack: string | null;
  readonly logDirs: readonly Uuid[];
  /** `fenced` also when its lease has ended. */
  readonly state: BrokerState;
}

/** Broker "" is the default of the whole cluster. */
export type ConfigResourceType = 'topic' | 'broker' | 'group' | 'client-metrics';

export interface ConfigResource {
  readonly type: ConfigResourceType;
  readonly name: string;
}

/**
 * What this broker knows of the cluster. A live view: it moves with the watch, whole revisions at a time, never within
 * a turn of the event loop. The objects that it hands out do not change; keep one to keep its moment.
 */
export interface ClusterImage {
  /** Everything up to here is in it. */
  readonly revision: Revision;
  /** `undefined` until the cluster was formatted. */
  readonly clusterId: Uuid | undefined;
  /** −1 while there is none. */
  readonly controllerId: NodeId;
  readonly brokers: ReadonlyMap<NodeId, BrokerImage>;
  readonly topicsByName: ReadonlyMap<string, TopicImage>;
  readonly topicsById: ReadonlyMap<Uuid, TopicImage>;
  readonly partitionCount: number;
  /** Finalized feature levels. */
  readonly features: ReadonlyMap<string, number>;
  /** The first producer id that was not handed to a broker yet. */
  readonly nextProducerId: ProducerId;
  /** What was set on the resource by AlterConfigs, as it was sent; empty if nothing. */
  config(type: ConfigResourceType, name: string): ReadonlyMap<string, string>;
  /** Names of the resources of a type on which something is set. */
  configuredNames(type: ConfigResourceType): Iterable<string>;
  /** Topics that exist and share `name`'s spelling once `.` and `_` are taken as one. */
  collidingTopic(name: string): string | undefined;
}

export interface PartitionDelta {
  /** As it is now. */
  readonly topic: TopicImage;
  readonly partition: number;
  /** `undefined`: new. */
  readonly before: PartitionState | undefined;
  readonly after: PartitionState;
}

/** What one revision changed, told after the image moved. */
export interface ImageDelta {
  readonly revision: Revision;
  readonly topicsCreated: readonly TopicImage[];
  /** As they were. */
  readonly topicsDeleted: readonly TopicImage[];
  /** Partitions of topics that were there before: changed or added. */
  readonly partitionsChanged: readonly PartitionDelta[];
  readonly configsChanged: readonly ConfigResource[];
  readonly brokersChanged: readonly NodeId[];
  readonly controllerChanged: boolean;
  readonly featuresChanged: boolean;
}
