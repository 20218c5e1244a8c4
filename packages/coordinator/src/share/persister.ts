import type { LeaderEpoch, Offset, Uuid } from '@sluice/kernel/ids';

/** One partition of a topic as one share group sees it. */
export interface SharePartitionKey {
  readonly groupId: string;
  readonly topicId: Uuid;
  readonly partition: number;
}

/**
 * Records `[firstOffset, lastOffset]` that are in one state. What is acquired is kept as available with the delivery count
 * that it has reached (KIP-932): nobody holds a lock after a restart.
 */
export interface StateBatch {
  readonly firstOffset: Offset;
  readonly lastOffset: Offset;
  /** As the wire and the log write it: 0 available, 2 acknowledged, 4 archived. */
  readonly deliveryState: number;
  readonly deliveryCount: number;
}

/** What the share coordinator keeps of a share partition. */
export interface ReadShareState {
  /** Of the initialisation; raised when offsets are reset. To be sent with every write. */
  readonly stateEpoch: number;
  /** −1: not known yet, `share.auto.offset.reset` decides. */
  readonly startOffset: Offset;
  /** In the order of offsets, without overlaps; what is between them is available and was never delivered. */
  readonly stateBatches: readonly StateBatch[];
}

export interface WriteShareState {
  readonly stateEpoch: number;
  /** Of the partition whose leader writes: the coordinator refuses a lower one than it has seen. */
  readonly leaderEpoch: LeaderEpoch;
  /** −1: unchanged. */
  readonly startOffset: Offset;
  /** Records at or above the start offset whose delivery is complete (KIP-1226); −1: not told. */
  readonly deliveryCompleteCount: number;
  /** Only what has changed: it is laid over what is there. */
  readonly stateBatches: readonly StateBatch[];
}

/**
 * The error code is the wire's, as the share coordinator gave it:
 * - INVALID_REQUEST: the state was not begun, or deleted; UNKNOWN_TOPIC_OR_PARTITION: its topic is gone;
 * - FENCED_LEADER_EPOCH, FENCED_STATE_EPOCH: another leader, or another initialisation, has come meanwhile: the share
 *   partition's state in memory is worthless, read it again;
 * - COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR: retriable, and were retried for a while.
 */
export type PersisterResult<T> =
  | { readonly response: T }
  | { readonly errorCode: number; readonly message: string | null };

/**
 * How the leader of a partition keeps what its share groups know (Kafka's `Persister`). Nothing rejects but on a bug. A
 * write's promise settles once the state is committed in `__share_group_state`; writes of one share partition are
 * applied in the order of the calls, so that the caller need not wait for one before it makes the next.
 */
export interface Persister {
  /** Raises the leader epoch that the coordinator has seen to the one given. */
  read(key: SharePartitionKey, leaderEpoch: LeaderEpoch): Promise<PersisterResult<ReadShareState>>;
  write(key: SharePartitionKey, state: WriteShareState): Promise<PersisterResult<undefined>>;
}
