import type { TimestampMs } from '@sluice/kernel/ids';
import { isExcusedFromHeartbeat } from './classic-member.ts';
import { type ClassicScope, classicGroupOf } from './classic-scope.ts';
import { createDecision, type Decision } from './decision.ts';
import { createMemberSession, type MemberSession } from './member-session.ts';
import { completeJoin, rebalance, removeMember } from './rebalance.ts';

/** The session of somebody who is about to join, or has joined. It runs from the first `extend` on. */
export function createSession(scope: ClassicScope, groupId: string, memberId: string): MemberSession {
  return createMemberSession(scope.environment.timers, groupId, memberId, (now) =>
    expireSession(scope, groupId, memberId, now),
  );
}

function expireSession(scope: ClassicScope, groupId: string, memberId: string, now: TimestampMs): Decision {
  const decision = createDecision(now);
  const group = classicGroupOf(scope, groupId);
  if (group === undefined) return decision;
  const member = group.members.get(memberId);
  // Its session is set again when it gets the answer that it waits for.
  if (member !== undefined && isExcusedFromHeartbeat(member)) return decision;
  if (member === undefined) group.remove(memberId);
  else removeMember(group, member, decision);
  scope.environment.logger.info('a member of a classic group is gone', { groupId, memberId });
  if (group.state === 'PreparingRebalance') {
    if (group.hasAllMembersJoined) completeJoin(scope, group, decision);
  } else if (member !== undefined && group.state !== 'Empty') {
    rebalance(scope, group, 'a member was not heard of', decision);
  }
  return decision;
}
