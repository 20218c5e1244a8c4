import type { Cluster } from '@sluice/client/cluster';
import type { GroupDescription } from '@sluice/client/group-description';
import type { PartitionResult } from '@sluice/client/group-offsets';
import type { KafkaError } from '@sluice/client/kafka-error';
import type { TopicPartition } from '@sluice/client/topic-partition';
import type { TopicScope } from '../../input/topic-scope.ts';
import { consumerGroups } from './consumer-groups.ts';
import { shareGroups } from './share-groups.ts';

/** Where a group stands in a partition. */
export interface GroupPosition extends TopicPartition {
  /** Null in a partition that a share group has not begun. */
  readonly offset: number | null;
  /** Null when it was not told. */
  readonly leaderEpoch: number | null;
  /** What was committed with the offset; null where nothing is. */
  readonly metadata: string | null;
  /** What the broker says that there is to do; undefined where that is the offset's distance from the end. */
  readonly lag?: number | null;
}

/** What became of a topic's offsets that were to be deleted, or of one partition's. */
export interface DeletedOffsets {
  readonly topic: string;
  /** Null: of the topic as a whole. */
  readonly partition: number | null;
  readonly outcome: 'deleted' | 'had none' | KafkaError;
}

/** What is different between `sluice group` and `sluice share-group`. */
export interface GroupKind {
  readonly command: GroupCommand;
  readonly noun: 'group' | 'share group';
  /** Kafka's names of the types of groups that belong to it; empty is what brokers say that know no types. */
  readonly types: readonly string[];
  /** How a sentence goes on about a group that has no offsets. */
  readonly hasNoOffsets: string;
  describe(cluster: Cluster, groupIds: readonly string[]): Promise<ReadonlyMap<string, GroupDescription | KafkaError>>;
  positions(
    cluster: Cluster,
    groupIds: readonly string[],
  ): Promise<ReadonlyMap<string, readonly GroupPosition[] | KafkaError>>;
  /** For a group without members; one that does not exist is made. */
  setOffsets(
    cluster: Cluster,
    groupId: string,
    offsets: readonly (TopicPartition & { readonly offset: number })[],
  ): Promise<readonly PartitionResult[]>;
  /** Fails with `KafkaError` when the group is refused as a whole. */
  deleteOffsets(cluster: Cluster, groupId: string, scopes: readonly TopicScope[]): Promise<readonly DeletedOffsets[]>;
}

/** The word after `sluice`. */
export type GroupCommand = 'group' | 'share-group';

const KINDS = { group: consumerGroups, 'share-group': shareGroups } as const;

export function groupKind(command: GroupCommand): GroupKind {
  return KINDS[command];
}

/** The kind that a type of ListGroups belongs to; undefined where there are no commands for it. */
export function kindOfType(type: string): GroupKind | undefined {
  return Object.values(KINDS).find(({ types }) => types.includes(type.toLowerCase()));
}
