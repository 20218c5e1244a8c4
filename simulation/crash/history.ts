/** `topic/topic id/partition`: a topic that is made again is another one. */
export type PartitionKey = string;

/** `producer:number`. Every record that was ever sent has its own. */
export type RecordId = string;

/** What happened to an operation. `info`: nobody knows; it may have happened, and must count as neither. */
export type Outcome = 'ok' | 'refused' | 'info';

/** A batch leaves: records `firstNumber` … of one producer, in one partition. Sent again, it is another event. */
export interface Sent {
  readonly kind: 'sent';
  readonly producer: string;
  readonly partition: PartitionKey;
  readonly acks: -1 | 1;
  readonly isIdempotent: boolean;
  readonly firstNumber: number;
  readonly count: number;
}

export interface Answered {
  readonly kind: 'answered';
  readonly sent: Sent;
  /** 0 is success. */
  readonly errorCode: number;
  readonly baseOffset: number;
  /** Whether a code other than 0 says that nothing was written. */
  readonly outcome: Outcome;
}

/** What one consumer was given of one partition by one fetch. */
export interface Polled {
  readonly kind: 'polled';
  readonly consumer: string;
  readonly partition: PartitionKey;
  /** The length of the history when the fetch was sent. */
  readonly begunAt: number;
  /** The offset that was asked for. */
  readonly position: number;
  readonly records: readonly { readonly offset: number; readonly id: RecordId }[];
  readonly highWatermark: number;
  readonly logStartOffset: number;
}

/** A consumer asked for an offset that the broker says it does not have. */
export interface OutOfRange {
  readonly kind: 'out-of-range';
  readonly consumer: string;
  readonly partition: PartitionKey;
  readonly begunAt: number;
  readonly position: number;
}

/** DeleteRecords below an offset; the low watermark is −1 unless it was answered. */
export interface Deleted {
  readonly kind: 'deleted';
  readonly partition: PartitionKey;
  readonly belowOffset: number;
  readonly lowWatermark: number;
  readonly outcome: Outcome;
}

export type TopicChange =
  | { readonly type: 'create'; readonly partitionCount: number; readonly setting: string }
  | { readonly type: 'delete' }
  | { readonly type: 'alter'; readonly setting: string };

/** One administrator changes topics, one change at a time. */
export interface Changed {
  readonly kind: 'changed';
  readonly topic: string;
  readonly change: TopicChange;
  readonly outcome: Outcome;
  /** Of an answered creation. */
  readonly topicId: string | undefined;
}

export interface SeenTopic {
  readonly topicId: string;
  readonly partitionCount: number;
  /** The value of the one setting that the administrator changes. */
  readonly setting: string;
}

/** All topics, as the administrator sees them. */
export interface TopicsSeen {
  readonly kind: 'topics-seen';
  readonly topics: ReadonlyMap<string, SeenTopic>;
}

export interface Started {
  readonly kind: 'started';
  readonly readyMs: number;
  readonly readyCpuMs: number | undefined;
  /** Bytes in segments that reach beyond their log's recovery point: what the start had to read. */
  readonly uncheckedSizeBytes: number;
  readonly sizeBytes: number;
}

/** Records with keys, sent to a compacted topic by the one producer of these keys, one batch at a time. */
export interface Updated {
  readonly kind: 'updated';
  readonly partition: PartitionKey;
  /** −1 unless it was answered. */
  readonly baseOffset: number;
  readonly records: readonly Omit<KeyedRecord, 'offset'>[];
  readonly outcome: Outcome;
}

/** Of a compacted topic. Null is a tombstone. */
export interface KeyedRecord {
  readonly offset: number;
  readonly key: string;
  readonly value: string | null;
}

/** A group's one member commits, each time a larger offset. */
export interface Committed {
  readonly kind: 'committed';
  readonly group: string;
  readonly partition: PartitionKey;
  readonly offset: number;
  readonly metadata: string;
  readonly outcome: Outcome;
}

/** What the coordinator says is committed; −1 is nothing. */
export interface CommitSeen {
  readonly kind: 'commit-seen';
  readonly group: string;
  readonly partition: PartitionKey;
  readonly offset: number;
  readonly metadata: string;
}

/** ListOffsets, when nobody writes any more; −3 asks for the record with the largest timestamp. */
export interface LookedUp {
  readonly kind: 'looked-up';
  readonly partition: PartitionKey;
  readonly timestamp: number;
  readonly foundOffset: number;
  readonly foundTimestamp: number;
}

/** The broker did what no rule looks for: a start that failed, an answer that makes no sense. */
export interface Odd {
  readonly kind: 'odd';
  readonly what: string;
}

export type HistoryEvent =
  | Sent
  | Answered
  | Polled
  | OutOfRange
  | Deleted
  | Updated
  | Committed
  | CommitSeen
  | LookedUp
  | Changed
  | TopicsSeen
  | Started
  | Odd;

/** A partition as it is at the very end, read from its start. */
export interface ReadBack {
  readonly partition: PartitionKey;
  readonly logStartOffset: number;
  readonly highWatermark: number;
  /** By offset. */
  readonly records: ReadonlyMap<number, RecordId>;
  /** Of the records, by offset. */
  readonly timestamps?: ReadonlyMap<number, number>;
}

/** In the order in which it was seen from outside. */
export interface History {
  readonly events: readonly HistoryEvent[];
  readonly readBack: ReadonlyMap<PartitionKey, ReadBack>;
  /** Compacted partitions as they are at the very end; in no other place. */
  readonly compacted?: ReadonlyMap<PartitionKey, readonly KeyedRecord[]>;
}

export function partitionKey(topic: string, topicId: string, partition: number): PartitionKey {
  return `${topic}/${topicId}/${partition}`;
}

export function topicIdOf(partition: PartitionKey): string {
  return partition.split('/')[1] ?? '';
}

function recordId(producer: string, number: number): RecordId {
  return `${producer}:${number}`;
}

export function splitRecordId(id: RecordId): { producer: string; number: number } {
  const colon = id.lastIndexOf(':');
  return { producer: id.slice(0, colon), number: Number(id.slice(colon + 1)) };
}

/** The records of a batch, in their order. */
export function idsOf({ producer, firstNumber, count }: Sent): RecordId[] {
  return Array.from({ length: count }, (_, index) => recordId(producer, firstNumber + index));
}
