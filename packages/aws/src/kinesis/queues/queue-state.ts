import type { TimestampMs } from '@sluice/kernel/ids';
import type { QueueStartingPositionType } from '../generated/types.ts';
import type { StreamState } from '../registry/stream-state.ts';

/** What the registry knows of a queue; it stands in its stream's entry. */
export interface QueueState {
  /** 32 hexadecimal digits: what its ARN ends with. */
  readonly id: string;
  readonly name: string;
  readonly createdAtMs: TimestampMs;
  readonly status: 'CREATING' | 'ACTIVE' | 'DELETING';
  /** Since when it has the status, and the door that carries it on first. */
  readonly sinceMs: TimestampMs;
  readonly by: string;
  /** When its attributes were changed last: it is UPDATING for a moment. */
  readonly updatedAtMs: TimestampMs;
  readonly start: { readonly type: QueueStartingPositionType; readonly timestampMs?: TimestampMs };
  readonly visibilitySeconds: number;
  /** Null: records are received until they are acknowledged or gone. */
  readonly receiveCountMax: number | null;
  readonly tags: Readonly<Record<string, string>>;
}

export const VISIBILITY_SECONDS_DEFAULT = 30;
export const RECEIVE_COUNT_MAX_DEFAULT = 6;

/** A queue, and the stream that it is one of. */
export interface StreamQueue {
  readonly stream: StreamState;
  readonly queue: QueueState;
}

export const queuesOf = ({ queues }: StreamState): readonly QueueState[] => queues ?? [];

/** The share group that hands the stream's records to doors. */
export const groupOf = ({ id }: Pick<QueueState, 'id'>): string => `__kinesis-queue-${id}`;

/** The topic of what doors agree on about records that the group has handed out. */
export const ledgerTopicOf = ({ id }: Pick<QueueState, 'id'>): string => `__kinesis_queue_${id}`;

/** The stream with one of its queues changed, or without it. */
export function withQueue(stream: StreamState, id: string, changed: QueueState | null): StreamState {
  return {
    ...stream,
    queues: queuesOf(stream).flatMap((each) => (each.id !== id ? [each] : changed === null ? [] : [changed])),
  };
}
