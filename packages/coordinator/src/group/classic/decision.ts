import type { TimestampMs } from '@sluice/kernel/ids';
import { type Pending, type Reply, replyTo } from '../../runtime/coordinator-shard.ts';
import type { GroupRecord } from '../group-record.ts';

/** A step while it is being decided. */
export interface Decision {
  readonly now: TimestampMs;
  readonly records: GroupRecord[];
  readonly replies: Reply[];
  readonly repliesAtOnce: Reply[];
}

export function createDecision(now: TimestampMs): Decision {
  return { now, records: [], replies: [], repliesAtOnce: [] };
}

/** Where answers go that wait for what is decided to be committed. */
export type Answers = Pick<Decision, 'replies'>;

export function answer<T>(decision: Answers, pending: Pending<T>, response: T): void {
  decision.replies.push(replyTo(pending, response));
}

/** Of what is in no record, and goes with a crash in any case: nobody has to wait for what others have written. */
export function answerAtOnce<T>(decision: Decision, pending: Pending<T>, response: T): void {
  decision.repliesAtOnce.push(replyTo(pending, response));
}
