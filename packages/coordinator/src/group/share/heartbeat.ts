import type { TimestampMs } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { ShareGroupHeartbeatRequest } from '@sluice/protocol/generated/messages/share-group-heartbeat-request';
import type { ShareGroupHeartbeatResponseInput } from '@sluice/protocol/generated/messages/share-group-heartbeat-response';
import type { Assignment } from '../assignors/assignor.ts';
import { unknownMember } from '../consumer/find-member.ts';
import { isRefusal, type Refusal, refuse } from '../consumer/refusal.ts';
import { sizeRefusal } from '../consumer/subscription-size.ts';
import type { RequestContext } from '../group-environment.ts';
import type { GroupRecord } from '../group-record.ts';
import { extendShareSession } from './fence-share-member.ts';
import { findShareGroup } from './find-share-group.ts';
import { isAssignmentBehind, partitionsToBegin, type ToInitialize, toInitialize } from './initialize-partitions.ts';
import { beginning } from './initialized-partitions.ts';
import type { ShareGroup } from './share-group.ts';
import {
  isSameAssignment,
  newShareGroupMember,
  type ShareGroupMember,
  updateShareMember,
} from './share-group-member.ts';
import { currentAssignmentRecord, groupEpochRecord, initializedRecord, memberRecord } from './share-group-records.ts';
import type { ShareScope } from './share-scope.ts';
import { type ShareTarget, targetAfter } from './share-target.ts';

/** A heartbeat's answer, and share state that is to be begun once the group's record says so. */
export interface ShareHeartbeatAnswer {
  readonly response: ShareGroupHeartbeatResponseInput;
  readonly toInitialize: readonly ToInitialize[];
}

/** A member joins, or says that it is there. The records are the caller's to discard if it is refused. */
export function shareHeartbeat(
  scope: ShareScope,
  request: ShareGroupHeartbeatRequest,
  context: RequestContext,
  now: TimestampMs,
  records: GroupRecord[],
): ShareHeartbeatAnswer | Refusal {
  const { groupId, memberId, memberEpoch, subscribedTopicNames } = request;
  const group = findShareGroup(scope.table, groupId, memberEpoch === 0);
  if (isRefusal(group)) return group;
  const refusal = fullRefusal(scope, group, memberId) ?? sizeRefusal(subscribedTopicNames, subscriptionsOf(group));
  if (refusal !== undefined) return refusal;
  const old = findMember(group, memberId, memberEpoch);
  if (isRefusal(old)) return old;
  const { clientId, clientHost } = context;
  const update = { rackId: request.rackId, subscribedTopics: subscribedTopicNames, clientId, clientHost };
  const updated = updateShareMember(old, update);
  const isKnown = group.members.has(memberId);
  // Kafka has no record of a member that says what one says by default: nobody does.
  if (updated !== old || !isKnown) records.push(memberRecord(groupId, updated));
  const isCalm = isKnown && updated === old && hasStayedCalm(scope, group);
  const topics = group.subscribedTopicsAfter(isKnown ? old : undefined, updated);
  const mustRise =
    updated.subscribedTopics !== old.subscribedTopics ||
    (!isCalm && group.assignmentEpoch >= group.groupEpoch && isAssignmentBehind(group));
  const groupEpoch = groupEpochAfter(scope, group, topics.keys(), mustRise, records);
  const target = targetAfter(scope, group, groupEpoch, updated, now, records);
  const moved = reconciled(scope, updated, target, groupEpoch !== group.groupEpoch);
  if (moved !== updated) records.push(currentAssignmentRecord(groupId, moved));
  const toBegin = isCalm ? [] : begin(scope, group, topics.keys(), groupEpoch, now, records);
  if (!isCalm && records.length === 0) noteCalm(scope, group);
  extendShareSession(scope, group, memberId);
  // Whoever is behind did not get the answer that moved it on, nor what that assigned to it. Kafka tells it nothing.
  const isToBeTold =
    memberEpoch !== old.memberEpoch ||
    memberEpoch === 0 ||
    subscribedTopicNames !== null ||
    !isSameAssignment(old.assigned, moved.assigned);
  const response: ShareGroupHeartbeatResponseInput = {
    throttleTimeMs: 0,
    errorCode: ErrorCode.NONE,
    memberId,
    memberEpoch: moved.memberEpoch,
    heartbeatIntervalMs: scope.environment.settings.share.heartbeatIntervalMs(groupId),
    assignment: isToBeTold ? toAssignment(moved.assigned) : null,
  };
  return { response, toInitialize: toBegin };
}

function fullRefusal(scope: ShareScope, group: ShareGroup, memberId: string): Refusal | undefined {
  const { groupSizeMax } = scope.environment.settings.share;
  if (group.members.size < groupSizeMax || group.members.has(memberId)) return undefined;
  return refuse(ErrorCode.GROUP_MAX_SIZE_REACHED, `The group may have no more than ${groupSizeMax} members.`);
}

function subscriptionsOf({ subscribedTopics }: ShareGroup) {
  return { topicCount: subscribedTopics.size, has: (topic: string) => subscribedTopics.has(topic) };
}

/** Whoever joins (again) may do so at any time. Whoever is one step behind did not get the answer that moved it on. */
function findMember(group: ShareGroup, memberId: string, epoch: number): ShareGroupMember | Refusal {
  const member = group.members.get(memberId);
  if (member === undefined) {
    return epoch === 0 ? newShareGroupMember(memberId) : unknownMember(group.groupId, memberId);
  }
  if (epoch === 0 || epoch === member.memberEpoch) return member;
  if (epoch < member.memberEpoch && epoch === member.previousMemberEpoch) return member;
  return refuse(
    ErrorCode.FENCED_MEMBER_EPOCH,
    `The member is at epoch ${member.memberEpoch} and not ${epoch}: it has to give up everything and join again.`,
  );
}

/** It rises too when a subscribed topic came, went or changed since the group was last looked at. */
function groupEpochAfter(
  scope: ShareScope,
  group: ShareGroup,
  topics: Iterable<string>,
  mustRise: boolean,
  records: GroupRecord[],
): number {
  const { groupId, groupEpoch, metadataSeen: seen } = group;
  const { version } = scope.environment.topics;
  // The record of a rise that was seen may not have been written.
  if (!mustRise && seen?.version === version && groupEpoch >= seen.groupEpoch) return groupEpoch;
  const metadataHash = scope.topicHashes.ofTopics(topics);
  const rises = mustRise || metadataHash !== group.metadataHash;
  const nextEpoch = rises ? groupEpoch + 1 : groupEpoch;
  if (rises) records.push(groupEpochRecord(groupId, nextEpoch, metadataHash));
  group.metadataSeen = { version, groupEpoch: nextEpoch };
  return nextEpoch;
}

/** The member has what the target gives it, of what it subscribes to. */
function reconciled(
  scope: ShareScope,
  member: ShareGroupMember,
  { epoch, assignment }: ShareTarget,
  hasRisen: boolean,
): ShareGroupMember {
  const isMoved = epoch !== member.memberEpoch;
  if (!isMoved && !hasRisen) return member;
  const { topics } = scope.environment;
  const isSubscribed = (topicId: string) => member.subscribedTopics.has(topics.byId(topicId)?.name ?? '');
  const assigned = new Map([...assignment].filter(([topicId]) => isSubscribed(topicId)));
  if (isMoved) return { ...member, assigned, memberEpoch: epoch, previousMemberEpoch: member.memberEpoch };
  return isSameAssignment(assigned, member.assigned) ? member : { ...member, assigned };
}

function begin(
  scope: ShareScope,
  group: ShareGroup,
  topics: Iterable<string>,
  groupEpoch: number,
  now: TimestampMs,
  records: GroupRecord[],
): readonly ToInitialize[] {
  const toBegin = partitionsToBegin(group, topics, scope.environment.topics, now);
  group.isBeginningLost = false;
  if (toBegin.size === 0) return [];
  records.push(initializedRecord(group.groupId, beginning(group.initializedPartitions, toBegin)));
  return toInitialize(toBegin, groupEpoch, -1);
}

/** To look at all targets and all subscribed topics with every heartbeat would cost most of it. */
function hasStayedCalm(scope: ShareScope, group: ShareGroup): boolean {
  const calm = group.calmSince;
  return (
    calm !== undefined &&
    calm.topicsVersion === scope.environment.topics.version &&
    calm.groupEpoch === group.groupEpoch &&
    calm.assignmentEpoch === group.assignmentEpoch &&
    calm.initialized === group.initialized
  );
}

/** What is being begun may have to be asked for again, when its time has come. */
function noteCalm(scope: ShareScope, group: ShareGroup): void {
  const { groupEpoch, assignmentEpoch, initialized } = group;
  if (group.initializedPartitions.initializing.size > 0) return;
  group.calmSince = { topicsVersion: scope.environment.topics.version, groupEpoch, assignmentEpoch, initialized };
}

function toAssignment(assigned: Assignment) {
  return { topicPartitions: Array.from(assigned, ([topicId, partitions]) => ({ topicId, partitions })) };
}
