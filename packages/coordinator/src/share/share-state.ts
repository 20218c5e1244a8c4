import type { LeaderEpoch, Offset, TimestampMs } from '@sluice/kernel/ids';
import type { SharePartitionKey, StateBatch } from './persister.ts';

/** What `__share_group_state` says of one share partition, snapshot and updates together. */
export interface ShareState {
  /** Counts the snapshots. */
  readonly snapshotEpoch: number;
  readonly stateEpoch: number;
  readonly leaderEpoch: LeaderEpoch;
  /** −1: not known yet. */
  readonly startOffset: Offset;
  /** −1: not told. */
  readonly deliveryCompleteCount: number;
  /** In the order of offsets, without overlaps. */
  readonly stateBatches: readonly StateBatch[];
  readonly createTimestampMs: TimestampMs;
  /** Later than `createTimestampMs` if the snapshot was only written again because nothing had changed for a while. */
  readonly writeTimestampMs: TimestampMs;
}

export const NO_OFFSET: Offset = -1;
export const NO_EPOCH = -1;
export const NO_COUNT = -1;

/** As FindCoordinator names it, and as its partition of `__share_group_state` is found. */
export function coordinatorKey({ groupId, topicId, partition }: SharePartitionKey): string {
  return `${groupId}:${topicId}:${partition}`;
}
