import type { Offset, TimestampMs, Uuid } from '@sluice/kernel/ids';
import type { QueueState } from '../queues/queue-state.ts';

/** What the registry knows of a stream: all that Kafka does not. It is written as JSON, whole, at each change. */
export interface StreamState {
  readonly name: string;
  readonly status: StreamStatus;
  readonly createdAtMs: TimestampMs;
  /** The topic's, so that one of the same name that was made later is told from it. Null until it is made. */
  readonly topicId: Uuid | null;
  /** Whether a door made the topic, and its settings follow the stream's. */
  readonly isOwnTopic: boolean;
  readonly mode: StreamMode;
  readonly retentionHours: number;
  /** By index. Those that were closed for longer than records are kept are gone. */
  readonly shards: readonly ShardState[];
  /** The next shard's index: as many partitions the topic has at least. */
  readonly nextShard: number;
  /** What is under way while it is UPDATING; for the other statuses since when they hold. */
  readonly change: StreamChange | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly consumers: readonly ConsumerState[];
  /** Left out of entries that older doors have written. */
  readonly queues?: readonly QueueState[];
  /** The stream's resource policy, and its consumers' by their names. */
  readonly policy: string | null;
  readonly consumerPolicies: Readonly<Record<string, string>>;
  /** The key of KMS that it was told to encrypt with. Nothing is: it is a flag. */
  readonly encryptionKeyId: string | null;
  readonly metrics: readonly string[];
  readonly maxRecordSizeKiB: number;
  readonly warmThroughputMiBps: number | null;
  readonly distribution: 'AUTO' | 'USER_PARTITION_KEY';
  /** When the mode was changed, the last day. */
  readonly modeChangesMs: readonly TimestampMs[];
}

export type StreamStatus = 'CREATING' | 'ACTIVE' | 'UPDATING' | 'DELETING';
export type StreamMode = 'PROVISIONED' | 'ON_DEMAND';

export interface ShardState {
  /** Its partition. */
  readonly index: number;
  /** In seconds: when it was opened, or later. Above its parents'. */
  readonly generation: number;
  /** The first and the last hash key, in decimal digits. */
  readonly startHash: string;
  readonly endHash: string;
  readonly parent?: number;
  readonly adjacentParent?: number;
  readonly openedAtMs: TimestampMs;
  /** Records from the offset on are not the shard's. */
  readonly closed?: { readonly endOffset: Offset; readonly atMs: TimestampMs };
}

export interface StreamChange {
  readonly sinceMs: TimestampMs;
  /** The door that began it, and carries it on first. */
  readonly by: string;
  /** `closing`: parents take no puts, until their ends are known. */
  readonly step: 'preparing' | 'closing';
  /** One round of splits and merges. */
  readonly replaced: readonly Replacement[];
  /** Further rounds follow until there are so many even shards. */
  readonly targetCount?: number;
}

/** One parent and its two children, or two parents and their child. */
export interface Replacement {
  readonly parents: readonly number[];
  readonly children: readonly { readonly startHash: string; readonly endHash: string }[];
}

export interface ConsumerState {
  readonly name: string;
  readonly createdAtMs: TimestampMs;
  readonly tags: Readonly<Record<string, string>>;
}

export const RETENTION_HOURS_MIN = 24;
export const RETENTION_HOURS_MAX = 365 * 24;
export const RECORD_SIZE_KIB_DEFAULT = 1024;
export const RECORD_SIZE_KIB_MAX = 10_240;

export const isOpen = (shard: ShardState): boolean => shard.closed === undefined;

export function openShards(state: StreamState): readonly ShardState[] {
  return state.shards.filter(isOpen);
}

/** Whether the shard takes no puts for a moment, since its end is being found. */
export function isClosing(state: StreamState, shard: ShardState): boolean {
  const { change } = state;
  return (
    change?.step === 'closing' && isOpen(shard) && change.replaced.some(({ parents }) => parents.includes(shard.index))
  );
}

export function shardOf(state: StreamState, index: number): ShardState | undefined {
  return state.shards.find((shard) => shard.index === index);
}
