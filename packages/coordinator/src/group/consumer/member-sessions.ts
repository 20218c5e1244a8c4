import { NOTHING } from '../../runtime/coordinator-shard.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import type { ConsumerGroupMember } from './consumer-group-member.ts';
import { type ConsumerScope, consumerGroupOf } from './consumer-scope.ts';
import { expireMember } from './fence-members.ts';
import { createMemberSession, rebalanceKey, sessionKey } from './member-timers.ts';

/** The member was heard of: it may be silent for its session timeout again. */
export function extendSession(scope: ConsumerScope, group: ConsumerGroup, memberId: string, timeoutMs: number): void {
  let session = group.sessions.get(memberId);
  if (session === undefined) {
    const { groupId } = group;
    session = createMemberSession(scope.environment.timers, sessionKey(groupId, memberId), (now) =>
      expireMember(scope, groupId, memberId, 'its session expired', now),
    );
    group.sessions.set(memberId, session);
  }
  session.extend(timeoutMs);
}

/** A member that has to give something up has its rebalance timeout to do so. Classic members have other timers. */
export function watchRevocation(scope: ConsumerScope, groupId: string, member: ConsumerGroupMember): void {
  if (member.classic !== null) return;
  const { timers } = scope.environment;
  const { memberId, memberEpoch, rebalanceTimeoutMs } = member;
  const key = rebalanceKey(groupId, memberId);
  if (member.state !== 'unrevoked-partitions') {
    timers.cancel(key);
    return;
  }
  timers.set(key, rebalanceTimeoutMs, (now) => {
    const current = consumerGroupOf(scope, groupId)?.members.get(memberId);
    if (current?.memberEpoch !== memberEpoch) return NOTHING;
    return expireMember(scope, groupId, memberId, 'it did not give up its partitions in time', now);
  });
}
