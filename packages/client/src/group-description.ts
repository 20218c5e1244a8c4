import type { NodeId } from '@sluice/kernel/ids';
import type { TopicPartition } from './topic-partition.ts';

export interface GroupMember {
  readonly memberId: string;
  /** Null for a dynamic member, and in a share group, which has no others. */
  readonly instanceId: string | null;
  readonly clientId: string;
  readonly host: string;
  readonly rackId: string | null;
  readonly assignment: readonly TopicPartition[];
  /** What the coordinator wants it to have; null where nobody tells, as of classic and share groups. */
  readonly target: readonly TopicPartition[] | null;
  readonly subscribedTopics: readonly string[];
  readonly subscribedRegex: string | null;
  /** Null in a classic group. */
  readonly epoch: number | null;
  /** False for a member of a consumer group that speaks the classic protocol; null where nobody says. */
  readonly isUpgraded: boolean | null;
}

/** What a coordinator says of a group, whatever its type. */
export interface GroupDescription {
  readonly groupId: string;
  readonly type: 'classic' | 'consumer' | 'share';
  /** Kafka's name. */
  readonly state: string;
  readonly coordinator: NodeId;
  /** Empty where none was chosen yet. */
  readonly assignor: string;
  /** `consumer` for consumers, `share` for share consumers; other clients of the classic protocol (Connect, for one) have their own. */
  readonly protocolType: string;
  /** Null in a classic group. */
  readonly groupEpoch: number | null;
  readonly assignmentEpoch: number | null;
  readonly members: readonly GroupMember[];
}
