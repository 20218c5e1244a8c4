import { EMPTY_BYTES } from '@sluice/protocol/empty-bytes';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { ClassicGroup } from './classic-group.ts';
import type { ClassicScope } from './classic-scope.ts';
import { answer, answerAtOnce, type Decision } from './decision.ts';
import { createSession } from './expiry.ts';
import type { Joining } from './joining.ts';
import { createMemberId } from './member-id.ts';
import { rebalance } from './rebalance.ts';
import { joinError } from './responses.ts';
import { replaceStaticMember } from './static-replacement.ts';

/** Since JoinGroup v4 (KIP-394) a member is told its id before it may join, so that a lost answer leaves no dead member. */
const MEMBER_ID_REQUIRED_VERSION = 4;
/** A JoinGroup of a new member may wait so long: it cannot send heartbeats, and nobody notices if its client is gone. */
const NEW_MEMBER_JOIN_TIMEOUT_MS = 5 * 60 * 1000;
/** Ids of one group that were given out and not used yet. */
export const PENDING_MEMBERS_MAX = 10_000;

/** Joins without a member id: a new member, or a static one whose process is new. */
export function joinAsNew(scope: ClassicScope, group: ClassicGroup, joining: Joining, decision: Decision): void {
  const { request, context, pending } = joining;
  const { groupInstanceId } = request;
  const memberId = createMemberId(scope.environment.random, context.clientId, groupInstanceId);
  if (groupInstanceId !== null) {
    const oldMemberId = group.memberIdOfInstance(groupInstanceId);
    const old = oldMemberId === undefined ? undefined : group.members.get(oldMemberId);
    if (old === undefined) addMember(scope, group, memberId, joining, decision);
    else replaceStaticMember(scope, group, old, memberId, joining, decision);
  } else if (context.apiVersion < MEMBER_ID_REQUIRED_VERSION) {
    addMember(scope, group, memberId, joining, decision);
  } else if (group.pendingMembers.size >= PENDING_MEMBERS_MAX) {
    answer(decision, pending, joinError(ErrorCode.GROUP_MAX_SIZE_REACHED, ''));
  } else {
    const session = createSession(scope, group.groupId, memberId);
    group.pendingMembers.set(memberId, session);
    session.extend(request.sessionTimeoutMs);
    answerAtOnce(decision, pending, joinError(ErrorCode.MEMBER_ID_REQUIRED, memberId));
  }
}

export function addMember(
  scope: ClassicScope,
  group: ClassicGroup,
  memberId: string,
  joining: Joining,
  decision: Decision,
): void {
  const { request, context } = joining;
  if (group.state === 'PreparingRebalance' && group.previousState === 'Empty') group.hasNewMember = true;
  const session = group.pendingMembers.get(memberId) ?? createSession(scope, group.groupId, memberId);
  const member = {
    memberId,
    groupInstanceId: request.groupInstanceId,
    clientId: context.clientId,
    clientHost: context.clientHost,
    session,
    rebalanceTimeoutMs: joining.rebalanceTimeoutMs,
    sessionTimeoutMs: request.sessionTimeoutMs,
    protocols: joining.protocols,
    assignment: EMPTY_BYTES,
    awaitingJoin: joining.pending,
    awaitingSync: undefined,
    isNew: true,
  };
  group.add(member, request.protocolType);
  session.extend(NEW_MEMBER_JOIN_TIMEOUT_MS);
  const reason = request.reason ?? 'not provided';
  rebalance(scope, group, `a member joins; client reason: ${reason}`, decision);
}
