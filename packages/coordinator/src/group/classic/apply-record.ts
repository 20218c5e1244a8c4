import type { TimestampMs } from '@sluice/kernel/ids';
import type {
  GroupMetadataValueInput,
  MemberMetadataInput,
} from '@sluice/protocol/generated/records/group/group-metadata-value';
import { ClassicGroup } from './classic-group.ts';
import type { ClassicMember } from './classic-member.ts';
import { type ClassicScope, classicGroupOf } from './classic-scope.ts';
import { createSession } from './expiry.ts';
import { joinTimerKey, syncTimerKey } from './member-session.ts';
import { subscribedTopicsOf } from './subscribed-topics.ts';

/** A tombstone. A group of another protocol that has the id now is not meant. */
export function forgetGroup(scope: ClassicScope, groupId: string): void {
  const group = classicGroupOf(scope, groupId);
  if (group === undefined) return;
  for (const memberId of [...group.members.keys(), ...group.pendingMembers.keys()]) group.remove(memberId);
  scope.environment.timers.cancel(joinTimerKey(groupId));
  scope.environment.timers.cancel(syncTimerKey(groupId));
  scope.table.delete(groupId);
}

/** A record of a group whose members are with us: it gives them their assignments, and makes the generation stable. */
export function settleGroup(group: ClassicGroup, value: GroupMetadataValueInput, timestampMs: TimestampMs): void {
  for (const { memberId, assignment } of value.members) {
    const member = group.members.get(memberId);
    if (member !== undefined) member.assignment = assignment;
  }
  const isStored = group.state === 'CompletingRebalance' && group.generation === value.generation;
  if (isStored) group.transitionTo('Stable', timestampMs);
}

/** The group as it was when the record was written, by whatever version: empty or stable. No session runs yet. */
export function restoreGroup(scope: ClassicScope, groupId: string, value: GroupMetadataValueInput): ClassicGroup {
  const sinceMs = value.currentStateTimestamp ?? -1;
  const group = new ClassicGroup(groupId, sinceMs === -1 ? undefined : sinceMs, scope.environment.heldMetadata);
  group.protocolType = value.protocolType;
  group.generation = value.generation;
  group.protocol = value.protocol ?? undefined;
  for (const stored of value.members) restoreMember(scope, group, stored);
  if (value.leader !== null && group.members.has(value.leader)) group.leaderId = value.leader;
  group.isRebalanceDue = value.leader === null && group.members.size > 0;
  if (group.members.size > 0) group.state = 'Stable';
  group.subscribedTopics = subscribedTopicsOf(group);
  return group;
}

/** A record that names a member or an instance twice says nothing about which is right: the first is. */
function restoreMember(scope: ClassicScope, group: ClassicGroup, stored: MemberMetadataInput): void {
  const { memberId, groupInstanceId = null, rebalanceTimeout = -1 } = stored;
  if (group.members.has(memberId)) return;
  if (groupInstanceId !== null && group.memberIdOfInstance(groupInstanceId) !== undefined) return;
  const member: ClassicMember = {
    memberId,
    groupInstanceId,
    clientId: stored.clientId,
    clientHost: stored.clientHost,
    session: createSession(scope, group.groupId, memberId),
    // Records before version 1 have one timeout for both.
    rebalanceTimeoutMs: rebalanceTimeout === -1 ? stored.sessionTimeout : rebalanceTimeout,
    sessionTimeoutMs: stored.sessionTimeout,
    protocols: group.protocol === undefined ? [] : [{ name: group.protocol, metadata: stored.subscription }],
    assignment: stored.assignment,
    awaitingJoin: undefined,
    awaitingSync: undefined,
    isNew: false,
  };
  group.add(member, group.protocolType);
}
