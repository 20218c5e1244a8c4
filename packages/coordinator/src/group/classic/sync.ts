import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { SyncGroupRequest } from '@sluice/protocol/generated/messages/sync-group-request';
import type { SyncGroupResponseInput } from '@sluice/protocol/generated/messages/sync-group-response';
import type { Pending } from '../../runtime/coordinator-shard.ts';
import { syncFailed } from '../failed-responses.ts';
import type { ClassicGroup } from './classic-group.ts';
import type { ClassicMember } from './classic-member.ts';
import { type ClassicScope, classicGroupOf } from './classic-scope.ts';
import { answer, type Decision } from './decision.ts';
import { fitsTheLog, groupMetadataRecord } from './group-metadata-record.ts';
import { syncTimerKey } from './member-session.ts';
import { failSyncs, rebalance } from './rebalance.ts';
import { syncedWith } from './responses.ts';
import { answerSync } from './waiting.ts';

/** SyncGroup: the leader brings the assignments, everybody gets theirs once they are stored. */
export function sync(
  scope: ClassicScope,
  request: SyncGroupRequest,
  decision: Decision,
  pending: Pending<SyncGroupResponseInput>,
): void {
  const group = classicGroupOf(scope, request.groupId);
  const member = group?.members.get(request.memberId);
  const errorCode = group === undefined ? ErrorCode.UNKNOWN_MEMBER_ID : errorOf(group, request);
  if (group === undefined || member === undefined || errorCode !== ErrorCode.NONE) {
    answer(decision, pending, syncFailed(errorCode));
    return;
  }
  noteSync(scope, group, member);
  if (group.state === 'Stable') {
    answer(decision, pending, syncedWith(group, member.assignment));
    return;
  }
  // The client gave up on an earlier SyncGroup, and sent this one in its place; Kafka never answers that one.
  answerSync(member, syncFailed(ErrorCode.REBALANCE_IN_PROGRESS), decision);
  member.awaitingSync = pending;
  if (group.leaderId === member.memberId) storeAssignments(scope, group, request, decision);
}

function errorOf(group: ClassicGroup, request: SyncGroupRequest): number {
  const errorCode = group.memberError(request.memberId, request.groupInstanceId);
  if (errorCode !== ErrorCode.NONE) return errorCode;
  if (request.generationId !== group.generation) return ErrorCode.ILLEGAL_GENERATION;
  const isConsistent =
    (request.protocolType ?? group.protocolType) === group.protocolType &&
    (request.protocolName === null || group.protocol === undefined || request.protocolName === group.protocol);
  if (!isConsistent) return ErrorCode.INCONSISTENT_GROUP_PROTOCOL;
  return group.state === 'PreparingRebalance' ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE;
}

function noteSync(scope: ClassicScope, group: ClassicGroup, member: ClassicMember): void {
  group.pendingSyncs.delete(member.memberId);
  if (group.pendingSyncs.size === 0) scope.environment.timers.cancel(syncTimerKey(group.groupId));
}

/** Applying the record makes the generation stable; those who wait are answered when it is committed. */
function storeAssignments(
  scope: ClassicScope,
  group: ClassicGroup,
  request: SyncGroupRequest,
  decision: Decision,
): void {
  const assignments = new Map(request.assignments.map(({ memberId, assignment }) => [memberId, assignment]));
  const record = groupMetadataRecord(group, ({ memberId }) => assignments.get(memberId));
  if (!fitsTheLog(record)) {
    scope.environment.logger.warn('the assignments of a classic group are too large to be stored', {
      groupId: group.groupId,
      generation: group.generation,
    });
    failSyncs(group, ErrorCode.UNKNOWN_SERVER_ERROR, decision);
    rebalance(scope, group, 'the assignments could not be stored', decision);
    return;
  }
  decision.records.push(record);
  for (const { memberId, assignment } of record.value?.members ?? []) {
    const member = group.members.get(memberId);
    if (member !== undefined) answerSync(member, syncedWith(group, assignment), decision);
  }
}
