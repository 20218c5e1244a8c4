import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { ClassicGroup } from './classic-group.ts';
import { type ClassicMember, hasSameProtocols } from './classic-member.ts';
import type { ClassicScope } from './classic-scope.ts';
import { answer, type Decision } from './decision.ts';
import { addMember } from './join-as-new.ts';
import type { Joining } from './joining.ts';
import { rebalance } from './rebalance.ts';
import { joinError, joinedAs } from './responses.ts';
import { answerJoin } from './waiting.ts';

/** Joins with a member id: for the first time, after it was told the id, or again. */
export function joinAsKnown(scope: ClassicScope, group: ClassicGroup, joining: Joining, decision: Decision): void {
  const { memberId, groupInstanceId } = joining.request;
  if (group.pendingMembers.has(memberId)) {
    // Only dynamic members are told an id in advance. Kafka fails on this; so do we, in words.
    if (groupInstanceId === null) addMember(scope, group, memberId, joining, decision);
    else answer(decision, joining.pending, joinError(ErrorCode.UNKNOWN_SERVER_ERROR, memberId));
    return;
  }
  const errorCode = group.memberError(memberId, groupInstanceId);
  const member = group.members.get(memberId);
  if (errorCode !== ErrorCode.NONE || member === undefined) {
    answer(decision, joining.pending, joinError(errorCode, memberId));
  } else if (mustRebalance(group, member, joining)) {
    update(group, member, joining, decision);
    const reason = joining.request.reason ?? 'not provided';
    rebalance(scope, group, `a member joins again; client reason: ${reason}`, decision);
  } else {
    answer(decision, joining.pending, joinedAs(group, member));
  }
}

/**
 * Whether this is news: a member that changed, or a leader that wants to assign anew (it watches the topics). Anybody
 * else missed the answer, and is told of the generation that there is.
 */
function mustRebalance(group: ClassicGroup, member: ClassicMember, { protocols }: Joining): boolean {
  if (group.state === 'PreparingRebalance') return true;
  const isRestless = group.state === 'Stable' && group.leaderId === member.memberId;
  return isRestless || !hasSameProtocols(member, protocols);
}

/** It waits for the end of the join phase from now on. */
export function update(group: ClassicGroup, member: ClassicMember, joining: Joining, decision: Decision): void {
  const { memberId } = member;
  // The client gave up on an earlier JoinGroup, and sent this one in its place; Kafka never answers that one.
  answerJoin(group, member, joinError(ErrorCode.REBALANCE_IN_PROGRESS, memberId), decision);
  group.setProtocols(member, joining.protocols);
  member.rebalanceTimeoutMs = joining.rebalanceTimeoutMs;
  member.sessionTimeoutMs = joining.request.sessionTimeoutMs;
  group.setAwaitingJoin(member, joining.pending);
}
