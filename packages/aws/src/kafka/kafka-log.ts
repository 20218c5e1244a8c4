import type { Offset, TimestampMs, Uuid } from '@sluice/kernel/ids';
import type { BatchRecord } from '@sluice/protocol/records/record';
import type { ShareGroups } from './share-groups.ts';

/** A topic as a door sees it. */
export interface TopicInfo {
  readonly name: string;
  readonly topicId: Uuid;
  readonly partitionCount: number;
  readonly isInternal: boolean;
}

/** A record to write; the door or the topic gives it its time. */
export interface LogRecord {
  readonly key: Uint8Array | string | null;
  readonly value: Uint8Array | string | null;
  readonly headers?: readonly { readonly key: string; readonly value: Uint8Array | string }[];
}

export interface ReadOptions {
  /** Whole batches, at least one; all of them within about this. */
  readonly sizeBytesMax: number;
}

export interface LogPosition {
  readonly topic: string;
  readonly partition: number;
  readonly offset: Offset;
}

export type ReadResult =
  | {
      readonly kind: 'records';
      /** Committed records from the asked offset on, in order. */
      readonly records: readonly BatchRecord[];
      /** Where to go on reading. */
      readonly nextOffset: Offset;
      /** Nothing that may be read lies at or behind it yet. */
      readonly endOffset: Offset;
      readonly logStartOffset: Offset;
    }
  /** The asked offset lies before the log's start, or behind its end. */
  | { readonly kind: 'out-of-range' };

/** Special times of `offsets`. */
export const EARLIEST_TIMESTAMP = -2;
export const LATEST_TIMESTAMP = -1;

export interface CreateTopicOptions {
  readonly partitionCount: number;
  readonly settings: Readonly<Record<string, string>>;
  /** Only say whether it could be made. */
  readonly validateOnly?: boolean;
}

/**
 * What a door needs of a Kafka cluster. What fails in passing is tried again inside; what fails for good, or for too
 * long, fails with `KafkaError` or `ClientError`. Calls that change a topic may be repeated: what is so already is no error.
 */
export interface KafkaLog {
  topics(): Promise<readonly TopicInfo[]>;
  /** Undefined if there is none of this name. */
  topic(name: string): Promise<TopicInfo | undefined>;
  createTopic(name: string, options: CreateTopicOptions): Promise<'created' | 'exists'>;
  /** Sees to it that the topic has so many partitions at least. */
  growTopic(name: string, partitionCount: number): Promise<void>;
  deleteTopic(name: string): Promise<void>;
  setTopic(name: string, settings: Readonly<Record<string, string>>): Promise<void>;
  /** Durable on all in-sync replicas when it settles, in the order of the calls. The first record's offset. */
  append(topic: string, partition: number, records: readonly LogRecord[]): Promise<Offset>;
  read(topic: string, partition: number, offset: Offset, options: ReadOptions): Promise<ReadResult>;
  /** Settles when some of the positions may have a record, with these, or after `waitMs`. One call at a time. */
  waitForRecords(positions: readonly LogPosition[], waitMs: number): Promise<readonly LogPosition[]>;
  /** The first record at or after a time (−1: none), or what a special time stands for. One for each partition. */
  offsets(topic: string, partitions: readonly number[], timestamp: TimestampMs): Promise<readonly Offset[]>;
  /** Queues of the cluster. */
  readonly shareGroups: ShareGroups;
  close(): Promise<void>;
}
