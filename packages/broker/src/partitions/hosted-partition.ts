import type { LeaderEpoch, NodeId, Uuid } from '@sluice/kernel/ids';
import type { PartitionLog } from '@sluice/log/partition-log';
import { ErrorCode } from '@sluice/protocol/generated/errors';

/** A partition that this broker leads: its log and what the cluster says of it. */
export interface HostedPartition {
  readonly topic: string;
  readonly topicId: Uuid;
  readonly partition: number;
  readonly log: PartitionLog;
  readonly leader: NodeId;
  readonly leaderEpoch: LeaderEpoch;
  readonly replicaCount: number;
  readonly isrCount: number;
  readonly minInsyncReplicas: number;
}

/** Why a partition cannot be used here, as the wire says it. */
export interface LookupError {
  readonly errorCode: number;
  /** Told with NOT_LEADER_OR_FOLLOWER and FENCED_LEADER_EPOCH, so that clients need not ask for metadata (KIP-951). */
  readonly currentLeader?: CurrentLeader;
}

export interface CurrentLeader {
  readonly leaderId: NodeId;
  readonly leaderEpoch: LeaderEpoch;
}

export type Lookup = HostedPartition | LookupError;

/** What this broker hosts, by the names that requests use. */
export interface Partitions {
  byName(topic: string, partition: number): Lookup;
  /** An unknown id is UNKNOWN_TOPIC_ID. */
  byId(topicId: Uuid, partition: number): Lookup;
  all(): Iterable<HostedPartition>;
}

export function isHosted(lookup: Lookup): lookup is HostedPartition {
  return 'log' in lookup;
}

/** KIP-320: a client that knows an older leader epoch is fenced, one that knows a newer one must wait. −1 asks nothing. */
export function leaderEpochError(partition: HostedPartition, currentLeaderEpoch: LeaderEpoch): number {
  if (currentLeaderEpoch === -1 || currentLeaderEpoch === partition.leaderEpoch) return ErrorCode.NONE;
  return currentLeaderEpoch < partition.leaderEpoch ? ErrorCode.FENCED_LEADER_EPOCH : ErrorCode.UNKNOWN_LEADER_EPOCH;
}

/** A lookup that also refuses an offline log and a wrong leader epoch. */
export function checkUsable(lookup: Lookup, currentLeaderEpoch: LeaderEpoch): Lookup {
  if (isHosted(lookup) && lookup.log.failure !== undefined) return { errorCode: ErrorCode.KAFKA_STORAGE_ERROR };
  return checkLeaderEpoch(lookup, currentLeaderEpoch);
}

/** As `checkUsable`, for those who only read: a full disk does not stop them. */
export function checkReadable(lookup: Lookup, currentLeaderEpoch: LeaderEpoch): Lookup {
  if (isHosted(lookup) && !lookup.log.isReadable) return { errorCode: ErrorCode.KAFKA_STORAGE_ERROR };
  return checkLeaderEpoch(lookup, currentLeaderEpoch);
}

function checkLeaderEpoch(lookup: Lookup, currentLeaderEpoch: LeaderEpoch): Lookup {
  if (!isHosted(lookup)) return lookup;
  const errorCode = leaderEpochError(lookup, currentLeaderEpoch);
  if (errorCode === ErrorCode.NONE) return lookup;
  return errorCode === ErrorCode.FENCED_LEADER_EPOCH ? { errorCode, currentLeader: leaderOf(lookup) } : { errorCode };
}

export function leaderOf({ leader, leaderEpoch }: HostedPartition): CurrentLeader {
  return { leaderId: leader, leaderEpoch };
}
