import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { JoinGroupResponseInput } from '@sluice/protocol/generated/messages/join-group-response';
import { syncFailed } from '../failed-responses.ts';
import type { ClassicGroup } from './classic-group.ts';
import type { ClassicMember } from './classic-member.ts';
import type { ClassicScope } from './classic-scope.ts';
import { answer, type Decision } from './decision.ts';
import { createSession } from './expiry.ts';
import { fitsTheLog, groupMetadataRecord } from './group-metadata-record.ts';
import type { Joining } from './joining.ts';
import { chooseProtocol } from './protocol-choice.ts';
import { completeJoinIfReady, prepareRebalance } from './rebalance.ts';
import { joinError, joinedAs } from './responses.ts';
import { answerJoin, answerSync } from './waiting.ts';

/** Since JoinGroup v9 (KIP-814) a leader can be told to watch the topics, and to leave the assignment as it is. */
const SKIP_ASSIGNMENT_VERSION = 9;

/**
 * KIP-345: a new process takes the place of a static member under a new member id. Its old one is fenced at once. In a
 * stable group nothing else happens, unless the group would now choose another protocol.
 */
export function replaceStaticMember(
  scope: ClassicScope,
  group: ClassicGroup,
  old: ClassicMember,
  memberId: string,
  joining: Joining,
  decision: Decision,
): void {
  const oldLeaderId = group.leaderId ?? '';
  answerJoin(group, old, joinError(ErrorCode.FENCED_INSTANCE_ID, old.memberId), decision);
  answerSync(old, syncFailed(ErrorCode.FENCED_INSTANCE_ID), decision);
  const member = replacementOf(scope, group, old, memberId, joining);
  group.replaceStatic(old, member);
  member.session.extend(old.sessionTimeoutMs);
  const reason = `a static member is replaced; client reason: ${joining.request.reason ?? 'not provided'}`;
  if (group.state === 'Stable') {
    if (keepsGeneration(group, member, oldLeaderId, joining, decision)) return;
    group.setAwaitingJoin(member, joining.pending);
    prepareRebalance(scope, group, reason, decision);
  } else {
    group.setAwaitingJoin(member, joining.pending);
    // The leader may be assigning already, to the old member id: the new one would get nothing.
    if (group.state === 'CompletingRebalance') prepareRebalance(scope, group, reason, decision);
    else completeJoinIfReady(scope, group, decision);
  }
}

function replacementOf(
  scope: ClassicScope,
  group: ClassicGroup,
  old: ClassicMember,
  memberId: string,
  joining: Joining,
): ClassicMember {
  return {
    ...old,
    memberId,
    session: createSession(scope, group.groupId, memberId),
    rebalanceTimeoutMs: joining.rebalanceTimeoutMs,
    sessionTimeoutMs: joining.request.sessionTimeoutMs,
    protocols: joining.protocols,
    awaitingJoin: undefined,
    awaitingSync: undefined,
    isNew: false,
  };
}

/** Stores the new member id and answers; false if the group must rebalance instead. */
function keepsGeneration(
  group: ClassicGroup,
  member: ClassicMember,
  oldLeaderId: string,
  joining: Joining,
  decision: Decision,
): boolean {
  if (chooseProtocol(group) !== group.protocol) return false;
  const record = groupMetadataRecord(group, ({ assignment }) => assignment);
  if (!fitsTheLog(record)) return false;
  decision.records.push(record);
  answer(decision, joining.pending, replacedAs(group, member, oldLeaderId, joining.context.apiVersion));
  return true;
}

/**
 * A leader that cannot be told to skip the assignment must not learn that it leads, else it would assign, and wait for a
 * rebalance that does not come: it is shown its own old id as the leader's.
 */
function replacedAs(
  group: ClassicGroup,
  member: ClassicMember,
  oldLeaderId: string,
  apiVersion: number,
): JoinGroupResponseInput {
  const response = joinedAs(group, member);
  if (apiVersion < SKIP_ASSIGNMENT_VERSION) return { ...response, leader: oldLeaderId, members: [] };
  return { ...response, skipAssignment: group.leaderId === member.memberId };
}
