import type { TimestampMs } from '@sluice/kernel/ids';
import { NOTHING, type Pending, type Step } from '../../runtime/coordinator-shard.ts';
import type { GroupRecord } from '../group-record.ts';
import { regexOf } from './consumer-group-member.ts';
import { type ConsumerScope, consumerGroupOf } from './consumer-scope.ts';
import type { BegunHeartbeat } from './heartbeat.ts';
import { isTargetDue } from './target-assignment.ts';

/** A heartbeat that calls for a new target waits for others that change the group so long at most. */
export const GATHER_MS_MAX = 50;

/**
 * Puts a decision that needs a new target off until the group has not changed between two looks, one append apart, but not
 * for long. Members that start together come within moments, yet not in one turn: a target for the first of them would give
 * them what the others must get, and take heartbeats of all to put right.
 */
export function whenAllCame<T>(
  scope: ConsumerScope,
  { group: { groupId, subscriptions }, member }: BegunHeartbeat,
  begunMs: TimestampMs,
  pending: Pending<T>,
  decide: (now: TimestampMs) => Step<GroupRecord>,
): void {
  const regex = regexOf(member.updated);
  // What it matches is told by a later answer, as by Kafka: with the next look it would be known already.
  const isUnresolved = regex !== undefined && subscriptions.resolved(regex) === undefined;
  const lookAgain = (seenEpoch?: number): void =>
    scope.environment.putOff(pending, (now) => {
      const group = consumerGroupOf(scope, groupId);
      const isSettled = isUnresolved || group === undefined || group.groupEpoch === seenEpoch;
      // The wall clock may jump, either way.
      const isLate = Math.abs(now - begunMs) >= GATHER_MS_MAX;
      if (isSettled || isLate || !isTargetDue(scope, group, group.groupEpoch, now)) return decide(now);
      lookAgain(group.groupEpoch);
      return NOTHING;
    });
  lookAgain();
}
