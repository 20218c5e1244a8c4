import type { TimestampMs } from '@sluice/kernel/ids';
import { type Pending, type Reply, replyTo } from '../../runtime/coordinator-shard.ts';
import type { GroupRecord } from '../group-record.ts';

/** A step while it is being decided. */
export interface Decision {
  readonly now: TimestampMs;
  readonly records: GroupRecord[];
  readonly replies: Reply[];
}

export function createDecision(now: TimestampMs): Decision {
  return { now, records: [], replies: [] };
}

export function answer<T>(decision: Decision, pending: Pending<T>, response: T): void {
  decision.replies.push(replyTo(pending, response));
}
