import type { Offset, Uuid } from '@sluice/kernel/ids';
import type { BatchRecord } from '@sluice/protocol/records/record';

/** Share groups (KIP-932), as far as doors need them. What fails in passing is tried again inside. */
export interface ShareGroups {
  /**
   * Makes a group that begins at these offsets of a topic's partitions, 0 and following, and at the beginning of those
   * that come later. May be repeated before anybody has joined.
   */
  create(groupId: string, topic: string, offsets: readonly Offset[]): Promise<void>;
  /** One that is gone is no error. Fails with `KafkaError` NON_EMPTY_GROUP while it has members. */
  remove(groupId: string): Promise<void>;
  /** By partition: the group is done with all before it. Those that are not known are left out. */
  startOffsets(groupId: string, topic: string): Promise<ReadonlyMap<number, Offset>>;
  join(groupId: string, topic: string, host: ShareTakerHost): ShareTaker;
}

/** A record that a group gave to one of its members, and to nobody else until its lock ends. */
export interface SharedRecord {
  readonly topicId: Uuid;
  readonly partition: number;
  readonly record: BatchRecord;
}

export interface ShareTakerHost {
  /** How many records are wanted now; while it is 0 none is asked for. */
  wanted(): number;
  /** Partitions that are read from. */
  takes(partition: number): boolean;
  /** At most about as many as were wanted. */
  onRecords(records: readonly SharedRecord[]): void;
  /** It cannot go on: another must be opened. */
  onEnded(error: unknown): void;
}

/** A member of a share group. */
export interface ShareTaker {
  /** Something that the host says has changed. */
  wake(): void;
  /** `takes` has changed: the group is told to look for new partitions as well. */
  refresh(): void;
  /** Settles once the group is done with them, whatever happens; those that it may give out again are left out. */
  accept(records: readonly SharedRecord[]): Promise<ReadonlySet<SharedRecord>>;
  /** Somebody gets them again soon. */
  release(records: readonly SharedRecord[]): void;
  close(): Promise<void>;
}
