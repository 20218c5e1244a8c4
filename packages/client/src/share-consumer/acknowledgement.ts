import type { Offset, Uuid } from '@sluice/kernel/ids';
import type { BatchRecord } from '@sluice/protocol/records/record';
import type { ShareConsumerError } from './errors.ts';

/** As the protocol counts them (KIP-932, KIP-1222). */
export const AcknowledgeType = { GAP: 0, ACCEPT: 1, RELEASE: 2, REJECT: 3, RENEW: 4 } as const;
export type AcknowledgeType = (typeof AcknowledgeType)[keyof typeof AcknowledgeType];

/** A partition of a topic that this member was given. */
export interface SharedPartition {
  readonly topic: string;
  readonly topicId: Uuid;
  readonly partition: number;
}

/** One string for it, to look it up by. */
export function sharedPartitionKey({ topicId, partition }: Pick<SharedPartition, 'topicId' | 'partition'>): string {
  return `${topicId}/${partition}`;
}

/** Where acquired records come from, and acknowledgements of them go. */
export interface AcknowledgementSink {
  acknowledge(acknowledgement: Acknowledgement): void;
  /** Sends what there is as soon as the broker can be asked. */
  flush(): void;
}

/** One share session from its beginning to its end. */
export interface SessionLife {
  /** The broker gives what was acquired in it to others. */
  readonly isOver: boolean;
}

/** A record that this member has the lock of. */
export interface Acquired {
  readonly from: AcknowledgementSink;
  readonly place: SharedPartition;
  readonly record: BatchRecord;
  readonly deliveryCount: number;
  /** When the lock ends at the earliest, on the monotonic clock. */
  lockEndMs: number;
  /** Of the session that acquired it. */
  readonly life: SessionLife;
  /** What became of it. */
  said: Acknowledgement | undefined;
  /** The last time that its lock was to begin anew. */
  renewal: Acknowledgement | undefined;
}

/** What became of one record, or of offsets without records, on its way to the broker. */
export interface Acknowledgement {
  readonly place: SharedPartition;
  readonly firstOffset: Offset;
  readonly lastOffset: Offset;
  readonly type: AcknowledgeType;
  /** Undefined: offsets without records. */
  readonly acquired: Acquired | undefined;
  /** The user said so; otherwise nobody is told how it went. */
  readonly isUsers: boolean;
  readonly listeners: ((error: ShareConsumerError | undefined) => void)[];
  /** Set where the broker refused it together with others: only those of the same lock go with it. */
  isApart: boolean;
  /** Once it is answered. */
  outcome: { readonly error: ShareConsumerError | undefined } | undefined;
}

/** What is said of a record. */
export function acknowledgementOf(acquired: Acquired, type: AcknowledgeType, isUsers: boolean): Acknowledgement {
  const { offset } = acquired.record;
  return {
    place: acquired.place,
    firstOffset: offset,
    lastOffset: offset,
    type,
    acquired,
    isUsers,
    listeners: [],
    isApart: false,
    outcome: undefined,
  };
}

/** Acquired offsets that hold no record that a user could take: they are accepted as gaps, or rejected where they are corrupt. */
export function acknowledgementOfOffsets(
  place: SharedPartition,
  { firstOffset, lastOffset }: { readonly firstOffset: Offset; readonly lastOffset: Offset },
  type: AcknowledgeType,
): Acknowledgement {
  return {
    place,
    firstOffset,
    lastOffset,
    type,
    acquired: undefined,
    isUsers: false,
    listeners: [],
    isApart: false,
    outcome: undefined,
  };
}
