import type { Uuid } from '@sluice/kernel/ids';
import type { Logger } from '@sluice/kernel/logger';
import type { Random } from '@sluice/kernel/random';
import type { PutOff, ShardTimers } from '../runtime/coordinator-shard.ts';
import type { GroupRecord } from './group-record.ts';
import type { HeldMetadata } from './held-metadata.ts';

/** What the state machines of groups are given besides their input. */
export interface GroupEnvironment {
  readonly topics: TopicsView;
  readonly settings: GroupSettings;
  readonly timers: ShardTimers<GroupRecord>;
  readonly putOff: PutOff<GroupRecord>;
  /** By the members of classic groups. */
  readonly heldMetadata: HeldMetadata;
  /** For member ids. */
  readonly random: Random;
  readonly logger: Logger;
}

/** The topics as they are now; it moves between steps, never within one. */
export interface TopicsView {
  byName(name: string): TopicView | undefined;
  byId(id: Uuid): TopicView | undefined;
  /** All names, internal topics too. */
  names(): Iterable<string>;
  /** Rises with every change of a topic or a partition. */
  readonly version: number;
}

export interface TopicView {
  readonly name: string;
  readonly id: Uuid;
  readonly partitionCount: number;
  /** Racks of the replicas of a partition, sorted, without those that have none. */
  racks(partition: number): readonly string[];
}

/** Kafka's `group.*` and `offset*` settings as they are now; a live view. */
export interface GroupSettings {
  readonly classic: {
    readonly sessionTimeoutMsMin: number;
    readonly sessionTimeoutMsMax: number;
    readonly initialRebalanceDelayMs: number;
    readonly groupSizeMax: number;
  };
  readonly consumer: {
    readonly groupSizeMax: number;
    /** By name, the default first: "uniform", "range". */
    readonly assignors: readonly string[];
    readonly migrationPolicy: 'disabled' | 'downgrade' | 'upgrade' | 'bidirectional';
    /** Whether `group.coordinator.rebalance.protocols` has "consumer". */
    readonly isEnabled: boolean;
    /** The group's own (GROUP configs, clamped to the broker's limits as Kafka does), else the broker's. */
    sessionTimeoutMs(groupId: string): number;
    heartbeatIntervalMs(groupId: string): number;
    assignmentIntervalMs(groupId: string): number;
  };
  readonly share: {
    readonly groupSizeMax: number;
    /** The group's own, else the broker's, as of consumer groups. */
    sessionTimeoutMs(groupId: string): number;
    heartbeatIntervalMs(groupId: string): number;
    assignmentIntervalMs(groupId: string): number;
  };
  readonly offsets: {
    readonly commitTimeoutMs: number;
    readonly metadataSizeMax: number;
    readonly retentionMs: number;
    readonly retentionCheckIntervalMs: number;
  };
}

/** Who asks. */
export interface RequestContext {
  readonly apiVersion: number;
  /** "" if it said none. */
  readonly clientId: string;
  /** "/127.0.0.1", as Kafka writes it. */
  readonly clientHost: string;
}
