import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { JoinGroupRequest } from '@sluice/protocol/generated/messages/join-group-request';
import type { JoinGroupResponseInput } from '@sluice/protocol/generated/messages/join-group-response';
import type { Pending } from '../../runtime/coordinator-shard.ts';
import type { RequestContext } from '../group-environment.ts';
import { ClassicGroup } from './classic-group.ts';
import { metadataSizeBytes, withoutRepeatedNames } from './classic-member.ts';
import { type ClassicScope, classicGroupOf } from './classic-scope.ts';
import { answer, type Decision } from './decision.ts';
import { emptyGroupRecord } from './group-metadata-record.ts';
import { joinAsKnown } from './join-as-known.ts';
import { joinAsNew } from './join-as-new.ts';
import type { Joining } from './joining.ts';
import { supportsProtocols } from './protocol-choice.ts';
import { completeJoinIfReady } from './rebalance.ts';
import { inVersion, joinError } from './responses.ts';

export const MEMBER_PROTOCOLS_MAX = 1000;
/** Of all protocols of one member. A group whose record does not fit the log fails in SyncGroup long before. */
export const MEMBER_METADATA_SIZE_BYTES_MAX = 2 * 1024 * 1024;

/** JoinGroup. Session timeouts are within the broker's limits, and the group has an id: that was checked before. */
export function join(
  scope: ClassicScope,
  request: JoinGroupRequest,
  context: RequestContext,
  decision: Decision,
  pending: Pending<JoinGroupResponseInput>,
): void {
  const joining: Joining = {
    request,
    context,
    protocols: withoutRepeatedNames(request.protocols),
    // Version 0 has one timeout for both.
    rebalanceTimeoutMs: context.apiVersion === 0 ? request.sessionTimeoutMs : request.rebalanceTimeoutMs,
    pending: inVersion(pending, context.apiVersion),
  };
  const group = classicGroupOf(scope, request.groupId);
  const excess = excessError(scope, group, joining);
  if (excess !== ErrorCode.NONE) answer(decision, joining.pending, joinError(excess, request.memberId));
  else if (group === undefined) joinAbsentGroup(scope, joining, decision);
  else joinGroup(scope, group, joining, decision);
}

/** What a member says is kept as long as it is there: more than any client says is not taken. */
function excessError(scope: ClassicScope, group: ClassicGroup | undefined, { request, protocols }: Joining): number {
  if (protocols.length > MEMBER_PROTOCOLS_MAX) return ErrorCode.INCONSISTENT_GROUP_PROTOCOL;
  const sizeBytes = metadataSizeBytes(protocols);
  if (sizeBytes > MEMBER_METADATA_SIZE_BYTES_MAX) return ErrorCode.UNKNOWN_SERVER_ERROR;
  const heldSizeBytes = metadataSizeBytes(group?.members.get(request.memberId)?.protocols ?? []);
  // Others may leave: clients try again.
  const hasRoom = scope.environment.heldMetadata.hasRoomFor(sizeBytes - heldSizeBytes);
  return hasRoom ? ErrorCode.NONE : ErrorCode.COORDINATOR_NOT_AVAILABLE;
}

/**
 * There is no classic group of this id. The first member without a member id makes it, also in place of an empty one of
 * consumers. A share group stays what it is until somebody deletes it.
 */
function joinAbsentGroup(scope: ClassicScope, joining: Joining, decision: Decision): void {
  const { groupId, memberId, protocolType } = joining.request;
  const other = scope.table.get(groupId);
  const group = new ClassicGroup(groupId, decision.now, scope.environment.heldMetadata);
  if (other !== undefined && (other.type === 'share' || !other.isEmpty)) {
    answer(decision, joining.pending, joinError(ErrorCode.INCONSISTENT_GROUP_PROTOCOL, ''));
  } else if (memberId !== '') {
    answer(decision, joining.pending, joinError(ErrorCode.UNKNOWN_MEMBER_ID, memberId));
  } else if (!supportsProtocols(group, protocolType, joining.protocols)) {
    answer(decision, joining.pending, joinError(ErrorCode.INCONSISTENT_GROUP_PROTOCOL, ''));
  } else {
    if (other !== undefined) decision.records.push(...other.tombstones());
    scope.table.set(group);
    decision.records.push(emptyGroupRecord(group));
    joinAsNew(scope, group, joining, decision);
  }
}

function joinGroup(scope: ClassicScope, group: ClassicGroup, joining: Joining, decision: Decision): void {
  const { memberId, protocolType } = joining.request;
  if (!hasRoomFor(group, memberId, scope.environment.settings.classic.groupSizeMax)) {
    // Nobody waits on its behalf, else there would have been room. The others need not wait for it any more.
    group.remove(memberId);
    answer(decision, joining.pending, joinError(ErrorCode.GROUP_MAX_SIZE_REACHED, ''));
    completeJoinIfReady(scope, group, decision);
  } else if (!supportsProtocols(group, protocolType, joining.protocols)) {
    answer(decision, joining.pending, joinError(ErrorCode.INCONSISTENT_GROUP_PROTOCOL, memberId));
  } else if (memberId === '') {
    joinAsNew(scope, group, joining, decision);
  } else {
    joinAsKnown(scope, group, joining, decision);
  }
}

/**
 * While members join, those who have joined count: the group may be too large already, after a change of the setting, and
 * the last to come back are then turned away. Otherwise members do.
 */
function hasRoomFor(group: ClassicGroup, memberId: string, groupSizeMax: number): boolean {
  switch (group.state) {
    case 'Empty':
      return true;
    case 'PreparingRebalance':
      return group.members.get(memberId)?.awaitingJoin !== undefined || group.awaitingJoinCount < groupSizeMax;
    case 'CompletingRebalance':
    case 'Stable':
      return group.members.has(memberId) || group.members.size < groupSizeMax;
  }
}
