import type { TimestampMs } from '@sluice/kernel/ids';
import type { GroupRecord } from './group-record.ts';

/** `streams` follows; ListGroups' type filter knows these words. */
export type GroupType = 'classic' | 'consumer' | 'share';

/** What offsets, ListGroups and DeleteGroups need of a group, whatever its protocol. Error codes are the wire's; 0 is none. */
export interface Group {
  readonly groupId: string;
  readonly type: GroupType;
  /** As ListGroups shows it: "consumer" for all groups of consumers, "" for a simple group that only commits offsets. */
  readonly protocolType: string;
  /** As ListGroups shows it ("Stable", "Empty", "Assigning", …). */
  readonly stateName: string;
  readonly isEmpty: boolean;

  /** May this member commit? `generationOrEpoch` < 0 with an empty member id: an admin or a simple consumer. */
  offsetCommitError(commit: OffsetCommitClaim): number;
  /**
   * Asked for each partition of a commit that `offsetCommitError` let pass, where it is there: a member may commit with
   * an epoch of the past what it was assigned by then (KIP-1251). One error fails the whole request, as in Kafka.
   */
  partitionCommitError?(commit: OffsetCommitClaim, topic: string, partition: number): number;
  offsetFetchError(memberId: string | null, memberEpoch: number): number;
  /** OffsetDelete of any topic of the group; topic by topic `isSubscribedTo` decides. */
  offsetDeleteError(): number;
  deleteError(): number;
  isSubscribedTo(topic: string): boolean;
  /** When offsets of unsubscribed topics begin to age: `undefined` while none may expire. */
  offsetExpiry(): OffsetExpiry | undefined;
  /** Tombstones for all of the group but its offsets. */
  tombstones(): readonly GroupRecord[];
}

export interface OffsetCommitClaim {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly generationOrEpoch: number;
  readonly isTransactional: boolean;
  readonly apiVersion: number;
}

/** The moment from which an offset's retention counts. */
export interface OffsetExpiry {
  baseTimestampMs(commitTimestampMs: TimestampMs): TimestampMs;
}

/** All groups of one shard, of all protocols: an id belongs to one of them. */
export interface GroupTable<G extends Group = Group> {
  get(groupId: string): G | undefined;
  set(group: G): void;
  delete(groupId: string): void;
  values(): Iterable<G>;
  readonly size: number;
}
